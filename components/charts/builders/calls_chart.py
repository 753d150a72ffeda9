"""Calls as a chart over the night: numbered events, and each side's total as a range."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from components.charts.builders.counts_lanes import count_lanes
from components.charts.events import (
    ONE_DAY,
    call_events,
    call_text,
    candidate,
    drawn_sides,
    few,
    listed,
    within,
)
from components.charts.grammar import Chart, Item, Kind, Lane, Points, Reference, Steps, Tone
from components.charts.kinds import Question
from components.charts.phrases.projected import projected_text, projection_events, standing
from components.charts.rows import surely
from components.charts.running_totals import sums
from components.charts.said import TOTALS, Said
from components.clock import Style, token
from components.text import capital
from data.core.model import OPEN_END, When, Window
from data.core.running import Tally
from data.evidence.calls import load_projections
from data.evidence.evidence_rows import CallRow, Calls, Milestones, ProjectionRow
from data.story.sides import Side
from data.story.story import Story, caller_name
from data.story.totals import (
    contests_called,
    is_complete,
    leaves_some,
    no_total,
    only_surely,
)

#: Contests and rounds whose counts stand under the totals.
_COUNTED = 4
#: What a window of half-open time lacks to its end.
_INSTANT = timedelta(microseconds=1)


def results_lane(story: Story, calls: Calls, window: Window, *, caller: str) -> Lane:
    """Running totals of one caller, one Steps mark for each party; none where its calls are not all known."""
    title = story.about.unit.capitalize()
    projected, reading = projection_marks(story, calls, window, caller=caller), ""
    if projected:
        reading = f" {PROJECTED}"
    if not is_complete(story, caller):
        note = f"{caller}: {no_total(story, caller)}.{reading}" if story.contests or not projected else PROJECTED
        return Lane("results", title, story.about.unit, projected, note=note)
    rows = [_before(row, window.end) for row in calls.rows if row.when.earliest < window.end]
    last = min(window.end - _INSTANT, story.until or window.end)
    least_until = _all_called(story, rows) if only_surely(story, caller) else None
    sides = drawn_sides(story, calls.rows)
    marks = tuple(
        Steps(side.name, Tone(side.tone), tuple(total_items(story, rows, side.parties, last=last)), least_until)
        for side in sides
    )
    references = winning_lines(story, sides)
    tops = [item.high or item.value or item.low or 0 for mark in projected for item in mark.items]
    tops += [item.high or item.low or 0 for mark in marks for item in mark.items]
    domain = (0.0, max([*tops, *(line.value for line in references), 0]) * 1.06)
    verb = story.about.verb
    told = f"Shaded: possibly {verb}, where only bounds are known."
    if only_surely(story, caller):
        told = "A total is what is at least there, as most have no time of their own."
    note = f"As {verb} by {_caller_name(story, caller)}. {told}{others_note(sides)}{reading}"
    return Lane("results", title, story.about.unit, (*marks, *projected), domain, note, references=references)


#: How the marks of what was projected are read.
PROJECTED = "Upright bars: exit poll, projected, and its updates; in no total."


def projection_marks(story: Story, calls: Calls, window: Window, *, caller: str) -> tuple[Points, ...]:
    """What was projected in the window, one mark for each party: a number for one of several is none for their side."""
    rows = [row for row in load_projections(story, caller).rows if row.when.earliest < window.end]
    rows = [row for row in rows if row.when.latest >= window.start]
    marks = (
        Points(
            f"{side.name if len(side.parties) == 1 else party.short}, projected",
            Tone(side.tone),
            tuple(_projected_item(story, row) for row in rows if row.party == party.id),
        )
        for side in drawn_sides(story, calls.rows)
        for party in story.about.parties
        if party.id in side.parties
    )
    return tuple(mark for mark in marks if mark.items)


def _projected_item(story: Story, row: ProjectionRow) -> Item:
    return Item(
        f"projections:{row.id}",
        row.when,
        f"projected for {candidate(story, row.party)}, {_caller_name(story, row.caller)}",
        row.sources,
        value=row.value,
        low=row.low,
        high=row.high,
        kind=Kind.PROJECTED,
    )


def projected_lane(story: Story, calls: Calls, window: Window, *, caller: str) -> tuple[Lane, ...]:
    """What was projected in a lane of its own, for charts without running totals; none where nothing was."""
    marks = projection_marks(story, calls, window, caller=caller)
    title = f"{story.about.unit.capitalize()}: exit poll, projected"
    return (Lane("projected", title, story.about.unit, marks, note="In no total."),) if marks else ()


def winning_lines(story: Story, sides: Sequence[Side]) -> tuple[Reference, ...]:
    """What wins: one line where it is the same for every party, else one for each side of a single party."""
    about = story.about
    if len({about.wins_with(party) for party in about.parties}) == 1:
        wins = about.wins_with(about.parties[0])
        return (Reference(float(wins), f"{wins} to win"),) if wins else ()
    wins_with = {party.id: about.wins_with(party) for party in about.parties}
    alone = [(side.name, sum(wins_with[name] for name in side.parties)) for side in sides if not side.told]
    return tuple(Reference(float(wins), f"{wins} to win for {name}", name) for name, wins in alone if wins)


def _to_win(references: Sequence[Reference]) -> str:
    """What wins, in a clause; empty where nothing is said of it."""
    if not references:
        return ""
    if references[0].side:
        return f"to win {listed([f'{line.side} needs {line.value:,.0f}' for line in references])}"
    wins = references[0].value
    return f"{wins:.0f} {'is' if wins == 1 else 'are'} needed to win"


def total_items(
    story: Story,
    rows: Sequence[CallRow],
    parties: Collection[str],
    *,
    last: datetime,
    summed: bool = True,
    made: Sequence[CallRow] = (),
) -> Iterable[Item]:
    """The calls for one side, each with the running total of all its parties, as a range, at its latest bound.

    A total without an upper end tells what is at least there. `last` is the last instant of which the rows tell all:
    a call with a later bound has no total, and one that may still come has that of this instant. Without `summed`
    none is given, since the rows are not all there are. `made` are all calls that were made, if rows taken back since
    are left out: a total is what stood then.
    """
    mine = [row for row in rows if row.party in parties]
    bounded = any(only_surely(story, caller) for caller in {row.caller for row in mine})
    counted = [row for row in made or rows if row.party in parties]
    tally = Tally.of(change for row in counted for change in row.changes)
    called = contests_called((row.contest, row.when.latest) for row in made or rows)

    def item(name: str, when: When, said: str, sources: tuple[str, ...], value: int, undoes: str = "") -> Item:
        at = last if when.open else when.latest
        sure, possible = tally.at(at)
        least = bounded and leaves_some(story, called.at(at))
        return Item(
            row=name,
            when=when,
            text=f"Possibly {said}" if when.open else said,
            sources=sources,
            value=float(value),
            low=float(sure) if summed and at <= last else None,
            high=float(possible) if summed and at <= last and not least else None,
            undoes=undoes,
        )

    for row in mine:
        yield item(f"calls:{row.id}", row.when, call_said(story, row), row.sources, row.weight)
    for row in mine:
        if back := row.withdrawn:
            said = withdrawn_text(story, row)
            yield item(f"withdrawals:{back.id}", back.when, said, back.sources, -row.weight, f"calls:{row.id}")


def _kept(row: CallRow) -> CallRow:
    return row.model_copy(update={"withdrawn": None})


def others_note(sides: Sequence[Side]) -> str:
    """Whom the side of several parties stands for, behind a space: " Others: Cas, Dot and Eve."; empty without one."""
    return "".join(f" {side.name.capitalize()}: {listed(list(side.told))}." for side in sides if side.told)


def _before(row: CallRow, end: datetime) -> CallRow:
    """The row without a withdrawal that comes from this instant on."""
    return _kept(row) if row.withdrawn and row.withdrawn.when.earliest >= end else row


def made_by(row: CallRow, end: datetime) -> CallRow:
    """The row without a withdrawal that comes after this instant."""
    return _kept(row) if row.withdrawn and row.withdrawn.when.earliest > end else row


def withdrawn_text(story: Story, row: CallRow) -> str:
    """What was taken back by whom, as a table says it: "withdrawn: Florida for Gore, CBS News"."""
    return f"withdrawn: {call_said(story, row)}"


def _all_called(story: Story, rows: Sequence[CallRow]) -> datetime:
    """The instant by which every contest had surely been called; the open end where some had not."""
    first: dict[str, datetime] = {}
    for row in rows:
        first[row.contest] = min(row.when.latest, first.get(row.contest, row.when.latest))
    return OPEN_END if leaves_some(story, len(first)) else max(first.values(), default=OPEN_END)


def call_said(story: Story, row: CallRow) -> str:
    return f"{call_text(story, row)}, {_caller_name(story, row.caller)}"


def _caller_name(story: Story, caller: str) -> str:
    return next((entry.name for entry in story.about.callers if entry.id == caller), caller)


def results_takeaway(
    story: Story,
    lane: Lane,
    window: Window,
    *,
    caller: str,
    by: str = "by",
    taken: Sequence[CallRow] = (),
    undecided: Sequence[CallRow] = (),
) -> Said:
    """What the caller had called by the end of the window, as the lane draws it; or why there is no total.

    `by` is "before" where something more was called at that very instant. `taken` are the calls it had taken back,
    `undecided` those without a winner that stood last.
    """
    at = min(window.end, story.until) if story.until else window.end
    name, least = caller_name(story, caller), only_surely(story, caller)
    projected = _projected(story, lane, at, caller=caller)
    if note := no_total(story, caller):
        why = f"{name}: {note}, so no running total is drawn"
        return Said.of(*((why, *projected) if story.contests or not projected else map(capital, projected)))
    style: Style = "stamp" if window.length >= ONE_DAY else "time"
    sides = sums(lane, window)
    back = f"withdrawn {'by then' if by == 'by' else 'before'}: {_few_for(story, taken)}" if taken else ""
    nobody = f"counted for nobody: {_few_for(story, undecided)}" if undecided else ""
    beside = (back, nobody, *projected)
    if not any(side.low or (side.high and not side.least) for side in sides):
        if undecided:
            return Said.of(
                f"{by.capitalize()} {token(at, style)} no winner stood as {story.about.verb} by {name}", *beside
            )
        if taken:
            return Said.of(f"No call of {name} is known to stand {by} {token(at, 'stamp')}", *beside)
        if least:
            return Said.of(f"Nothing is known to have been {story.about.verb} {by} {token(at, 'stamp')}", *beside)
        return Said.of(f"{name} had {story.about.verb} nothing {by} {token(at, 'stamp')}", *beside)
    said = listed([f"{side.said} for {side.mark.name}" for side in sides])
    to_win = _to_win(lane.references)
    stood = f"{said} stood as {story.about.verb} by {name}" if taken else f"{name} had {story.about.verb} {said}"
    return Said.of(f"{by.capitalize()} {token(at, style)} {stood}", to_win, *beside, tells=TOTALS)


def _projected(story: Story, lane: Lane, at: datetime, *, caller: str) -> list[str]:
    """What each caller had last projected, of what the lane draws, in a clause each."""
    drawn = {item.row for mark, item in lane.items if item.kind is Kind.PROJECTED}
    told = (row for row in load_projections(story, caller).rows if f"projections:{row.id}" in drawn)
    return [
        f"last projected by {caller_name(story, rows[0].caller)}: {projected_text(story, rows)}"
        for rows in standing(told, at)
    ]


def later_totals(milestones: Milestones) -> tuple[str, ...]:
    """What came to differ from the night's totals after it, a sentence each."""
    return tuple(
        f"{token(row.when, 'stamp')}: {row.label.removesuffix('.')}. No total of the night’s calls has this."
        for row in milestones.rows
        if row.kind == "later total"
    )


