"""The `nightdesk` command: the installed script as a person runs it, or the same in this process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from components.cli.command import nightdesk
from components.cli.exits import run

#: As `pip install -e .` put it beside the interpreter.
SCRIPT = Path(sys.executable).with_name("nightdesk")


def _commands(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _commands(command, f"{before}{name} ")
        else:
            yield before + name, command


#: Every command by what is typed, those of groups too.
COMMANDS = dict(_commands(nightdesk))


def typed(*argv: str | Path) -> int:
    """The exit code of this command line, run in this process."""
    return run(nightdesk, [str(word) for word in argv])


def script(*argv: str | Path, home: Path, environ: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """What the installed script answers a person with this home, who is in it and has set these variables only."""
    command = [str(SCRIPT), *map(str, argv)]
    given = {"HOME": str(home), "PATH": "/usr/bin:/bin", "PYTHONUTF8": "1", **(environ or {})}
    return subprocess.run(command, cwd=home, env=given, capture_output=True, text=True, timeout=120, check=False)
