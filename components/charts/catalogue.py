"""Every kind of chart by its name, one line for each, and the chart of one at a view."""

from __future__ import annotations

from dataclasses import replace

from components.charts.as_of_notes import corrected, told_up_to
from components.charts.builders.calls_chart import map_chart, results_chart
from components.charts.builders.claim_chart import claim_chart
from components.charts.builders.compare_chart import compare_chart
from components.charts.builders.lenses_chart import lenses_chart
from components.charts.builders.outages_chart import outages_chart
from components.charts.builders.replay_chart import replay_chart
from components.charts.builders.searches_chart import interest_chart
from components.charts.builders.timeline_chart import timeline_chart
from components.charts.builders.traffic_chart import traffic_chart
from components.charts.grammar import Chart
from components.charts.kinds import NIGHT, ChartKind, Question
from components.charts.loaders import Loaders
from components.charts.night_pairs import caller_in
from components.charts.phrases.caution import coincides
from components.charts.phrases.placebo import placebo_of
from components.charts.so_far import marked, so_far
from components.view.view_state import ViewState
from data.core.errors import DataError
from data.story.story import Story

#: By name, in the order in which they are offered. The first of a page is the chart that the page is about.
KINDS: dict[str, ChartKind] = {
    kind.slug: kind
    for kind in (
        ChartKind("timeline", timeline_chart, "timeline", asks=NIGHT | {"lanes"}),
        ChartKind("interest", interest_chart, "search-trends", "search figure"),
        ChartKind("outages", outages_chart, "outage-reports", "observation", asks=NIGHT | {"region"}),
        ChartKind("results", results_chart, "timeline", "call", dated=True),
        ChartKind("map", map_chart, "timeline", "call", dated=True),
        ChartKind("traffic", traffic_chart, "outage-reports", "traffic figure", asks=NIGHT - {"caller"}),
        ChartKind("lenses", lenses_chart, "search-trends", "article view or airtime", asks=NIGHT - {"caller"}),
        ChartKind("replay", replay_chart, "timeline", asks=NIGHT | {"lanes"}, played=True),
        ChartKind("claim", claim_chart, "check-a-claim", "account", asks=frozenset({"caller", "series", "event"})),
        ChartKind(
            "compare",
            compare_chart,
            "compare-nights",
            asks=frozenset({"start", "end", "caller", "lanes", "other", "t0"}),
        ),
    )
}


def publishable() -> tuple[str, ...]:
    """The charts whose name alone says what they show: published, listed and linked without a question."""
    return tuple(kind.slug for kind in KINDS.values() if kind.is_publishable)


def kind_named(slug: str) -> ChartKind:
    """The kind of this name; DataError where there is none."""
    if slug not in KINDS:
        raise DataError(f"{slug[:40]!r} is no chart; choose one of: {', '.join(KINDS)}")
    return KINDS[slug]


def chart_on(page: str) -> str:
    """The chart that the page at this address is about, home about the first of all; "" where it is about none."""
    return next((slug for slug in publishable() if page in ("", KINDS[slug].page)), "")


def asked_on(page: str) -> frozenset[str]:
    """The fields of a view that the charts of the page at this address ask."""
    return frozenset().union(*(kind.asks for kind in KINDS.values() if kind.page == page))


def chart_of(
    story: Story, slug: str, view: ViewState, *, other: Story | None = None, load: Loaders | None = None
) -> Chart:
    """The chart of this name at a view, with the story's corrections among its notes.

    A story that is told up to a moment gives a chart that says so, and on which nothing later stands. `other` is the
    story that a comparison holds beside this one.
    DataError for a name of no kind, NotInStory for a key of nothing in this story.
    """
    kind, load = kind_named(slug), load or Loaders()
    view = kind.narrowed(story, view)
    chart = kind.build(Question(story, view, load, other))
    chart = replace(chart, notes=(*chart.notes, *map(corrected, story.corrections)), played=kind.played)
    chart = told_up_to(story, so_far(chart) if story.about.live else chart, dated=kind.dated)
    if coincides(chart):
        nights = (story, view.caller), *(((other, caller_in(other, view.caller)),) if other else ())
        chart = replace(chart, placebo=placebo_of(nights, load))
    return marked(chart, [story, *filter(None, [other])])
