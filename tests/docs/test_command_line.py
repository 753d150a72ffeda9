"""What the docs tell a person to type can be typed, and docs/command-line.md leaves no command or option out."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from components.cli.exits import DONE, FAILED, LATER, MISTYPED, STOPPED
from tests.support.terminal import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "deploy" / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: Page and command line, without what stands before the command; comments are still there.
TYPED = [
    (page.name, line)
    for page in PAGES
    for language, block in _FENCED.findall(page.read_text(encoding="utf-8"))
    for line in re.findall(r"(?:^|/bin/)(nightdesk .*)$", block, re.MULTILINE)
    if language in ("", "sh")
]


def command_of(line: str) -> str:
    """The command that a line begins with."""
    return next(name for name in sorted(COMMANDS, key=len, reverse=True) if f"{line} ".startswith(f"nightdesk {name} "))


@pytest.mark.parametrize(("page", "line"), TYPED, ids=str)
def test_a_line_of_the_docs_can_be_typed(page: str, line: str) -> None:
    command = command_of(line)
    COMMANDS[command].make_context(command, shlex.split(line, comments=True)[1 + len(command.split()) :])


def test_the_docs_show_every_command() -> None:
    assert {command_of(line) for _, line in TYPED} == set(COMMANDS)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_the_page_names_every_option_of_a_command(command: str) -> None:
    (row,) = [line for line in PAGE.splitlines() if re.match(rf"\| `nightdesk {command}[ `]", line)]
    options = [option for option in COMMANDS[command].params if isinstance(option, click.Option)]
    assert [name for option in options for name in option.opts if f"`{name}`" not in row] == []


def test_the_page_names_every_exit_code() -> None:
    codes = re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)
    assert list(map(int, codes)) == [DONE, FAILED, MISTYPED, LATER, STOPPED]
