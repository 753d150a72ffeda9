"""The caution that goes with every chart on which two kinds of thing stand on one clock."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from components.ap_style import calendar_day
from components.charts.grammar import SEEN, SIDES, Chart, Event, Tone
from components.charts.night_pairs import night_names
from components.charts.phrases.lag import drawn, lag_of
from components.charts.phrases.numbers import counted
from components.charts.phrases.placebo import NONE_HELD
from data.core.model import Source
from data.evidence.outages import load_controls
from data.story.story import Story
from data.story.story_toml import Claim
from data.story.tables import Control

#: What a panel is called wherever it stands.
TITLE = "Caution: timing alone does not show cause"
#: The claim of a story that heads its cautions, if it has one of this id.
MOTTO = "motto"
SEARCHES, SITE, CALLS = "searches", "the site", "calls"

_KINDS = {
    **dict.fromkeys((Tone.SEARCH,), SEARCHES),
    **dict.fromkeys((Tone.SITE, Tone.UNWATCHED, *SEEN), SITE),
    **dict.fromkeys(SIDES, CALLS),
}
_TWO_NIGHTS = (
    "What lines up on two nights did not happen together: each night is counted from an event "
    "of its own. How far apart the things of one night lie is told with its own timeline."
)
_PLACEBO = "Other nights"
_QUOTED = re.compile(r"“[^“”]+”")
#: The plain facts of a control case that say something about base rates, and how a sentence puts them.
_CASES = {
    ("spike", "yes", "outage", "no"): "had a search spike and no outage",
    ("outage", "yes", "election", "no"): "had an outage and no election",
    ("outage", "yes", "election", "yes"): "had an outage on the night of an election or a referendum",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One question of the panel: `text` has a line for each statement, its times as clock tokens."""

    heading: str
    text: str
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Caution:
    """What a reader must weigh before taking one thing for the reason of another. `motto` is a quotation, or empty."""

    motto: str
    motto_sources: tuple[Source, ...]
    parts: tuple[Part, ...]


def caution_of(story: Story, chart: Chart, *, other: Story | None = None) -> Caution | None:
    """The panel of a chart on which things of two kinds coincide, made from its stories' own rows; else None.

    `other` is the story that a comparison holds beside this one: what rests on one story is given for each night.
    """
    if not coincides(chart):
        return None
    said = next((claim for claim in story.about.claims if claim.id == MOTTO), None)
    nights = list(zip((story, other), night_names(story, other), strict=True)) if other else [(story, "")]
    base, rivals, settle = (
        tuple(_headed(part(night), name) for night, name in nights if _told(night, held))
        for part, held in ((_base_rate, "controls"), (_rivals, "claims"), (_settle, "settle"))
    )
    parts = (_lag(story, chart), *base, *_placebo(chart, [name for _, name in nights]), *rivals, *settle)
    return Caution(_motto(said), story.cited(said.source.split() if said else ()), parts)


def _told(story: Story, held: str) -> bool:
    """Whether a part says something: a story that is told up to a moment leaves out what it holds of later ones."""
    rows = story.controls if held == "controls" else getattr(story.about, held)
    return story.until is None or bool(rows)


def _headed(part: Part, night: str) -> Part:
    """The part under the name of its night, where there are two."""
    return replace(part, heading=f"{part.heading}, {night}") if night else part


def coincides(chart: Chart) -> bool:
    """Whether things of two kinds meet in the chart, so that it has a caution."""
    return len(kinds_in(chart)) > 1


def kinds_in(chart: Chart) -> frozenset[str]:
    """Which of searches, the site and calls have a mark or an event inside the chart's window.

    A gap is no mark, a usual level is of no kind, and what lies outside the window does not coincide.
    """
    window = chart.window
    marks = (
        _KINDS.get(item.tone or mark.tone)
        for mark, item in drawn(chart)
        if window.overlaps(item.when.earliest, item.last)
    )
    return frozenset(kind for kind in (*marks, *map(_kind_of, chart.events)) if kind)


def _kind_of(event: Event) -> str | None:
    """Calls and milestones are of one kind; a seam or a change of collection is of none."""
    tables = {row.partition(":")[0].rpartition("/")[2] for row in event.rows}
    return CALLS if tables & {"calls", "milestones"} else None


def _lag(story: Story, chart: Chart) -> Part:
    if chart.origin:
        return Part("Lag", _TWO_NIGHTS)
    lines, sources = lag_of(story, chart)
    said = lines or ("This chart has no two first moments to compare.",)
    return Part("Lag", "\n".join((*said, "What comes first need not be why the next happens.")), sources)


def _base_rate(story: Story) -> Part:
    """What the control cases had, counted and named; a count of what was found is no rate."""
    loaded = load_controls(story)
    cases: dict[str, Control] = {}
    for row in loaded.rows:
        cases.setdefault(row.case, row)
    if not cases:
        return Part(
            "Base rate", "No control cases in this story: how often such a site fails on other days is not known."
        )
    count = counted(len(cases), "control case")
    lines = [
        f"This story holds {count} of other days, found and not sampled: they show that it happens, not how often."
    ]
    for (one, is_one, other, is_other), said in _CASES.items():
        fits = (case for case in cases.values() if getattr(case, one) == is_one and getattr(case, other) == is_other)
        names = [case.title for case in fits]
        lines.append(f"{len(names)} of {len(cases)} {said}{': ' if names else ''}{'; '.join(names)}.")
    return Part("Base rate", "\n".join(lines), loaded.sources)


def _placebo(chart: Chart, names: Sequence[str]) -> tuple[Part, ...]:
    """What the same minutes of other nights and of other terms say, for each night where any holds such."""
    if not chart.placebo:
        return (Part(_PLACEBO, NONE_HELD),)
    parts = [Part(_PLACEBO, held.text or NONE_HELD, held.sources) for held in chart.placebo]
    return tuple(_headed(part, name) for part, name in zip(parts, names, strict=False))


def _rivals(story: Story) -> Part:
    claims = [claim for claim in story.about.claims if claim.id != MOTTO]
    lines = [f"{_day(claim)}, {claim.who}: {claim.says}" for claim in claims]
    names = (name for claim in claims for name in claim.source.split())
    return Part(
        "Rival causes", "\n".join(lines) or "No claim about a cause is on record in this story.", story.cited(names)
    )


def _settle(story: Story) -> Part:
    lines = [point.text for point in story.about.settle]
    names = (name for point in story.about.settle for name in point.source.split())
    return Part("What would settle it", "\n".join(lines) or "This story names nothing that would.", story.cited(names))


def _motto(claim: Claim | None) -> str:
    """The last thing quoted in the claim, else the claim, with who said it and when."""
    if claim is None:
        return ""
    quotes = _QUOTED.findall(claim.says)
    return f"{claim.who}, {_day(claim)}: {quotes[-1] if quotes else claim.says}"


def _day(claim: Claim) -> str:
    return claim.dated or calendar_day(claim.on)
