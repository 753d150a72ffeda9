"""Desks of a test's own: a database and a folder of stories in a temporary place, with a person of each role."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from data.core.settings import Settings
from data.desk.desk import Desk, desk_of
from data.desk.values import AT_TERMINAL, Person, Role
from tests.support import small_story

NOW = datetime(2026, 11, 3, 20, tzinfo=UTC)
REPORTER = Person("rex@example.org", "Rex", Role.REPORTER)
ANA = Person("ana@example.org", "Ana", Role.EDITOR)
BEN = Person("ben@example.org", "Ben", Role.EDITOR)
PAT = Person("pat@example.org", "Pat", Role.PUBLISHER)
SLUG = "small-night"
FROM = "a test"


def a_night() -> dict[str, bytes]:
    """A story of three contests in progress, of which one is called."""
    contests = [small_story.contest(name, 1) for name in ("one", "two", "three")]
    files = small_story.files({"contests": contests, "calls": [small_story.call("c1", "one", "A", "01:00", note="")]})
    return files | {"story.toml": b"live = true\n" + files["story.toml"]}


def settings_in(folder: Path, database: str) -> Settings:
    """The settings of a desk whose stories and records lie in a folder."""
    return Settings(stories=(folder / "stories",), records=folder / "records", database=database)


def a_desk(folder: Path, files: Mapping[str, bytes], *, database: str = "") -> Desk:
    """A desk that has brought one story, whose folder lies in `folder`, and knows the four people above."""
    desk = desk_of(settings_in(folder, database))
    desk.folders.write(SLUG, files)
    for person in (REPORTER, ANA, BEN, PAT):
        desk.people.set_role(AT_TERMINAL, person.email, person.role, NOW, FROM, name=person.name)
    desk.bring(ANA, SLUG, NOW, FROM)
    return desk
