"""A story folder as one checked value, where story folders are, and the command line that checks them."""

from __future__ import annotations

import argparse
import io
import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from data.core.errors import DataError, StoryInvalid
from data.core.model import Order, Source, Window
from data.core.settings import Settings, read_settings
from data.story.faults import Fault, quoted
from data.story.story_checks import FILES, Examined, examine, examine_at_rest
from data.story.story_toml import About
from data.story.tables import (
    SLUG,
    Call,
    Contest,
    Control,
    Correction,
    Figure,
    Interest,
    Milestone,
    Observation,
    PollClosing,
    Result,
)

BUNDLED = Path(__file__).resolve().parents[1] / "stories"


class UnknownStory(DataError, LookupError):
    """No story has this name; the sentence says which there are."""


# Without slots, so that what is looked up in its tables is kept: a night may have thousands of contests.
@dataclass(frozen=True)
class Story:
    """All that a story folder says, checked: every id named in a row is there, and the weights add up."""

    slug: str
    folder: Path
    about: About
    sources: tuple[Source, ...]
    contests: tuple[Contest, ...]
    calls: tuple[Call, ...]
    poll_closings: tuple[PollClosing, ...]
    milestones: tuple[Milestone, ...]
    observations: tuple[Observation, ...]
    figures: tuple[Figure, ...]
    controls: tuple[Control, ...]
    interest: tuple[Interest, ...]
    results: tuple[Result, ...]
    corrections: tuple[Correction, ...]
    #: Told up to this instant, None for the whole; `order` says whether by what had happened or been published.
    until: datetime | None = None
    order: Order = Order.HAPPENED
    #: Calls that may have been made by `until`, of which no upper bound has passed.
    possible: tuple[Call, ...] = ()
    #: Callers of which every call is held, so that their calls so far make a total.
    ledgers: frozenset[str] = frozenset()
    #: Callers of which most calls have no time of their own.
    untimed: frozenset[str] = frozenset()
    #: The fingerprint of the files that it was read from; empty for a story that was not read from a folder.
    stamp: str = ""

    @property
    def window(self) -> Window:
        """The span that the story shows when nobody has chosen one."""
        return Window(self.about.window.start, self.about.window.end)

    def source(self, name: str) -> Source:
        """The source of this id; KeyError for an id that no row of a checked story can name."""
        for source in self.sources:
            if source.id == name:
                return source
        raise KeyError(name)

    def contest(self, code: str) -> Contest:
        """The contest of this code; KeyError for a code that no row of a checked story can name."""
        return self._by_code[code]

    @cached_property
    def _by_code(self) -> dict[str, Contest]:
        return {contest.code: contest for contest in reversed(self.contests)}

    @cached_property
    def closings(self) -> dict[str, tuple[int, datetime]]:
        """A contest's code -> the place of its first row among the closings of polls, and its last closing."""
        rows = reversed(list(enumerate(self.poll_closings)))
        return {row.contest: (place, row.last_close) for place, row in rows}


def check_story(folder: Path) -> tuple[Fault, ...]:
    """Every fault of a story folder by file and line, at most 200 of a file; nothing if the story is sound."""
    return examine(folder).faults.listed()


def read_story(folder: Path) -> Story:
    """The story of a folder; StoryInvalid names the first fault.

    Files that change meanwhile are read again, so that nobody gets half of one state and half of the next.
    """
    stamp, found = examine_at_rest(folder)
    faults = found.faults.listed()
    if faults or found.read.about is None:
        first = faults[0]
        raise StoryInvalid(str(first), file=first.file, row=first.row, column=first.column)
    tables: dict[str, Any] = {
        file.removesuffix(".csv"): tuple(row for _, row in table.rows) for file, table in found.tables.items()
    }
    sources = tuple(Source(**row.model_dump()) for row in tables.pop("sources"))
    return Story(folder.name, folder, found.read.about, sources, **tables, stamp=stamp)


def story_folders(settings: Settings) -> dict[str, Path]:
    """Every story folder by slug: the bundled ones, and a newsroom's own, which win over a bundled one of that slug."""
    found: dict[str, Path] = {}
    for root in (BUNDLED, *reversed(settings.stories)):
        found |= {folder.name: folder for folder in _stories_in(root) if re.fullmatch(SLUG, folder.name)}
    return dict(sorted(found.items()))


def _stories_in(root: Path) -> list[Path]:
    """The folders in `root` that hold a story.toml; none when the root cannot be read."""
    try:
        return sorted(folder for folder in root.iterdir() if (folder / "story.toml").is_file())
    except OSError:
        return []


def find_story(slug: str, settings: Settings) -> Story:
    """The story of this slug; UnknownStory or StoryInvalid. What is asked for is looked up, never made a path."""
    folders = story_folders(settings)
    if slug not in folders:
        raise UnknownStory(f"there is no story {quoted(slug)}; there is: {', '.join(folders) or 'none'}")
    return read_story(folders[slug])


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
    parser = argparse.ArgumentParser(prog="python -m data.story.story", description="Check story folders.")
    commands = parser.add_subparsers(required=True)
    check = commands.add_parser("check", help="print every fault with its file, line and column; exit 1 if any")
    check.add_argument(
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
            found = examine(folder)
            faulty = faulty or found.faults.count > 0
            print(*_report(found, folder.name), sep="\n")
    return int(faulty)


if __name__ == "__main__":
    raise SystemExit(main())
