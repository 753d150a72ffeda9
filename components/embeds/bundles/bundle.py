"""Every file of a bundle, drawn: all charts of a story that hold anything, and the views asked for besides."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from components.charts.bare import is_bare
from components.charts.catalogue import KINDS, publishable
from components.charts.loaders import Loaders
from components.embeds.bundles import hosting
from components.embeds.bundles.manifest import sha256
from components.embeds.documents.document import policy
from components.embeds.embed import Embed, Theme, embed_of
from components.embeds.formats import render
from components.embeds.request import Refused, asked
from components.view.view_state import ViewState, default_view, locked_query
from data.core.errors import DataError
from data.core.settings import Settings
from data.evidence.outages import load_observations
from data.evidence.records import load_lenses
from data.evidence.series import load_series
from data.story.store import find_story, story_store
from data.story.story import Story

#: The script for the page around a frame, so that frozen code needs no server either.
LISTENER = Path(__file__).resolve().parents[1] / "listener.js"
#: What each file of a chart is called after its stem, and how it is drawn.
FILES: dict[str, dict[str, Any]] = {
    ".html": {"form": "html"},
    ".svg": {"form": "svg"},
    ".png": {"form": "png", "shape": "social"},
    "@2x.png": {"form": "png", "shape": "social", "scale": 2},
    ".pdf": {"form": "pdf"},
    ".csv": {"form": "csv"},
    ".json": {"form": "json"},
}


@dataclass(frozen=True, slots=True)
class WantedChart:
    """A chart at a view, and what its files are called."""

    stem: str
    chart: str
    view: ViewState
    theme: Theme = "auto"

    @property
    def query(self) -> str:
        """All that it shows, in one text that is the same for the same view."""
        said = {**locked_query(self.view), "chart": self.chart, "theme": self.theme}
        return "&".join(f"{name}={value}" for name, value in sorted(said.items()))


def wanted_view(story: Story, query: str) -> WantedChart:
    """The view that a query like `chart=timeline&from=...&to=...` means, named after itself.

    DataError, in a sentence that names what it got, for anything it cannot mean.
    """
    given = parse_qsl(query.removeprefix("?"), keep_blank_values=True)
    charts = [value for name, value in given if name == "chart"] or [publishable()[0]]
    stories = {value for name, value in given if name == "story"}
    if len(charts) > 1 or stories - {story.slug}:
        raise DataError(f"A view is of one chart of {story.slug}, but this one names more: {query[:200]!r}.")
    if drawing := [name for name, _ in given if name in ("width", "scale", "shape")]:
        raise DataError(f"A view has no {drawing[0]}: its document suits every width, and its images have theirs.")
    rest = urlencode([(name, value) for name, value in given if name not in ("chart", "story")])
    try:
        found = asked(charts[0], rest, story=story, forms=())
    except Refused as refused:
        raise DataError(str(refused)) from refused
    wanted = WantedChart("", found.chart, found.view, found.theme)
    return replace(wanted, stem=f"{found.chart}-{sha256(wanted.query.encode())[:8]}")


def saved_view(story: Story, query: str) -> WantedChart:
    """The chart of a view as the desk keeps it, a page and its query: the one it names, else the first of that page.

    DataError where it does not hold for this story.
    """
    page, _, rest = query.partition("?")
    charts = [slug for slug in publishable() if KINDS[slug].page == page] or publishable()
    return wanted_view(story, rest if "chart" in dict(parse_qsl(rest)) else f"chart={charts[0]}&{rest}")


def wanted_charts(story: Story) -> tuple[WantedChart, ...]:
    """Every chart of a range by its own name, at the story's default view.

    One that answers a question is published for a question that somebody asked: as a view.
    """
    return tuple(WantedChart(slug, slug, default_view(story)) for slug in publishable() if KINDS[slug].suits(story))


def plain_loaders(settings: Settings) -> Loaders:
    """The loaders of a command line: uncached, with the newsroom's own snapshots."""
    stories = story_store(settings)
    return Loaders(
        observations=partial(load_observations, stories=stories),
        drawn=partial(load_series, stories=stories),
        lenses=partial(load_lenses, stories=stories),
    )


def drawn_embeds(
    story: Story, wanted: Sequence[WantedChart], *, settings: Settings, site: str = "", version: str = ""
) -> Iterator[tuple[str, Embed]]:
    """The embeds among these that hold anything, each with its stem."""
    load = plain_loaders(settings)
    for one in wanted:
        other = find_story(one.view.other, settings) if one.view.other else None
        embed = embed_of(
            story, one.chart, one.view, theme=one.theme, site=site, version=version, other=other, load=load
        )
        if not all(is_bare(lane) for lane in embed.chart.lanes):
            yield one.stem, embed


def bake(
    story: Story, wanted: Sequence[WantedChart], *, settings: Settings, site: str = "", version: str = ""
) -> Iterator[tuple[str, bytes]]:
    """Every file of these charts by its name, and the headers they want. DataError where a chart cannot be built."""
    policies: dict[str, str] = {}
    embeds = drawn_embeds(story, wanted, settings=settings, site=site, version=version)
    # Pictures are drawn by processes of their own, so threads keep every core busy.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        drawn = {
            f"{stem}{ending}": pool.submit(render, embed, **options)
            for stem, embed in embeds
            for ending, options in FILES.items()
        }
        for name, drawing in drawn.items():
            body = drawing.result().body
            if name.endswith(".html"):
                policies[name] = policy(body.decode(), hosts=story.about.embed_hosts)
            yield name, body
    yield LISTENER.name, LISTENER.read_bytes()
    yield hosting.NAME, hosting.rules_text(hosting.rules_of(story.slug, version, policies))
