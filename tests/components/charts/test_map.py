"""The map of a night: its tiles at moments that were printed, its counts without a map, in every rendering."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from functools import cache
from itertools import combinations
from typing import Any
from xml.etree import ElementTree

import plotly.graph_objects as go
import pytest

from components.charts.catalogue import chart_of
from components.charts.grammar import Chart, Kind, Tiles
from components.charts.running_totals import sums
from components.clock import Clock
from components.embeds.documents.mark_counts import findings
from components.render import table
from components.render.layout.theme import DARK, LIGHT, Theme
from components.render.layout.tile_layout import TileLook, grid, look_of, placed
from components.render.plotly.figure import draw_figure
from components.render.svg import svg
from components.render.words import describe
from data.core.model import Order, Window
from data.core.settings import Settings
from data.evidence.calls import load_calls
from data.story.as_of import story_at
from data.story.store import find_story
from data.story.story import Story
from tests.components.render.test_plotly import strings
from tests.components.render.test_renderings import check_all_four
from tests.components.render.test_theme import TEXT, contrast
from tests.support.views import view_of

EASTERN = Clock("America/New_York")
SVG = "{http://www.w3.org/2000/svg}"
#: 10 p.m., 10:50 p.m. and 2:29 a.m. Eastern.
MOMENTS = ("2016-11-09T03:00", "2016-11-09T03:50", "2016-11-09T07:29")
U_S_NIGHTS = ("us-2016", "us-2020", "us-2024")


@cache
def story(slug: str = "us-2016") -> Story:
    return find_story(slug, Settings())


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def as_of(moment: str, *, slug: str = "us-2016", order: Order = Order.HAPPENED, caller: str = "") -> Chart:
    """The map of a story that is told up to a moment."""
    told = story_at(story(slug), utc(moment), order)
    return chart_of(told, "map", view_of(told, caller=caller or told.about.caller))


def whole(slug: str = "us-2016", *, caller: str = "") -> Chart:
    night = story(slug)
    return chart_of(night, "map", view_of(night, caller=caller or night.about.caller))


def looks(chart: Chart) -> dict[str, TileLook]:
    """Code on the tile -> how it looks."""
    return {
        cell.code: look_of(mark, item, chart.window) for mark, item, cell in placed(chart.lanes[0]) if cell is not None
    }


def totals(chart: Chart) -> dict[str, tuple[float, float]]:
    return {side.mark.name: (side.low, side.high) for side in sums(chart.lanes[0], chart.window)}


def drawn(chart: Chart, *, width: int = 800, theme: Theme = LIGHT) -> ElementTree.Element:
    return ElementTree.fromstring(svg.draw(chart, EASTERN, width=width, theme=theme, brief=True))


@pytest.mark.parametrize("slug", U_S_NIGHTS)
def test_every_contest_has_a_place_of_its_own_on_eleven_by_eight_tiles(slug: str) -> None:
    lane = whole(slug).lanes[0]
    cells = [cell for _, _, cell in placed(lane) if cell]
    assert len(cells) == len({(cell.column, cell.row) for cell in cells}) == 56
    assert grid(lane) == (11, 8)
    assert {"OH", "DC", "ME", "ME1", "ME2", "NE1", "NE2", "NE3"} <= {cell.code for cell in cells}


def test_at_ten_ohio_is_only_possible_and_florida_is_grey() -> None:
    found = looks(as_of("2016-11-09T03:00"))
    assert {code for code, look in found.items() if look is TileLook.POSSIBLE} == {"OH", "LA", "MO", "NM"}
    assert (found["TX"], found["FL"], found["PA"]) == (TileLook.CALLED, TileLook.BLANK, TileLook.BLANK)


def test_when_florida_is_called_it_is_filled_and_ohio_has_a_dashed_edge() -> None:
    found = looks(as_of("2016-11-09T03:50"))
    assert (found["FL"], found["OH"], found["NC"]) == (TileLook.CALLED, TileLook.SOFT, TileLook.BLANK)
    assert TileLook.POSSIBLE not in found.values()


def test_at_the_end_of_the_night_four_states_are_grey() -> None:
    assert {code for code, look in looks(whole()).items() if look is TileLook.BLANK} == {"AZ", "MI", "MN", "NH"}


@pytest.mark.parametrize(
    ("moment", "printed"),
    [
        pytest.param("2016-11-09T03:00", {"Trump": (132, 168), "Clinton": (104, 109)}, id="10 p.m., a range"),
        # AP's chronology has 197 for Trump with Florida, and 168 to 131 seven minutes before.
        pytest.param("2016-11-09T03:50", {"Trump": (197, 197), "Clinton": (131, 131)}, id="10:50 p.m., as printed"),
        pytest.param("2016-11-09T12:00", {"Trump": (279, 279), "Clinton": (218, 218)}, id="7 a.m."),
    ],
)
def test_bars_are_the_totals_that_were_printed(moment: str, printed: dict[str, tuple[float, float]]) -> None:
    assert totals(as_of(moment)) == printed


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_window_that_ends_at_a_moment_shows_what_a_story_told_up_to_it_shows(moment: str) -> None:
    night = story()
    cut = chart_of(night, "map", view_of(night, Window(night.window.start, utc(moment)), caller="AP"))
    assert looks(cut) == looks(as_of(moment))
    assert totals(cut) == totals(as_of(moment))


def test_calls_before_the_window_are_on_the_map() -> None:
    late = chart_of(
        story(), "map", view_of(story(), Window(utc("2016-11-09T06:00"), utc("2016-11-09T12:00")), caller="AP")
    )
    assert looks(late) == looks(whole())


def test_a_story_told_up_to_a_moment_has_nothing_later_in_any_rendering() -> None:
    chart = as_of("2016-11-09T03:00")
    told = " ".join(table.frame(chart, EASTERN).to_numpy().ravel()) + svg.draw(chart, EASTERN)
    told += draw_figure(chart, EASTERN).to_json()
    assert not re.search(r"calls:ap-(fl|pa|nc|wi)|10:39|10:50|2199|2:29", told)


@pytest.mark.parametrize("order", list(Order), ids=str)
@pytest.mark.parametrize("moment", ["2016-11-08T20:00", *MOMENTS, "2016-11-09T12:00"])
def test_every_tile_of_any_moment_is_in_all_four_renderings(moment: str, order: Order) -> None:
    check_all_four(as_of(moment, order=order), EASTERN, width=480)


@pytest.mark.parametrize(
    ("slug", "caller"),
    [("us-2016", "CNN"), ("us-2016", "TV"), ("us-2020", ""), ("us-2024", ""), ("uk-2016", "")],
)
def test_every_tile_of_any_night_and_caller_is_in_all_four_renderings(slug: str, caller: str) -> None:
    check_all_four(whole(slug, caller=caller), EASTERN, width=320)


def test_a_state_is_the_same_fact_in_table_words_and_pointer() -> None:
    chart = as_of("2016-11-09T03:50")
    told = table.frame(chart, EASTERN).set_index("Row")
    assert told.loc["calls:ap-oh", "Value"] == "18 electoral votes, Trump total 150 to 168"
    assert list(told.loc["contests:US-PA", ["When", "What", "Value"]]) == [
        "not yet", "Pennsylvania, not called", "20 electoral votes",
    ]  # fmt: skip
    said = next(text for text in describe(chart, EASTERN).long if "Pennsylvania" in text)
    assert said == "not yet, Electoral votes as called: Pennsylvania, not called (20 electoral votes)."
    title = drawn(chart).find(f".//*[@data-row='calls:ap-fl']/{SVG}title")
    assert title is not None
    assert title.text == "10:50 p.m. EST: Florida for Trump, The Associated Press (29 electoral votes, Trump total 197)"


def test_a_possible_call_says_no_later_bound_and_a_total_as_a_range() -> None:
    told = table.frame(as_of("2016-11-09T03:00"), EASTERN).set_index("Row").loc["calls:ap-oh"]
    assert told["When"].endswith("or later")
    assert told["Value"] == "18 electoral votes, Trump total 132 to 168"


def test_a_caller_without_a_whole_ledger_has_its_tiles_and_words_instead_of_bars() -> None:
    chart = whole(caller="CNN")
    held = len(load_calls(story(), caller="CNN").rows)
    assert sums(chart.lanes[0], chart.window) == ()
    assert chart.lanes[0].note == f"CNN: no total: {held} of 56 calls known."
    assert sum(look is not TileLook.BLANK for look in looks(chart).values()) == held
    blank = next(mark for mark in chart.lanes[0].marks if mark.name == "no call held")
    assert {item.kind for item in blank.items} == {Kind.EXACT}, "nobody says that CNN had not called them"
    assert "not yet" not in " ".join(table.frame(chart, EASTERN)["When"])
    assert not drawn(chart).findall(".//*[@data-tally]")


def test_the_referendum_has_counts_and_no_map() -> None:
    chart = whole("uk-2016")
    lane = chart.lanes[0]
    assert grid(lane) == (0, 0)
    assert lane.note == "66 of 382 areas have a time, 4 of them to the minute."
    assert lane.references == ()
    assert sum(len(mark.items) for mark in lane.marks) == 382
    assert sum(high for _, high in totals(chart).values()) == 382
    texts = [element.text for element in drawn(chart, width=320).iter(f"{SVG}text")]
    assert "".join(text or "" for text in texts).count("66 of 382 areas have a time") == 1


def test_the_counts_of_the_referendum_grow_with_the_night() -> None:
    chart = as_of("2016-06-24T02:00", slug="uk-2016")
    timed = int(chart.lanes[0].note.partition(" ")[0])
    assert 0 < timed < 66
    assert all(low <= high for low, high in totals(chart).values())


def test_a_document_sums_up_both_sides() -> None:
    assert findings(whole(), EASTERN) == "Trump 279, Clinton 218 electoral votes"


@pytest.mark.parametrize("width", [320, 480, 768, 1280])
@pytest.mark.parametrize("brief", [True, False], ids=["brief", "whole"])
@pytest.mark.parametrize(
    "chart",
    [as_of("2016-11-09T03:00"), whole(), whole(caller="CNN"), whole("us-2024"), whole("uk-2016")],
    ids=["at ten", "the end", "CNN", "2024", "referendum"],
)
def test_no_text_lies_on_another_or_leaves_the_drawing(chart: Chart, width: int, *, brief: bool) -> None:
    found = svg.layout(chart, EASTERN, width=width, headline=True, credit="Source: AP", brief=brief)
    for one, other in combinations(found.labels, 2):
        assert not one.box.overlaps(other.box), f"{one.text!r} lies on {other.text!r}"
    for label in found.labels:
        assert label.box.left >= 0 and label.box.right <= found.width and label.box.bottom <= found.height, label.text


def lots(chart: Chart, width: int) -> dict[str, tuple[float, float, float]]:
    """Row -> left, top and size of its tile."""
    found = {}
    for group in drawn(chart, width=width).iterfind(".//*[@data-row]"):
        lot = group.find(f"{SVG}rect[@class='lot']")
        assert lot is not None
        found[group.get("data-row", "")] = (float(lot.get("x", 0)), float(lot.get("y", 0)), float(lot.get("width", 0)))
    return found


@pytest.mark.parametrize(("width", "least", "most"), [(320, 24, 27), (800, 38, 44), (1280, 50, 58)])
def test_tiles_are_as_large_as_there_is_room_and_never_touch(width: int, least: float, most: float) -> None:
    places = list(lots(whole(), width).values())
    assert all(least <= size <= most for _, _, size in places)
    for (x, y, size), (left, top, _) in combinations(places, 2):
        assert abs(x - left) >= size or abs(y - top) >= size


def test_no_letter_of_a_tile_leaves_it_or_touches_its_sign() -> None:
    chart = whole()
    for group in drawn(chart, width=320).iterfind(".//*[@data-row]"):
        lot, texts = group.find(f"{SVG}rect[@class='lot']"), group.findall(f"{SVG}text")
        sign = group.find("./*[@class='sign']")
        assert lot is not None
        right = float(lot.get("x", 0)) + float(lot.get("width", 0))
        votes = texts[-1]
        ends = float(votes.get("x", 0)) + len(votes.text or "") * 0.56 * float(votes.get("font-size", 0))
        if sign is not None:
            reach = re.search(r"^M([\d.]+) [\d.]+l([\d.]+)", sign.get("d", ""))
            x, r = (float(reach[1]), float(reach[2])) if reach else (float(sign.get("cx", 0)), float(sign.get("r", 0)))
            assert ends <= x - r and x + r <= right


def test_classes_alone_make_the_look_of_a_tile() -> None:
    called = {group.get("data-row"): group for group in drawn(as_of("2016-11-09T03:50")).iterfind(".//*[@data-row]")}
    assert called["calls:ap-fl"].get("class") == "tile t-second is-called"
    assert called["calls:ap-oh"].get("class") == "tile t-second is-called is-soft"
    assert called["contests:US-PA"].get("class") == "tile t-neutral"
    parts = {tuple(part.get("class") for part in called[row]) for row in ("calls:ap-fl", "calls:ap-oh", "calls:ap-il")}
    assert parts == {(None, "lot", "sign", "b", None)}
    for group in called.values():
        assert not {"fill", "stroke", "style", "display"} & {name for part in group for name in part.attrib}


def test_a_bar_says_where_it_begins_and_how_wide_a_vote_is() -> None:
    trump, clinton = drawn(as_of("2016-11-09T03:00")).findall(".//*[@data-tally]")
    assert (trump.get("data-tally"), clinton.get("data-tally")) == ("0", "1")
    for group, low, high in ((trump, 132, 168), (clinton, 104, 109)):
        left, scale = float(group.get("data-left", 0)), float(group.get("data-scale", 0))
        bars = {part.get("class"): part for part in group.findall(f"{SVG}rect")}
        for name, votes in (("sure f", low), ("maybe", high)):
            assert float(bars[name].get("x", -1)) == pytest.approx(left, abs=0.1)
            assert float(bars[name].get("width", -1)) == pytest.approx(votes * scale, abs=0.1)
    assert [text.text for text in trump.iter(f"{SVG}text")] == ["Trump 132–168"]
    assert "270 to win" in {text.text for text in drawn(whole()).iter(f"{SVG}text")}


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_letters_on_tiles_can_be_read(theme: Theme) -> None:
    rules = svg.style(theme).partition("@media")[0]
    assert f".tile .lot,.nd-{theme.name} .tile .unit{{fill:{theme.band}}}" in rules
    assert f".tile text{{fill:{theme.quiet}}}" in rules
    assert contrast(theme.quiet, theme.band) >= TEXT
    for mark in whole().lanes[0].marks:
        if isinstance(mark, Tiles):
            assert contrast(theme.paper, theme.colour(mark.tone)) >= TEXT


def figure(chart: Chart, *, theme: Theme = LIGHT) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(draw_figure(chart, EASTERN, theme=theme).to_json())
    return found


@pytest.mark.parametrize("chart", [as_of("2016-11-09T03:00"), whole(caller="CNN"), whole("uk-2016")])
def test_the_figure_is_valid_and_has_no_time_axis(chart: Chart) -> None:
    found = figure(chart)
    assert go.Figure(found, skip_invalid=False).data
    layout = found["layout"]
    assert layout["xaxis"]["visible"] is False
    assert "x" not in {trace["xaxis"] for trace in found["data"]}
    assert (layout["hovermode"], layout["dragmode"]) == ("closest", False)
    assert all(axis["fixedrange"] for name, axis in layout.items() if name.startswith(("xaxis", "yaxis")))


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_every_colour_of_the_figure_is_the_themes(theme: Theme) -> None:
    own = {theme.paper, theme.ink, theme.quiet, theme.rule, theme.band, *theme.tones.values()}
    assert {text for text in strings(figure(as_of("2016-11-09T03:00"), theme=theme)) if text.startswith("#")} <= own


def test_the_figure_draws_each_look_in_its_own_way() -> None:
    chart = as_of("2016-11-09T03:30")
    squares = [shape for shape in figure(chart)["layout"]["shapes"] if shape["type"] == "rect"]
    assert len(squares) == 56
    ways = {
        (shape["fillcolor"] == LIGHT.paper, bool(shape["line"]["width"]), "dash" in shape["line"]) for shape in squares
    }
    assert ways == {(False, False, False), (True, True, False)}
    dashed = [shape for shape in figure(whole())["layout"]["shapes"] if "dash" in shape["line"]]
    assert len(dashed) == sum(look is TileLook.SOFT for look in looks(whole()).values())


def test_the_figure_says_the_totals_with_a_sign_for_each_side() -> None:
    said = [note["text"] for note in figure(as_of("2016-11-09T03:00"))["layout"]["annotations"]]
    assert {"<b>◆ Trump 132–168</b>", "<b>● Clinton 104–109</b>", "270 to win"} <= set(said)
