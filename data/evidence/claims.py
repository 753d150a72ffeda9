"""What rose or failed, as accounts with their bounds, and the order that they carry beside an event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from data.core.errors import NotInStory
from data.core.model import Precision, When, Window


class Verdict(StrEnum):
    """What evidence carries about the order of two things."""

    BEFORE = "before"
    AFTER = "after"
    CANNOT_TELL = "cannot tell at this resolution"
    NOT_ENOUGH = "not enough evidence"

    @property
    def decided(self) -> bool:
        """Whether an order is named at all."""
        return self in (Verdict.BEFORE, Verdict.AFTER)


_SECOND, _MINUTE = timedelta(seconds=1), timedelta(minutes=1)
_NTH = ("First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth")


def span_of(when: When) -> Window:
    """Every instant at which it may have happened, half-open: 10:50 p.m. is the minute that begins then.

    A bound is as wide as the unit in which it is given: one second for what is known to the second, the rest of its
    minute for everything else. A day's bounds are already its first and last instant.
    """
    unit = _SECOND if when.precision in (Precision.SECOND, Precision.DAY) else _MINUTE
    return Window(when.earliest, when.latest + unit)


def order(thing: Window, event: Window) -> Verdict:
    """Whether the thing came before or after the event: named only if every instant of one precedes every other's.

    Allen's interval algebra reduced to its two strict relations; all that overlap, or share an instant, cannot be told
    apart. Exchanging the two reverses the verdict, and a wider interval never turns "cannot tell" into an order.
    """
    if thing.end <= event.start:
        return Verdict.BEFORE
    if thing.start >= event.end:
        return Verdict.AFTER
    return Verdict.CANNOT_TELL


def agreed(verdicts: Iterable[Verdict], *, of_each: bool = False) -> Verdict:
    """What several accounts of one thing carry together: the order that some of them name, if none names the other.

    One that names none leaves both open and contradicts nobody. Accounts on both sides leave it open, however many are
    on one side; without any account there is not enough. Verdicts `of_each` of several things are an order only where
    every one of them is the same.
    """
    found = {verdict for verdict in verdicts if verdict is not Verdict.NOT_ENOUGH}
    if not found:
        return Verdict.NOT_ENOUGH
    named = found if of_each else {verdict for verdict in found if verdict.decided} or found
    return named.pop() if len(named) == 1 else Verdict.CANNOT_TELL


@dataclass(frozen=True, slots=True)
class Account:
    """One account of when a thing happened. `span` is every instant at which it may have; `rows` are "table:id".

    `when` is the time as it is stated, None for an onset read off a series. `by` says that the thing was there by the
    end of the span and may have begun at any time before: a first sighting is no beginning, so it can come out as
    "before" and never as "after". `verdict` is NOT_ENOUGH until the account is held against an event, and stays so for
    one that `counts` for nothing, with the reason in `note`.
    """

    label: str
    what: str
    span: Window
    rows: tuple[str, ...]
    sources: tuple[str, ...]
    when: When | None = None
    credit: str = ""
    grade: str = ""
    note: str = ""
    by: bool = False
    counts: bool = True
    verdict: Verdict = Verdict.NOT_ENOUGH

    def against(self, event: Window) -> Account:
        """This account with the order that its bounds and the event's carry."""
        found = order(self.span, event) if self.counts else Verdict.NOT_ENOUGH
        if self.by and found is Verdict.AFTER:
            found = Verdict.CANNOT_TELL
        return replace(self, verdict=found)


#: What can rise or fail, in the order of a menu.
SITE, MEASURED, SEARCHES, MARK, SIGHTING = ("site", "measured", "searches", "mark", "sighting")


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that rose or failed: a site, a mark, a series; with every account of when it did.

    `kind` is one of KINDS, `label` a noun phrase as it stands inside a sentence, `menu` a shorter one for a list.
    `lacks` says what was looked at and found to say nothing, in a sentence; empty where there are accounts. `rows` are
    all that were looked at, whether or not an account rests on them. With `moments` each account is of a moment of its
    own, so that they can lie on both sides of an event and contradict nobody; otherwise all are of the same thing.
    """

    key: str
    kind: str
    label: str
    menu: str
    accounts: tuple[Account, ...]
    lacks: str = ""
    rows: tuple[str, ...] = ()
    moments: bool = False


def nth(place: int) -> str:
    """Which one it is, counted from 1, as AP style has it: First to Ninth in words, then 10th, 21st and so on."""
    if place <= len(_NTH):
        return _NTH[place - 1]
    tens = 10 < place % 100 < 20
    return f"{place}{'th' if tens else {1: 'st', 2: 'nd', 3: 'rd'}.get(place % 10, 'th')}"


def with_each(whole: Subject, prefix: str, plural: str) -> Iterator[Subject]:
    """The subject and, where it has several accounts, each of them besides, by when it may have begun at the earliest.

    `prefix` begins their keys, and `plural` is the word of the label that stands for all of them.
    """
    yield whole
    for account in whole.accounts if len(whole.accounts) > 1 else ():
        began = account.span.start.replace(tzinfo=None).isoformat(timespec="minutes")
        key, said = f"{prefix}:{whole.key.partition(':')[2]}|{began}Z", account.label.lower()
        label = whole.label.replace(plural, f"the {said}{',' if ',' in said else ''}", 1)
        menu, rows = f"{whole.menu}: {said}", account.rows if whole.kind == MEASURED else whole.rows
        yield Subject(key, whole.kind, label, menu, (account,), rows=rows)


def subject_of(subjects: Iterable[Subject], key: str) -> Subject:
    """The subject of this key; NotInStory with what it wants for any other."""
    found = tuple(subjects)
    for subject in found:
        if subject.key == key:
            return subject
    wants = f"one like {', '.join(subject.key for subject in found[:4])}"
    said = f"{key[:60]!r} is nothing that rose or failed in this story"
    raise NotInStory(said, parameter="series", got=key[:60], wants=wants)


def weigh(subject: Subject, event: Window) -> tuple[Verdict, tuple[Account, ...]]:
    """Every account held against the event, and what they carry together of when it began."""
    held = tuple(account.against(event) for account in subject.accounts)
    return agreed((account.verdict for account in held), of_each=subject.moments), held


def first_reported(accounts: Iterable[Account]) -> Window | None:
    """Every instant at which the first of these accounts may have come; None where none of them counts.

    What was reported first is another question than what began when: a first sighting answers only this one.
    """
    spans = [account.span for account in accounts if account.counts]
    return Window(min(span.start for span in spans), min(span.end for span in spans)) if spans else None
