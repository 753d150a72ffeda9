"""What changed between two versions of a feed: calls, withdrawals, and what is held for an editor."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from data.core.model import iso_text
from data.sources.feeds.feed import Stage, Standing, Version

#: A stated time this far in the future is a clock that runs ahead; beyond it, it is not believed.
CLOCKS_APART = timedelta(minutes=5)


class Change(StrEnum):
    """What a transition is."""

    CALL = "call"
    WITHDRAWAL = "withdrawal"
    #: Nothing that is drawn: an editor should look.
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Seen:
    """One asking: when it was begun and when its answer was there, by this machine's clock; and what came."""

    asked: datetime
    fetched: datetime
    version: Version


@dataclass(frozen=True, slots=True)
class Transition:
    """What one version says that the one before did not.

    It happened after `after` (None: no version without it was ever seen) and not later than `by`; where the feed
    states a time that this machine's clock does not contradict, `stated` is that time. `why` is one sentence, for
    what is held.
    """

    change: Change
    contest: str
    caller: str
    by: datetime
    after: datetime | None = None
    stated: datetime | None = None
    party: str = ""
    outcome: str = "won"
    cells: tuple[tuple[str, str], ...] = ()
    why: str = ""

    @property
    def key(self) -> str:
        """What names it among all of a night: the same bytes, seen again, make the same key."""
        return " ".join((self.change, self.caller, self.contest, self.party, self.by.isoformat()))


@dataclass
class FeedState:
    """Which calls of a feed stand after the versions so far; `before` is the lower bound that the last one gives."""

    standing: dict[tuple[str, str], Standing] = field(default_factory=dict)
    before: datetime | None = None
    #: What was said to be held and still is, so that it is said once.
    held: dict[tuple[str, str], str] = field(default_factory=dict)
    #: Which races of the feed could be a contest.
    races: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    #: Of a feed that tells events: those that were told.
    events: set[str] = field(default_factory=set)

    def take(self, seen: Seen) -> tuple[Transition, ...]:
        """The transitions of a further version, in its order; the state is then that of this version."""
        said = seen.version.standings
        if seen.version.whole:
            named = {(one.contest, one.caller) for one in said}
            missing = [old for name, old in self.standing.items() if name not in named]
            said = (*said, *(Standing(old.contest, old.caller, Stage.OPEN) for old in missing))
        for one in said:
            self.races[one.contest, one.caller] |= {one.race} - {""}
        found = tuple(one for standing in said for one in self._compare(standing, seen))
        self.passed(seen)
        return found

    def passed(self, seen: Seen) -> None:
        """A version was seen: what it did not have came later.

        The feed's own stamp and this machine's clock may each run ahead or lag, so that the earlier of them counts.
        """
        stamp, sent = seen.version.stamp, seen.asked - seen.version.lag
        least = min(stamp, sent) if stamp else sent
        self.before = max(self.before or least, least)
        self.events |= seen.version.events

    def _compare(self, new: Standing, seen: Seen) -> Iterator[Transition]:
        name = (new.contest, new.caller)
        if new.event in self.events:
            return
        self.events |= {new.event} - {""}
        old = self.standing.get(name)
        if why := self._doubt(old, new, seen):
            if self.held.get(name) != why:
                self.held[name] = why
                yield self._transition(Change.HELD, new, seen, why=why)
            return
        self.held.pop(name, None)
        if new.stage is Stage.TAKEN_BACK and old:
            del self.standing[name]
            yield self._transition(
                Change.WITHDRAWAL, replace(old, cells=new.cells or old.cells), seen, stated=new.stated
            )
        elif new.stage is Stage.CALLED and not old:
            self.standing[name] = new
            yield self._transition(Change.CALL, new, seen, stated=new.stated)

    def _doubt(self, old: Standing | None, new: Standing, seen: Seen) -> str:
        """Why this standing is not drawn, as a sentence; "" where there is no reason."""
        if new.fault:
            return new.fault
        if len(races := sorted(self.races[new.contest, new.caller])) > 1:
            return (
                f"the feed has {len(races)} races that could be {new.contest} ({', '.join(races)}): name its office in "
                "the feed's entry of story.toml, or the race in [feeds.contests]"
            )
        if new.stated and new.stated > seen.fetched + CLOCKS_APART:
            return f"the feed dates the call of {new.contest} in the future, at {iso_text(new.stated)}"
        if old and new.stage is Stage.OPEN:
            return f"the feed dropped its mark of {new.contest} without taking the call back; the call stands"
        if old and new.stage is Stage.CALLED and (new.party, new.outcome) != (old.party, old.outcome):
            return (
                f"the feed now has {new.party or new.outcome} for {new.contest}, where it had called it for "
                f"{old.party or old.outcome} and took nothing back"
            )
        return ""

    def _transition(
        self, change: Change, said: Standing, seen: Seen, *, stated: datetime | None = None, why: str = ""
    ) -> Transition:
        ahead = stated is not None and stated > seen.fetched
        return Transition(
            change=change,
            contest=said.contest,
            caller=said.caller,
            by=seen.fetched,
            after=self.before if self.before is None or self.before < seen.fetched else seen.fetched,
            stated=None if ahead else stated,
            party=said.party,
            outcome=said.outcome,
            cells=said.cells,
            why=why,
        )
