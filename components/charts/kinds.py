"""What a kind of chart is, and the question it is built for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from components.charts.events import call_events
from components.charts.grammar import Chart, Event
from components.charts.loaders import Loaders
from components.charts.phrases.projected import projection_events
from components.view.view_state import QUESTIONS, RANGE, TELLING, ViewState, default_view
from data.core.model import Window
from data.story.as_of import window_so_far
from data.story.story import Story

#: Subjects of stories that charts draw.
CALLS, SITE, SEARCHES = frozenset({"calls"}), frozenset({"site"}), frozenset({"searches", "series"})
#: What of a view a chart of one night asks: fields of a ViewState.
NIGHT = frozenset({*RANGE, *TELLING.values(), "caller"})


@dataclass(frozen=True, slots=True)
class Question:
    """What a chart is built for: a story as it is told, a view of it, and the loaders of its rows.

    The view has what the chart's kind asks, and else the story's defaults. `other` is the story beside this one.
    """

    story: Story
    view: ViewState
    load: Loaders
    other: Story | None = None

    @property
    def window(self) -> Window:
        """The range, of a night in progress only what is told of it."""
        return window_so_far(self.story, self.view.window)

    @property
    def events(self) -> tuple[Event, ...]:
        """The caller's calls, the milestones and what was projected, as events of the range."""
        calls, milestones = self.load.calls(self.story, caller=self.view.caller), self.load.milestones(self.story)
        called = call_events(self.story, calls, milestones, self.window, caller=self.view.caller)
        return (*called, *projection_events(self.story, self.window, caller=self.view.caller))


@dataclass(frozen=True, slots=True)
class ChartKind:
    """All that is said of a chart by its name.

    `build` makes it. `page` is the address of the page on which it stands, and `holds` what it lacks where it is empty.
    `needs` are the subjects without all of which it draws nothing. `asks` are the fields of a view that it depends on;
    whatever else a view says, it is the same chart. A `played` one has frames for a player, and the takeaway of a
    `dated` one begins with its own moment.
    """

    slug: str
    build: Callable[[Question], Chart]
    page: str = ""
    holds: str = "call, mark or observation"
    needs: frozenset[str] = frozenset()
    asks: frozenset[str] = NIGHT
    played: bool = False
    dated: bool = False

    def suits(self, story: Story) -> bool:
        """Whether the story has what it draws."""
        return not self.needs or bool(self.needs & story.subjects)

    @property
    def is_told(self) -> bool:
        """Whether it can be told up to a moment; what weighs whole nights stands at none."""
        return self.asks.issuperset(TELLING.values())

    @property
    def is_pair(self) -> bool:
        """Whether it holds another story beside its own."""
        return "other" in self.asks

    @property
    def is_publishable(self) -> bool:
        """Whether its name alone says what it shows: one that answers a question is published with the question."""
        return self.asks.isdisjoint(QUESTIONS.values())

    def narrowed(self, story: Story, view: ViewState) -> ViewState:
        """What it asks of this view, and else the story's defaults: equal for all views that show the same chart.

        The moment is not part of it: a story that is told up to one comes as such.
        """
        asked = self.asks.difference(TELLING.values())
        return replace(default_view(story), **{field: getattr(view, field) for field in asked})
