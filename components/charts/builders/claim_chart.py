"""A checked claim as a chart: every account of a thing beside the event it is held against, on one small clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from components.charts.builders.measured_chart import measured_lanes
from components.charts.grammar import Chart, Event, Item, Lane, Points, Tone
from components.charts.kinds import Question
from components.charts.loaders import Loaders
from components.charts.phrases.claim_words import CAUTION, event_said, takeaway, verdict_said
from components.charts.phrases.lag import notes_of
from components.clock import token
from components.text import capital
from components.view.view_state import ViewState
from data.core.model import Precision, When, Window
from data.evidence.accounts import GRADE_SAYS, subjects_of
from data.evidence.anchors import Anchor
from data.evidence.claims import MARK, MEASURED, SEARCHES, SITE, Account, Subject, Verdict, span_of
from data.evidence.findings import Finding, check_claim, default_question
from data.story.story import Story, caller_name

#: Beyond the first and last of what is compared, so that nothing stands on the chart's edge: this share of it, and
#: at least this long.
_MARGIN, _LEAST = 0.12, timedelta(minutes=20)
_MINUTE = timedelta(minutes=1)


def finding_of(story: Story, view: ViewState, load: Loaders) -> Finding:
    """What the story's accounts say to the question of this view, its own where that names nothing; NotInStory."""
    subjects = load.subjects(story) if load.subjects else all_subjects(story, load)
    own = default_question(story, subjects)
    return check_claim(story, subjects, subject=view.series or own[0], event=view.event or own[1], caller=view.caller)


def all_subjects(story: Story, load: Loaders) -> tuple[Subject, ...]:
    """Everything of the story that can be held against an event, from what these loaders give."""
    return subjects_of(story, observations=load.observations(story), marks=load.marks(story), drawn=load.drawn(story))


def claim_chart(asked: Question) -> Chart:
    """Accounts on rows of their own, the event under every caller beneath them, and a line where the event is.

    It chooses the range that holds them.
    """
    story, load = asked.story, asked.load
    finding = finding_of(story, asked.view, load)
    said = caller_name(story, finding.caller)
    window = _window(story, finding)
    measured = measured_lanes(load.measured(story), window) if finding.subject.kind == MEASURED else ()
    beside = finding.anchor.label if finding.anchor else event_said(finding, said)
    return Chart(
        slug="claim",
        story=story.slug,
        title=f"{capital(finding.subject.label)}, beside {beside}",
        said=takeaway(finding, said=said),
        window=window,
        lanes=tuple(
            lane for lane in (*_own(measured, finding), _accounts_lane(finding), _event_lane(story, finding)) if lane
        ),
        events=(_event(finding.anchor),) if finding.anchor else (),
        sources=(*story.sources, *load.observations(story).sources, *load.drawn(story).sources),
        notes=(*notes_of(story, finding), CAUTION),
        take_range=False,
    )


def _own(lanes: tuple[Lane, ...], finding: Finding) -> tuple[Lane, ...]:
    """The lane of the very series that is asked about."""
    name = finding.subject.key.partition(":")[2].partition("|")[0]
    return tuple(lane for lane in lanes if lane.slug == f"measured-{name}")


def _window(story: Story, finding: Finding) -> Window:
    spans = [account.span for account in finding.accounts]
    spans += [span_of(anchor.when) for anchor in _anchors(finding)]
    if not spans:
        return story.window
    start, end = min(span.start for span in spans), max(span.end for span in spans)
    margin = max((end - start) * _MARGIN, _LEAST)
    return Window(_minute(start - margin), _minute(end + margin))


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _anchors(finding: Finding) -> tuple[Anchor, ...]:
    chosen = (finding.anchor,) if finding.anchor else ()
    return (*chosen, *(other.anchor for other in finding.elsewhere))


def _accounts_lane(finding: Finding) -> Lane | None:
    items = tuple(_account_item(account, weighed=finding.anchor is not None) for account in finding.accounts)
    if not items:
        return None
    tone = Tone.SEARCH if finding.subject.kind in (SEARCHES, MARK, MEASURED) else Tone.SITE
    marks = (Points("account", tone, items),)
    tracks = tuple(dict.fromkeys(item.track for item in items))
    return Lane("accounts", "The accounts", "", marks, note=_how_to_read(finding), tracks=tracks)


def _how_to_read(finding: Finding) -> str:
    before = ", and an arrow every minute before" if any(account.by for account in finding.accounts) else ""
    said = f"Each row is one account; a bar is every minute that it leaves open{before}."
    grades = dict.fromkeys(account.grade for account in finding.accounts if account.grade in GRADE_SAYS)
    if finding.subject.kind == SITE and grades:
        said += f" {'; '.join(f'{grade}: {GRADE_SAYS[grade]}' for grade in sorted(grades))}."
    return said


def _account_item(account: Account, *, weighed: bool) -> Item:
    """Drawn as wide as the account leaves it open; a half-open span last holds the minute before its end."""
    when = account.when or When(
        account.span.start, max(account.span.start, account.span.end - _MINUTE), Precision.WINDOW
    )
    return Item(
        row=account.rows[0] if account.rows else "",
        when=when,
        text=f"{account.credit}: {account.what}",
        sources=account.sources,
        track=_track(verdict_said(account.verdict), account.label) if weighed else account.label,
        group=verdict_said(account.verdict) if weighed else "",
        account=account.label,
        by=account.by,
    )


def _event_lane(story: Story, finding: Finding) -> Lane | None:
    """The same claim by every caller's time, where the event is a call that more than one has."""
    chosen = [(finding.anchor, finding.verdict)] if finding.anchor and finding.anchor.caller else []
    by_caller = [*chosen, *((other.anchor, other.verdict) for other in finding.elsewhere)]
    if not by_caller or not finding.elsewhere:
        return None
    items = tuple(_caller_item(story, finding.named, anchor, verdict) for anchor, verdict in by_caller)
    tracks = tuple(dict.fromkeys(item.track for item in items))
    note = "One outlet’s call is one fact, another outlet’s is another: each row has its time and the verdict by it."
    marks = (Points("call", Tone.NEUTRAL, items),)
    return Lane("callers", "The verdict by caller", "", marks, note=note, tracks=tracks)


def _caller_item(story: Story, named: str, anchor: Anchor, verdict: Verdict) -> Item:
    return Item(
        row=anchor.rows[0],
        when=anchor.when,
        text=f"{capital(named)}: {token(anchor.when)}",
        sources=anchor.sources,
        track=_track(verdict_said(verdict), caller_name(story, anchor.caller)),
        group=verdict_said(verdict),
        labels=(f"{named[0].upper()}{named[1:]}: {token(anchor.when)}", token(anchor.when)),
    )


def _track(verdict: str, name: str) -> str:
    return f"{verdict} · {name}"


def _event(anchor: Anchor) -> Event:
    return Event(
        when=anchor.when,
        label=anchor.label,
        short=anchor.short or anchor.label,
        tone=Tone.NEUTRAL,
        rows=anchor.rows,
        sources=anchor.sources,
        priority=0,
        emphasised=True,
    )
