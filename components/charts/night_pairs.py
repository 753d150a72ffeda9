"""Two nights that are to be held beside each other: their rows, what to call them, and the events both have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from components.charts.events import listed
from data.core.errors import NotInStory
from data.core.frames import SourcedFrame
from data.core.model import Source
from data.evidence.anchors import NIGHTLY, Anchor, nightly
from data.evidence.evidence_rows import Calls, Marks, Milestones, Observations
from data.story.story import Story

#: What a sentence calls each of NIGHTLY.
_SAID = {
    "polls-close": "poll closing",
    "first-call": "first call",
    "decisive-call": "decisive call",
    "concession": "concession",
}
#: What both nights are counted from if nobody says: the event that ends a night, where both have it.
_DEFAULT = "decisive-call"


@dataclass(frozen=True, slots=True)
class ComparedNight:
    """One story's rows, whole, and the event at which its clock starts."""

    story: Story
    caller: str
    anchor: Anchor
    calls: Calls
    milestones: Milestones
    marks: Marks
    observations: Observations
    drawn: SourcedFrame

    @property
    def sources(self) -> tuple[Source, ...]:
        """Those of the story and of what was fetched for it."""
        return (*self.story.sources, *self.observations.sources, *self.drawn.sources)


def said(key: str) -> str:
    """An anchor in the middle of a sentence: "decisive call"."""
    return _SAID[key]


def shared_anchors(first: Iterable[Anchor], second: Iterable[Anchor]) -> tuple[str, ...]:
    """The keys of NIGHTLY that both nights hold, in the order of a night."""
    held = {anchor.key for anchor in first} & {anchor.key for anchor in second}
    return tuple(key for key in NIGHTLY if key in held)


def anchor_to_use(shared: Sequence[str], asked: str = "") -> str:
    """The key asked for if it is shared, else the decisive call, else the first shared; empty where none is."""
    if asked in shared:
        return asked
    return _DEFAULT if _DEFAULT in shared else next(iter(shared), "")


def lacks(name: str, anchors: Iterable[Anchor]) -> str:
    """What no time is held of, in one sentence: "No poll closing and no concession is held for 2024."; or nothing.

    The night had its polls and its concession all the same: what is missing is a row here.
    """
    held = {anchor.key for anchor in anchors}
    missing = [f"no {_SAID[key]}" for key in NIGHTLY if key not in held]
    return f"{listed(missing).capitalize()} is on record for {name}." if missing else ""


def partner_of(story: Story, other: Story | None) -> Story:
    """The other story of a pair; NotInStory where none is named or it is the same one."""
    if other and other.slug != story.slug:
        return other
    said = f"{story.slug} cannot be compared with itself" if other else "A comparison holds a second story beside this"
    got = f"“{other.slug}”" if other else "nothing"
    raise NotInStory(said, parameter="with", got=got, wants="another story of this server")


def starts_of(first: tuple[Story, str], second: tuple[Story, str], asked: str = "") -> tuple[Anchor, Anchor]:
    """The event from which two nights are counted, in each of two pairs of story and caller.

    `asked` is its key; where it is empty, `anchor_to_use` chooses. NotInStory for one that either night has not, and
    for two nights that have none in common.
    """
    found = [{anchor.key: anchor for anchor in nightly(*night)} for night in (first, second)]
    shared = shared_anchors(found[0].values(), found[1].values())
    missing = " ".join(lacks(night[0].slug, held.values()) for night, held in zip((first, second), found, strict=True))
    if not shared:
        said = f"{missing.strip()} The two nights have no event in common from which to count"
        raise NotInStory(said, parameter="with", got=f"“{second[0].slug}”", wants="another story")
    if asked and asked not in shared:
        said = f"{missing.strip() or 'Both nights have others.'} Nights cannot be counted from “{asked[:40]}”"
        raise NotInStory(said, parameter="t0", got=f"“{asked[:40]}”", wants=f"one of {', '.join(shared)}")
    key = anchor_to_use(shared, asked)
    return found[0][key], found[1][key]


def caller_in(other: Story, caller: str) -> str:
    """The same caller in the other story where it can be chosen there, else that story's own."""
    chosen = {entry.id for entry in other.about.callers if entry.selectable}
    return caller if caller in chosen else other.about.caller


def night_names(first: Story, second: Story) -> tuple[str, str]:
    """What to call two nights beside each other: U.S. 2016 and U.K. 2016; of one kind, 2016 and 2024 suffice."""
    one, other = night_name(first), night_name(second)
    (kind, _, year), (other_kind, _, other_year) = one.rpartition(" "), other.rpartition(" ")
    if kind and kind == other_kind and year.isdigit() and other_year.isdigit() and year != other_year:
        return year, other_year
    return (one, other) if one != other else (first.slug, second.slug)


def night_marks(names: tuple[str, str]) -> tuple[str, str]:
    """What tells two names of nights apart in the shortest: U.S. and U.K. of one year, else the names."""
    (one, _, year), (other, _, other_year) = names[0].rpartition(" "), names[1].rpartition(" ")
    return (one, other) if one and other and one != other and year == other_year else names


def night_name(story: Story) -> str:
    """A story's own short name, else its kicker up to the comma with the year in which its window begins."""
    about = story.about
    return about.short or f"{about.kicker.partition(',')[0]} {about.window.start.year}"
