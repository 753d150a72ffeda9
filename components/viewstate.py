"""What is being looked at: a story's range, clock, caller, lanes and moment, and the question asked of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from data.asof import story_at
from data.model import Order, Window
from data.story import Story

#: Names in an address -> fields of a view, for what only some charts ask: what rose or failed and the event it is
#: held against; the other night and where both their clocks start.
QUESTIONS = {"series": "series", "event": "event", "with": "other", "t0": "t0"}


@dataclass(frozen=True, slots=True)
class ViewState:
    """What is being looked at. Instants are UTC; no lanes means all of them.

    `at` lies within the range: the story is told up to it, in an `order`. None tells the whole.

    `series`, `event`, `other` and `t0` are keys as an address holds them, empty for whatever the chart's default is;
    whether a story has what they name is for the chart to say.
    """

    story: str
    start: datetime
    end: datetime
    clock: str
    caller: str
    lanes: tuple[str, ...] = ()
    at: datetime | None = None
    order: Order = Order.HAPPENED
    series: str = ""
    event: str = ""
    other: str = ""
    t0: str = ""

    @property
    def window(self) -> Window:
        """The range, as loaders and builders take it."""
        return Window(self.start, self.end)

    @property
    def whole(self) -> ViewState:
        """The same view of the story as a whole, told up to no moment."""
        return replace(self, at=None, order=Order.HAPPENED)

    def with_window(self, window: Window) -> ViewState:
        """The same view of another range; a moment that falls outside it is let go."""
        at = self.at if self.at and window.start <= self.at <= window.end else None
        return replace(self, start=window.start, end=window.end, at=at)

    def asking(self, chart: str) -> ViewState:
        """The same view without what this chart does not ask."""
        claim, compare = chart == "claim", chart == "compare"
        return replace(
            self.whole if claim or compare else self,
            series=self.series if claim else "",
            event=self.event if claim else "",
            other=self.other if compare else "",
            t0=self.t0 if compare else "",
        )

    def of_story(self, slug: str) -> ViewState:
        """The same view of another story, in which the keys of this one name nothing."""
        return replace(self.asking(""), story=slug)


def default_view(story: Story) -> ViewState:
    """What a bare address shows."""
    return ViewState(
        story.slug,
        story.window.start,
        story.window.end,
        clock=story.about.clock,
        caller=story.about.caller,
    )


def told(story: Story, view: ViewState) -> Story:
    """The story as this view tells it: up to its moment, in its order, else the whole."""
    return story_at(story, view.at, view.order) if view.at else story
