"""A table of calls that a newsroom keeps itself: a CSV file, one at an address, or a sheet that Google publishes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import ClassVar
from urllib.parse import urlsplit

from data.core.errors import SourceChanged
from data.sources.feeds.feed import CallFeed, Stage, Standing, Version
from data.sources.feeds.names import FeedNames
from data.story.story import Story
from data.story.story_toml import Feed

#: Words of the column `status`, and what they say; an empty cell says "called" where a side is named.
_STAGES = {
    "called": Stage.CALLED, "won": Stage.CALLED, "open": Stage.OPEN, "too early": Stage.OPEN, "too close": Stage.OPEN,
    "withdrawn": Stage.TAKEN_BACK, "retracted": Stage.TAKEN_BACK, "uncalled": Stage.TAKEN_BACK,
}  # fmt: skip
#: Outcomes in which nobody has won.
_UNWON = ("runoff", "not_leading", "tie")
#: How long Google may serve a sheet as it was.
_SHEET_LAG = timedelta(minutes=5)
_PASSED_ON = ("id", "role", "basis", "at", "earliest", "latest", "date", "precision", "source", "note")


class TableFeed(CallFeed):
    """Rows with the columns of calls.csv, of which only `contest` and `party` are needed, and perhaps `status`."""

    slug: ClassVar[str] = "table"
    called: ClassVar[str] = "The table of calls"
    licence: ClassVar[str] = "the newsroom's own"
    pace: ClassVar[float] = 60.0
    suffix: ClassVar[str] = "csv"

    def read(self, content: bytes, story: Story, feed: Feed) -> Version:
        """The version that a table is; SourceChanged for what is no table, and for one without the two columns."""
        rows = _rows(content)
        names = FeedNames(story, feed)
        columns = {theirs.casefold(): ours for theirs, ours in feed.columns.items()}
        host = urlsplit(feed.url).hostname or ""
        return Version(
            tuple(_standings(rows, columns, names)), lag=_SHEET_LAG if host == "docs.google.com" else timedelta(0)
        )


def _rows(content: bytes) -> csv.DictReader[str]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceChanged("The table of calls is not text in UTF-8; save it as CSV UTF-8") from error
    if text.lstrip()[:1] == "<":
        raise SourceChanged(
            "The address of the table answers with a web page, not a table, perhaps one that asks for a log-in; "
            "publish the sheet to the web as CSV"
        )
    first = text.lstrip("\r\n").split("\n", 1)[0]
    return csv.DictReader(io.StringIO(text), delimiter=max(",;\t", key=first.count), restval="")


def _standings(rows: csv.DictReader[str], columns: Mapping[str, str], names: FeedNames) -> Iterator[Standing]:
    found = {name: columns.get(name.strip().casefold(), name.strip().casefold()) for name in rows.fieldnames or ()}
    for needed in ("contest", "party"):
        if needed not in found.values():
            raise SourceChanged(
                f"The table of calls has no column {needed!r}; it has: {', '.join(found)[:200] or 'none'}. "
                "Name the column that holds it in the feed's entry of story.toml"
            )
    try:
        for row in rows:
            cells = {found[name]: value.strip() for name, value in row.items() if name in found and value}
            if any(cells.values()) and cells.get("role") != "corroboration":  # a second log is no call of its own
                yield _standing(cells, names)
    except csv.Error as error:
        raise SourceChanged(f"The table of calls cannot be read: {error}") from error


def _standing(cells: Mapping[str, str], names: FeedNames) -> Standing:
    about = names.story.about
    said, party = cells.get("contest", ""), cells.get("party", "")
    contest, side = names.contest(said), names.party(party)
    caller = cells.get("caller", "") or names.feed.caller or about.caller
    outcome = cells.get("outcome", "") or "won"
    status = cells.get("status", "").casefold()
    stage = _STAGES.get(status, Stage.CALLED if party or outcome in _UNWON else Stage.OPEN)
    passed_on = tuple((name, cells[name]) for name in _PASSED_ON if cells.get(name))
    fault = ""
    if not contest:
        fault = f"the table names the contest {said[:60]!r}, which the story does not have"
    elif stage is Stage.CALLED and party and not side:
        fault = f"the table calls {contest} for {party[:60]!r}, which is not a side in the story"
    elif status and status not in _STAGES:
        fault = f"the table gives {contest} the status {status[:60]!r}; it may be: {', '.join(_STAGES)}"
    elif caller not in [one.id for one in about.callers]:
        fault = f"the table names the caller {caller[:60]!r}, who is not in story.toml"
    return Standing(contest or said[:60], caller, stage, side, outcome, cells=passed_on, fault=fault)
