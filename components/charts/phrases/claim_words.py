"""A checked claim in words: how its accounts lie to its event, the verdict, and a sentence to be quoted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

from components.charts.events import listed
from components.clock import token
from data.analysis.intervals import Verdict, span_of
from data.core.model import Precision, When
from data.evidence.anchors import BATCH, FIRST_CALL, NIGHTLY, Anchor
from data.evidence.claims import MARK, MEASURED, Account
from data.evidence.findings import Finding
from data.story.caller_names import caller_name, of_caller
from data.story.story import Story

_SPELT = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def on_both_sides(finding: Finding) -> bool:
    """Whether one account says before and another after."""
    return {Verdict.BEFORE, Verdict.AFTER} <= {account.verdict for account in finding.accounts if account.counts}


def of_marks(finding: Finding) -> bool:
    """Whether the moments are published marks, not rises of a series."""
    return finding.subject.key == "marks"


def unsettled(finding: Finding) -> str:
    """Two of five accounts put it before; the other three do not settle it."""
    held, told, order, rest = told_of(finding)
    put = "put" if told > 1 else "puts"
    return f"{spelt(told).capitalize()} of {spelt(held)} accounts {put} it {order}; {rest}."


def told_of(finding: Finding) -> tuple[int, int, str, str]:
    """How many are held, how many of them name an order, which, and what the rest do."""
    named = [account.verdict for account in finding.accounts if account.counts and account.verdict.decided]
    held = counting(finding)
    others = held - len(named)
    rest = "the other does not settle it" if others == 1 else f"the other {spelt(others)} do not settle it"
    return held, len(named), named[0].value, rest


def why_open(finding: Finding) -> str:
    """Why it cannot be told, in a short sentence; empty for any other verdict."""
    if finding.verdict is not Verdict.CANNOT_TELL or finding.anchor is None:
        return ""
    if finding.subject.moments and finding.accounts_differ:
        return _why_apart(finding)
    if on_both_sides(finding):
        return "The accounts do not agree."
    if finding.accounts_differ:
        return unsettled(finding)
    held = [account for account in finding.accounts if account.counts]
    if never_after(held, finding):
        return "A first sighting does not say when it began."
    return "The time is too coarse." if len(held) == 1 else "The times are too coarse."


def _why_apart(finding: Finding) -> str:
    """Why moments have no one order: which of them came before and which after, and which cannot be placed."""
    kind = "mark" if of_marks(finding) else "surge" if finding.subject.kind == MEASURED else "rise"
    if not on_both_sides(finding):
        number, rest = _placed(finding, "the event")
        return f"{spelt(number).capitalize()} {kind}{'' if number == 1 else 's'} {rest}."
    if any(account.verdict is Verdict.CANNOT_TELL for account in finding.accounts if account.counts):
        return f"The {kind}s lie on both sides of the event: {placed(finding, 'it')}."
    return f"Each {kind} can be placed, but they lie on both sides of the event: {placed(finding, 'it')}."


def placed(finding: Finding, event: str) -> str:
    """How moments lie to an event: "two came before it and three after; the other cannot be placed"."""
    number, rest = _placed(finding, event)
    return f"{spelt(number)} {rest}"


def _placed(finding: Finding, event: str) -> tuple[int, str]:
    """How many of them lie on the side that is named first, and what is said of them and of the others."""
    counts = Counter(account.verdict for account in finding.accounts if account.counts)
    first, *then = [order for order in (Verdict.BEFORE, Verdict.AFTER) if counts[order]]
    said = f"came {first.value} {event}"
    said += "".join(f" and {spelt(counts[order])} {order.value}" for order in then)
    still = counts[Verdict.CANNOT_TELL]
    others = "the other" if still == 1 else f"the other {spelt(still)}"
    return counts[first], f"{said}; {others} cannot be placed" if still else said


def never_after(held: Iterable[Account], finding: Finding) -> bool:
    """Whether all were seen only after the event, which leaves open when what they saw began."""
    event = span_of(finding.anchor.when) if finding.anchor else None
    return event is not None and all(account.by and account.span.start >= event.end for account in held)


def counted(finding: Finding) -> str:
    """How many accounts of one thing name which order: "two say before and three leave it open"."""
    counts = Counter(account.verdict for account in finding.accounts if account.counts)
    said = [
        f"{spelt(counts[verdict])} {'says' if counts[verdict] == 1 else 'say'} {verdict.value}"
        for verdict in (Verdict.BEFORE, Verdict.AFTER)
        if counts[verdict]
    ]
    if still := counts[Verdict.CANNOT_TELL]:
        said.append(f"{spelt(still)} {'leaves' if still == 1 else 'leave'} it open")
    return listed(said)


def counting(finding: Finding) -> int:
    return sum(account.counts for account in finding.accounts)


def spelt(number: int) -> str:
    """One to nine in words and larger numbers in figures, as AP style has them."""
    return _SPELT[number] if number < len(_SPELT) else f"{number:,}"


_MINUTE = timedelta(minutes=1)
#: No order is a reason for what followed.
CAUTION = "Which of two things came first does not say why either happened."
#: How labels begin that are in our own words.
_OURS = ("Trouble at ", "Published search marks", "The rise ", "Rise", "The surge ", "Surge", "Searches ")
#: What is said of an account that does not count, and what stands between a verdict and the account's name.
UNCOUNTED = "not counted"
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
