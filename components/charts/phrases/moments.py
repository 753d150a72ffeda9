"""One sentence for one minute: what had been called, what had been seen, what was published of searches."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol, Self, TypeVar

from components.charts.events import candidate, contest_called, drawn_sides, few, took_back
from components.charts.grammar import SEEN
from components.charts.phrases.numbers import in_number, span_text, weighed
from components.charts.phrases.projected import projected_text, standing
from components.clock import Style, token
from components.text import capital
from data.core.model import OPEN_END, Order, When
from data.core.running import Stairs, Tally
from data.evidence.calls import load_counts, load_milestones, load_projections
from data.evidence.evidence_rows import (
    CallRow,
    Calls,
    CountRow,
    MarkRow,
    Marks,
    ObservationRow,
    Observations,
    ProjectionRow,
)
from data.evidence.outages import main_service
from data.story.as_of import stands_from
from data.story.story import Story, caller_name, when_of
from data.story.totals import contests_called, leaves_some, no_total, no_total_of, only_surely

#: Sides of which each is told, with nothing too.
_MOST_EMPTY = 3
#: A time of day alone says which day no further back than this.
_DAY = timedelta(days=1)


class PlacedRow(Protocol):
    """A row with the interval of its moment."""

    @property
    def when(self) -> When: ...


P = TypeVar("P", bound=PlacedRow)
R = TypeVar("R", MarkRow, ObservationRow)


def published_moments(story: Story) -> dict[str, datetime]:
    """From when each observation and figure stands in the order of publication, by its table and name."""
    rows = [("observations", row) for row in story.observations] + [("figures", row) for row in story.figures]
    found = {f"{table}:{row.id}": stands_from(row, story, Order.KNOWN) for table, row in rows}
    return {name: moment for name, moment in found.items() if moment}


class Happening(NamedTuple):
    """What is no call and no observation of a site: its name, its time, what it says, and who says so.

    A `public` one is known as it happens; `called` says that it tells of calls.
    """

    name: str
    when: When
    said: str
    credit: str = ""
    public: bool = True
    called: bool = False


@dataclass(frozen=True, slots=True)
class Moments:
    """A story's rows, made ready once, from which a sentence for any minute is told. Rows run by `latest`."""

    story: Story
    caller: str
    calls: tuple[CallRow, ...]
    marks: tuple[MarkRow, ...]
    seen: tuple[ObservationRow, ...]
    #: What this caller projected, or where it projected nothing what others did.
    projections: tuple[ProjectionRow, ...]
    has_total: bool
    bounded: bool
    #: Of `calls`: the instants by which they were surely made, each side's total, and how many contests were called.
    made: tuple[datetime, ...]
    totals: Mapping[str, Tally[int]]
    called: Stairs[int]
    #: The calls that were taken back, by when they surely had been.
    taken: tuple[CallRow, ...] = ()
    order: Order = Order.HAPPENED
    #: Votes as they were published.
    counts: tuple[CountRow, ...] = ()
    #: Milestones and what was said or posted, by time.
    happened: tuple[Happening, ...] = ()
    #: In the order of publication, from when each observation and search report stands, by its table and name.
    stood: Mapping[str, datetime] = field(default_factory=dict)

    @classmethod
    def of(cls, story: Story, *, caller: str, calls: Calls, marks: Marks, observations: Observations) -> Self:
        """`calls` are all of this caller's, possible ones too; of `observations` only the main site's are told."""
        host, rows = main_service(story), _by_time(calls.rows)
        sides = drawn_sides(story, calls.rows)
        return cls(
            story,
            caller,
            rows,
            _by_time(row for row in marks.rows if row.until is None),
            _by_time(row for row in observations.rows if row.host == host),
            load_projections(story, caller).rows,
            not no_total(story, caller),
            only_surely(story, caller),
            tuple(row.when.latest for row in rows),
            {side.name: _tally(rows, side.parties) for side in sides},
            contests_called((row.contest, row.when.latest) for row in rows),
            _taken(rows),
            story.order,
            load_counts(story).rows,
            _by_time(_happenings(story)),
            published_moments(story) if story.order is Order.KNOWN else {},
        )

    def as_published(self) -> Mapping[str, Tally[int]]:
        """Each side's total in the order of publication: nothing is called or taken back before it surely was."""
        published: dict[str, Tally[int]] = {}
        for side in drawn_sides(self.story, self.calls):
            changes = (change for row in self.calls if row.party in side.parties for change in row.changes)
            published[side.name] = Tally.of((latest, latest, amount) for _, latest, amount in changes)
        return published

    def latest(self, at: datetime, style: Style = "time") -> tuple[str, ...]:
        """What happened last by this instant, and the totals, for whoever shows it until the next change.

        No sentence names the minute itself: each has the time of what it tells, with clock tokens.
        """
        told = [news for news in self._news(at, style) if at - _DAY < news[0] <= at]
        last = max((moment for moment, *_ in told), default=None)
        said = [(text, total) for moment, text, total in told if moment == last]
        stands = "" if any(total for _, total in said) else self._stands(at)
        return tuple(part for part in (*(text for text, _ in said), stands, *self._read(at, style)) if part)

    def _news(self, at: datetime, style: Style) -> Iterator[tuple[datetime, str, bool]]:
        """Of each kind of row what is last by this instant: when it stood, its sentence, whether that has the total."""
        if moment := self._last_called(at):
            yield moment, self._called(moment, style, now=at), True
        for one in self.happened:
            moment = self.stood.get(
                one.name, one.when.latest if self.order is Order.HAPPENED or one.public else OPEN_END
            )
            if moment <= at and not (one.called and moment in self.made):
                yield moment, f"{capital(one.said)}, {token(one.when, _dated(one, at, style))}{one.credit}.", False
        if row := self._newest(self.seen, at):
            yield self._stood(row), self._saw(row, at, style), False
        if mark := self._newest(self.marks, at):
            yield self._stood(mark), f"{_mark(mark, _dated(mark, at, style))} ({mark.credit}).", False
        for caller in standing(self.projections, at):
            newest = max(caller, key=lambda row: row.when.latest)
            told = [row for row in caller if row.when == newest.when]
            said = f"{caller_name(self.story, newest.caller)} projected {projected_text(self.story, told)}"
            yield newest.when.latest, f"{capital(said)} {_at(newest, at, style)}.", False
        for count in self._counted(at, style):
            place = bisect_right(self.counts, at, key=lambda row: row.when.latest)
            yield self.counts[place - 1].when.latest, count, False

    def _last_called(self, at: datetime) -> datetime | None:
        """When something was last called or taken back by this instant."""
        place = bisect_right(self.made, at)
        taken = (row.withdrawn.when.latest for row in self.taken if row.withdrawn)
        return max([*self.made[place - 1 : place], *(moment for moment in taken if moment <= at)], default=None)

    def _stood(self, row: MarkRow | ObservationRow) -> datetime:
        table = row.table if isinstance(row, MarkRow) else "observations"
        return self.stood.get(f"{table}:{row.id}", row.when.latest)

    def _newest(self, rows: Sequence[R], at: datetime) -> R | None:
        """The row that came to stand last by this instant, of several the one of the latest time."""
        found = [row for row in rows if self._stood(row) <= at and row.when.latest <= at]
        return max(found, key=lambda row: (self._stood(row), row.when.latest), default=None)

    def _stands(self, at: datetime) -> str:
        """The totals by this instant, or that nothing was called."""
        if "calls" not in self.story.subjects:
            return ""
        said, verb = caller_name(self.story, self.caller), self.story.about.verb
        called = self.called.at(at)
        least = self.bounded and leaves_some(self.story, called)
        if not bisect_right(self.made, at):
            return f"{capital(self._nothing(at, said, verb, least=least))}."
        return f"So far: {self._totals(at, least=least)}." if self.has_total else ""

    def sentence(self, at: datetime, style: Style = "time") -> str:
        """All that is said of this minute, as `sentences` has it."""
        return " ".join(self.sentences(at, style))

    def sentences(self, at: datetime, style: Style = "time") -> tuple[str, ...]:
        """What the rows carry about this minute, with times as clock tokens; nothing later than `at` is said.

        A call has a minute only where its caller published one; a bound stays "by", an about stays "about".
        """
        called = self._called(at, style) if "calls" in self.story.subjects else ""
        seen = self._seen(at, style) if "site" in self.story.subjects else ""
        searched = self._searched(at, style) if "searches" in self.story.subjects else ""
        projected, counted = self._projected(at, style), self._counted(at, style)
        return tuple(part for part in (called, *projected, *counted, *self._read(at, style), seen, searched) if part)

    def _projected(self, at: datetime, style: Style) -> Iterator[str]:
        """What each caller had last projected; it is in no total."""
        for rows in standing(self.projections, at):
            said, newest = caller_name(self.story, rows[0].caller), ", the newest" if _differ(rows) else ""
            last = _at(max(rows, key=lambda row: row.when.latest), at, style)
            yield f"Last projected by {said}{newest} {last}: {projected_text(self.story, rows)}."

    def _counted(self, at: datetime, style: Style) -> Iterator[str]:
        """The count that was published last: of its contest and round what stood for every party."""
        if not (place := bisect_right(self.counts, at, key=lambda row: row.when.latest)):
            return
        last = self.counts[place - 1]
        stood = {
            row.party: row for row in self.counts[:place] if (row.contest, row.round) == (last.contest, last.round)
        }
        votes = [f"{row.votes:,} for {candidate(self.story, row.party)}" for row in by_votes(stood.values())]
        turn = (
            f", round {last.round}" if any(row.contest == last.contest and row.round > 1 for row in self.counts) else ""
        )
        counts, newest = ("counts", "the newest ") if _differ(stood.values()) else ("count", "")
        yield f"Last {counts} published, of {last.name}{turn}, {newest}{_at(last, at, style)}: {few(votes)}."

    def _read(self, at: datetime, style: Style) -> Iterator[str]:
        """Each total of a series at its last reading; what is not dated as published is told as it happened only."""
        for rows in self.story.totals_read.values() if self.order is Order.HAPPENED else ():
            if place := bisect_right(rows, at, key=lambda row: row.at):
                row = rows[place - 1]
                yield f"The last reading, {token(row.at, style)}, was {weighed(row.value, row.unit)}."

    def _called(self, at: datetime, style: Style, *, now: datetime | None = None) -> str:
        """What was called last by this instant, and the totals, which may be those of `now`."""
        place, called = bisect_right(self.made, at), self.called.at(now or at)
        said, verb = caller_name(self.story, self.caller), self.story.about.verb
        least = self.bounded and leaves_some(self.story, called)
        if not place:
            return f"At {token(at, style)} {self._nothing(at, said, verb, least=least)}."
        newest = self.calls[bisect_left(self.made, self.made[place - 1]) : place]
        told = _told(newest, at, said, verb, style)
        if back := self._taken_last(at, newest[-1].when.latest):
            told = self._withdrew(back, newest, at, style)
        if not self.has_total:
            return f"{capital(told)} ({no_total_of(self.story, called)})."
        return f"{capital(told)}: {self._totals(now or at, least=least)}."

    def _totals(self, at: datetime, *, least: bool) -> str:
        """Each side with what it has by this instant; of many sides those that have anything."""
        totals = ((name, *tally.at(at)) for name, tally in self.totals.items())
        ends = [(name, low, None if least else high) for name, low, high in totals]
        ends = [end for end in ends if end[1] or end[2]] or ends if len(ends) > _MOST_EMPTY else ends
        spans = [f"{name} {span_text(low, high)}" for name, low, high in ends]
        figure = span_text(*ends[-1][1:]) if ends else ""
        return f"{', '.join(spans)} {in_number(self.story.about.unit, figure)}"

    def _nothing(self, at: datetime, said: str, verb: str, *, least: bool) -> str:
        """That nothing had been called, as far as the rows go: a possible call, or a log with gaps, leaves it open."""
        if not self.has_total:
            return f"no call of {said.rstrip(',')} by then is on record"
        possible = any(row.when.earliest <= at for row in self.calls) and self.order is not Order.KNOWN
        return f"nothing is known to have been {verb}" if least or possible else f"{said} had {verb} nothing yet"

    def _taken_last(self, at: datetime, called: datetime) -> list[CallRow]:
        """The calls that were the last to be taken back by this instant, unless others were made after that."""
        taken = [(row.withdrawn.when.latest, row) for row in self.taken if row.withdrawn]
        last = max((moment for moment, _ in taken if moment <= at), default=None)
        return [row for moment, row in taken if last and moment == last >= called]

    def _withdrew(self, back: list[CallRow], newest: Sequence[CallRow], at: datetime, style: Style) -> str:
        """That calls were taken back, and what was called in the same minute."""
        rows = [row.withdrawn for row in back if row.withdrawn]
        said, last = caller_name(self.story, self.caller), rows[0].when.latest
        did = f"{said} {took_back(self.story, back)}"
        if newest[-1].when.latest == last:
            did += f" and {self.story.about.verb} {few_names([row for row in newest if row.when.latest == last])}"
        stated = _at(rows[0], at, style)
        return f"{did} {stated}" if last == at else f"By {token(at, style)} the latest is that {did} {stated}"

    def _seen(self, at: datetime, style: Style) -> str:
        rows = [row for row in self.seen if row.when.latest <= at and row.status in SEEN]
        if not rows:
            come = "published" if self.order is Order.KNOWN else "made"
            return f"No observation of {main_service(self.story)} is known to have been {come} by then."
        return self._saw(max(rows, key=lambda row: row.when.latest), at, style, last="last ")

    def _saw(self, row: ObservationRow, at: datetime, style: Style, *, last: str = "") -> str:
        """How the site was seen, and how by another observer of the same time."""
        same = [one for one in self.seen if one.when.latest == row.when.latest and one.status != row.status]
        said = f"{row.host} was {last}seen {row.status} {_at(row, at, style)} ({row.credit})"
        return said + (f", and {same[0].status} by another observer ({same[0].credit})." if same else ".")

    def _searched(self, at: datetime, style: Style) -> str:
        rows = [row for row in self.marks if row.when.latest <= at]
        if not rows:
            if self.order is Order.KNOWN:
                return "No search figure is known to have been published by then."
            return "No published report of searches by then is on record."
        last = max(rows, key=lambda row: row.when.latest)
        return f"Latest published report of searches: {_mark(last, _dated(last, at, style))} ({last.credit})."


