"""A night as frames: from which instant each row and event of a chart is told, and one sentence for each change."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache

from components.charts.events import ONE_DAY
from components.charts.grammar import Chart, Line, Points, Spans, Stretches
from components.charts.phrases.moments import Moments, PlacedRow
from components.clock import Clock, Style
from data.core.model import OPEN_END, Order
from data.evidence.calls import load_counts
from data.evidence.searches import search_marks
from data.story.as_of import published_to_the_minute, stands_from
from data.story.story import Story, when_of
from data.story.tables import Call, Figure, Observation
from data.story.totals import call_when, untimed_callers, withdrawn_when

#: A table's rows are known by its name and theirs: "observations:ctv-11pm".
Stands = Mapping[str, datetime]
Stand = Callable[[Story, Order], Stands]
#: From an instant to what is told of it.
Sentences = Callable[[datetime], str]
Tell = Callable[[Moments, Stands, Clock, Order, Style], Sentences]
#: Sentences that are kept of a night: of a range they are some hundred, and of another mostly the same.
_SENTENCES = 4096


@dataclass(frozen=True, slots=True)
class Life:
    """What a call has besides its own beginning: the row that takes it back, if any, and how its tile looks till then.

    `again` says that its caller had made and taken back a call of the contest before.
    """

    back: str
    soft: bool
    again: bool


@dataclass(frozen=True, slots=True)
class Frames:
    """What it takes to tell a chart up to any instant of its window, in one order.

    `sure` has for each row of the chart the instant from which it stands, `maybe` for calls of which only bounds are
    known the one from which they are possible; a row in neither stands at no moment, only in the whole. `events` are
    the instants from which the numbered events are told, which is once all their rows stand; the open end for never.
    `moments` are those at which anything changes, by time, with a sentence each; `before` is the sentence for the start
    of the window, and `changes` how many moments there are if all are told. `lives` are those of the calls that were
    taken back or made again.
    """

    order: Order
    sure: Stands
    maybe: Stands
    events: tuple[datetime, ...]
    moments: tuple[tuple[datetime, str], ...]
    before: str
    changes: int
    lives: Mapping[str, Life] = field(default_factory=dict)


def frames_of(
    story: Story,
    chart: Chart,
    clock: Clock,
    *,
    order: Order,
    words: Moments,
    stand: Stand | None = None,
    tell: Tell | None = None,
    only: Collection[str] | None = None,
) -> Frames:
    """The frames of a chart in this order, as far as its story is told; `words` are made of all its rows.

    `stand` and `tell` give what `stands_of` and `sentences_of` do, for whoever holds it: of each range of a story it is
    the same. With `only`, its moments are those of these rows and of the events; what else changes is seen at the next
    of them.
    """
    stands = (stand or stands_of)(story, order)
    last = {item.row: item.last for lane in chart.lanes for _, item in lane.items}
    rows = {*last, *(row for event in chart.events for row in event.rows)}
    sure = {row: moment for row, moment in {**_fetched(story, last, order), **stands}.items() if row in rows}
    maybe = {row: moment for row, moment in _possible(story, order).items() if row in rows}
    events = tuple(max((event.when.latest, *(sure.get(row, OPEN_END) for row in event.rows))) for event in chart.events)
    style: Style = "stamp" if chart.window.length >= ONE_DAY else "time"
    sentence = (tell or sentences_of)(words, stands, clock, order, style)
    # A line is drawn up to wherever the play stands: its thousand bins are no thousand moments.
    bins = {item.row for lane in chart.lanes for mark, item in lane.items if isinstance(mark, Line | Stretches)}
    steps = [*((row, at) for row, at in sure.items() if row not in bins), *maybe.items()]
    changes = {at for at in (*events, *(at for _, at in steps)) if at in chart.window}
    kept = changes & {*events, *(at for row, at in steps if only is None or row in only)}
    told = tuple((at, sentence(at)) for at in sorted(kept))
    return Frames(order, sure, maybe, events, told, sentence(chart.window.start), len(changes), _lives(story, rows))


def sentences_of(words: Moments, stands: Stands, clock: Clock, order: Order, style: Style) -> Sentences:
    """What tells the sentence for any instant, in this order and on this clock; one it has told is kept."""
    up_to = _cut(words, stands, order)

    @lru_cache(_SENTENCES)
    def sentence(at: datetime) -> str:
        return clock.say(" ".join(up_to(at).latest(at, style)))

    return sentence


def _lives(story: Story, rows: Collection[str]) -> dict[str, Life]:
    """The name of each call among these rows that was taken back or made again -> its life."""
    found = {}
    for call in story.calls:
        back, again = story.withdrawn.get(call.id), _is_again(story, call)
        if call.party and (back or again) and f"calls:{call.id}" in rows:
            soft = not call_when(call, story).exact
            found[f"calls:{call.id}"] = Life(f"withdrawals:{back.id}" if back else "", soft, again)
    return found


def _is_again(story: Story, call: Call) -> bool:
    """Whether the same caller had given the contest to somebody before."""
    before = story.follows.get(call.id)
    return before is not None and (bool(before[0].party) or _is_again(story, before[0]))


def stands_of(story: Story, order: Order) -> Stands:
    """From which instant each row of the story's tables stands in this order, as far as the story is told."""
    return {row: at for row, at in _stands(story, order) if story.until is None or at <= story.until}


