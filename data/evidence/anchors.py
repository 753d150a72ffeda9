"""The events of a night that something can be held against, or a clock started at, each with its interval."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from data.core.errors import NotInStory
from data.core.model import Precision, When
from data.evidence.calls import load_calls, load_milestones, load_poll_closings
from data.evidence.evidence_rows import CallRow, ClosingRow, MilestoneRow, refs, sources_of
from data.story.story import NOUNS, UNDECIDED, Story, call_of, contest_call, when_of
from data.story.totals import is_complete

#: Events that any night may have, by the names under which an address and a menu know them.
NIGHTLY = {
    "polls-close": "Polls close",
    "first-call": "First call",
    "decisive-call": "Decisive call",
    "concession": "Concession",
}
FIRST_CALL = "first-call"
#: How the key of a minute with several calls begins.
BATCH = "calls:"
_MILESTONE, _CLOSING = "milestone:", "closing:"
#: How the keys of a call that was made again, and of one that was taken back, begin.
_AGAIN, _WITHDRAWAL = "call:", "withdrawal:"
#: How the key of a failure begins, of a site of a story that holds a series to be held against it.
FAILURE = "failure:"
_CLOSE = "Last polls close in "


@dataclass(frozen=True, slots=True)
class Anchor:
    """An event with its interval and the rows it rests on ("table:id"); `caller` where it is somebody's call.

    `short` is what a label on a chart says, where that is less than `label`.
    """

    key: str
    label: str
    when: When
    rows: tuple[str, ...]
    sources: tuple[str, ...]
    caller: str = ""
    short: str = ""
    #: Where polls close, for a closing.
    places: str = ""


def anchors_of(story: Story, caller: str) -> tuple[Anchor, ...]:
    """What the night's anchors, this caller's calls, milestones and poll closings offer, in this order.

    A contest has the key of its code, a later call of it "call:" with its id, a call that was taken back "withdrawal:"
    with the id of its withdrawal, calls of one minute "calls:" with that minute, a failure of a site "failure:" with
    the id of its observation, a milestone "milestone:" with its id, closings of one instant "closing:" with that
    instant. What has no time is left out.
    """
    return (*nightly(story, caller), *_calls(story, caller), *failures(story), *_milestones(story), *_closings(story))


def anchor_of(story: Story, caller: str, key: str) -> Anchor | None:
    """The event of this key; None where this caller has none. NotInStory for a key of no event at all."""
    for anchor in _like(story, caller, key):
        if anchor.key == key:
            return anchor
    if key in NIGHTLY or key.startswith(BATCH) or is_contest(story, key) or key in _lives(story):
        return None
    wants = f"one like {', '.join((*story.about.emphasised[:2], *NIGHTLY))}"
    raise NotInStory(f"{key[:60]!r} is not an event of {story.slug}", parameter="event", got=key[:60], wants=wants)


def _like(story: Story, caller: str, key: str) -> Iterator[Anchor]:
    """The events whose keys look like this one: reading every table for each caller takes half a second."""
    if key in NIGHTLY:
        return nightly(story, caller)
    if key.startswith(_MILESTONE):
        return _milestones(story)
    if key.startswith(FAILURE):
        return failures(story)
    return _closings(story) if key.startswith(_CLOSING) else _calls(story, caller)


def is_contest(story: Story, key: str) -> bool:
    """Whether an event is the call of one contest, which every caller makes at a time of its own."""
    return any(contest.code == key for contest in story.contests)


def event_name(story: Story, key: str) -> str:
    """What an event is called whoever's it is: Florida call, first declaration, batch of calls, Concession."""
    noun = NOUNS[story.about.verb]
    named = {contest.code: f"{contest.name} {noun}" for contest in story.contests} | NIGHTLY
    named |= _lives(story)
    return named.get(key, f"batch of {noun}s") if key != FIRST_CALL else f"first {noun}"


def _lives(story: Story) -> dict[str, str]:
    """The keys of calls that were made again or taken back, whoever's they are, with their names."""
    noun, calls = NOUNS[story.about.verb], {call.id: call for call in (*story.calls, *story.possible)}
    found = {f"{_AGAIN}{name}": f"later {story.contest(calls[name].contest).name} {noun}" for name in story.follows}
    return found | {
        f"{_WITHDRAWAL}{row.id}": f"withdrawal of the {story.contest(calls[name].contest).name} {noun}"
        for name, row in story.withdrawn.items()
    }


def nightly(story: Story, caller: str) -> Iterator[Anchor]:
    """Those of NIGHTLY that this story holds, in the order of NIGHTLY."""
    milestones = load_milestones(story).rows
    yield from _polls_close(story, milestones)
    yield from _first_call(story, caller)
    for key, kind in (("decisive-call", "decisive call"), ("concession", "concession")):
        if rows := [row for row in milestones if row.kind == kind]:
            yield _anchor(key, str(rows[0].label), "milestones", rows[:1], short=NIGHTLY[key])


