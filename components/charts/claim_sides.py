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
        marks = "marks" if finding.subject.key == "marks" else "rises"
        return f"The {marks} lie on both sides." if on_both_sides(finding) else f"Not all of the {marks} can be told."
    if on_both_sides(finding):
        return "The accounts do not agree."
    if finding.accounts_differ:
        return unsettled(finding)
    held = [account for account in finding.accounts if account.counts]
    if never_after(held, finding):
        return "A first sighting does not say when it began."
    return "The time is too coarse." if len(held) == 1 else "The times are too coarse."


def never_after(held: Iterable[Account], finding: Finding) -> bool:
    """Whether all were seen only after the event, which leaves open when what they saw began."""
    event = span_of(finding.anchor.when) if finding.anchor else None
    return event is not None and all(account.by and account.span.start >= event.end for account in held)


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


def counting(finding: Finding) -> int:
    return sum(account.counts for account in finding.accounts)


def spelt(number: int) -> str:
    """One to nine in words and larger numbers in figures, as AP style has them."""
    return _SPELT[number] if number < len(_SPELT) else f"{number:,}"
