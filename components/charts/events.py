"""Calls and milestones as numbered events: a batch is one event, an emphasised contest always one of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from components.charts.grammar import Event, Tone
from components.clock import Style, token
from components.text import capital
from data.core.model import Precision, When, Window
from data.evidence.evidence_rows import (
    CallRow,
    Calls,
    MilestoneRow,
    Milestones,
    WithdrawalRow,
    refs,
)
from data.story.sides import Side, sides_of
from data.story.story import NOUNS, UNDECIDED, Story, caller_name, when_of

#: Kinds of milestone that repeat a call; the call itself is the event.
_REPEATED = ("calls",)
#: In a longer range a time of day alone would not say which day.
ONE_DAY = timedelta(days=1)
#: Places along an axis that a reader can tell apart, and how many events a window of a day or less holds one by one.
_PLACES = 60
_MOST_EVENTS = 45
#: Names of one side that a sentence lists; of more it lists the first and counts the rest.
_NAMED, _LISTED, _FEW = 10, 8, 3
#: Precisions whose own words say how far a time is meant.
_SAYING_SO = (Precision.DAY, Precision.HOUR, Precision.APPROXIMATE, Precision.AFTER)
Groups = dict[object, list[CallRow]]
#: A statement whose time is known less well than this is no event.
_MOMENT = timedelta(hours=3)
#: Where a story writes a label for something, it ranks among the first of what is no call.
_TOLD = 5
_MILESTONE_PRIORITY = {"decisive call": 0, "chamber": 20, "concession": 15, "speech": 25}


def call_events(
    story: Story, calls: Calls, milestones: Milestones, window: Window, *, caller: str
) -> tuple[Event, ...]:
    """One event for each distinct time: a batch of calls in one minute is one event, never one for each state.

    Emphasised contests keep an event of their own. A milestone in the minute of a call joins its sentence. In a
    window of days, and in one that would hold more than `_MOST_EVENTS`, calls that could not be told apart on its axis
    are one event with their common bounds.
    """
    called = calls.rows
    sides = drawn_sides(story, called)
    moments = defaultdict(list)
    for row in milestones.rows:
        if row.kind not in _REPEATED:
            moments[(row.when.earliest, row.when.latest)].append(row)
    groups = _grouped(story, called, window, by_place=window.length > ONE_DAY)
    inside = [span for span in {*moments, *(_bounds(rows) for rows in groups.values())} if window.overlaps(*span)]
    if len(inside) > _MOST_EVENTS:
        groups = _grouped(story, called, window, by_place=True)
    events = []
    for rows in groups.values():
        when = _common(rows)
        also = moments.pop((when.earliest, when.latest), [])
        events.append(_call_event(story, sides, rows, also, when, caller, dated=is_dated(when, window)))
    for rows in _withdrawn(story, called):
        when = _back(rows[0]).when
        also = moments.pop((when.earliest, when.latest), [])
        events.append(_withdrawal_event(story, rows, also, caller, dated=is_dated(when, window)))
    events += [_milestone_event(sides, row) for rows in moments.values() for row in rows]
    return tuple(events)


def _grouped(story: Story, rows: Iterable[CallRow], window: Window, *, by_place: bool) -> Groups:
    """Calls that are one event: those of one time, or with `by_place` those of one place on the window's axis."""
    groups: Groups = defaultdict(list)
    for row in rows:
        own = row.id if row.contest in story.about.emphasised else ""
        groups[own or (_place(row, window) if by_place else (row.when.earliest, row.when.latest))].append(row)
    return groups


def _withdrawn(story: Story, called: Sequence[CallRow]) -> Iterable[list[CallRow]]:
    """The calls that were taken back, in groups of one time; those of emphasised contests one by one."""
    groups: Groups = defaultdict(list)
    for row in called:
        if row.withdrawn and not row.withdrawn.when.open:
            when = row.withdrawn.when
            groups[row.id if row.contest in story.about.emphasised else (when.earliest, when.latest)].append(row)
    return groups.values()


def _place(row: CallRow, window: Window) -> tuple[object, ...]:
    """Where both bounds stand; calls known by a bound or a day alone are no calls of a minute."""
    places = [int((bound - window.start) / (window.length / _PLACES)) for bound in (row.when.earliest, row.when.latest)]
    return (row.when.precision if row.when.precision in ("by", "day") else "", *places)


def _bounds(rows: list[CallRow]) -> tuple[datetime, datetime]:
    return min(row.when.earliest for row in rows), max(row.when.latest for row in rows)


