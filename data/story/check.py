"""Check story folders at a terminal: `python -m data.story.check [PATH]` prints every fault."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from data.core.settings import read_settings
from data.story.folder_store import BUNDLED, examine_folder
from data.story.story_checks import FILES, Examined


def _to_check(path: Path) -> list[Path]:
    """The folder itself if it has a file of a story, else the folders in it that have one. OSError if unreadable."""
    if any((path / name).exists() for name in FILES):
        return [path]
    return [folder for folder in sorted(path.iterdir()) if any((folder / name).exists() for name in FILES)]


def _report(found: Examined, slug: str) -> Iterator[str]:
    """A line for each fault, and one that sums up."""
    yield from map(str, found.faults.listed())
    count = found.faults.count
    said = "no faults" if not count else "1 fault" if count == 1 else f"{count:,} faults"
    yield f"{slug}: {said} in {found.files} file{'' if found.files == 1 else 's'}, {found.count:,} rows"


def main(argv: Sequence[str] | None = None) -> int:
    """Print every fault of the stories asked for; 1 if there is any, or no story."""
    parser = argparse.ArgumentParser(prog="python -m data.story.check", description="Check story folders.")
    parser.add_argument(
        "path", nargs="?", type=Path, help="a story folder, or a folder of them; all stories if left out"
    )
    path = parser.parse_args(argv).path
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that cannot show a letter still shows the fault
    try:
        roots = [path.resolve()] if path else [BUNDLED, *read_settings(os.environ).stories]
    except ValueError as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    faulty = False
    for root in roots:
        try:
            folders = _to_check(root)
        except OSError as error:
            folders, reason = [], f"{root} is no folder to read ({error.strerror})"
        else:
            reason = f"{root} holds no story: a story is a folder with a story.toml and a sources.csv"
        if not folders:
            sys.stderr.write(f"{reason}\n")
            faulty = True
        for folder in folders:
            found = examine_folder(folder)
            faulty = faulty or found.faults.count > 0
            print(*_report(found, folder.name), sep="\n")
    return int(faulty)


if __name__ == "__main__":
    raise SystemExit(main())
