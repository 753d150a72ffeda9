"""Where at the desk somebody is, as the address says it: the story, the part of its desk, a table and a row."""

from __future__ import annotations

from dataclasses import dataclass

from components.workbench.desk.forms import ON_DESK
from components.workbench.visitor_address import asked_extra, asked_query, change_extra

#: What can be done with a draft, by the word in the address.
PARTS = {
    "rows": "Rows",
    "words": "Words",
    "paste": "Paste",
    "draft": "Preview",
    "publish": "Publish",
    "history": "History",
    "views": "Views",
    "limits": "Limits",
    "audit": "Audit",
}
#: The row that is not there yet.
NEW = "new"


@dataclass(frozen=True, slots=True)
class Place:
    """A part of a story's desk; `row` is the desk's name of a row, NEW, or empty for the list."""

    story: str
    part: str
    table: str
    row: str


def place_now() -> Place:
    """What the address says; the first of everything where it names nothing that there is."""
    story = next(iter(asked_query().get("story", [])), "")
    part, table, row = (asked_extra(name) for name in ("part", "table", "row"))
    row = row if row == NEW or row.isdecimal() else ""
    return Place(
        story, part if part in PARTS else next(iter(PARTS)), table if table in ON_DESK else ON_DESK[0], row
    )  # fmt: skip


def go(*, part: str | None = None, table: str | None = None, row: str | None = None) -> None:
    """Write another place into the address; the page that follows reads it there."""
    for name, value in (("part", part), ("table", table), ("row", row)):
        if value is not None:
            change_extra(name, value)
