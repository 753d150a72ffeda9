"""Votes as they were published, over time and over the rounds of a count: a step line that may fall, for each side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from components.charts.events import candidate, drawn_sides
from components.charts.grammar import Item, Lane, Published, Tone
from data.core.model import Window
from data.evidence.calls import load_counts
from data.evidence.evidence_rows import Calls, CountRow
from data.story.story import Story

_NOTE = "Each line stands at the last count that was published, and falls where a count was lower."


def count_lanes(story: Story, calls: Calls, window: Window, *, most: int) -> tuple[Lane, ...]:
    """A lane for each contest and round of which a count was published by the end of the window.

    Of more than `most` the contests that the story emphasises, then those of most weight, and a note says how many
    are left out. `calls` are those of which the sides are.
    """
    found: dict[tuple[str, int], list[CountRow]] = defaultdict(list)
    for row in load_counts(story).rows:
        if row.when.latest < window.end:
            found[row.contest, row.round].append(row)
    rank = {code: place for place, code in enumerate(story.about.emphasised)}
    order = sorted(found, key=lambda one: (rank.get(one[0], len(rank)), -story.contest(one[0]).weight, one[0], one[1]))
    lanes = [
        _lane(story, calls, found[one], rounds=any(code == one[0] and n > 1 for code, n in found)) for one in order
    ]
    lanes = [lane if place == 0 else replace(lane, note="") for place, lane in enumerate(lanes)]
    left = len(lanes) - most
    if left > 0:
        more = f"{left} more count{'' if left == 1 else 's'} of contests and rounds: in the table of counts."
        lanes[most - 1] = replace(lanes[most - 1], note=f"{lanes[most - 1].note} {more}".strip())
    return tuple(lanes[:most])


def _lane(story: Story, calls: Calls, rows: Sequence[CountRow], *, rounds: bool) -> Lane:
    first = rows[0]
    own = f", round {first.round}" if rounds else ""
    marks = tuple(
        Published(side.name, Tone(side.tone), items)
        for side in drawn_sides(story, calls.rows)
        if (items := tuple(_items(story, [row for row in rows if row.party in side.parties], own)))
    )
    top = max(item.low or 0.0 for mark in marks for item in mark.items)
    slug = f"counts-{first.contest.lower()}-{first.round}"
    return Lane(slug, f"{first.name}: votes counted{own}", "votes", marks, (0.0, top * 1.1 or 1.0), _NOTE)


def _items(story: Story, rows: Sequence[CountRow], own: str) -> Iterator[Item]:
    """Each count with how it differs from the one before of its party; one that is lower takes away.

    The total of a side of several parties is that of its moment: what was published just then for each is in it.
    """
    before: dict[str, CountRow] = {}
    for _, of_moment in groupby(rows, key=lambda row: row.when.latest):
        new = {row.party: row for row in of_moment}
        total = float(sum(row.votes for row in (before | new).values()))
        for row in new.values():
            last = before.get(row.party)
            change = row.votes - (last.votes if last else 0)
            said = f"votes counted for {candidate(story, row.party)} in {row.name}{own}"
            yield Item(
                f"counts:{row.id}",
                row.when,
                f"{said} ({row.note})" if row.note else said,
                row.sources,
                value=float(change),
                low=total,
                high=total,
                undoes=f"counts:{last.id}" if last and change < 0 else "",
            )
        before |= new
