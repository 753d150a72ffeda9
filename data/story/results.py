"""Final votes: a row for each side of a contest, from either form of results.csv, and who was ahead by how much."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from data.story.colours import OTHERS
from data.story.faults import Fault
from data.story.row_checks import header_names
from data.story.story_toml import Party
from data.story.tables import Result, WideResult

#: Columns of the long form of which the wide one has neither.
_LONG = frozenset({"votes", "share"})


@dataclass(frozen=True, slots=True)
class Final:
    """The final votes of a contest: the side that was ahead, by how many points and votes where that is known.

    `votes` are those of each side that a source counts, by party.
    """

    winner: str
    votes: Mapping[str, int]
    points: float | None
    ahead: int | None
    unofficial: bool
    source: str


def form_of(content: bytes | Fault) -> type[Result] | type[WideResult]:
    """The form that a file has by its header; the long one where none can be read."""
    if isinstance(content, Fault):
        return Result
    names = header_names(content)
    return Result if _LONG & names or not names else WideResult


def long_form(rows: Iterable[WideResult], parties: Iterable[Party]) -> Iterator[Result]:
    """A row for each side, the winner's first. What does not follow from votes, the winner's row keeps."""
    ids = {party.id.lower(): party.id for party in parties} | {"other": OTHERS}
    for row in rows:
        other = {} if row.votes_other is None else {"other": row.votes_other}
        votes = {ids[name]: count for name, count in (row.votes | other).items() if name in ids}
        counted = {"ahead": row.margin_votes, "points": row.margin_points}
        known = final_of([_row(row, party, count) for party, count in votes.items()]) if votes else None
        if known and known.winner == row.party and known.ahead == row.margin_votes:
            counted = {"ahead": None, "points": None}
        for party in dict.fromkeys((row.party, *votes)):
            first = party == row.party
            yield _row(row, party, votes.get(party), winner=first, **(counted if first else {}))


def _row(
    row: WideResult,
    party: str,
    votes: int | None,
    *,
    winner: bool = False,
    ahead: float | None = None,
    points: float | None = None,
) -> Result:
    return Result(
        contest=row.contest,
        party=party,
        votes=votes,
        share=row.winner_pct if winner else None,
        margin_votes=None if ahead is None else int(ahead),
        margin_points=points,
        status=row.status,
        source=row.source,
        note=row.note if winner else "",
    )


def final_of(rows: Iterable[Result]) -> Final:
    """What the rows of one contest come to; those of the same number of votes stand in their own order.

    Who was ahead was so of the next side that is one: others are several.
    """
    order = sorted(rows, key=lambda row: (row.party == OTHERS, -(row.votes or 0), -(row.share or 0)))
    first, *rest = (row for row in order if row.party != OTHERS or row is order[0])
    votes = {row.party: row.votes for row in order if row.votes is not None}
    ahead, points = first.margin_votes, first.margin_points
    if rest and first.votes is not None and rest[0].votes is not None:
        ahead = (first.votes or 0) - (rest[0].votes or 0)
        points = round(100 * ahead / (sum(votes.values()) or 1), 2)
    elif points is None and rest and first.share is not None and rest[0].share is not None:
        points = round(first.share - rest[0].share, 2)
    source = " ".join(dict.fromkeys(" ".join(row.source for row in order).split()))
    unofficial = any(row.status == "unofficial" for row in order)
    return Final(first.party, votes, points, ahead, unofficial, source)


def finals_of(rows: Iterable[Result]) -> dict[str, Final]:
    """The final votes of each contest that has any, by its code."""
    found: dict[str, list[Result]] = {}
    for row in rows:
        found.setdefault(row.contest, []).append(row)
    return {code: final_of(those) for code, those in found.items()}


def written(rows: Iterable[Result]) -> bytes:
    """results.csv in its long form, without the columns that hold nothing in any row."""
    cells = [{name: value for name, value in row.model_dump().items() if value not in (None, "")} for row in rows]
    if all(row["status"] == "final" for row in cells):
        cells = [{name: value for name, value in row.items() if name != "status"} for row in cells]
    cells = [
        {name: f"{value:g}" if isinstance(value, float) else value for name, value in row.items()} for row in cells
    ]
    used = {name for row in cells for name in row} | {"contest", "party", "votes", "share", "source", "note"}
    out = io.StringIO()
    sheet = csv.DictWriter(out, [name for name in Result.model_fields if name in used], lineterminator="\n")
    sheet.writeheader()
    sheet.writerows(cells)
    return out.getvalue().encode()