def _mark(row: MarkRow, style: Style) -> str:
    """What was published, with its time; one that its own words say already is not said again."""
    what = row.what
    if f"{{time:{row.when.latest.isoformat()[:16]}" in what:
        return what.replace("{time:", f"{{{style}:")
    return f"{what}, {token(row.when, style)}"


def _happenings(story: Story) -> Iterator[Happening]:
    for row in load_milestones(story).rows:
        yield Happening(f"milestones:{row.id}", row.when, row.label, called=row.kind == "calls")
    for said in story.observations:
        when = when_of(said, story) if said.kind == "statement" else None
        if when:
            yield Happening(f"observations:{said.id}", when, said.what, f" ({said.credit})", public=False)


def _by_time(rows: Iterable[P]) -> tuple[P, ...]:
    return tuple(sorted(rows, key=lambda row: row.when.latest))


def _tally(rows: Iterable[CallRow], parties: Collection[str]) -> Tally[int]:
    return Tally.of(change for row in rows if row.party in parties for change in row.changes)


def _taken(rows: Iterable[CallRow]) -> tuple[CallRow, ...]:
    found = [(row.withdrawn.when, row) for row in rows if row.withdrawn]
    return tuple(row for when, row in sorted(found, key=lambda entry: entry[0].latest) if not when.open)


