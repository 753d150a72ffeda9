"""A checked claim in words: the verdict, the reasons, what would change it, and a sentence fit to be quoted."""

from __future__ import annotations

from datetime import timedelta

from components.charts.claim_sides import (
    counted,
    counting,
    never_after,
    of_marks,
    on_both_sides,
    placed,
    spelt,
    told_of,
    unsettled,
)
from components.charts.clock import token
from data.analysis.claims import Verdict
from data.anchors import BATCH, FIRST_CALL, NIGHTLY, Anchor
from data.caller_names import caller_name, of_caller
from data.claims import MARK, Account
from data.findings import Finding
from data.model import Precision, When
from data.story import Story

_MINUTE = timedelta(minutes=1)
#: No order is a reason for what followed.
CAUTION = "Which of two things came first does not say why either happened."
#: How labels begin that are in our own words.
_OURS = ("Trouble at ", "Published search marks", "The rise ", "Rise", "Searches ")
#: What is said of an account that does not count, and what stands between a verdict and the account's name.
UNCOUNTED, BEHIND = "not counted", " · "
#: Of one account, where a verdict's own words are too long.
SHORT = {Verdict.CANNOT_TELL: "cannot tell", Verdict.NOT_ENOUGH: UNCOUNTED}


def takeaway(finding: Finding, *, said: str = "") -> str:
    """The verdict in one sentence, with the event's time as a clock token; `said` is the caller's name, else its id."""
    label, event = finding.subject.label, event_said(finding, said)
    several = len(finding.accounts) > 1
    match finding.verdict:
        case Verdict.BEFORE | Verdict.AFTER if several and finding.subject.moments:
            return f"{label}: {_all(counting(finding))} {finding.verdict.value} {event}"
        case Verdict.BEFORE | Verdict.AFTER if several:
            return f"{label}: {finding.verdict.value} {event}, by {_all(counting(finding))} accounts"
        case Verdict.BEFORE | Verdict.AFTER:
            return f"{label}: {finding.verdict.value} {event}"
        case Verdict.CANNOT_TELL if finding.accounts_differ:
            return f"{label}: before or after {event}? {_apart(finding).rstrip('.')}"
        case Verdict.CANNOT_TELL:
            return f"{label}: before or after {event}? Cannot tell at this resolution"
        case Verdict.NOT_ENOUGH:
            return f"{label}: before or after {event}? Not enough evidence"


def _apart(finding: Finding) -> str:
    """How the accounts lie to the event; only accounts of one thing, on both sides of it, contradict."""
    both = on_both_sides(finding)
    if finding.subject.moments:
        said = placed(finding, "it")
        return f"On both sides: {said}" if both else f"{said[0].upper()}{said[1:]}"
    return f"The accounts do not agree: {counted(finding)}" if both else unsettled(finding)


def event_said(finding: Finding, said: str = "") -> str:
    """The event as a noun phrase with its time, or without one where this caller has none.

    `said` is what the caller is called; without it, its id is.
    """
    if finding.anchor:
        return _anchor_said(finding.anchor)
    if _is_call(finding):
        return of_caller(said or finding.caller, finding.caller, finding.named)
    return f"the event “{finding.named}”"


def _is_call(finding: Finding) -> bool:
    return finding.event == FIRST_CALL or finding.event.startswith(BATCH) or finding.event not in NIGHTLY


def _anchor_said(anchor: Anchor) -> str:
    named = anchor.label if anchor.caller else f"the event “{anchor.label}”"
    return f"{named} ({token(anchor.when, 'stamp')})"


def reasons(story: Story, finding: Finding) -> tuple[str, ...]:
    """What the verdict rests on besides the accounts, one sentence each: what is not there, and who would change it."""
    lines = [finding.subject.lacks] if finding.subject.lacks else []
    if finding.anchor is None:
        lines.append(
            f"This story holds no time for {event_said(finding, caller_name(story, finding.caller))}; "
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
    about, event = _mid_sentence(finding.subject.label), event_said(finding, said)
    held = [account for account in finding.accounts if account.counts]
    if finding.anchor is None and held:
        return f"No time for {event} is held here, so the order cannot be checked against it."
    if not held:
        return f"There is not enough evidence to say whether {about} came before or after {event}."
    if len(held) == 1:
        return _of_one(held[0], finding, event)
    if finding.subject.moments:
        return _of_moments(len(held), finding, about, event)
    if finding.verdict.decided:
        return f"By {_all(len(held))} accounts held, {about} came {finding.verdict.value} {event}."
    if finding.accounts_differ and not on_both_sides(finding):
        several, told, order, rest = told_of(finding)
        put = "put" if told > 1 else "puts"
        return f"Of the {spelt(several)} accounts held, {spelt(told)} {put} {about} {order} {event}; {rest}."
    if finding.accounts_differ:
        return (
            f"Accounts differ on whether {about} came before or after {event}: "
            f"of the {spelt(len(held))} held, {counted(finding)}."
        )
    return f"From the {spelt(len(held))} accounts held, it cannot be told whether {about} came before or after {event}."


def _of_moments(held: int, finding: Finding, about: str, event: str) -> str:
    """Of two published search marks held here, one came before AP’s Florida call; the other cannot be placed."""
    them = f"{about} held here" if of_marks(finding) else f"{about},"
    if finding.verdict.decided:
        return f"{_all(held).capitalize()} {them} came {finding.verdict.value} {event}."
    them = f"Of {spelt(held)} {them.rstrip(',')}"
    if not finding.accounts_differ:
        return f"{them}, {'neither' if held == 2 else 'none'} can be placed before or after {event}."
    return f"{them}, {placed(finding, event)}."


def _of_one(only: Account, finding: Finding, event: str) -> str:
    """What it says stands after a colon: it may be a whole sentence as well as a few words of a title."""
    said = f"{only.what} ({only.credit}, {time_said(only)})"
    if never_after([only], finding):
        open_ = f"it cannot be told whether this began before or after {event}"
        return f"From the one account held, {open_}: {said}. A first sighting does not say when it began."
    if not finding.verdict.decided:
        return f"From the one account held, it cannot be told whether this came before or after {event}: {said}."
    # What was counted over hours has no moment of its own; all of those hours lie on one side.
    counted_over = finding.subject.kind == MARK and not (only.when and only.when.precision is not Precision.WINDOW)
    how = "was counted wholly" if counted_over else "came"
    return f"By the one account held, this {how} {finding.verdict.value} {event}: {said}."


def _mid_sentence(label: str) -> str:
    """The label inside a sentence: only our own words lose their capital, never a name or a source's words."""
    return label[0].lower() + label[1:] if label.startswith(_OURS) else label
