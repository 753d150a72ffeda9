"""Final votes in words: who was ahead, and by how much."""

from __future__ import annotations

from components.charts.events import candidate
from components.charts.phrases.numbers import number_text
from data.story.colours import OTHERS
from data.story.results import Final
from data.story.story import Story


def margin_text(story: Story, final: Final) -> str:
    """Trump by 1.2 points, 112,911 votes; the name alone where no margin is known."""
    parts = [
        f"{final.points:g} points" if final.points is not None else "",
        f"{number_text(final.ahead)} vote{'' if final.ahead == 1 else 's'}" if final.ahead is not None else "",
    ]
    said = ", ".join(part for part in parts if part)
    name = OTHERS if final.winner == OTHERS else candidate(story, final.winner)
    return f"{name}{f' by {said}' if said else ''}{', unofficial' if final.unofficial else ''}"
