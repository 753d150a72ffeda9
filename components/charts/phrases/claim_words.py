"""A checked claim in words: how its accounts lie to its event, the verdict, and a sentence to be quoted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from components.charts.events import listed
from components.charts.said import Said
from components.clock import token
from components.text import capital
from data.core.model import Precision, When
from data.evidence.anchors import BATCH, FIRST_CALL, NIGHTLY, Anchor
from data.evidence.claims import MARK, MEASURED, SITE, Account, Verdict, span_of
from data.evidence.findings import Counts, Finding
from data.story.story import Story, caller_name, of_caller

_SPELT = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def verdict_clauses(finding: Finding) -> tuple[str, ...]:
    """The verdict with its count, in clauses: "before, by two accounts", "three do not settle it"."""
    counts, moments = finding.counts, finding.subject.moments
    match finding.verdict:
        case Verdict.BEFORE | Verdict.AFTER:
            return (_decided(finding, ""), *_unsettled(counts.still, ""))
        case Verdict.CANNOT_TELL if moments and counts.decided:
            first, *rest = placed(counts, "it")
            return (f"on both sides: {first}" if counts.on_both_sides else first, *rest)
        case Verdict.CANNOT_TELL if counts.on_both_sides:
            return (f"the accounts do not agree: {counted(counts)}",)
        case Verdict.CANNOT_TELL:
            return (f"cannot tell: {_none_settles(finding)}",)
        case verdict:
            return (verdict.value,)


def _decided(finding: Finding, event: str) -> str:
    """The order that is named, by how many: of one mark or sighting nobody counts."""
    held, told = finding.counts.held, finding.counts.decided
    order = f"{finding.verdict.value} {event}".strip()
    if finding.subject.moments and held > 1:
        return f"{_all(held)} {order}"
    if finding.subject.kind != SITE:
        return order
    by = f"{spelt(told)} account{'' if told == 1 else 's'}" if told < held or held == 1 else f"{_all(held)} accounts"
    return f"{order}, by {by}"


def _unsettled(still: int, led: str) -> tuple[str, ...]:
    """That so many do not settle it; nothing where there are none."""
    return (f"{led}{spelt(still)} {'does' if still == 1 else 'do'} not settle it",) if still else ()


def _none_settles(finding: Finding) -> str:
    """That not one of those held names an order."""
    held = finding.counts.held
    if finding.subject.kind != SITE and held == 1:
        return "its time does not settle it"
    what = _noun(finding) if finding.subject.moments else "account"
    match held:
        case 1:
            return f"the one {what} does not settle it"
        case 2:
            return f"neither {what} settles it"
        case _:
            return f"none of the {spelt(held)} {what}s settles it"


def _noun(finding: Finding) -> str:
    return "report" if of_marks(finding) else "surge" if finding.subject.kind == MEASURED else "rise"


def of_marks(finding: Finding) -> bool:
    """Whether the moments are published reports, not rises of a series."""
    return finding.subject.key == "marks"


def why_open(finding: Finding) -> str:
    """Why no account names an order, in a short sentence; empty where one does."""
    if finding.verdict is not Verdict.CANNOT_TELL or finding.anchor is None or finding.counts.decided:
        return ""
    held = [account for account in finding.accounts if account.counts]
    if never_after(held, finding):
        return "A first sighting does not say when it began."
    return "The time is too coarse." if len(held) == 1 else "The times are too coarse."


def placed(counts: Counts, event: str) -> tuple[str, ...]:
    """How moments lie to an event: "two came before it and three after", "the other cannot be placed"."""
    sides = [(number, order) for number, order in ((counts.before, "before"), (counts.after, "after")) if number]
    (number, order), *then = sides
    said = f"{spelt(number)} came {order} {event}"
    said += "".join(f" and {spelt(number)} {order}" for number, order in then)
    others = "the other" if counts.still == 1 else f"the other {spelt(counts.still)}"
    return (said, f"{others} cannot be placed") if counts.still else (said,)


def never_after(held: Iterable[Account], finding: Finding) -> bool:
    """Whether all were seen only after the event, which leaves open when what they saw began."""
    event = span_of(finding.anchor.when) if finding.anchor else None
    return event is not None and all(account.by and account.span.start >= event.end for account in held)


def counted(counts: Counts) -> str:
    """How many accounts of one thing name which order: "two say before, one says after and three leave it open"."""
    said = [
        f"{spelt(number)} {'says' if number == 1 else 'say'} {order}"
        for number, order in ((counts.before, "before"), (counts.after, "after"))
        if number
    ]
    if still := counts.still:
        said.append(f"{spelt(still)} {'leaves' if still == 1 else 'leave'} it open")
    return listed(said)


def spelt(number: int) -> str:
    """One to nine in words and larger numbers in figures, as AP style has them."""
    return _SPELT[number] if number < len(_SPELT) else f"{number:,}"


_MINUTE = timedelta(minutes=1)
#: No order is a reason for what followed.
CAUTION = "Which of two things came first does not say why either happened."
#: What is said of an account that does not count, and what stands between a verdict and the account's name.
UNCOUNTED = "not counted"
#: Of one account, where a verdict's own words are too long.
SHORT = {Verdict.CANNOT_TELL: "cannot tell", Verdict.NOT_ENOUGH: UNCOUNTED}


def takeaway(finding: Finding, *, said: str = "") -> Said:
    """The verdict with its count, the event's time as a clock token; `said` is the caller's name, else its id."""
    event, subject = event_said(finding, said), capital(finding.subject.label)
    clauses = verdict_clauses(finding)
    if finding.verdict.decided:
        return Said((_decided(finding, event), *clauses[1:]), subject)
    return Said((capital(clauses[0]), *clauses[1:]), subject, question=f"before or after {event}?")


def event_said(finding: Finding, said: str = "") -> str:
    """The event as a noun phrase with its time, or without one where this caller has none.

    `said` is what the caller is called; without it, its id is.
    """
    if finding.anchor:
        return f"{event_name(finding.anchor)} ({token(finding.anchor.when, 'stamp')})"
    if _is_call(finding):
        return of_caller(said or finding.caller, finding.caller, finding.named)
    return f"the event “{finding.named}”"


def _is_call(finding: Finding) -> bool:
    return finding.event == FIRST_CALL or finding.event.startswith(BATCH) or finding.event not in NIGHTLY


def event_name(anchor: Anchor) -> str:
    """An event as a noun phrase: AP’s Florida call, the event “Polls close”."""
    return anchor.label if anchor.caller else f"the event “{anchor.label}”"


def reasons(story: Story, finding: Finding) -> tuple[str, ...]:
    """What the verdict rests on besides the accounts, one sentence each: what is not there, and who would change it."""
    lines = [finding.subject.lacks] if finding.subject.lacks else []
    if finding.anchor is None:
        lines.append(
            f"This story has no time for {event_said(finding, caller_name(story, finding.caller))}; "
            "choose another caller or event."
        )
    return (*lines, *_other_callers(story, finding))


def _other_callers(story: Story, finding: Finding) -> list[str]:
    return [
        f"By {of_caller(caller_name(story, other.caller), other.caller, 'time')} "
        f"({token(other.anchor.when, 'stamp')}), the verdict would be: {other.verdict.value}."
        for other in finding.differing
    ]


def verdict_said(verdict: Verdict) -> str:
    """A verdict on one account: before, after, cannot tell, not counted."""
    return SHORT.get(verdict, verdict.value)


def account_said(account: Account) -> str:
    """One account: when, what it says, who gave it, and what it cannot say."""
    tail = f" {account.note}" if account.note else ""
    time = time_said(account)
    return f"{time}: {account.what} ({account.credit}).{tail}"


def time_said(account: Account) -> str:
    """When, as sharp as the account, as a clock token."""
    last = max(account.span.start, account.span.end - _MINUTE)
    when = account.when or When(account.span.start, last, Precision.WINDOW)
    return token(when, "stamp")


def _all(number: int) -> str:
    return "both" if number == 2 else f"all {spelt(number)}"


def quotable(finding: Finding, *, said: str = "") -> str:
    """A sentence that an article may print as it is, in AP style; it claims what the intervals carry, and no more.

    What an account says is put in the story's own words, so it stands without quotation marks of its own.
    `said` is the caller's name; without it, its id stands for it.
    """
    about, event = finding.subject.label, event_said(finding, said)
    held = [account for account in finding.accounts if account.counts]
    if finding.anchor is None and held:
        return f"No time for {event} is on record here, so the order cannot be checked against it."
    if not held:
        return f"There is not enough evidence to say whether {about} came before or after {event}."
    if len(held) == 1:
        return _of_one(held[0], finding, event)
    if finding.subject.moments:
        return _of_moments(len(held), finding, about, event)
    counts = finding.counts
    if finding.verdict.decided and counts.still:
        told, rest = counts.decided, _unsettled(counts.still, "the other ")
        return (
            f"Of the {spelt(len(held))} accounts on record, {spelt(told)} {'puts' if told == 1 else 'put'} {about} "
            f"{finding.verdict.value} {event}; {rest[0]}."
        )
    if finding.verdict.decided:
        return f"By {_all(len(held))} accounts on record, {about} came {finding.verdict.value} {event}."
    if counts.decided:
        return (
            f"Accounts differ on whether {about} came before or after {event}: "
            f"of the {spelt(len(held))} on record, {counted(counts)}."
        )
    unsettled = f"it cannot be told whether {about} came before or after {event}"
    return f"From the {spelt(len(held))} accounts on record, {unsettled}."


def _of_moments(held: int, finding: Finding, about: str, event: str) -> str:
    """Of two published reports of searches held here, one came before AP’s Florida call; the other cannot be placed."""
    here, comma = (" on record here", "") if of_marks(finding) else ("", ",")
    if finding.verdict.decided:
        return f"{capital(_all(held))} {about}{here}{comma} came {finding.verdict.value} {event}."
    them = f"Of {spelt(held)} {about}{here}"
    if not finding.counts.decided:
        return f"{them}, {'neither' if held == 2 else 'none'} can be placed before or after {event}."
    return f"{them}, {'; '.join(placed(finding.counts, event))}."


def _of_one(only: Account, finding: Finding, event: str) -> str:
    """What it says stands after a colon: it may be a whole sentence as well as a few words of a title."""
    said = f"{only.what} ({only.credit}, {time_said(only)})"
    if never_after([only], finding):
        open_ = f"it cannot be told whether this began before or after {event}"
        return f"From the one account on record, {open_}: {said}. A first sighting does not say when it began."
    if not finding.verdict.decided:
        return f"From the one account on record, it cannot be told whether this came before or after {event}: {said}."
    # What was counted over hours has no moment of its own; all of those hours lie on one side.
    counted_over = finding.subject.kind == MARK and not (only.when and only.when.precision is not Precision.WINDOW)
    how = "was counted wholly" if counted_over else "came"
    return f"By the one account on record, this {how} {finding.verdict.value} {event}: {said}."
