"""Draw the README's picture with the project itself: `make picture`."""

from __future__ import annotations

from pathlib import Path

from components.charts import svg
from components.charts.catalogue import chart_of
from components.charts.clock import Clock
from data.settings import Settings
from data.story import find_story

PICTURE = Path(__file__).with_name("timeline.svg")


def drawing() -> str:
    """The bundled night on its own clock, 960 pixels wide, as SVG."""
    story = find_story("us-2016", Settings())
    chart = chart_of(story, "timeline", story.window, caller=story.about.caller)
    return svg.draw(chart, Clock(story.about.clock), width=960, headline=True)


if __name__ == "__main__":
    PICTURE.write_text(drawing(), encoding="utf-8")
