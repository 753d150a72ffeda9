"""What rose or failed, as accounts with their bounds, and the order that they carry beside an event."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from data.analysis.intervals import Verdict, agreed, order
from data.core.errors import NotInStory
from data.core.model import When, Window


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
