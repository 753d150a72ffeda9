"""A story as it stood at a moment: what had happened or been published, what a source says, and how far it is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TypeVar

from urllib3.util import parse_url

from data.core.model import OPEN_END, Order, Precision, Source, When, Window, as_utc, day_span
from data.story.story import Story, when_of
from data.story.story_toml import About
from data.story.tables import (
    Call,
    Control,
    Figure,
    Interest,
    Milestone,
    Observation,
    Projection,
    Reading,
    VoteCount,
    Withdrawal,
)
from data.story.time_tokens import published_span, told_times
from data.story.totals import call_when, is_complete, untimed_callers, withdrawn_when

#: Stands for the title of a source that was not out yet: titles tell how nights end.
WITHHELD = "Title withheld: published later in the recorded night, or on a day that is not known"


@lru_cache(maxsize=4_096)
def end_of_day(day: date, zone: str) -> datetime:
    """When a day was surely over, whether it was meant in UTC or in the zone of the story."""
    return max(datetime.combine(day, time(), UTC) + timedelta(days=1), day_span(day, zone)[1] + timedelta(seconds=1))


def published_end(text: str, zone: str) -> datetime | None:
    """When a publication of this minute, day, month or year was surely out; None where there is none."""
    span = published_span(text)
    if span is None or "T" in text:
        return span and span[1]
    return end_of_day((span[1] - timedelta(days=1)).date(), zone)


def by_then(source: Source, at: datetime, zone: str) -> Source:
    """The source whole if it was surely published by this instant; else its organisation and the root of its site."""
    published = published_end(source.published, zone)
    if published and published <= at:
        return source
    site = parse_url(source.url)
    return replace(source, title=WITHHELD, url=f"{site.scheme}://{site.netloc}/", published="")


#: States that are seen to last, in the words of the tables; what else has an end was counted over a span.
_LASTING = "outage"

Noted = TypeVar("Noted", Call, Withdrawal, Projection, VoteCount, Milestone, Observation, Figure, Control)

MadeRow = TypeVar("MadeRow", Call, Withdrawal)


def story_at(story: Story, at: datetime, order: Order = Order.HAPPENED) -> Story:
    """The story with only what had surely happened, or been published, by this instant. Raises ValueError if naive.

    Words that look back are left out, notes of rows among them, and so are rows whose own words tell a later time.
    Sources that were not published by then keep their organisation and the root of their site.
    Calls of which only bounds are known are `possible` from their earliest bound on, and calls from their latest; none
    is possible of a caller of which most calls have no time of their own. Withdrawals likewise, of every caller.
    Calls, milestones, projections and counts happen in public, and are known as they happen; anything else when
    its first source was published, a day counting as its end.
    """
    at = as_utc(at)
    # A whole story keeps what it has looked up in its tables from one moment to the next.
    whole = replace(story, until=None) if story.until else story
    calls = [(call_when(call, whole), call) for call in story.calls]
    kept = tuple(call for when, call in calls if when.latest <= at)
    untimed = untimed_callers(whole)
    possible = tuple(
        _open(call, when) for when, call in calls if when.earliest <= at < when.latest and call.caller not in untimed
    )
    backs = [(when, whole.withdrawn[call.id]) for call in kept if (when := withdrawn_when(call, whole))]
    doubted = tuple(_open(row, when) for when, row in backs if when.earliest <= at < when.latest)
    return replace(
        story,
        sources=tuple(by_then(source, at, story.about.clock) for source in story.sources),
        about=_about_at(story, at, {call.id for call in kept}),
        calls=tuple(_unnoted(call) for call in kept),
        withdrawals=tuple(_unnoted(row) for when, row in backs if when.latest <= at),
        possible=possible if order is Order.HAPPENED else (),
        possible_withdrawals=doubted if order is Order.HAPPENED else (),
        projections=tuple(_unnoted(row) for row in story.projections if _stated_by(row, whole, at)),
        counts=tuple(_unnoted(row) for row in story.counts if _stated_by(row, whole, at)),
        poll_closings=tuple(row for row in story.poll_closings if row.last_close <= at),
        milestones=tuple(_unnoted(row) for row in story.milestones if _stated_by(row, whole, at)),
        observations=tuple(observations_at(story.observations, whole, at, order)),
        figures=tuple(_unnoted(row) for row in story.figures if _by(stands_from(row, whole, order), at)),
        controls=tuple(_unnoted(row) for row in story.controls if _by(stands_from(row, whole, order), at)),
        interest=tuple(row for row in story.interest if _bin_by(row, whole, at, order)),
        series=tuple(row for row in story.series if _read_by(row, whole, at, order)),
        results=(),
        corrections=(),
        until=at,
        order=order,
        untimed=untimed,
        of_the_whole=whole.subjects,
        ledgers=frozenset(caller.id for caller in story.about.callers if is_complete(whole, caller.id)),
    )


def _unnoted(row: Noted) -> Noted:
    """The row without its note, which was written with hindsight."""
    return row.model_copy(update={"note": ""}) if row.note else row


def _open(row: MadeRow, when: When) -> MadeRow:
    """A call or withdrawal that may have been made by now, without the bound that tells when it surely had been."""
    told = {"at": None, "earliest": when.earliest, "latest": OPEN_END, "date": None, "note": ""}
    return row.model_copy(update=told | {"precision": Precision.WINDOW})


def _about_at(story: Story, at: datetime, calls: set[str]) -> About:
    """The story's own words without those that were written when it was over."""
    about = story.about
    claims = tuple(
        claim
        for claim in about.claims
        if end_of_day(claim.on, about.clock) <= at and _tokens_by((claim.says, claim.note), at)
    )
    study = tuple(name for name in about.study if name in calls)
    plain = {"title": about.kicker, "dek": about.kicker, "known": (), "unknown": (), "settle": ()}
    return about.model_copy(update=plain | {"claims": claims, "study": study})