def _common(rows: list[CallRow]) -> When:
    """The time of a group: its own where all share one, a common upper bound where only such are known."""
    earliest, latest = _bounds(rows)
    first = rows[0].when
    if (earliest, latest) == (first.earliest, first.latest):
        return first
    only_by = all(row.when.precision == "by" for row in rows)
    return When(earliest, latest, Precision.BY if only_by else Precision.WINDOW)


def _call_event(
    story: Story,
    sides: Sequence[Side],
    rows: list[CallRow],
    also: list[MilestoneRow],
    when: When,
    caller: str,
    *,
    dated: bool,
) -> Event:
    rows = sorted(rows, key=lambda row: -row.weight)
    chosen = [row.contest for row in rows if row.contest in story.about.emphasised]
    rank = story.about.emphasised.index(chosen[0]) if chosen else 30 + max(0, 60 - sum(row.weight for row in rows))
    short = _label(rows[0]) if len(rows) == 1 else f"{rows[0].short} +{len(rows) - 1}"
    decided = next((row.short for row in also if row.kind == "decisive call"), "")
    short += f": {decided}," if decided else ""
    return Event(
        when=when,
        label="; ".join(
            [
                capital(f"{caller_name(story, caller)} {story.about.verb} {_sides(story, rows)}"),
                *(row.label for row in also),
            ]
        ),
        short=f"{short} {short_time(when, dated=dated)}",
        shorter=tuple(dict.fromkeys((short.rstrip(","), *(row.short for row in rows if len(rows) == 1 and row.party)))),
        tone=_tone(sides, [row.party for row in rows]),
        rows=refs("calls", rows) + refs("milestones", also),
        sources=tuple(dict.fromkeys(name for cited in (rows, also) for row in cited for name in row.sources)),
        priority=rank,
        emphasised=bool(chosen),
    )


def _withdrawal_event(
    story: Story, rows: list[CallRow], also: list[MilestoneRow], caller: str, *, dated: bool
) -> Event:
    """That these calls were taken back, all at one time."""
    backs, chosen = [_back(row) for row in rows], [row for row in rows if row.contest in story.about.emphasised]
    short = f"{rows[0].short if len(rows) > 1 else rows[0].name} withdrawn"
    return Event(
        when=backs[0].when,
        label="; ".join(
            [capital(f"{caller_name(story, caller)} {took_back(story, rows)}"), *(row.label for row in also)]
        ),
        short=f"{short} {short_time(backs[0].when, dated=dated)}",
        shorter=(short,),
        tone=Tone.NEUTRAL,
        rows=refs("withdrawals", backs) + refs("milestones", also),
        sources=tuple(dict.fromkeys(name for cited in (backs, also) for row in cited for name in row.sources)),
        priority=story.about.emphasised.index(chosen[0].contest) if chosen else 30,
        emphasised=bool(chosen),
    )


def took_back(story: Story, rows: Sequence[CallRow]) -> str:
    """What a caller did with these calls: "withdrew its call of Florida for Gore"."""
    noun = NOUNS[story.about.verb]
    return f"withdrew its {noun if len(rows) == 1 else f'{noun}s'} of {_sides(story, rows)}"


def _back(row: CallRow) -> WithdrawalRow:
    if row.withdrawn is None:
        raise ValueError(f"{row.id} was not withdrawn")
    return row.withdrawn


def _sides(story: Story, rows: Sequence[CallRow]) -> str:
    """Texas and Kansas for Trump, a run-off in Georgia; of a long list its beginning and a count."""
    alike: dict[tuple[str, str], list[CallRow]] = defaultdict(list)
    for row in rows:
        alike[row.party, row.outcome].append(row)
    return ", ".join(_named_of(story, those) for those in alike.values())


def _named_of(story: Story, rows: list[CallRow]) -> str:
    names = [row.name for row in rows]
    if len(names) > _NAMED:
        names = [*names[:_LISTED], f"{len(names) - _LISTED:,} more"]
    if not rows[0].party:
        return f"{UNDECIDED[rows[0].outcome][len(rows) > 1]} in {listed(names)}"
    return f"{listed(names)} {for_whom(story, rows[0])}"


_HOW = {"not_leading": " (not leading in the count)", "tie": " (after a tie)", "lots": " (by lot)"}


def for_whom(story: Story, row: CallRow) -> str:
    """Whom a call is for, and how where it was not simply won: "for Ann (by lot)"; "a run-off" where nobody has won."""
    if not row.party:
        return UNDECIDED[row.outcome][0]
    return f"for {candidate(story, row.party)}{_HOW.get(row.outcome, '')}"


