"""A story as one checked value: every id that a row names is there, and the sums come out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import pairwise
from typing import Any

from data.core.errors import DataError, StoryInvalid
from data.core.model import Order, Source, When, Window
from data.story.places import Places, places_of
from data.story.results import Final, finals_of
from data.story.story_checks import Examined
from data.story.story_toml import About
from data.story.table_rows import Clocked
from data.story.tables import (
    TABLES,
    Call,
    Contest,
    Control,
    Correction,
    Figure,
    Interest,
    Milestone,
    Observation,
    PollClosing,
    Projection,
    Reading,
    Result,
    SourceRow,
    Tile,
    VoteCount,
    Withdrawal,
)

#: What a story may be about, and the lanes of a night by their names in an address.
SUBJECTS = frozenset({"searches", "series", "site", "calls"})
LANES = ("interest", "outages", "results")


class UnknownStory(DataError, LookupError):
    """No story has this name; the sentence says which there are."""


# Without slots, so that what is looked up in its tables is kept: a night may have thousands of contests.
@dataclass(frozen=True)
class Story:
    """All that a story says, checked: every id named in a row is there, and the weights add up."""

    slug: str
    about: About
    sources: tuple[Source, ...]
    contests: tuple[Contest, ...]
    tiles: tuple[Tile, ...]
    calls: tuple[Call, ...]
    withdrawals: tuple[Withdrawal, ...]
    projections: tuple[Projection, ...]
    counts: tuple[VoteCount, ...]
    poll_closings: tuple[PollClosing, ...]
    milestones: tuple[Milestone, ...]
    observations: tuple[Observation, ...]
    figures: tuple[Figure, ...]
    controls: tuple[Control, ...]
    interest: tuple[Interest, ...]
    series: tuple[Reading, ...]
    results: tuple[Result, ...]
    corrections: tuple[Correction, ...]
    #: Told up to this instant, None for the whole; `order` says whether by what had happened or been published.
    until: datetime | None = None
    order: Order = Order.HAPPENED
    #: Calls that may have been made by `until`, of which no upper bound has passed.
    possible: tuple[Call, ...] = ()
    #: Withdrawals that may have been made by `until`, likewise.
    possible_withdrawals: tuple[Withdrawal, ...] = ()
    #: Callers of which every call is held, so that their calls so far make a total.
    ledgers: frozenset[str] = frozenset()
    #: Callers of which most calls have no time of their own.
    untimed: frozenset[str] = frozenset()
    #: The subjects of the whole, where it is told only up to a moment.
    of_the_whole: frozenset[str] = frozenset()
    #: The stamp under which its store read it; empty for one that was put together elsewhere.
    stamp: str = ""
    #: What all of it says across itself as long as it is a draft, "DRAFT: ..."; empty for what readers have.
    draft: str = ""

    @cached_property
    def window(self) -> Window:
        """The span that the story shows when nobody has chosen one."""
        return Window(self.about.window.start, self.about.window.end)

    @property
    def banner(self) -> str:
        """What stands over every page and chart of it: that it is a draft, or a rehearsal; else empty."""
        return self.draft or (self.about.rehearsal.says if self.about.rehearsal else "")

    def source(self, name: str) -> Source:
        """The source of this id; KeyError for an id that no row of a checked story can name."""
        for source in self.sources:
            if source.id == name:
                return source
        raise KeyError(name)

    def cited(self, names: Iterable[str]) -> tuple[Source, ...]:
        """The sources of these ids, in the order in which the story lists them."""
        wanted = set(names)
        return tuple(source for source in self.sources if source.id in wanted)

    def contest(self, code: str) -> Contest:
        """The contest of this code; KeyError for a code that no row of a checked story can name."""
        return self._by_code[code]

    @cached_property
    def subjects(self) -> frozenset[str]:
        """Of SUBJECTS those that it holds or watches, whenever; all of a story that holds nothing yet."""
        interest = any(row.metric.startswith("google_") and row.scope == "night" for row in self.figures)
        interest = interest or any(row.kind == "interest" for row in self.observations)
        held = {
            "searches": bool(self.about.searches or self.interest or interest),
            "series": bool(self.series),
            "site": bool(self.about.services),
            "calls": bool(self.about.callers),
        }
        return self.of_the_whole or frozenset(name for name in held if held[name]) or SUBJECTS

    def lanes(self, chosen: Collection[str] = (), *, drawn: bool = False) -> tuple[str, ...]:
        """Of LANES those for which it has a subject, or which is `drawn` from an import; the `chosen` ones, if any."""
        asked = self.subjects | ({"series"} if drawn else set())
        has = {"interest": {"searches", "series"}, "outages": {"site"}, "results": {"calls"}}
        held = tuple(lane for lane in LANES if asked & has[lane])
        return tuple(lane for lane in held if lane in chosen) or held

    @cached_property
    def emphasised_rows(self) -> frozenset[str]:
        """The contests that it emphasises, and their calls, by the names that charts give to rows."""
        chosen = set(self.about.emphasised)
        calls = {call.id for call in (*self.calls, *self.possible) if call.contest in chosen}
        taken = {f"withdrawals:{row.id}" for call, row in self.withdrawn.items() if call in calls}
        return frozenset({f"calls:{name}" for name in calls} | taken | {f"contests:{code}" for code in chosen})

    @cached_property
    def withdrawn(self) -> dict[str, Withdrawal]:
        """The id of a call -> how its caller took it back, possible withdrawals too."""
        return {row.call: row for row in (*self.withdrawals, *self.possible_withdrawals)}

    @cached_property
    def follows(self) -> dict[str, tuple[Call, Withdrawal | None]]:
        """The id of a call -> the call of that contest that the same caller had made before, and how it took it back.

        One without a winner, like a run-off, need not be taken back: it stands until the next one.
        """
        if not self.withdrawals and all(call.party for call in self.calls):
            return {}
        lives: dict[tuple[str, str], list[tuple[datetime, Call]]] = defaultdict(list)
        for call in (*self.calls, *self.possible):
            when = call.interval(self.about.clock)
            if when and call.role != "corroboration":
                lives[call.contest, call.caller].append((when.latest, call))
        pairs = (pair for life in lives.values() for pair in pairwise(sorted(life, key=lambda entry: entry[0])))
        return {
            after.id: (before, self.withdrawn.get(before.id))
            for (_, before), (_, after) in pairs
            if before.id in self.withdrawn or not before.party
        }

    @cached_property
    def totals_read(self) -> dict[str, tuple[Reading, ...]]:
        """The readings of each total of series.csv, by series and time."""
        found: dict[str, list[Reading]] = {}
        for row in self.series:
            if row.kind == "cumulative":
                found.setdefault(row.id, []).append(row)
        return {name: tuple(rows) for name, rows in found.items()}

    @cached_property
    def contest_of(self) -> dict[str, str]:
        """The id of a call -> the code of its contest."""
        return {call.id: call.contest for call in (*self.calls, *self.possible)}

    @cached_property
    def places(self) -> Places:
        """Where its contests stand on its map."""
        return places_of(self.contests, self.tiles)

    @cached_property
    def finals(self) -> dict[str, Final]:
        """The final votes of each contest that has any, by its code."""
        return finals_of(self.results)

    @cached_property
    def polls_close(self) -> datetime | None:
        """When polls close everywhere at once, as a milestone says it; the first, where several do."""
        return min((row.at for row in self.milestones if row.kind == "polls close" and row.at), default=None)

    @cached_property
    def _by_code(self) -> dict[str, Contest]:
        return {contest.code: contest for contest in reversed(self.contests)}

    @cached_property
    def closings(self) -> dict[str, tuple[int, datetime]]:
        """A contest's code -> the place of its first row among the closings of polls, and its last closing."""
        rows = reversed(list(enumerate(self.poll_closings)))
        return {row.contest: (place, row.last_close) for place, row in rows}