def _stated_by(row: Milestone | Projection | VoteCount, story: Story, at: datetime) -> bool:
    when = when_of(row, story)
    return when is not None and when.latest <= at


def _by(moment: datetime | None, at: datetime) -> bool:
    return moment is not None and moment <= at


def _tokens_by(texts: Iterable[str], at: datetime) -> bool:
    return all(moment <= at for text in texts for moment in told_times(text))


def observations_at(rows: Iterable[Observation], story: Story, at: datetime, order: Order) -> Iterable[Observation]:
    """Rows that stand by then; a state that was seen to last is told as far as it had lasted."""
    for row in rows:
        if not _by(stands_from(row, story, order), at):
            continue
        yield _unnoted(row if row.until is None or row.until <= at else row.model_copy(update={"until": at}))


def stands_from(row: Observation | Figure | Control, story: Story, order: Order) -> datetime | None:
    """The instant from which a row is told: `known_by`, or the last time that its own words tell, if that is later."""
    known = known_by(row, story, order)
    texts = (value for name, value in row if name != "note" and isinstance(value, str))
    return known and max([known, *(moment for text in texts for moment in told_times(text))])


def known_by(row: Observation | Figure | Control, story: Story, order: Order) -> datetime | None:
    """The instant by which a row had surely happened or, in the order of publication, surely been published.

    None for a row without the time that this takes: it stands at no moment.
    """
    happened = _happened_by(row, story)
    if order is Order.HAPPENED or happened is None:
        return happened
    published = published_by(row, story)
    return max(happened, published) if published else None


def _happened_by(row: Observation | Figure | Control, story: Story) -> datetime | None:
    if isinstance(row, Figure):
        return row.window_end or (row.window_start and When.at(row.window_start, _sharpness(row)).latest)
    when = when_of(row, story, zone=row.zone if isinstance(row, Control) else "")
    if when is None:
        return None
    counted = row.until if row.until and row.kind != _LASTING else None
    return max(when.latest, counted) if counted else when.latest


def _sharpness(row: Figure) -> Precision:
    """How a figure without an end of its window is read: what stands at a minute is a mark of searches alone."""
    exact = row.metric.startswith("google_") and row.kind != "approximate"
    return Precision.MINUTE if exact else Precision.APPROXIMATE


