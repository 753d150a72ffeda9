"""The contests as tiles, as they stand at one moment: on a map, and beside a night that is played."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from components.charts.builders.calls_chart import (
    call_said,
    later_totals,
    left_undecided,
    made_by,
    others_note,
    results_takeaway,
    results_title,
    taken_back,
    total_items,
    winning_lines,
    withdrawn_text,
)
from components.charts.events import drawn_sides
from components.charts.grammar import Cell, Chart, Item, Kind, Lane, Tiles, Tone
from components.charts.kinds import Question
from components.charts.phrases.votes import margin_text
from data.core.model import Precision, When
from data.evidence.evidence_rows import CallRow, Calls
from data.story.places import Places
from data.story.sides import Side
from data.story.story import Story
from data.story.tables import Contest
from data.story.totals import WITHOUT_TIME, is_complete, no_total, only_surely

#: Contests with a place of their own on the map of a replay.
MOST_PLAYED = 200
_READING = (
    "Filled: the minute is known. Dashed edge: only bounds are known, and they have passed. "
    "Outlined: possibly by then. Grey: {blank}. A total is a range from surely to possibly."
)


def tally_lane(story: Story, calls: Calls, *, caller: str, by: datetime | None = None, played: bool = False) -> Lane:
    """Tiles for each party's calls and for the contests without one, as they stand `by` that instant.

    Calls that were taken back by then are left out, or where the lane is `played`, kept with what took them back.

    Left out, it is the moment up to which the story is told, else the end of its window. `calls` are one caller's
    with those that are possible. A side's items bound its running total; for a caller whose calls are not all known
    there is no total, and so no domain.
    """
    by = by or story.until or story.window.end
    made = [made_by(row, by) for row in calls.rows if row.when.earliest <= by]
    rows = [row for row in made if played or not (row.withdrawn and row.withdrawn.when.latest <= by)]
    whole, unit = is_complete(story, caller), story.about.unit
    if only_surely(story, caller):
        rows = [row for row in rows if row.when.latest <= by]
    least = whole and only_surely(story, caller)
    drawn = drawn_sides(story, calls.rows)
    sides = tuple(_side(story, rows, made, side, by, whole=whole, least=least, played=played) for side in drawn)
    marks = (*sides, _uncalled(story, rows, made, by, caller, whole=whole))
    # A player has one path for all units of a side, and they have no places in it.
    places = Places() if played and len(story.contests) > MOST_PLAYED else story.places
    note = "" if whole else f"{caller}: {no_total(story, caller)}."
    if not places.of:
        note = f"{note} {timed_text(story, [row for row in rows if row.when.latest <= by])}".strip()
    note = f"{note}{others_note(drawn)}".strip()
    references = winning_lines(story, drawn) if whole else ()
    domain = (0.0, float(story.about.total)) if whole else None
    return Lane(
        "tally",
        results_title(story),
        unit,
        tuple(replace(mark, cells=_cells(story, places, mark)) for mark in marks),
        domain,
        note,
        references=references,
        tiles=places.shape,
        regions=places.regions,
    )


def _side(
    story: Story,
    rows: Sequence[CallRow],
    made: Sequence[CallRow],
    side: Side,
    by: datetime,
    *,
    whole: bool,
    least: bool,
    played: bool,
) -> Tiles:
    """The calls for one side, in the order of their latest bound; with the final votes where the night is over."""
    items = tuple(total_items(story, rows, side.parties, last=by, summed=whole, made=made))
    codes = {f"calls:{row.id}": row.contest for row in rows if row.party in side.parties}
    if by >= story.window.end and not played:
        items = tuple(_with_votes(story, item, codes.get(item.row, "")) for item in items)
    return Tiles(side.name, Tone(side.tone), items, least=least)


def _with_votes(story: Story, item: Item, code: str) -> Item:
    """The call with who was ahead in its contest in the end; what takes a call back as it is."""
    final = story.finals.get(code)
    return replace(item, text=f"{item.text}; final votes: {margin_text(story, final)}") if final else item


def _uncalled(
    story: Story, rows: Sequence[CallRow], made: Sequence[CallRow], by: datetime, caller: str, *, whole: bool
) -> Tiles:
    """The contests that nobody has by then; of a caller whose calls are not all known, those of which none is held.

    One whose call was `made` and taken back says so, and one whose last call has no winner.
    """
    called = {row.contest for row in rows if row.party}
    last = {row.contest: row for row in made if row.withdrawn or (not row.party and row.when.latest <= by)}
    left = [contest for contest in story.contests if contest.code not in called]
    name = blank_name(story, caller) if whole else "no call held"
    items = tuple(
        _last_item(story, last[contest.code])
        if contest.code in last
        else _open_item(contest, by, name, kind=Kind.PENDING if whole else Kind.EXACT)
        for contest in left
    )
    several = f"{name}, or without a winner" if any(not row.party for row in made) else name
    return Tiles(several, Tone.NEUTRAL, items)


def _open_item(contest: Contest, by: datetime, name: str, *, kind: Kind) -> Item:
    when = When(by, by, Precision.NONE)
    text, sources = f"{contest.name}, {name}", tuple(contest.source.split())
    return Item(f"contests:{contest.code}", when, text, sources, value=float(contest.weight), kind=kind)


def _last_item(story: Story, row: CallRow) -> Item:
    """A contest whose last call was taken back, or has no winner."""
    if back := row.withdrawn:
        name, said, undoes = f"withdrawals:{back.id}", withdrawn_text(story, row), f"calls:{row.id}"
        return Item(name, back.when, said, back.sources, value=float(row.weight), undoes=undoes)
    return Item(f"calls:{row.id}", row.when, call_said(story, row), row.sources, value=float(row.weight))


def blank_name(story: Story, caller: str) -> str:
    """What a grey tile stands for: "not called", "no call held"."""
    return f"not {story.about.verb}" if is_complete(story, caller) else "no call held"


def _cells(story: Story, places: Places, mark: Tiles) -> tuple[Cell, ...]:
    """The place of each contest, with a code that fits a tile: OH for US-OH, ME1 for US-ME-01."""
    if not places.of:
        return ()
    codes = [_contest_of(story, item) for item in mark.items if not item.undoes or mark.tone is Tone.NEUTRAL]
    shared = len({code.partition("-")[0] for code in places.of}) == 1
    return tuple(Cell(*places.of[code], _short(code, shared=shared)) for code in codes)


def _contest_of(story: Story, item: Item) -> str:
    """The code of the contest that a tile is of."""
    table, _, name = (item.undoes or item.row).partition(":")
    return name if table == "contests" else story.contest_of[name]


def _short(code: str, *, shared: bool) -> str:
    own = code.partition("-")[2] if shared and "-" in code else code
    return own.replace("-0", "").replace("-", "")[:4]


def timed_text(story: Story, rows: Sequence[CallRow]) -> str:
    """How many of the contests have a call with a time: "66 of 382 areas have a time, 4 of them to the minute".

    Nothing where all have their minute.
    """
    unit, verb = story.about.unit.split(), story.about.verb
    noun = " ".join(word for word in unit if word != verb) if verb in unit else "contests"
    timed = {row.contest for row in rows if row.when.precision not in WITHOUT_TIME}
    exact = {row.contest for row in rows if row.when.exact}
    if len(exact) == len(story.contests):
        return ""
    said = f"{len(timed):,} of {len(story.contests):,} {noun} {'has' if len(timed) == 1 else 'have'} a time"
    return f"{said}, {len(exact):,} of them to the minute." if 0 < len(exact) < len(timed) else f"{said}."


def map_chart(asked: Question) -> Chart:
    """The contests as they stand at the end of the window, or where the story is told only so far, at that moment."""
    story, window, caller = asked.story, asked.window, asked.view.caller
    calls = asked.load.calls(story, caller=caller, possible=True)
    by = min(window.end, story.until) if story.until else window.end
    lane = tally_lane(story, calls, caller=caller, by=by)
    return Chart(
        slug="map",
        story=story.slug,
        title=f"{results_title(story)}, contest by contest",
        said=results_takeaway(
            story,
            lane,
            window,
            caller=caller,
            taken=taken_back(calls, window, whole=True),
            undecided=left_undecided(calls, window, whole=True),
        ),
        window=window,
        lanes=(lane,) if story.contests else (),
        sources=story.sources,
        notes=(_READING.format(blank=lane.marks[-1].name), *later_totals(asked.load.milestones(story))),
    )