def _few_for(story: Story, rows: Sequence[CallRow]) -> str:
    """Florida for Gore and Florida for Bush; of more than a few the first and how many more."""
    return few([call_text(story, row) for row in rows])


def taken_back(calls: Calls, window: Window, *, whole: bool) -> list[CallRow]:
    """The calls that had surely been taken back by the end of the window, or `whole`, at it too; by time."""
    found = [(row.withdrawn.when, row) for row in calls.rows if row.withdrawn]
    surely = [entry for entry in found if entry[0].latest < window.end or (whole and entry[0].latest == window.end)]
    return [row for _, row in sorted(surely, key=lambda entry: entry[0].latest)]


def left_undecided(calls: Calls, window: Window, *, whole: bool) -> list[CallRow]:
    """Of each contest the call that stood last by the end of the window, or `whole`, at it too, if it has no winner."""
    last: dict[str, CallRow] = {}
    for row in calls.rows:
        if row.when.latest < window.end or (whole and row.when.latest == window.end):
            last[row.contest] = row
    taken = {row.id for row in taken_back(calls, window, whole=whole)}
    return [row for row in last.values() if not row.party and row.id not in taken]


def _by(calls: Calls, window: Window) -> str:
    """How a total of the window leads up to its end, which is not in it: "before" where a call came just then."""
    moments = [row.when.earliest for row in calls.rows]
    moments += [row.withdrawn.when.earliest for row in calls.rows if row.withdrawn]
    return "before" if window.end in moments else "by"


