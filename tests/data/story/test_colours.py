"""Colours that parties name: read on both grounds and told apart, else moved, which the checker says."""

from __future__ import annotations

import re
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.charts.catalogue import chart_of
from components.charts.grammar import Chart, Tone
from components.cli import stories as commands
from components.clock import Clock
from components.render.layout.theme import DARK, LIGHT, worn
from components.render.plotly.figure import draw_figure
from components.render.svg import svg
from components.view.view_state import default_view
from data.story.colours import APART, CONTRAST, PAPERS, TONE_COLOURS, contrast, distance, shades_of
from data.story.store import BUNDLED, SHIPPED
from data.story.story_toml import Party
from tests.support.cases import examples
from tests.support.small_story import call, contest, faults_of, files, story_of

UK = SHIPPED.read("uk-2019")
TEAL = """
[[parties]]
id = "A"
name = "Side A"
candidate = "Ann Ash"
short = "Ann"
colour = "{}"

[[parties]]
id = "B"
name = "Side B"
candidate = "Ben Birch"
short = "Ben"
tone = "second"
"""


def party(name: str, colour: str) -> Party:
    return Party(id=name, name=name, candidate=name, short=name, colour=colour)


def small(colour: str) -> dict[str, bytes]:
    tables = {"contests": [contest("C1", 1, 0)], "calls": [call("c1", "C1", "A", "01:00")]}
    return files(tables, parties=TEAL.format(colour))


def chart(colour: str, slug: str) -> Chart:
    story = story_of(small(colour))
    return chart_of(story, slug, default_view(story))


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        pytest.param("#000000", "#FFFFFF", 21.0, id="black on white"),
        pytest.param("#767676", "#FFFFFF", 4.54, id="the lightest grey that WCAG allows for words"),
        pytest.param("#777777", "#777777", 1.0, id="a colour on itself"),
    ],
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)


def test_distance_runs_from_nothing_to_black_and_white() -> None:
    assert distance("#2166AC", "#2166AC") == 0
    assert distance("#000000", "#FFFFFF") == pytest.approx(1.0, abs=0.001)


def test_the_tones_own_colours_are_read_and_told_apart() -> None:
    for place, paper in enumerate(PAPERS.values()):
        colours = [pair[place] for pair in TONE_COLOURS.values()]
        assert min(contrast(colour, paper) for colour in colours) >= CONTRAST
        assert min(distance(*pair) for pair in combinations(colours, 2)) >= APART


@given(st.lists(st.from_regex(r"\A#[0-9a-fA-F]{6}\Z"), min_size=1, max_size=11))
@examples(30)
def test_whatever_is_asked_for_can_be_read_and_a_change_has_its_reason(asked: list[str]) -> None:
    shades = shades_of(tuple(party(f"P{place}", colour) for place, colour in enumerate(asked)))
    assert len(shades) == 2 * len(asked)
    for shade in shades:
        assert contrast(shade.drawn, PAPERS[shade.ground]) >= CONTRAST
        assert shade.why or shade.drawn == shade.asked


def test_the_eleven_colours_of_a_night_are_told_apart_on_both_grounds() -> None:
    shades = shades_of(UK.about.parties)
    for ground in PAPERS:
        drawn = [shade.drawn for shade in shades if shade.ground == ground]
        assert len(drawn) == 11
        assert min(distance(*pair) for pair in combinations(drawn, 2)) >= APART


def test_a_colour_that_reads_is_drawn_as_it_is_asked_for() -> None:
    assert [(shade.drawn, shade.why) for shade in shades_of((party("Lab", "#E4003B"),))] == [
        ("#E4003B", ""),
        ("#FD0043", "its contrast is 3.7:1, and words in it need 4.5:1"),
    ]


def test_a_second_party_gives_way_to_the_first_of_its_colour() -> None:
    light, *_ = shades_of((party("Old", "#326760"), party("New", "#326760")))[1:]
    assert light.party == "New"
    assert light.why == "it is too like #326760 of Old"
    assert light.drawn != "#326760"


def test_every_rendering_draws_a_side_in_its_own_colour() -> None:
    for slug in ("results", "map", "timeline", "replay"):
        drawn = chart("#007A7A", slug)
        assert worn(LIGHT, drawn).colour(Tone.FIRST) == "#007A7A"
        rules = re.findall(r"\.t-first\{color:(#\w+)\}", svg.draw(drawn, Clock("UTC"), adaptive=True))
        assert rules == ["#007A7A", worn(DARK, drawn).colour(Tone.FIRST)]
        assert "#007A7A" in str(draw_figure(drawn, Clock("UTC"), theme=LIGHT).to_plotly_json())


def test_a_story_that_names_no_colour_is_drawn_in_those_of_its_tones() -> None:
    assert chart("", "map").colours == ()
    assert worn(DARK, chart("", "map")) is DARK


@pytest.mark.parametrize("colour", ["teal", "#12345", "#GGGGGG", "12345A"])
def test_what_is_no_colour_is_a_fault(colour: str) -> None:
    (fault,) = faults_of(small(colour))
    assert fault.startswith("story.toml, line ")
    assert "parties.colour" in fault


def test_the_checker_says_which_colour_became_which_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.check(BUNDLED / "uk-2019") == 0
    lines = capsys.readouterr().out.splitlines()
    why = "its contrast is 3.8:1, and words in it need 4.5:1"
    assert f"colour of Conservatives: #0087DC is drawn as #007AC7 on light: {why}" in lines
    assert lines[-1].startswith("uk-2019: no faults in ")
