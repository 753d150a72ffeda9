"""Measured series of the story itself: their readings, the stretches between them, and where they surge."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from data.analysis.stretches import LEAST, SURGE_STRETCH, Stretch, Surge, joined, stretches_of, surges_of
from data.core.model import Sourced, iso_text, only_used
from data.evidence.claims import MEASURED, Account, Subject, nth, with_each
from data.story.story import Story
from data.story.tables import Reading

_SURGES = "surges"
_HALF_A_DAY = timedelta(hours=12)
_METHOD = (
    "Compared are means over stretches of an hour or more: a surge reaches four times its lowest mean, and had begun "
    "when a mean is twice that. The detector of searches needs bins of one length and two days before them; readings "
    "at uneven times have neither."
)


@dataclass(frozen=True)
class Measured:
    """One series: its readings in the order of time, all of one name, unit and kind."""

    rows: tuple[Reading, ...]

    @property
    def id(self) -> str:
        return self.rows[0].id

    @property
    def name(self) -> str:
        return self.rows[0].name

    @property
    def unit(self) -> str:
        return self.rows[0].unit

    @property
    def kind(self) -> str:
        return self.rows[0].kind

    @cached_property
    def _stamps(self) -> list[datetime]:
        return [row.at for row in self.rows]

    def between(self, start: datetime, end: datetime) -> tuple[Reading, ...]:
        """The readings of a stretch, those at both of its ends too."""
        return self.rows[bisect_left(self._stamps, start) : bisect_right(self._stamps, end)]


def load_measured(story: Story) -> Sourced[Reading]:
    """Every reading of series.csv, as far as the story is told, with its sources."""
    return only_used(story.series, story.sources)


def reading_name(series: str, at: datetime) -> str:
    """What a row of series.csv is called: its series and its instant, revoke-signatures|2019-03-21T08:55:00+00:00."""
    return f"{series}|{at.isoformat()}"


def readings_by_series(measured: Sourced[Reading]) -> tuple[Measured, ...]:
    """The series one by one, in the order of their first rows."""
    groups: dict[str, list[Reading]] = {}
    for row in measured.rows:
        groups.setdefault(row.id, []).append(row)
    return tuple(Measured(tuple(rows)) for rows in groups.values())


def stretches_in(series: Measured, least: timedelta = LEAST) -> tuple[Stretch, ...]:
    """The stretches of a total, or the spans of a count, each of `least` or longer where nothing parts them."""
    if series.kind == "cumulative":
        return stretches_of([(row.at, row.value) for row in series.rows], least)
    return joined([Stretch(row.at, row.until, row.value, 1) for row in series.rows if row.until], least)


def surges(measured: Sourced[Reading], story: Story) -> Iterator[Subject]:
    """Each series of the story whose mean can surge, and where it surged more than once, each of its surges besides.

    A surge that began outside of the night is another event's.
    """
    for series in readings_by_series(measured):
        if series.kind != "index":
            yield from with_each(_whole(series, story), "surge", _SURGES)


def _whole(series: Measured, story: Story) -> Subject:
    night = story.window
    found = surges_of(stretches_in(series, SURGE_STRETCH))
    inside = [one for one in found if one.span.start < night.end and one.span.end > night.start]
    accounts = tuple(_account(f"{nth(place)} surge", series, one, story) for place, one in enumerate(inside, start=1))
    label = f"{_SURGES if len(accounts) > 1 else 'the surge'} of {series.unit}"
    lacks = "" if accounts else f"No surge of “{series.name}” began on this night, as far as its readings tell."
    rows = tuple(dict.fromkeys(row for account in accounts for row in account.rows))
    return Subject(f"measured:{series.id}", MEASURED, label, series.name, accounts, lacks, rows, moments=True)


def _account(label: str, series: Measured, one: Surge, story: Story) -> Account:
    """A surge by its means: it began after the lowest stretch had begun, and before the first that is twice as high
    was over."""
    rows = tuple(dict.fromkeys(row for part in (one.low, one.begun, one.grown) for row in _ends(series, part)))
    names = tuple(dict.fromkeys(name for row in rows for name in row.source.split()))
    return Account(
        label=label,
        what=f"{series.name} rose from {_said(one.low)} to {_said(one.grown)}",
        span=one.span,
        rows=tuple(f"series:{reading_name(row.id, row.at)}" for row in rows),
        sources=names,
        credit="; ".join(source.org for source in story.sources if source.id in names),
        note=f"It had begun in between: {_said(one.begun)}. {_METHOD}" if one.begun != one.grown else _METHOD,
    )


def _ends(series: Measured, part: Stretch) -> tuple[Reading, Reading]:
    """The readings between which a stretch lies; of one instant the last."""
    rows = series.between(part.start, part.end)
    return next(row for row in reversed(rows) if row.at == part.start), rows[-1]


def _said(part: Stretch) -> str:
    """A mean with its stretch, the times as tokens."""
    told = f"{part.told:,.0f}" if part.told.is_integer() else f"{part.told:,}"
    first = _token(part.start, "short" if part.length < _HALF_A_DAY else "stamp")
    return f"{told} a minute (mean from {first} to {_token(part.end, 'stamp')})"


def _token(moment: datetime, style: str) -> str:
    return f"{{{style}:{iso_text(moment)}}}"


def surge_of_the_night(story: Story, subjects: Iterable[Subject]) -> Subject | None:
    """The first surge, alone, that surely began after the story's window did; None where no series holds one."""
    alone = (one for one in subjects if one.kind == MEASURED and len(one.accounts) == 1)
    inside = (one for one in alone if one.accounts[0].span.start >= story.window.start)
    return min(inside, key=lambda one: one.accounts[0].span.start, default=None)
