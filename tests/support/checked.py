"""The faults of a story folder, as a test asks for them."""

from __future__ import annotations

from pathlib import Path

from data.story.faults import Fault
from data.story.store import examine_folder


def check_story(folder: Path) -> tuple[Fault, ...]:
    """Every fault by file and line, at most 200 of a file; nothing if the story is sound."""
    return examine_folder(folder).faults.listed()
