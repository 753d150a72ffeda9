"""Every kind of chart by its name, one line for each, and the chart of one at a view."""

from __future__ import annotations

from dataclasses import replace

from components.charts.as_of_notes import corrected, told_up_to
from components.charts.builders.calls_chart import results_chart
from components.charts.builders.claim_chart import claim_chart
from components.charts.builders.compare_chart import compare_chart
from components.charts.builders.lenses_chart import lenses_chart
from components.charts.builders.map_chart import map_chart
from components.charts.builders.outages_chart import outages_chart
from components.charts.builders.replay_chart import replay_chart
from components.charts.builders.searches_chart import interest_chart
from components.charts.builders.timeline_chart import timeline_chart
from components.charts.builders.traffic_chart import traffic_chart
from components.charts.events import drawn_sides
from components.charts.grammar import Chart, Tone
from components.charts.kinds import CALLS, NIGHT, SEARCHES, SITE, ChartKind, Question
from components.charts.loaders import Loaders
from components.charts.night_pairs import caller_in
from components.charts.phrases.caution import coincides
from components.charts.phrases.placebo import placebo_of
from components.charts.said import Said
from components.charts.so_far import marked, so_far
from components.view.view_state import ViewState
from data.core.errors import DataError
from data.story.story import Story

_CLAIM = frozenset({"caller", "series", "event"})
#: By name, in the order in which they are offered. The first of a page is the chart that the page is about.
KINDS: dict[str, ChartKind] = {
    kind.slug: kind
    for kind in (
        ChartKind("timeline", timeline_chart, "timeline", asks=NIGHT | {"lanes"}),
        ChartKind("interest", interest_chart, "search-trends", "search figure", SEARCHES),
        ChartKind("outages", outages_chart, "outage-reports", "observation", SITE, asks=NIGHT | {"region"}),
        ChartKind("results", results_chart, "timeline", "call", CALLS, dated=True),
        ChartKind("map", map_chart, "timeline", "call", CALLS, dated=True),
        ChartKind("traffic", traffic_chart, "outage-reports", "traffic figure", SITE, asks=NIGHT - {"caller"}),
        ChartKind("lenses", lenses_chart, "search-trends", "article view or airtime", asks=NIGHT - {"caller"}),
        ChartKind("replay", replay_chart, "timeline", asks=NIGHT | {"lanes"}, played=True),
        ChartKind("claim", claim_chart, "check-a-claim", "account", SEARCHES | SITE, asks=_CLAIM),
        ChartKind(
            "compare",
            compare_chart,
            "compare-nights",
            asks=frozenset({"start", "end", "caller", "lanes", "other", "t0"}),
        ),
    )
}


#: What a chart is called, and what it says, of a story that lacks its subject.
_WITHOUT = {
    CALLS: ("Calls", "Nothing is called or declared in this story"),
    SITE: ("The site", "This story is not about a site"),
    SEARCHES: ("Searches", "This story is not about searches"),
    SEARCHES | SITE: ("A claim", "Nothing that rose or failed is on record in this story"),
}


def _without(kind: ChartKind, story: Story, view: ViewState) -> Chart:
    """A chart of nothing, which says so."""
    title, said = _WITHOUT[kind.needs]
    return Chart(kind.slug, story.slug, title, Said.of(said), view.window, ())


def publishable() -> tuple[str, ...]:
    """The charts whose name alone says what they show: published, listed and linked without a question."""
    return tuple(kind.slug for kind in KINDS.values() if kind.is_publishable)


def kind_named(slug: str) -> ChartKind:
    """The kind of this name; DataError where there is none."""
    if slug not in KINDS:
        raise DataError(f"{slug[:40]!r} is not a chart; choose one of: {', '.join(KINDS)}")
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
    suits = kind.suits(story) or (kind.needs >= SEARCHES and len(load.drawn(story).frame) > 0)
    chart = kind.build(Question(story, view, load, other)) if suits else _without(kind, story, view)
    chart = replace(chart, notes=(*chart.notes, *map(corrected, story.corrections)), played=kind.played)
    chart = told_up_to(story, so_far(chart) if story.about.live else chart, dated=kind.dated)
    if coincides(chart):
        nights = (story, view.caller), *(((other, caller_in(other, view.caller)),) if other else ())
        chart = replace(chart, placebo=placebo_of(nights, load))
    if any(party.colour for night in (story, other) if night for party in night.about.parties):
        chart = replace(chart, colours=_own_colours(story, view, other, load))
    return marked(chart, [story, *filter(None, [other])])


def _own_colours(
    story: Story, view: ViewState, other: Story | None, load: Loaders
) -> tuple[tuple[Tone, str, str], ...]:
    """The colours that sides have of their own; none for a look that has other colours on the other night."""
    nights = [(story, view.caller), *([(other, caller_in(other, view.caller))] if other else [])]
    drawn = [side for night, caller in nights for side in drawn_sides(night, load.calls(night, caller=caller).rows)]
    found = {side.tone: side.colours for side in drawn}
    agreed = [tone for tone in found if all(side.colours == found[tone] for side in drawn if side.tone == tone)]
    return tuple((Tone(tone), *colours) for tone in agreed if (colours := found[tone]))