def _stands(story: Story, order: Order) -> Iterator[tuple[str, datetime]]:
    """Every row of the story's tables that stands at some moment, with the first of these."""
    yield from ((f"calls:{call.id}", call_when(call, story).latest) for call in story.calls)
    for call in story.calls:
        if when := withdrawn_when(call, story):
            yield f"withdrawals:{story.withdrawn[call.id].id}", when.latest
    yield from ((f"milestones:{row.id}", when.latest) for row in story.milestones if (when := when_of(row, story)))
    yield from ((f"counts:{row.id}", row.when.latest) for row in load_counts(story).rows)
    yield from ((f"projections:{row.id}", when.latest) for row in story.projections if (when := when_of(row, story)))
    for row in story.observations:
        if moment := stands_from(row, story, order):
            yield f"observations:{row.id}", moment
    for figure in story.figures:
        if moment := stands_from(figure, story, order):
            yield f"figures:{figure.id}", moment


def _fetched(story: Story, last: Stands, order: Order) -> dict[str, datetime]:
    """Rows of no table, which stand when what they count or saw was over; nobody can say when they were published."""
    own = {*(f"observations:{row.id}" for row in story.observations), *(f"figures:{row.id}" for row in story.figures)}
    # A contest without a call is there all night, and a possible one has no end: neither is a row of a time.
    fetched = {
        row: moment
        for row, moment in last.items()
        if row not in own and not row.startswith("contests:") and moment < OPEN_END
    }
    return fetched if order is Order.HAPPENED else {}


def _possible(story: Story, order: Order) -> dict[str, datetime]:
    """Calls that may have been made some time before they surely had been; what is not published is not possible."""
    if order is Order.KNOWN:
        return {}
    untimed = untimed_callers(story)
    held = (call for call in (*story.calls, *story.possible) if call.caller not in untimed)
    calls = ((call, call_when(call, story)) for call in held)
    taken = [(call, when) for call in story.calls if (when := withdrawn_when(call, story))]
    found = {f"calls:{call.id}": when.earliest for call, when in calls if when.earliest < when.latest}
    return found | {
        f"withdrawals:{story.withdrawn[call.id].id}": when.earliest
        for call, when in taken
        if when.earliest < when.latest
    }


def _cut(words: Moments, stands: Stands, order: Order) -> Callable[[datetime], Moments]:
    """From an instant to the rows that stand by then, of calls to the totals that count those that are possible too."""

    def stood(name: str, row: PlacedRow) -> datetime:
        """From when the row is told; far in the future where that is not known."""
        return stands.get(name, OPEN_END if order is Order.KNOWN else row.when.latest)

    marks = [(stood(f"{row.table}:{row.id}", row), row) for row in words.marks]
    seen = [(stood(f"observations:{row.id}", row), row) for row in words.seen]

    totals = words.as_published() if order is Order.KNOWN else words.totals

    def up_to(at: datetime) -> Moments:
        told = tuple(row for moment, row in marks if moment <= at)
        shown = tuple(row for moment, row in seen if moment <= at)
        stood = stands if order is Order.KNOWN else {}
        return replace(words, marks=told, seen=shown, order=order, totals=totals, stood=stood)

    return up_to


def minutes_known(story: Story, chart: Chart) -> tuple[int, int]:
    """Of how many things that the order moves the minute of publication is known, and how many there are.

    These are the observations of a site and the search reports in the chart's window, drawn or counted in its words;
    machine records, which nobody published, among them. Calls and milestones are known as they happen, and are not.
    """
    window = chart.window
    timed = ((row, when_of(row, story)) for row in story.observations if row.kind == "outage")
    inside = (row for row, when in timed if when and window.overlaps(when.earliest, row.until or when.latest))
    marks = {f"{mark.table}:{mark.id}" for mark in search_marks(story, window)}
    drawn = {item.row for lane in chart.lanes for mark, item in lane.items if isinstance(mark, Points | Spans)}
    drawn -= {f"projections:{row.id}" for row in story.projections}
    moved = {*(f"observations:{row.id}" for row in inside), *marks, *drawn}
    held: dict[str, Observation | Figure] = {f"observations:{row.id}": row for row in story.observations}
    held |= {f"figures:{row.id}": row for row in story.figures}
    return sum(name in held and published_to_the_minute(held[name], story) for name in moved), len(moved)
