"""A checked claim in words: the verdict, the reasons, what would change it, and a sentence fit to be quoted."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from components.charts.clock import token
from components.charts.events import listed
from data.analysis.claims import Verdict
from data.anchors import Anchor, caller_name
from data.claims import Account
from data.findings import Finding
from data.model import Precision, When
from data.story import Story

_MINUTE = timedelta(minutes=1)
#: No order is a reason for what followed.
CAUTION = "Which of two things came first does not say that one led to the other."
_SPELT = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
#: Of one account, where a verdict's own words are too long.
SHORT = {Verdict.CANNOT_TELL: "cannot tell", Verdict.NOT_ENOUGH: "not counted"}


def takeaway(finding: Finding) -> str:
    """The verdict in one sentence, with the event's time as a clock token."""
    label, event = finding.subject.label, event_said(finding)
    several = len(finding.accounts) > 1
    match finding.verdict:
        case Verdict.BEFORE | Verdict.AFTER if several:
            return f"{label}: {finding.verdict.value} {event}, by {_all(_counting(finding))} accounts"
        case Verdict.BEFORE | Verdict.AFTER:
            return f"{label}: {finding.verdict.value} {event}"
        case Verdict.CANNOT_TELL if finding.accounts_differ:
            return f"{label}, before or after {event}? {_apart(finding)}"
        case Verdict.CANNOT_TELL:
            return f"{label}, before or after {event}? Cannot tell at this resolution"
        case Verdict.NOT_ENOUGH:
            return f"{label}, before or after {event}? Not enough evidence"


def _apart(finding: Finding) -> str:
    """How the accounts lie to the event; only accounts of the same thing can disagree."""
    if not finding.subject.moments:
        return f"The accounts do not agree: {counted(finding)}"
    sides = {account.verdict for account in finding.accounts}
    both = {Verdict.BEFORE, Verdict.AFTER} <= sides
    return f"{'On both sides' if both else 'Not all can be told'}: {counted(finding)}"


def event_said(finding: Finding) -> str:
    """The event as a noun phrase with its time, or without one where this caller has none."""
    return _anchor_said(finding.anchor) if finding.anchor else f"the {finding.named} by {finding.caller}"


def _anchor_said(anchor: Anchor) -> str:
    named = anchor.label if anchor.caller else f"“{anchor.label}”"
    return f"{named} ({token(anchor.when, 'stamp')})"


def reasons(story: Story, finding: Finding) -> tuple[str, ...]:
    """What the verdict rests on besides the accounts, one sentence each: what is not there, and who would change it."""
    lines = [finding.subject.lacks] if finding.subject.lacks else []
    if finding.anchor is None:
        lines.append(
            f"This story holds no time for the {finding.named} by {caller_name(story, finding.caller)}; "
            "choose another caller or event."
        )
    return (*lines, *_other_callers(story, finding))


def _other_callers(story: Story, finding: Finding) -> list[str]:
    return [
        f"With {token(other.anchor.when, 'stamp')}, the time of {caller_name(story, other.caller)}, "
        f"the verdict would be: {other.verdict.value}."
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


def counted(finding: Finding) -> str:
    """How many name which order: "two say before and three leave it open"; of moments "two before and one after"."""
    moments = finding.subject.moments
    counts = Counter(account.verdict for account in finding.accounts if account.counts)
    said = [
        f"{spelt(counts[verdict])}{'' if moments else ' says' if counts[verdict] == 1 else ' say'} {verdict.value}"
        for verdict in (Verdict.BEFORE, Verdict.AFTER)
        if counts[verdict]
    ]
    if still := counts[Verdict.CANNOT_TELL]:
        open_ = "that cannot be told" if moments else "leaves it open" if still == 1 else "leave it open"
        said.append(f"{spelt(still)} {open_}")
    return listed(said)


def _counting(finding: Finding) -> int:
    return sum(account.counts for account in finding.accounts)


def spelt(number: int) -> str:
    """One to nine in words and larger numbers in figures, as AP style has them."""
    return _SPELT[number] if number < len(_SPELT) else f"{number:,}"


def _all(number: int) -> str:
    return "both" if number == 2 else f"all {spelt(number)}"


def quotable(finding: Finding) -> str:
    """A sentence that an article may print as it is, in AP style; it claims what the intervals carry, and no more.

    What an account says is put in the story's own words, so it stands without quotation marks of its own.
    """
    about, event = _mid_sentence(finding.subject.label), event_said(finding)
    held = [account for account in finding.accounts if account.counts]
    if finding.anchor is None or not held:
        return f"There is not enough evidence to say whether {about} came before or after {event}."
    if len(held) == 1:
        return _of_one(held[0], finding, event)
    if finding.subject.moments:
        return _of_moments(len(held), finding, about, event)
    if finding.verdict.decided:
        return f"By {_all(len(held))} accounts held, {about} came {finding.verdict.value} {event}."
    if finding.accounts_differ:
        return (
            f"Accounts differ on whether {about} came before or after {event}: "
            f"of the {spelt(len(held))} held, {counted(finding)}."
        )
    return f"From the {spelt(len(held))} accounts held, it cannot be told whether {about} came before or after {event}."


def _of_moments(held: int, finding: Finding, about: str, event: str) -> str:
    start = f"Set against {event}, {about} held here"
    if finding.verdict.decided:
        return f"{start} were {'both' if held == 2 else f'all {spelt(held)}'} {finding.verdict.value} it."
    if not finding.accounts_differ:
        return f"{start} cannot be told to be before or after it."
    sides = {account.verdict for account in finding.accounts}
    apart = "lie on both sides" if {Verdict.BEFORE, Verdict.AFTER} <= sides else "cannot all be told apart from it"
    return f"{start} {apart}: {counted(finding)}."


def _of_one(only: Account, finding: Finding, event: str) -> str:
    said = f"{only.what} ({only.credit}, {time_said(only)})"
    if finding.verdict.decided:
        return f"{said}: by that time, this was {finding.verdict.value} {event}."
    return f"{said}: from that time, it cannot be told whether this was before or after {event}."


def _mid_sentence(label: str) -> str:
    return label[0].lower() + label[1:]
