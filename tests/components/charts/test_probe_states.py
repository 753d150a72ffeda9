"""What a probe saw, in every form of a chart: each state has a sign of its own, and so has that nobody looked."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from pathlib import Path

import pytest

from components.charts.catalogue import chart_of
from components.charts.grammar import Chart, Spans
from components.clock import Clock
from components.embeds.documents.mark_counts import findings
from components.render.facts_csv import csv_of
from components.render.layout.composition import compose
from components.render.layout.scene import WIDE, Area, Bar, Composition, Sign
from components.render.plotly.figure import draw_figure
from components.render.svg.svg import draw
from components.render.table import frame
from components.render.words import describe
from components.view.view_state import default_view
from data.core.errors import StoryInvalid
from data.core.model import iso_text
from data.evidence.facts import facts_of
from data.recorders.story_rows import change_story
from data.story.store import FolderStore
from data.story.story import Story
from tests.support.live_nights import START, live_night

#: The states of an hour, each from a minute to another.
_SEEN = (
    ("answering", 0, 9), ("degraded", 10, 19), ("failing", 20, 29), ("unreachable", 30, 39), ("unwatched", 39, 50),
    ("answering", 50, 59),
)  # fmt: skip
_SITE = '\n[[services]]\nid = "site"\nhost = "a.example"\nname = "The site"\nmain = true\n'
UTC = Clock("UTC")


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Story:
    settings = live_night(tmp_path_factory.mktemp("night"), more=_SITE)
    stories = FolderStore(settings.stories)
    rows = [
        {
            "id": f"probe.here.{first}", "service": "site", "kind": "outage", "status": status, "precision": "second",
            "at": iso_text(START + timedelta(minutes=first)), "until": iso_text(START + timedelta(minutes=last)),
            "place": "here", "what": "What was met", "grade": "A", "confidence": "high", "credit": "Us",
            "time_basis": "a recorder", "source": "s",
        }
        for status, first, last in _SEEN
    ]  # fmt: skip
    change_story(stories, "night", settings, {"observations.csv": rows})
    return stories.read("night")


def _chart(night: Story, name: str = "outages") -> Chart:
    return chart_of(night, name, default_view(night))


def _drawn(night: Story) -> Composition:
    return compose(_chart(night), UTC, width=960, sizes=WIDE)


def _states(night: Story) -> dict[str, tuple[object, ...]]:
    """Of each state: shape and fill of its sign, thickness of its lines, and whether it is hatched."""
    parts = [part for part in _drawn(night).parts if isinstance(part, Sign | Bar | Area) and part.thing]
    found: dict[str, tuple[object, ...]] = {}
    for part in parts:
        match part:
            case Sign():
                look: tuple[object, ...] = (part.shape, part.fill)
            case Bar():
                look = (part.thick,)
            case _:
                look = ("hatched",) if part.hatched else ()
        found[part.tone.value] = (*found.get(part.tone.value, ()), *look)
    return found


def test_no_two_states_have_the_same_sign_and_none_needs_its_colour(night: Story) -> None:
    assert _states(night) == {
        "failing": (7.0, "square", "full"),
        "unreachable": (1.6, 1.6, "cross", "full"),
        "degraded": (3.5, "diamond", "full"),
        "answering": (1.4, "circle", "open") * 2,
        "unwatched": ("hatched",),
    }


def test_what_one_recorder_saw_stands_on_one_line(night: Story) -> None:
    assert len({part.y for part in _drawn(night).signs if part.thing and not part.thing.number}) == 1


def test_the_legend_has_each_state_and_the_gap(night: Story) -> None:
    said = [words.said for words in _drawn(night).words]
    assert {"failing", "unreachable", "degraded", "answering", "nobody looked"} <= set(said)


def test_both_pens_draw_the_cross_and_the_hatch(night: Story) -> None:
    figure = json.loads(draw_figure(_chart(night), UTC, narrow=False).to_json())
    symbols = [name for trace in figure["data"] for name in trace.get("marker", {}).get("symbol", ())]
    hatched = [trace["customdata"][0] for trace in figure["data"] if trace.get("fillpattern")]
    assert "x-thin" in symbols and hatched == ["observations:probe.here.39"]
    drawing = draw(_chart(night), UTC)
    assert 'data-row="observations:probe.here.39"' in drawing and "hatch-unwatched" in drawing


def test_words_alt_text_and_counts_say_that_nobody_looked_and_count_it_as_no_observation(night: Story) -> None:
    chart = _chart(night)
    counts = "5 dated observations of the site: 1 failing, 1 unreachable, 1 degraded, 2 answering"
    assert chart.takeaway == f"{counts}; 1 gap in which nobody looked"
    words = describe(chart, UTC)
    assert "1 gap in which nobody looked" in words.alt
    assert any("Nobody looked (a.example): What was met" in line for line in words.long)
    assert "1 gap in which nobody looked" in findings(chart, UTC)


def test_table_and_csv_have_the_state_of_each_row(night: Story) -> None:
    table = frame(_chart(night), UTC)
    assert [text.partition(" (")[0] for text in table["What"]] == [
        "Answering", "Degraded", "Failing", "Unreachable", "Nobody looked", "Answering",
    ]  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(csv_of(_chart(night), UTC, facts_of(night)))))
    assert [row["status"] for row in rows if row["row"].startswith("observations:")] == [one[0] for one in _SEEN]


def test_the_lane_of_a_whole_night_has_a_row_for_each_state(night: Story) -> None:
    lane = next(lane for lane in _chart(night, "timeline").lanes if lane.slug == "outages")
    assert [mark.name for mark in lane.marks if isinstance(mark, Spans)] == [
        "failing", "unreachable", "degraded", "answering", "nobody looked",
    ]  # fmt: skip


def test_a_gap_without_an_end_is_no_row(tmp_path: Path) -> None:
    settings = live_night(tmp_path, more=_SITE)
    stories = FolderStore(settings.stories)
    row = {
        "id": "gap", "service": "site", "kind": "outage", "status": "unwatched",
        "at": iso_text(START), "precision": "second", "place": "here", "what": "w", "grade": "A",
        "confidence": "high", "credit": "Us", "time_basis": "a recorder", "source": "s",
    }  # fmt: skip
    with pytest.raises(
        StoryInvalid, match="column until: found an empty cell, expected a time, because status is unwatched"
    ):
        change_story(stories, "night", settings, {"observations.csv": [row]})
