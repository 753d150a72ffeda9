"""The `nightdesk` command: what may be typed in command.py, what each command does in a module of its group.

Installed as the package `nightdesk.cli`, beside the player's files, so that a script anywhere finds the folder that
Nightdesk was installed from and runs the code there.
"""

from __future__ import annotations

import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent


def main() -> int:
    """Run what was typed and give its exit code; 1 and a sentence in a copy that lacks the rest of the folder."""
    if _HERE.parts[-2:] != ("components", "cli"):
        sys.stderr.write(
            "nightdesk runs from Nightdesk's own folder, and this is a copy of a part of it: "
            "install it from there, with pip install -e .\n"
        )
        return 1
    # First, so that no installed package of the name of one of ours is taken for it.
    sys.path.insert(0, str(_HERE.parents[1]))
    try:
        from components.cli.command import nightdesk
        from components.cli.exits import run

        return run(nightdesk, sys.argv[1:])
    except KeyboardInterrupt:
        return 130  # before there was anything to stop
