"""A claim checked: what one subject's accounts carry beside one event, under one caller and under every other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from data.evidence.anchors import FAILURE, FIRST_CALL, NIGHTLY, Anchor, anchor_of, anchors_of, event_name, is_contest
from data.evidence.claims import Account, Subject, Verdict, first_reported, order, span_of, subject_of, weigh
from data.evidence.measured import surge_of_the_night
from data.story.story import Story


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The same claim under another caller's call of the same thing."""

    caller: str
    anchor: Anchor
    verdict: Verdict


class Counts(NamedTuple):
    """How many accounts name which order of a thing and an event."""

    before: int
    after: int
    still: int

    @property
    def held(self) -> int:
        """All that count."""
        return sum(self)

    @property
    def decided(self) -> int:
        """Those that name an order."""
        return self.before + self.after

    @property
    def on_both_sides(self) -> bool:
        """Whether one says before and another after."""
        return bool(self.before and self.after)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was asked, what the accounts carry, and what would change it.

    `event` is the key that was asked for, `named` what it is called where nobody's time for it is known. `anchor` is
    None where this caller has no such event. `elsewhere` holds every other caller that has, whether the verdict differs
    or not; events that are nobody's call have none.
    """

    subject: Subject
    event: str
    named: str
    caller: str
    anchor: Anchor | None
    verdict: Verdict
    accounts: tuple[Account, ...]
    elsewhere: tuple[Elsewhere, ...]

    @property
    def differing(self) -> tuple[Elsewhere, ...]:
        """The callers under whose call the verdict is another one."""
        return tuple(other for other in self.elsewhere if other.verdict is not self.verdict)

    @property
    def counts(self) -> Counts:
        """How many accounts put it before the event, how many after, and how many leave it open."""
        said = [account.verdict for account in self.accounts if account.counts]
        return Counts(*(said.count(one) for one in (Verdict.BEFORE, Verdict.AFTER, Verdict.CANNOT_TELL)))

    @property
    def reported(self) -> Verdict:
        """Whether it was on record before the event: another question than whether it began before it."""
        first = first_reported(self.accounts)
        return order(first, span_of(self.anchor.when)) if first and self.anchor else Verdict.NOT_ENOUGH


def check_claim(story: Story, subjects: Iterable[Subject], *, subject: str, event: str, caller: str) -> Finding:
    """The finding for a subject's key and an event's key. NotInStory, which says what there is, for unknown ones."""
    chosen = subject_of(subjects, subject)
    anchor = anchor_of(story, caller, event)
    verdict, accounts = _weighed(chosen, anchor)
    # A batch is one caller's own: what another called in that minute is another thing.
    shared = event == FIRST_CALL or is_contest(story, event)
    others = [entry.id for entry in story.about.callers if entry.id != caller] if shared else []
    elsewhere = tuple(
        Elsewhere(other, there, _weighed(chosen, there)[0])
        for other in others
        if (there := anchor_of(story, other, event)) and there.caller == other
    )
    return Finding(chosen, event, event_name(story, event), caller, anchor, verdict, accounts, elsewhere)


def _weighed(subject: Subject, anchor: Anchor | None) -> tuple[Verdict, tuple[Account, ...]]:
    if anchor is None:
        return Verdict.NOT_ENOUGH, subject.accounts
    return weigh(subject, span_of(anchor.when))


def default_question(story: Story, subjects: Iterable[Subject]) -> tuple[str, str]:
    """The subject and the event that a bare address asks about.

    Where the story measured a surge, the night's first and the first failure of a site. Otherwise its main site, else
    the first subject of which there is any account; and its first emphasised contest that its own caller has, else
    whatever the night has first.
    """
    found = tuple(subjects)
    main = {f"site:{service.id}" for service in story.about.services if service.main}
    ranked = sorted(found, key=lambda subject: (not subject.accounts, subject.key not in main))
    has = [anchor.key for anchor in anchors_of(story, story.about.caller)]
    failure = next((key for key in has if key.startswith(FAILURE)), "")
    if failure and (surge := surge_of_the_night(story, found)):
        return surge.key, failure
    event = next((code for code in story.about.emphasised if code in has), has[0] if has else next(iter(NIGHTLY)))
    return ranked[0].key, event
