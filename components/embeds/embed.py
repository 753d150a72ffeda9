"""One chart of one story at one view, with all that its forms say of themselves, and where each is served."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from urllib.parse import urlencode

from components.charts.catalogue import chart_of, kind_named
from components.charts.elapsed_clock import clock_of
from components.charts.grammar import Chart
from components.charts.loaders import Loaders
from components.clock import Clock
from components.render.listed import Listed, listed
from components.view.view_state import ViewState, told, view_link
from data.evidence.facts import Fact, facts_shown
from data.story.story import Story

Theme = Literal["auto", "light", "dark"]
THEMES: tuple[Theme, ...] = ("auto", "light", "dark")


@dataclass(frozen=True, slots=True)
class Embed:
    """A chart at a view, of its story as the view tells it. `auto` follows the reader's system.

    `site` is the public address of the server it links back to, without a final slash, empty where there is none.
    `version` names a frozen copy; empty means that its address always gives the current one.
    `other` is the story that a comparison holds beside this one.
    """

    story: Story
    chart: Chart
    view: ViewState
    theme: Theme = "auto"
    site: str = ""
    version: str = ""
    other: Story | None = None

    @property
    def clock(self) -> Clock:
        """The clock on which all its times are shown."""
        return clock_of(self.chart, self.view.clock)

    @property
    def listed(self) -> Listed:
        """What its document lists row by row; of a chart of two nights, rows are under the names of their stories."""
        stories = [self.story, *([self.other] if self.other else [])]
        rows = {row for story in stories for row in story.emphasised_rows}
        return listed(self.chart, rows | {f"{story.slug}/{row}" for story in stories for row in story.emphasised_rows})

    @property
    def facts(self) -> dict[str, Fact]:
        """What the rows of its stories say apart from their words, by the names that its marks have."""
        return facts_shown(self.story, self.other)

    @property
    def as_of(self) -> datetime | None:
        """When the story's content last changed, as the story itself says; None where it does not."""
        moments = [row.corrected for row in self.story.corrections]
        moments += [self.story.about.updated] if self.story.about.updated else []
        return max(moments, default=None)

    @property
    def address(self) -> str:
        """Where the always current document of this view is served; empty without a site."""
        path = f"embed/{self.story.slug}/{self.chart.slug}"
        return _without_story(view_link(self.site, path, self.asked)) if self.site else ""

    @property
    def app_address(self) -> str:
        """Where the app shows exactly this view; empty without a site."""
        return view_link(self.site, kind_named(self.chart.slug).page, self.asked) if self.site else ""

    @property
    def asked(self) -> ViewState:
        """The view as an address of this chart writes it out."""
        return self.view.asking(kind_named(self.chart.slug).asks)


def _without_story(address: str) -> str:
    """The route's path names the story, so its query need not."""
    path, _, query = address.partition("?")
    return f"{path}?{'&'.join(part for part in query.split('&') if not part.startswith('story='))}"


def embed_of(
    story: Story,
    slug: str,
    view: ViewState,
    *,
    theme: Theme = "auto",
    site: str = "",
    version: str = "",
    other: Story | None = None,
    load: Loaders | None = None,
) -> Embed:
    """The chart of this name at this view, with the `other` story that the view names beside it.

    DataError for a name that is no chart, or a question of no such story.
    """
    story = told(story, view)
    chart = chart_of(story, slug, view, other=other, load=load)
    return Embed(story, chart, view, theme, site.rstrip("/"), version, other)


def form_address(embed: Embed, form: str = "", **options: str | int) -> str:
    """Where this very view is served in a form, the document if none is named; empty without a site.

    `options` are further parameters, such as `shape="social"`.
    """
    path, _, query = embed.address.partition("?")
    more = {"theme": embed.theme} if embed.theme != "auto" else {}
    return _joined(f"{path}.{form}" if form else path, query, more | options) if path else ""


def print_addresses(embed: Embed) -> list[str]:
    """Where a page of the app finds the drawings of this view for paper; of a draft nowhere.

    The night upright, the night across, and the map of what is played.
    """
    if embed.story.draft:
        return []
    here = replace(embed, site=".", theme="light")
    shapes = ("paper", "paper-across", *(["paper-map"] if embed.chart.played else []))
    return [form_address(here, "svg", shape=shape) for shape in shapes]


def share_address(embed: Embed) -> str:
    """The page to paste into a chat or a CMS; empty without a site."""
    page = f"{embed.site}/embed/"
    return form_address(embed).replace(page, f"{embed.site}/s/", 1) if embed.site else ""


def oembed_address(embed: Embed) -> str:
    """Where an oEmbed consumer asks for this view; empty without a site."""
    return _joined(f"{embed.site}/oembed", "", {"url": form_address(embed), "format": "json"}) if embed.site else ""


def from_share_page(embed: Embed, address: str) -> str:
    """An address of the same server as a share page links it, so that it holds behind any prefix or proxy."""
    return f"../..{address.removeprefix(embed.site)}"


def _joined(path: str, query: str, more: dict[str, str | int]) -> str:
    parts = [query] if query else []
    parts += [urlencode(more, safe=":,")] if more else []
    return f"{path}?{'&'.join(parts)}" if parts else path
