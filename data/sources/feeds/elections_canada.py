"""Elections Canada's results by riding: a table without times, in which only validated results name a winner."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from data.core.errors import SourceChanged
from data.core.settings import Settings
from data.sources.feeds.feed import CallFeed, Stage, Standing, Version
from data.sources.feeds.names import FeedNames
from data.story.story import Story
from data.story.story_toml import Feed

#: How the header begins; a title stands before it, and notes behind the rows.
_FIRST = "Electoral district number"
#: What a column is, by what its name begins with: names are in both languages and end in asterisks.
_COLUMNS = {
    _FIRST: "number", "Electoral district name": "riding", "Nom de la circonscription": "circonscription",
    "Type of results": "type", "Political affiliation": "party", "Appartenance politique": "parti",
    "Votes obtained": "votes",
}  # fmt: skip
#: Types of results that a returning officer, or a judge, has declared; the last of them counts.
_DECLARED = ("validated", "judicially certified")
Row = Mapping[str, str]


class ElectionsCanadaFeed(CallFeed):
    """`DownloadResults.aspx`: a row for each candidate, tab-separated, English and French side by side.

    Preliminary counts call nothing, whoever leads in them: only what is validated or judicially certified does.
    """

    slug: ClassVar[str] = "elections-canada"
    called: ClassVar[str] = "Elections Canada"
    licence: ClassVar[str] = "Elections Canada, by its terms of use"
    pace: ClassVar[float] = 60.0
    suffix: ClassVar[str] = "txt"

    def read(self, content: bytes, story: Story, feed: Feed) -> Version:
        """The version that a table is; SourceChanged for bytes that are none of theirs."""
        names, ridings = FeedNames(story, feed), defaultdict[str, list[Row]](list)
        for row in _rows(content):
            ridings[row["number"]].append(row)
        return Version(tuple(_standing(rows, names) for rows in ridings.values()))

    def home(self, settings: Settings) -> str:
        """Where the results of the election that is on are."""
        return settings.mirror_or("https://enr.elections.ca/DownloadResults.aspx", "NIGHTDESK_ELECTIONS_CANADA_URL")


def _rows(content: bytes) -> Iterator[Row]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    lines = text.splitlines()
    start = next((n for n, line in enumerate(lines) if line.lstrip('"').startswith(_FIRST)), None)
    if start is None:
        raise SourceChanged("Elections Canada answered with something that is not its table of results")
    sheet = csv.reader(io.StringIO("\n".join(lines[start:])), delimiter="\t")
    found = [next((ours for theirs, ours in _COLUMNS.items() if name.startswith(theirs)), "") for name in next(sheet)]
    if lacks := set(_COLUMNS.values()) - set(found):
        raise SourceChanged(f"Elections Canada's table lacks columns that it had: {', '.join(sorted(lacks))}")
    for cells in sheet:
        if len(cells) == len(found) and cells[0].strip().isdecimal():  # else a note
            yield {name: cell.strip() for name, cell in zip(found, cells, strict=True) if name}


def _standing(rows: Sequence[Row], names: FeedNames) -> Standing:
    first, caller = rows[0], names.feed.caller or names.story.about.caller
    said = (first["number"], first["riding"], first["circonscription"])
    contest = next((code for name in said if (code := names.contest(name))), "")
    types = [kind for kind in _DECLARED if any(row["type"].casefold() == kind for row in rows)]
    if not types or not contest:
        fault = f"Elections Canada names the riding {first['riding'][:60]!r}, which the story does not have"
        return Standing(contest or first["riding"][:60], caller, Stage.OPEN, fault=fault if types else "")
    declared = [row for row in rows if row["type"].casefold() == types[-1]]
    votes = sorted(declared, key=_votes, reverse=True)
    cells = (("note", f"Elections Canada gives these results as {types[-1]}"),)
    if len(votes) > 1 and _votes(votes[0]) == _votes(votes[1]):
        return Standing(contest, caller, Stage.CALLED, outcome="tie", cells=cells)
    winner = votes[0]
    party = names.party(winner["party"]) or names.party(winner["parti"])
    fault = (
        ""
        if party
        else f"Elections Canada has {winner['party'][:60]!r} win {contest}, which is not a side in the story"
    )
    return Standing(contest, caller, Stage.CALLED, party, cells=cells, fault=fault)


def _votes(row: Row) -> int:
    digits = "".join(letter for letter in row["votes"] if letter.isdecimal())
    return int(digits or 0)
