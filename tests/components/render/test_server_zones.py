"""A server's own time zone changes nothing: same figures, drawings, tables and words."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from components.charts.catalogue import chart_of, publishable
from components.clock import Clock
from components.render import table, words
from components.render.plotly.figure import draw_figure
from components.render.svg import svg
from components.view.view_state import default_view
from components.workbench.controls import named_ranges
from data.core.settings import Settings
from data.story.store import find_story
from tests.support.cases import cases

ROOT = Path(__file__).parents[3]
ZONES = ("UTC", "Asia/Tokyo", "America/New_York")


def renderings(ranges: int) -> Iterator[str]:
    """Of each chart in so many ranges, what stands for the bytes of each rendering."""
    story = find_story("us-2016", Settings())
    for name, window in list(named_ranges(story, story.about.caller).items())[:ranges]:
        for slug in publishable():
            view = default_view(story).with_window(window)
            chart, clock = chart_of(story, slug, view), Clock("America/New_York")
            rendered = (
                draw_figure(chart, clock).to_json(),
                svg.draw(chart, clock, width=720),
                table.frame(chart, clock).to_csv(),
                repr(words.describe(chart, clock)),
            )
            yield " ".join([name, slug, *(sha256(part.encode()).hexdigest()[:16] for part in rendered)])


def rendered_in(zone: str, ranges: int) -> list[str]:
    """What a process of its own makes in this zone, and with a seed of the hashes of its own."""
    script = f"from {__name__} import renderings; print(*renderings({ranges}), sep='\\n')"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=os.environ | {"TZ": zone, "PYTHONHASHSEED": str(ZONES.index(zone) + 1)},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return done.stdout.splitlines()


@pytest.mark.slow
@pytest.mark.parametrize(("ranges", "zones"), cases((1, ZONES[:2]), long=[(4, ZONES)]))
def test_every_rendering_is_the_same_under_every_server_zone(
    ranges: int, zones: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", zones[0])
    time.tzset()
    first = list(renderings(ranges))
    monkeypatch.undo()
    time.tzset()
    assert len(first) == ranges * len(publishable())
    assert all(rendered_in(zone, ranges) == first for zone in zones[1:])