def _told(newest: Sequence[CallRow], at: datetime, said: str, verb: str, style: Style) -> str:
    """Who called what last, and when: at its minute, or as its own row states the time where that is no minute."""
    last = newest[-1].when.latest
    exact = [row for row in newest if row.when.earliest == row.when.latest]
    bound = [row for row in newest if row not in exact]
    if exact and last == at:
        also = f", and by then had {verb} {few_names(bound)}" if bound else ""
        return f"{said} {verb} {few_names(exact)} at {token(at, style)}{also}"
    chosen = exact or bound
    alone = _at(chosen[0], at, style)
    stated = f" {alone}" if len(chosen) == 1 else f" by {token(last, _dated(chosen[0], at, style))}"
    if last == at:
        return f"{said} {verb} {few_names(bound)}{stated}"
    return f"By {token(at, style)} {said} had last {verb} {few_names(chosen)}{stated}"


def by_votes(rows: Iterable[CountRow]) -> list[CountRow]:
    """Counts of one round, the most votes first."""
    return sorted(rows, key=lambda row: -row.votes)


def few_names(rows: list[CallRow]) -> str:
    """The contests of these calls, the weightiest first."""
    return few([contest_called(row) for row in sorted(rows, key=lambda row: -row.weight)])


def _dated(row: PlacedRow, at: datetime, style: Style) -> Style:
    """With its date, what lies a day or more before the minute that is told of."""
    return "stamp" if at - row.when.latest >= _DAY else style


def _differ(rows: Iterable[PlacedRow]) -> bool:
    """Whether some of what stands is older than the rest, so that one time is not that of all."""
    return len({row.when for row in rows}) > 1


def _at(row: PlacedRow, at: datetime, style: Style) -> str:
    said = token(row.when, _dated(row, at, style))
    return f"at {said}" if row.when.precision in ("minute", "second") else said
