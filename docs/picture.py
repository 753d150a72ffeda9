"""Draw the README's picture with the project itself: `make picture`."""

from __future__ import annotations

from pathlib import Path

from components.charts.catalogue import chart_of
from components.clock import Clock
from components.render.svg import svg
from components.view.view_state import default_view
from data.core.settings import Settings
from data.story.store import find_story

PICTURE = Path(__file__).with_name("timeline.svg")


def drawing() -> str:
    """The bundled night on its own clock, 960 pixels wide, as SVG."""
    story = find_story("us-2016", Settings())
    chart = chart_of(story, "timeline", default_view(story))
    return svg.draw(chart, Clock(story.about.clock), width=960, headline=True)


if __name__ == "__main__":
    PICTURE.write_text(drawing(), encoding="utf-8")