def sound_story(slug: str, found: Examined, *, stamp: str = "") -> Story:
    """The story that was read; StoryInvalid names its first fault. `stamp` is that of what it was read from."""
    faults, about = found.faults.listed(), found.read.about
    if faults or about is None:
        first = faults[0]
        raise StoryInvalid(str(first), file=first.file, row=first.row, column=first.column)
    tables: dict[str, Any] = {row_type.file.removesuffix(".csv"): found.rows(row_type) for row_type in TABLES}
    tables["sources"] = tuple(Source(**row.model_dump()) for row in found.rows(SourceRow))
    return Story(slug=slug, about=about, stamp=stamp, **tables)


def when_of(row: Clocked, story: Story, *, no_earlier: datetime | None = None, zone: str = "") -> When | None:
    """The `interval` of a row; a calendar day is a day of the story's own clock, or of `zone`."""
    return row.interval(zone or story.about.clock, no_earlier)


#: What a story's verb makes of one contest.
NOUNS = {"called": "call", "declared": "declaration"}
#: What a call without a winner is, one and several.
UNDECIDED = {"runoff": ("a run-off", "run-offs"), "tie": ("a tie", "ties")}


def caller_name(story: Story, caller: str) -> str:
    """What sentences call a caller: AP, The Guardian’s timeline, an unnamed outlet with who logged it."""
    for entry in story.about.callers:
        if entry.id == caller:
            return entry.said or (entry.id if entry.selectable else entry.name)
    return caller


def of_caller(said: str, caller: str, what: str) -> str:
    """AP’s Florida call; the Florida call of The Guardian’s timeline: `said` is the caller's name, `caller` its id."""
    return f"{caller}’s {what}" if said == caller else f"the {what} of {said}"


def call_of(story: Story, caller: str, what: str) -> str:
    """Whose call it is; a declaration is the count's own, so nobody's name is needed."""
    if story.about.verb == "declared" and caller == story.about.caller:
        return f"the {what}"
    return of_caller(caller_name(story, caller), caller, what)


def contest_call(story: Story, caller: str, name: str) -> str:
    """AP’s Florida call; Sunderland’s declaration."""
    if story.about.verb == "declared" and caller == story.about.caller:
        return f"{name}’s {NOUNS[story.about.verb]}"
    return call_of(story, caller, f"{name} {NOUNS[story.about.verb]}")
