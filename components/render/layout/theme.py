"""How things look: colours for light and dark, and a shape and a dash for each tone, so that colour is never alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from components.charts.grammar import SEEN, SIDES, Chart, Tone
from data.story.colours import PAPERS, TONE_COLOURS

#: Families that a system has; no drawing loads a font.
SANS = "-apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
#: A band that says TEST, on either ground alike: 13.6:1, and no party's.
TEST_GROUND, TEST_INK = "#FFD400", "#141414"
SERIF = "Georgia, 'Times New Roman', serif"


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours of one ground. `quiet` is secondary text, `rule` a hairline, `band` ground with nothing on record."""

    name: str
    paper: str
    ink: str
    quiet: str
    rule: str
    band: str
    tones: Mapping[Tone, str]

    def colour(self, tone: Tone) -> str:
        return self.tones[tone]


def _tones(neutral: str, search: str, site: str, *, ground: int) -> Mapping[Tone, str]:
    states = dict.fromkeys((Tone.SITE, *SEEN), site)
    own = {Tone.NEUTRAL: neutral, Tone.UNWATCHED: neutral, Tone.SEARCH: search, **states}
    return MappingProxyType({**own, **{side: TONE_COLOURS[side.value][ground] for side in SIDES}})


LIGHT = Theme(
    name="light",
    paper=PAPERS["light"],
    ink="#1A1A1A",
    quiet="#5C5F63",
    rule="#E3E3E0",
    band="#F1F0ED",
    tones=_tones("#4A4D52", "#6A3D9A", "#8A5A00", ground=0),
)
DARK = Theme(
    name="dark",
    paper=PAPERS["dark"],
    ink="#ECEFF1",
    quiet="#A9AFB5",
    rule="#30363B",
    band="#22272B",
    tones=_tones("#B8BDC2", "#C3A6E8", "#E0A526", ground=1),
)
_THEMES = {theme.name: theme for theme in (LIGHT, DARK)}


def theme_named(name: str) -> Theme:
    """The theme of this name; ValueError says which there are."""
    try:
        return _THEMES[name]
    except KeyError:
        raise ValueError(f"{name[:40]!r} is not a theme; use {' or '.join(_THEMES)}") from None


def worn(theme: Theme, chart: Chart) -> Theme:
    """The theme with the colours that the sides of this chart have of their own."""
    if not chart.colours:
        return theme
    own = {tone: (light, dark)[theme.name == DARK.name] for tone, light, dark in chart.colours}
    return replace(theme, tones=MappingProxyType({**theme.tones, **own}))


@dataclass(frozen=True, slots=True)
class Look:
    """How a mark of a tone is drawn: its outline, how much of it is filled, and the dash of its line (SVG notation)."""

    shape: str
    fill: str = "full"
    dash: str = ""


_LOOKS: Mapping[Tone, Look] = MappingProxyType(
    {
        Tone.NEUTRAL: Look("triangle"),
        Tone.SEARCH: Look("circle"),
        Tone.SITE: Look("square"),
        Tone.FAILING: Look("square"),
        Tone.DEGRADED: Look("diamond", "half"),
        Tone.UNREACHABLE: Look("cross"),
        Tone.ANSWERING: Look("circle", "open"),
        Tone.UNWATCHED: Look("square", "hatched"),
        Tone.FIRST: Look("circle", dash="5 3"),
        Tone.SECOND: Look("diamond"),
        Tone.THIRD: Look("square", dash="2 3"),
        Tone.FOURTH: Look("triangle"),
        Tone.FIFTH: Look("square"),
        Tone.SIXTH: Look("circle", dash="1 2"),
        Tone.SEVENTH: Look("diamond", dash="7 2"),
        Tone.EIGHTH: Look("triangle", dash="3 2"),
        Tone.OTHERS: Look("square", dash="4 2"),
    },
)


def look(tone: Tone) -> Look:
    """Shape, fill and dash of a tone."""
    return _LOOKS[tone]
