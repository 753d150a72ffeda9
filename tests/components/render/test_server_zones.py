"""A server's own time zone changes nothing: same figures, drawings, tables and words."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from components.charts.catalogue import publishable
from tests.support.cases import cases

ROOT = Path(__file__).parents[3]
ZONES = ("UTC", "Asia/Tokyo", "America/New_York")

_RENDER = """
import hashlib, sys
from components.render import table, words
from components.render.plotly.figure import draw_figure
from components.render.svg import svg
from components.charts.catalogue import publishable, chart_of
from components.clock import Clock
from components.workbench.controls import named_ranges
from components.view.view_state import default_view
from data.core.settings import Settings
from data.story.store import find_story

story = find_story("us-2016", Settings())
for name, window in list(named_ranges(story, story.about.caller).items())[:int(sys.argv[1])]:
    for slug in publishable():
        view = default_view(story).with_window(window)
        chart, clock = chart_of(story, slug, view), Clock("America/New_York")
        rendered = (draw_figure(chart, clock).to_json(), svg.draw(chart, clock, width=720),
                    table.frame(chart, clock).to_csv(), repr(words.describe(chart, clock)))
        print(name, slug, *(hashlib.sha256(part.encode()).hexdigest()[:16] for part in rendered))
"""


def rendered_in(zone: str, ranges: int) -> str:
    done = subprocess.run(
        [sys.executable, "-c", _RENDER, str(ranges)],
        cwd=ROOT,
        env=os.environ | {"TZ": zone, "PYTHONHASHSEED": str(ZONES.index(zone) + 1)},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(("ranges", "zones"), cases((1, ZONES[:2]), long=[(4, ZONES)]))
def test_every_rendering_is_the_same_under_every_server_zone(ranges: int, zones: tuple[str, ...]) -> None:
    first, *others = [rendered_in(zone, ranges) for zone in zones]
    assert first.count("\n") == ranges * len(publishable())
    assert all(other == first for other in others)
