"""Colours that can be read on both grounds, and shapes that say the same without colour."""

from __future__ import annotations

import pytest

from components.charts.grammar import Tone
from components.render.layout.theme import DARK, LIGHT, Theme, look, theme_named

THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
TONES = pytest.mark.parametrize("tone", list(Tone), ids=lambda tone: tone.value)
#: WCAG 2.2: text, and marks that carry meaning.
TEXT, MARKS = 4.5, 3.0


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_of_black_on_white_is_21() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


@THEMES
@pytest.mark.parametrize("name", ["ink", "quiet"])
def test_text_can_be_read_on_paper_and_on_the_ground_of_rows(theme: Theme, name: str) -> None:
    colour = getattr(theme, name)
    assert contrast(colour, theme.paper) >= TEXT
    assert contrast(colour, theme.band) >= TEXT


@THEMES
@TONES
def test_a_tone_is_seen_on_the_ground_and_its_labels_are_read_on_paper(theme: Theme, tone: Tone) -> None:
    assert contrast(theme.colour(tone), theme.band) >= MARKS
    assert contrast(theme.colour(tone), theme.paper) >= TEXT
    assert contrast(theme.paper, theme.colour(tone)) >= TEXT  # the digits in a filled circle


def test_party_colours_are_the_ones_readers_know() -> None:
    assert (LIGHT.colour(Tone.FIRST), DARK.colour(Tone.FIRST)) == ("#2166AC", "#6BAED6")
    assert (LIGHT.colour(Tone.SECOND), DARK.colour(Tone.SECOND)) == ("#B2182B", "#FB6A4A")


def test_every_party_has_a_shape_of_its_own() -> None:
    shapes = {look(tone).shape for tone in (Tone.FIRST, Tone.SECOND, Tone.THIRD, Tone.FOURTH)}
    assert shapes == {"circle", "diamond", "square", "triangle"}


def test_the_states_of_a_site_differ_in_shape_and_fill_and_wear_no_party_colour() -> None:
    states = (Tone.FAILING, Tone.DEGRADED, Tone.ANSWERING)
    assert len({(look(tone).shape, look(tone).fill) for tone in states}) == 3
    for theme in (LIGHT, DARK):
        parties = {theme.colour(tone) for tone in (Tone.FIRST, Tone.SECOND, Tone.THIRD, Tone.FOURTH)}
        assert not parties & {theme.colour(tone) for tone in states}


def test_a_theme_is_found_by_its_name() -> None:
    assert theme_named("dark") is DARK


def test_an_unknown_theme_is_refused_with_what_there_is() -> None:
    with pytest.raises(ValueError, match="'sepia' is not a theme; use light or dark"):
        theme_named("sepia")
