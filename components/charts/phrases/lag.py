"""Which of the first moments on a chart came before which, as far as their intervals say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import combinations

from components.charts.events import ONE_DAY
from components.charts.grammar import TROUBLE, Chart, Event, Gap, Item, Lane, Mark, Points, Tone, first_known
from components.charts.phrases.claim_words import UNCOUNTED, event_name, reasons
from components.charts.phrases.numbers import counted
from components.clock import Style, token
from components.text import capital
from data.core.model import Precision, Source, When, Window
from data.evidence.claims import Verdict, first_reported, span_of
from data.evidence.claims import order as which_first
from data.evidence.findings import Finding
from data.evidence.outages import main_service
from data.story.story import Story, caller_name
from data.story.totals import call_when, calls_of

_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
#: Between times that are not known to the minute, minutes are said in steps of so many.
_COARSE = 5


@dataclass(frozen=True, slots=True)
class First:
    """The first of its kind that is on record. `floor` is how early any of that kind may have been (UTC).

    A first sighting is a `bound`: what was seen may have begun at any time before.
    """

    name: str
    when: When
    floor: datetime
    sources: tuple[Source, ...]
    bound: bool = False

    @property
    def span(self) -> Window:
        """Every instant at which it may have been, half-open."""
        return Window(self.floor, span_of(self.when).end)


def drawn(chart: Chart) -> Iterator[tuple[Mark, Item]]:
    """Every item with its mark, without gaps."""
    for lane in chart.lanes:
        yield from (pair for pair in lane.items if not isinstance(pair[0], Gap))


def lag_of(story: Story, chart: Chart) -> tuple[tuple[str, ...], tuple[Source, ...]]:
    """One sentence for each pair of first moments that the chart draws or names outside its window; their sources.

    Of the accounts of a checked claim: one for each that counts, beside the event.
    """
    if accounts := next((lane for lane in chart.lanes if lane.slug == "accounts"), None):
        return _lag_of_accounts(chart, accounts)
    host = main_service(story)
    trouble = _trouble(chart, host)
    firsts = [first for first in (trouble, _mark(chart), _call(story, chart)) if first]
    lines = tuple(order(a, b, style=_style(chart, a, b)) for a, b in combinations(firsts, 2))
    if any(lane.slug == "outages" for lane in chart.lanes):
        lines = (*_not_here(chart, host, trouble), *lines)
    sources = {source.id: source for first in firsts for source in first.sources}
    return lines, tuple(sources.values()) if lines else ()


def _lag_of_accounts(chart: Chart, lane: Lane) -> tuple[tuple[str, ...], tuple[Source, ...]]:
    if not chart.events:
        return (), ()
    event = chart.events[0]
    against = First(event.label, event.when, event.when.earliest, _named(chart, event))
    accounts = [_account(chart, item) for _, item in lane.items if item.group != UNCOUNTED]
    lines = tuple(order(account, against, style=_style(chart, account, against)) for account in accounts)
    found = dict.fromkeys(source for first in (*accounts, against) for source in first.sources)
    return lines, tuple(found) if lines else ()


def _account(chart: Chart, item: Item) -> First:
    return First(f"the account “{item.account}”", item.when, item.when.earliest, _named(chart, item), bound=item.by)


def _named(chart: Chart, thing: Item | Event) -> tuple[Source, ...]:
    return tuple(source for source in chart.sources if source.id in thing.sources)


def _trouble(chart: Chart, host: str) -> First | None:
    """The first trouble of the story's main site inside the window: that of another site or week is another matter."""
    troubles = [item for mark, item in drawn(chart) if (item.tone or mark.tone) in TROUBLE and item.subject == host]
    inside = [item for item in troubles if chart.window.overlaps(item.when.earliest, item.last)]
    found = _earliest(f"the first dated trouble seen at {host} in this window", chart, inside)
    return replace(found, bound=True) if found else None


def _mark(chart: Chart) -> First | None:
    """The earliest published report; the first bin of a curve is no rise."""
    found = [item for mark, item in drawn(chart) if mark.tone is Tone.SEARCH and isinstance(mark, Points)]
    return _earliest("the first published report of rising searches", chart, found, (Tone.SEARCH,))


def _not_here(chart: Chart, host: str, trouble: First | None) -> Iterator[str]:
    """That the window holds no trouble of the site, and that an earlier one is on record before it."""
    if trouble is None:
        yield f"No dated trouble at {host} is on record in this window."
    before = (event for event in chart.outside if event.tone in TROUBLE and event.when.latest < chart.window.start)
    if earlier := next((event for event in before if event.subject == host), None):
        yield f"Earlier trouble at {host} is on record before this window, {_said(earlier.when, 'stamp')}."


def _earliest(name: str, chart: Chart, inside: list[Item], tones: tuple[Tone, ...] = ()) -> First | None:
    """The earliest of what is drawn, and of what of these tones the chart names outside its window."""
    found: list[Item | Event] = [*inside, *(event for event in chart.outside if event.tone in tones)]
    if not found:
        return None
    first = min(found, key=lambda thing: first_known(thing.when))
    return First(name, first.when, min(thing.when.earliest for thing in found), _named(chart, first))