def published_by(row: Observation | Figure | Control, story: Story) -> datetime | None:
    """When a row had surely been published: by its own word, else with the first of its sources. None if unknown."""
    zone = story.about.clock
    if isinstance(row, Observation) and row.published:
        return published_end(row.published, zone)
    ends = [end for said in _publications(row, story) if (end := published_end(said, zone))]
    return min(ends, default=None)


def published_to_the_minute(row: Observation | Figure, story: Story) -> bool:
    """Whether it is known in which minute the row was published."""
    if isinstance(row, Observation) and row.published:
        return "T" in row.published
    return any("T" in said for said in _publications(row, story))


def _publications(row: Observation | Figure | Control, story: Story) -> Iterator[str]:
    """When each source of a row was published; a machine record, fetched from a source of its own, never was."""
    names = row.source.split()
    return (source.published for source in story.sources if source.id in names)


def _bin_by(row: Interest, story: Story, at: datetime, order: Order) -> bool:
    ends = datetime.combine(row.end, time(), UTC) + timedelta(days=1)
    return _known_with(row.source, ends, story, at, order)


def _read_by(row: Reading, story: Story, at: datetime, order: Order) -> bool:
    return _known_with(row.source, row.until or row.at, story, at, order)


def _known_with(source: str, over: datetime, story: Story, at: datetime, order: Order) -> bool:
    """Whether what was over at an instant is told by then; in the order of publication, with its first source."""
    if order is Order.HAPPENED:
        return over <= at
    published = published_end(story.source(source.split()[0]).published, story.about.clock)
    return published is not None and max(over, published) <= at


def told_sources(sources: Iterable[Source], story: Story) -> set[str]:
    """The ids of those whose rows may be told by the moment up to which the story is."""
    if story.until is None or story.order is Order.HAPPENED:
        return {source.id for source in sources}
    zone = story.about.clock
    return {source.id for source in sources if _by(published_end(source.published, zone), story.until)}


def moments_of(story: Story, order: Order = Order.HAPPENED) -> tuple[datetime, ...]:
    """Every instant at which `story_at` may say more than before, by time. The story is whole."""
    calls = [call_when(call, story) for call in story.calls]
    calls += [when for call in story.calls if (when := withdrawn_when(call, story))]
    rows: tuple[Observation | Figure, ...] = (*story.observations, *story.figures)
    found = {when.latest for when in calls} | {when.earliest for when in calls if order is Order.HAPPENED}
    stated = (*story.milestones, *story.projections, *story.counts)
    found |= {when.latest for row in stated if (when := when_of(row, story))}
    found |= {moment for row in rows if (moment := stands_from(row, story, order))}
    return tuple(sorted(found))


#: No window is shorter; a night that has only begun is told up to here.
_SHORTEST = timedelta(minutes=1)
#: Windows are half-open: what happened at an end is in one that ends this much later.
_INSTANT = timedelta(seconds=1)


def is_in_progress(story: Story) -> bool:
    """Whether the story may say more in a moment: a live one, until its rehearsal is over."""
    rehearsal = story.about.rehearsal
    return story.about.live and not (rehearsal and rehearsal.ended)


def window_so_far(story: Story, window: Window) -> Window:
    """The part of a window that a night in progress tells of; the whole for any other story, or one still to come.

    A live night is told up to its latest record, that one included, or to `updated` in story.toml if that is later; a
    rehearsal up to its moment. What comes after is not known, so no line is drawn there and no sentence speaks for it.
    """
    if not story.about.live:
        return window
    rehearsal, updated = story.about.rehearsal, story.about.updated
    moments = [as_utc(updated)] if updated else []
    if rehearsal:
        moments = [as_utc(rehearsal.moment)]
    else:
        recorded = [call_when(call, story).latest for call in story.calls]
        recorded += [when.latest for call in story.calls if (when := withdrawn_when(call, story))]
        rows = (*story.milestones, *story.projections, *story.counts, *story.observations)
        recorded += [when.latest for row in rows if (when := when_of(row, story))]
        recorded += [row.until for row in story.observations if row.until]
        moments += [moment + _INSTANT for moment in recorded if moment < OPEN_END]
    until = max((moment for moment in moments), default=window.start)
    if until < window.start:
        return window
    return Window(window.start, min(window.end, max(until, window.start + _SHORTEST)))
