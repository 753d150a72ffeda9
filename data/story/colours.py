"""The colours of a story's sides: its own where they can be read and told apart, else moved as little as it takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from math import dist, pow
from typing import NamedTuple

from data.story.story_toml import Party

#: The look of the sides that are drawn together.
OTHERS = "others"
#: The ground of drawings, light and dark.
PAPERS = {"light": "#FFFFFF", "dark": "#14171A"}
#: What a side of each tone is drawn in where its party names no colour, on the light ground and on the dark.
TONE_COLOURS = {
    "first": ("#2166AC", "#6BAED6"),
    "second": ("#B2182B", "#FB6A4A"),
    "third": ("#00695C", "#66C2A4"),
    "fourth": ("#566B00", "#B4C43F"),
    "fifth": ("#B015D6", "#F58FD0"),
    "sixth": ("#9C4A00", "#F2B57A"),
    "seventh": ("#26267A", "#A3A4FA"),
    "eighth": ("#4A2E00", "#5ADCEB"),
    OTHERS: ("#6A6A6A", "#9097A0"),
}
#: Of a colour against its ground. WCAG wants 3:1 of marks, and 4.5:1 of words, which stand in the colour too.
CONTRAST = 4.5
#: How far apart two sides lie in OKLab, about as far as the nearest two of the tones' own.
APART = 0.08
_STEPS = 50

Light = tuple[float, float, float]


class Shade(NamedTuple):
    """What the colour of a party is drawn as on one ground, and why that is another; empty where it is the same."""

    party: str
    ground: str
    asked: str
    drawn: str
    why: str

    @property
    def says(self) -> str:
        """#FDF38E is drawn as #7A6F00 on light: its contrast is 1.1:1, and words in it need 4.5:1."""
        return f"{self.asked} is drawn as {self.drawn} on {self.ground}: {self.why}"


@lru_cache(maxsize=64)
def shades_of(parties: tuple[Party, ...]) -> tuple[Shade, ...]:
    """The colours of all parties that name one, each on both grounds, in the order of story.toml.

    A colour gives way to those before it, and to the tones of parties that name none.
    """
    return tuple(chain.from_iterable(_on(ground, parties) for ground in PAPERS))


def _on(ground: str, parties: Sequence[Party]) -> Iterator[Shade]:
    place = list(PAPERS).index(ground)
    tones = (party.tone for party in parties if not party.colour)
    taken = {f"the tone {tone}": TONE_COLOURS[tone][place] for tone in tones if tone}
    if len(parties) >= len(TONE_COLOURS):
        taken[OTHERS] = TONE_COLOURS[OTHERS][place]
    for party in parties:
        if party.colour:
            shade = _shade(party, ground, taken)
            taken[party.short] = shade.drawn
            yield shade


def _shade(party: Party, ground: str, taken: dict[str, str]) -> Shade:
    """The colour itself, else the nearest lighter or darker one that reads and stands apart."""
    paper, asked = PAPERS[ground], party.colour.upper()
    found = list(_candidates(asked, paper))
    legible = [colour for colour in found if contrast(colour, paper) >= CONTRAST]
    apart = (colour for colour in legible if all(distance(colour, other) >= APART for other in taken.values()))
    drawn = next(apart, legible[0])
    whys = []
    if (ratio := contrast(asked, paper)) < CONTRAST:
        whys.append(f"its contrast is {ratio:.1f}:1, and words in it need {CONTRAST}:1")
    near = min(taken, key=lambda name: distance(taken[name], legible[0]), default="")
    if near and distance(taken[near], legible[0]) < APART:
        whys.append(f"it is too like {taken[near]} of {near}")
    return Shade(party.short, ground, asked, drawn, " and ".join(whys))


def _candidates(colour: str, paper: str) -> Iterator[str]:
    """The colour, then those ever farther from it away from the ground and towards it, in turn."""
    light, away = _linear(colour), -1 if luminance(paper) > 0.5 else 1
    yield colour
    for step in range(1, _STEPS + 1):
        for way in (away, -away):
            yield _hex(_lighter(light, step / _STEPS) if way > 0 else (part * (1 - step / _STEPS) for part in light))


def _lighter(light: Light, share: float) -> Light:
    """The colour as bright as its hue can be at half of the way, and white at its end."""
    full = 1 / max(*light, 1 / 255)
    scale, white = 1 + (full - 1) * min(1.0, 2 * share), max(0.0, 2 * share - 1)
    red, green, blue = (min(1.0, part * scale) * (1 - white) + white for part in light)
    return red, green, blue


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG 2 defines it, 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """The relative luminance of WCAG 2, 0 to 1."""
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def distance(one: str, other: str) -> float:
    """How far apart two colours lie in OKLab (Ottosson 2020): 0 for the same, 1 for black and white."""
    return dist(_oklab(one), _oklab(other))


def _oklab(colour: str) -> Light:
    r, g, b = _linear(colour)
    long = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    middle = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    short = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def _linear(colour: str) -> Light:
    """Red, green and blue of #RRGGBB as amounts of light, 0 to 1."""
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return _light(red), _light(green), _light(blue)


def _light(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else pow((share + 0.055) / 1.055, 2.4)


def _hex(light: Iterable[float]) -> str:
    shares = (12.92 * one if one <= 0.0031308 else 1.055 * one ** (1 / 2.4) - 0.055 for one in light)
    return "#" + "".join(f"{round(255 * share):02X}" for share in shares)