def _call(story: Story, chart: Chart) -> First | None:
    """The first call of the caller whose calls the chart draws, whether or not that one is drawn."""
    names = {row for event in (*chart.events, *chart.outside) for row in event.rows}
    caller = next((call.caller for call in story.calls if f"calls:{call.id}" in names), None)
    if caller is None:
        return None
    timed = [(call_when(call, story), call) for call in calls_of(story, caller)]
    timed.sort(key=lambda one: (one[0].latest, one[0].earliest, one[1].contest, one[1].id))
    (when, near), (first, far) = timed[0], min(timed, key=lambda one: one[0].earliest)
    floor, held = first.earliest, {*near.source.split(), *far.source.split()}
    # Another one that may have been earlier is within the time said, so that what is said of it adds up.
    when = when if when.earliest == floor else When(floor, when.latest, Precision.WINDOW)
    name = f"the first call of {caller_name(story, caller)} on record here"
    return First(name, when, floor, story.cited(held))


def _style(chart: Chart, a: First, b: First) -> Style:
    """A moment outside a window of one night has its date, as all have in a longer one."""
    inside = all(chart.window.overlaps(first.when.earliest, first.when.latest) for first in (a, b))
    return "time" if inside and chart.window.length < ONE_DAY else "stamp"


def order(a: First, b: First, *, style: Style = "time") -> str:
    """What two intervals allow: one before the other and by how much, or that no order can be told."""
    if a.bound or b.bound:
        return _since(*((a, b) if a.bound else (b, a)), style)
    first, second = (f"{thing.name}, {_said(thing.when, style)}" for thing in (a, b))
    match which_first(a.span, b.span):
        case Verdict.BEFORE:
            return capital(f"{first}, came {_apart(a, b)} before {second}.")
        case Verdict.AFTER:
            return capital(f"{first}, came {_apart(b, a)} after {second}.")
    return capital(f"{first}, and {second}, are too close to tell at this resolution which came first.")


def _since(seen: First, other: First, style: Style) -> str:
    """A first sighting beside another moment: which was on record first, and of what began first only "before"."""
    by = _said(When(seen.when.earliest, seen.when.latest, Precision.BY), style)
    second = f"{other.name}, {_said(other.when, style)}"
    match which_first(seen.span, other.span):
        case Verdict.BEFORE:
            return capital(f"{seen.name} was on record {by}, {_at_least(seen, other)}before {second}.")
        case Verdict.AFTER:
            first = f"{second}, is on record before {seen.name}, {by}"
            return capital(f"{first}; that may have begun at any time before, so which began first cannot be told.")
    said = f"{seen.name} was on record {by}; it may have begun at any time before"
    return capital(f"{said}, so its order with {second}, cannot be told.")


def reported_first(finding: Finding) -> str:
    """Which of the thing and the event was on record first, whatever is known of when it began; empty without both."""
    held = [account for account in finding.accounts if account.counts]
    span, event = first_reported(held), finding.anchor
    if not span or not event:
        return ""
    first = min(held, key=lambda account: (account.span.end, account.span.start))
    when = first.when or When(span.start, max(span.start, span.end - _MINUTE), Precision.WINDOW)
    label = finding.subject.label
    name = f"the first of the {label}" if finding.subject.moments and len(held) > 1 else label
    thing = First(name, when, span.start, (), bound=first.by)
    return (
        f"Reported first: {order(thing, First(event_name(event), event.when, event.when.earliest, ()), style='stamp')}"
    )


def notes_of(story: Story, finding: Finding) -> tuple[str, ...]:
    """What is told beside a verdict: what was reported first, if that can be said, and the reasons."""
    return (*filter(None, [reported_first(finding)]), *reasons(story, finding))


def _at_least(seen: First, other: First) -> str:
    """The least time between a sighting's latest moment and another's earliest: "at least 4 hours "; or nothing."""
    least = other.floor - seen.when.latest
    unit, name = (_MINUTE, "minute") if least < 2 * _HOUR else (_HOUR, "hour")
    step = _COARSE if unit is _MINUTE and not (seen.when.exact and other.when.exact) else 1
    low = least // (unit * step) * step
    return f"at least {counted(low, name)} " if low else ""


def _said(when: When, style: Style) -> str:
    at = "at " if when.precision in (Precision.MINUTE, Precision.SECOND) else ""
    return f"{at}{token(when, style)}"


def _apart(first: First, second: First) -> str:
    """How far apart two moments are, no sharper than both: "4 to 6 hours", "51 minutes"."""
    least, most = second.floor - first.when.latest, second.when.latest - first.floor
    exact = first.when.exact and second.when.exact
    unit, name = (_MINUTE, "minute") if most < 2 * _HOUR else (_HOUR, "hour")
    step = _COARSE if unit is _MINUTE and not exact else 1
    low, high = least // (unit * step) * step, -(-most // (unit * step)) * step
    if low == high:
        return counted(low, name)
    return f"{low} to {counted(high, name)}" if low else f"up to {counted(high, name)}"
