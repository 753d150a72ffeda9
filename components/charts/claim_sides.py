"""How a claim's accounts lie to its event: how many on which side, whether they contradict, and why it stays open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from components.charts.events import listed
from data.analysis.claims import Verdict, span_of
from data.claims import Account
from data.findings import Finding

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
    kind = "mark" if of_marks(finding) else "rise"
    if not on_both_sides(finding):
        number, _, rest = placed(finding, "the event").partition(" ")
        return f"{number.capitalize()} {kind}{'' if number == 'one' else 's'} {rest}."
    if any(account.verdict is Verdict.CANNOT_TELL for account in finding.accounts if account.counts):
        return f"The {kind}s lie on both sides of the event: {placed(finding, 'it')}."
    return f"Each {kind} can be placed, but they lie on both sides of the event: {placed(finding, 'it')}."


def placed(finding: Finding, event: str) -> str:
    """How moments lie to an event: "two came before it and three after; the other cannot be placed"."""
    counts = Counter(account.verdict for account in finding.accounts if account.counts)
    first, *then = [order for order in (Verdict.BEFORE, Verdict.AFTER) if counts[order]]
    said = f"{spelt(counts[first])} came {first.value} {event}"
    said += "".join(f" and {spelt(counts[order])} {order.value}" for order in then)
    still = counts[Verdict.CANNOT_TELL]
    others = "the other" if still == 1 else f"the other {spelt(still)}"
    return f"{said}; {others} cannot be placed" if still else said


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
