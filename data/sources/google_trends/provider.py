"""Google Trends among the sources: what a story's searches are asked for, and the drawing of them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import ClassVar, cast

from data.core.errors import DataError, SourceUnavailable
from data.core.model import Window
from data.core.program import utc_now
from data.sources.google_trends.request_plan import Plan, Resolution, plan_requests
from data.sources.google_trends.trends_client import open_client
from data.sources.google_trends.trends_draws import LICENCE, SOURCE, draw
from data.sources.google_trends.trends_request import CALLED, HOME, TrendsRequest, Wanted
from data.sources.provider import Count, Errand, Home, Provider, Records, Task, Visit
from data.story.story import Story


class GoogleTrends(Provider):
    """The searches that a story lists, drawn window by window; `data/evidence/series.py` makes series of the draws."""

    slug, title, called, licence = SOURCE, "Google Trends", CALLED, LICENCE
    home: ClassVar[Home] = HOME
    proves = (
        "Each series is a term’s share of all searches in a place, on the scale of its own request: how it rose and "
        "fell, from one random sample or several."
    )
    cannot = (
        "It counts nobody. Zero is below Google’s resolution, not “no searches”, and two places, or two requests, are "
        "on two scales."
    )

    @property
    def word(self) -> str:
        return "trends"

    def plan(self, errand: Errand) -> Iterator[Task]:
        for wanted in searches_wanted(errand.story, errand.window):
            plan = plan_requests(wanted, cast("Resolution", errand.bins), now=errand.now)
            label = f"trends {', '.join(wanted.terms)} {wanted.geo}"
            yield Task("", partial(_draw, plan), len(plan.requests), label)


def searches_wanted(story: Story, window: Window) -> Iterator[Wanted]:
    """Every term of the story in its place, and its control terms in each of these places."""
    searches = story.about.searches
    for search in searches:
        yield Wanted((search.term,), search.geo, window)
    for geo in dict.fromkeys(search.geo for search in searches):
        for term in story.about.control_terms:
            yield Wanted((term,), geo, window)


def _draw(plan: Plan, visit: Visit) -> Records[Count]:
    def progress(done: int, count: int, request: TrendsRequest) -> None:
        visit.progress(done, count, request.time)

    client = open_client(visit.settings, visit.desk)
    outcome = draw(plan, client, visit.folder, now=utc_now, progress=progress)
    if outcome.state == "later":
        wait = outcome.retry_at - utc_now() if outcome.retry_at else None
        raise SourceUnavailable(outcome.sentence, retry_after=wait.total_seconds() if wait else None)
    if outcome.state != "done":
        raise DataError(outcome.sentence)
    return Records(came=outcome.sentence)