def _polls_close(story: Story, milestones: Sequence[MilestoneRow]) -> Iterator[Anchor]:
    """The first closing of all: as a milestone where polls close everywhere at once, else of the contests' own.

    A contest in two time zones is first closed where its polls close first.
    """
    if rows := [row for row in milestones if row.kind == "polls close"]:
        yield _anchor("polls-close", rows[0].label, "milestones", rows[:1])
        return
    instants: dict[datetime, list[ClosingRow]] = defaultdict(list)
    for row in load_poll_closings(story).rows:
        instants[row.first_close or row.last_close].append(row)
    if instants:
        first = min(instants)
        label, short = f"First polls close: {_places(instants[first])}", "First polls close"
        named, sources = refs("poll_closings", instants[first]), sources_of(instants[first])
        yield Anchor("polls-close", label, When.at(first), named, sources, short=short)


def _first_call(story: Story, caller: str) -> Iterator[Anchor]:
    """The first call of a caller whose calls are all known; of any other nobody can say which was first."""
    rows = load_calls(story, caller=caller).rows
    if not rows or not is_complete(story, caller):
        return
    near = min(row.when.latest for row in rows)
    first = [row for row in rows if row.when.earliest <= near]
    earliest = min(row.when.earliest for row in first)
    # A minute that no other call can precede is exact, though others may have come in it or later.
    own = next((row for row in first if (row.when.earliest, row.when.latest) == (earliest, near)), None)
    alone = earliest == near or all(row.when.latest == near for row in first)
    when = own.when if own and alone else When(earliest, near, Precision.WINDOW)
    what = f"first {NOUNS[story.about.verb]}"
    label = call_of(story, caller, what)
    yield Anchor(FIRST_CALL, label, when, refs("calls", first), sources_of(first), caller, what.capitalize())


def _calls(story: Story, caller: str) -> Iterator[Anchor]:
    """One anchor for each contest, the emphasised first, and one for each minute in which several were called."""
    rows = load_calls(story, caller=caller).rows
    rank = {code: place for place, code in enumerate(story.about.emphasised)}
    noun = NOUNS[story.about.verb]
    minutes: dict[datetime, list[CallRow]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: rank.get(row.contest, len(rank))):
        first = story.follows.get(row.id) is None
        alone = first and row.withdrawn is None and row.party
        label = contest_call(story, caller, row.name) if alone else _lived(story, row, noun)
        key = row.contest if first else f"{_AGAIN}{row.id}"
        yield _anchor(key, label, "calls", [row], caller=caller, short=row.name)
        if back := row.withdrawn:
            label, short = f"the withdrawal of {_lived(story, row, noun)}", f"{row.name} withdrawn"
            refs = (f"withdrawals:{back.id}",)
            yield Anchor(f"{_WITHDRAWAL}{back.id}", label, back.when, refs, back.sources, caller, short)
        if row.when.earliest == row.when.latest:
            minutes[row.when.latest].append(row)
    for minute, batch in sorted(minutes.items()):
        if len(batch) > 1:
            what = f"batch of {len(batch)} {noun}s"
            label, short = call_of(story, caller, what), what.capitalize()
            yield _anchor(f"{BATCH}{_stamp(minute)}", label, "calls", batch, caller=caller, short=short)


def _lived(story: Story, row: CallRow, noun: str) -> str:
    """A call among several of its contest by whom it was for, if for anybody: CBS’s call of Florida for Gore."""
    if not row.party:
        return call_of(story, row.caller, f"{noun} of {UNDECIDED[row.outcome][0]} in {row.name}")
    side = next((party.short for party in story.about.parties if party.id == row.party), row.party)
    return call_of(story, row.caller, f"{noun} of {row.name} for {side}")


def _milestones(story: Story) -> Iterator[Anchor]:
    for row in load_milestones(story).rows:
        yield _anchor(f"{_MILESTONE}{row.id}", row.label, "milestones", [row])


def failures(story: Story) -> Iterator[Anchor]:
    """When the main site began to fail, as sources say it, by time; only where the story measured a series beside."""
    main = {service.id for service in story.about.services if service.main} if story.series else set()
    rows = [
        row
        for row in story.observations
        if row.begins and row.status in ("failing", "unreachable") and row.service in main
    ]
    timed = [(when, row) for row in rows if (when := when_of(row, story))]
    for when, row in sorted(timed, key=lambda pair: pair[0].latest):
        yield Anchor(
            f"{FAILURE}{row.id}",
            row.what,
            when,
            (f"observations:{row.id}",),
            tuple(row.source.split()),
            short="The site fails",
        )


def _closings(story: Story) -> Iterator[Anchor]:
    """Closings of one instant are one event."""
    instants: dict[datetime, list[ClosingRow]] = defaultdict(list)
    for row in load_poll_closings(story).rows:
        instants[row.last_close].append(row)
    for instant, rows in instants.items():
        places = _places(rows)
        key, label = f"{_CLOSING}{_stamp(instant)}", f"{_CLOSE}{places}"
        named, sources = refs("poll_closings", rows), sources_of(rows)
        yield Anchor(key, label, When.at(instant), named, sources, short="Last polls close", places=places)


def _places(rows: list[ClosingRow]) -> str:
    names = [row.name for row in rows]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _anchor(
    key: str, label: str, table: str, rows: Sequence[CallRow | MilestoneRow], *, caller: str = "", short: str = ""
) -> Anchor:
    return Anchor(key, label, rows[0].when, refs(table, rows), sources_of(rows), caller, short)


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="minutes") + "Z"