def contest_called(row: CallRow) -> str:
    """What was called, without for whom: "Georgia", or "a run-off in Georgia"."""
    return row.name if row.party else f"{UNDECIDED[row.outcome][0]} in {row.name}"


def call_text(story: Story, row: CallRow) -> str:
    """What was called for whom: "Georgia for Ann (by lot)", or "a run-off in Georgia"."""
    return f"{row.name} {for_whom(story, row)}" if row.party else contest_called(row)


def _label(row: CallRow) -> str:
    """What a label on a chart says of a call: "Georgia run-off"."""
    return row.name if row.party else f"{row.name} {UNDECIDED[row.outcome][0].removeprefix('a ')}"


def listed(names: Sequence[str], last: str = "and") -> str:
    """Texas, Kansas and Utah. A comma parts the last from one that has an "and" of its own."""
    comma = "," if any(f" {last} " in name for name in names) else ""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])}{comma} {last} {names[-1]}"


def few(names: list[str]) -> str:
    """Ohio, Iowa and Utah; of more than three the first two and how many more."""
    return listed([*names[:2], f"{len(names) - 2} more"] if len(names) > _FEW else names)


def is_dated(when: When, window: Window) -> bool:
    """Whether a time of day alone would not say which day: in a window of days, and where a bound lies after it."""
    return window.length > ONE_DAY or when.latest > window.end


def short_time(when: When, *, dated: bool) -> str:
    """A time in few words: at its minute, "about" it, or "by" its latest bound."""
    style: Style = "dated" if dated else "short"
    if when.precision in _SAYING_SO:
        return token(when, style)
    return ("" if when.exact else "by ") + token(when.latest, style)


def _milestone_event(sides: Sequence[Side], row: MilestoneRow) -> Event:
    when = row.when
    return Event(
        when=when,
        label=row.label,
        short=f"{row.short or row.label}, {token(when, 'short')}",
        shorter=(row.short or row.label,),
        tone=_tone(sides, [row.party]) if row.party else Tone.NEUTRAL,
        rows=refs("milestones", [row]),
        sources=row.sources,
        priority=_TOLD if row.short else _MILESTONE_PRIORITY.get(row.kind, 80),
    )


def statement_events(story: Story) -> tuple[Event, ...]:
    """What somebody said or posted in the night, as far as a time of it is known within a few hours."""
    rows = [(row, when_of(row, story)) for row in story.observations if row.kind == "statement"]
    return tuple(
        Event(
            when=when,
            label=f"{row.what}, {row.credit}",
            short=f"{row.short or row.what}, {token(when, 'short')}",
            shorter=(row.short or row.what,),
            tone=Tone.NEUTRAL,
            rows=(f"observations:{row.id}",),
            sources=tuple(row.source.split()),
            priority=_TOLD if row.short else 80,
        )
        for row, when in rows
        if when and when.latest - when.earliest <= _MOMENT
    )


def rail_name(story: Story, caller: str) -> str:
    """What the rail of a caller's calls is named: "AP calls"; "Declarations" where the noun says who makes them."""
    noun = f"{NOUNS[story.about.verb]}s"
    return f"{caller_name(story, caller)} {noun}" if story.about.verb == "called" else noun.capitalize()


def within(events: Iterable[Event], window: Window) -> tuple[tuple[Event, ...], tuple[Event, ...]]:
    """The events that touch the window, and those that lie outside of it, both by time."""
    ordered = sorted(events, key=lambda event: (event.when.latest, event.when.earliest, event.label))
    inside = [event for event in ordered if window.overlaps(event.when.earliest, event.when.latest)]
    return tuple(inside), tuple(event for event in ordered if event not in inside)


def drawn_sides(story: Story, rows: Iterable[CallRow]) -> tuple[Side, ...]:
    """The sides as a chart of one caller's calls draws them; `rows` are all of these calls."""
    return sides_of(story.about.parties, ((row.party, row.when, row.weight) for row in rows))


def _tone(sides: Sequence[Side], parties: Iterable[str]) -> Tone:
    """The look of the only side that these parties are of; neutral where they are of several."""
    found = set(parties)
    own = [side for side in sides if found & side.parties]
    return Tone(own[0].tone) if len(own) == 1 else Tone.NEUTRAL


def candidate(story: Story, party: str) -> str:
    """The short name of a party's candidate."""
    return next((entry.short for entry in story.about.parties if entry.id == party), party)
