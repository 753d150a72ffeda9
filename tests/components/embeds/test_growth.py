"""What a chart of many contests costs grows as they do: twice as many are twice the work, counted and not timed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import pytest

from bench.many_contests import write_story
from components.embeds.documents.document import draw_document
from components.embeds.embed import embed_of
from components.view.view_state import default_view
from data.story.store import read_story
from data.story.story import Story
from data.story.totals import totals_at
from tests.support.cases import cases

if TYPE_CHECKING:
    from _typeshed import TraceFunction

#: Contests: few enough to be counted line by line, and so many that work which grows with their square would show.
FEW, MANY = 500, 1_000
#: A little more than twice: what is sorted takes a comparison more.
TWICE = 2.15
ROOT = str(Path(__file__).parents[3])


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Story]:
    folder = tmp_path_factory.mktemp("synthetic")
    return {count: read_story(write_story(folder, count)) for count in (FEW, MANY)}


def lines_of(work: Callable[[], object]) -> int:
    """How many lines of the project's own code run; each turn of a loop counts its lines anew."""
    count = 0

    def line(frame: FrameType, event: str, _: Any) -> TraceFunction:
        nonlocal count
        count += event == "line"
        return line

    def call(frame: FrameType, event: str, argument: Any) -> TraceFunction | None:
        own = frame.f_code.co_filename.startswith((f"{ROOT}/data", f"{ROOT}/components"))
        return line(frame, event, argument) if own else None

    before = sys.gettrace()
    sys.settrace(call)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.slow
@pytest.mark.parametrize("chart", cases("replay", long=["timeline", "results", "map"]))
def test_a_document_of_twice_as_many_contests_is_at_most_twice_the_work(chart: str, stories: dict[int, Story]) -> None:
    def document(count: int) -> Callable[[], object]:
        story = stories[count]
        return lambda: draw_document(embed_of(story, chart, default_view(story)))

    document(FEW)()
    few, many = (lines_of(document(count)) for count in (FEW, MANY))
    assert 0 < many <= TWICE * few


def test_the_totals_of_a_moment_take_each_call_once(stories: dict[int, Story]) -> None:
    end = stories[FEW].window.end
    few, many = (lines_of(partial(totals_at, stories[count], end, caller="Desk")) for count in (FEW, MANY))
    assert 0 < many <= TWICE * few