def results_title(story: Story) -> str:
    """Electoral votes as called; areas declared, where the unit says so itself."""
    unit, verb = story.about.unit.capitalize(), story.about.verb
    return unit if verb in unit.split() else f"{unit} as {verb}"


def results_chart(asked: Question) -> Chart:
    """Calls and running totals of one caller."""
    story, window, caller = asked.story, asked.window, asked.view.caller
    # All of that caller's, so that totals start right.
    calls, milestones = asked.load.calls(story, caller=caller, possible=True), asked.load.milestones(story)
    called = call_events(story, surely(calls), milestones, window, caller=caller)
    inside, outside = within((*called, *projection_events(story, window, caller=caller)), window)
    lane = results_lane(story, calls, window, caller=caller)
    return Chart(
        slug="results",
        story=story.slug,
        title=results_title(story),
        said=results_takeaway(
            story,
            lane,
            window,
            caller=caller,
            by=_by(calls, window),
            taken=taken_back(calls, window, whole=False),
            undecided=left_undecided(calls, window, whole=False),
        ),
        window=window,
        lanes=(lane, *count_lanes(story, calls, window, most=_COUNTED)),
        events=inside,
        outside=outside,
        sources=story.sources,
        notes=(
            "A call’s minute belongs to the outlet that published it.",
            "A contest known only within bounds is shaded, from possibly to surely.",
            *later_totals(milestones),
        ),
    )
