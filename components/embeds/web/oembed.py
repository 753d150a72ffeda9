"""oEmbed 1.0: which chart an address of ours names, and the answer that lets a CMS put it into an article."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from html import escape
from urllib.parse import SplitResult, unquote, urlencode, urlsplit

from components.charts.catalogue import chart_on
from components.embeds.documents.heights import document_height
from components.embeds.documents.lines import lines_of
from components.embeds.embed import Embed, form_address
from components.embeds.request import Refused, pixels, read_query
from components.view.address import Problem, Problems, Query, quote, value_of
from components.view.view_state import NAMES

#: Pixels: what is answered when nobody says how much room there is, and the widest that a document uses.
WIDTH, WIDEST = 640, 1_200
#: Narrower than this a document has no drawing of its own.
_NARROWEST = 320
_TALLEST = 10_000
#: Of the picture in `shape=social`.
THUMBNAIL = (1200, 630)
#: Seconds; as long as a document is fresh.
_CACHE_AGE = 60
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a consumer asks: an address, and the room it has in pixels, None where it does not say."""

    url: str
    most_width: int | None
    most_height: int | None


@dataclass(frozen=True, slots=True)
class Place:
    """What an address of ours names: a story, a chart as the last part of a path ("timeline"), and a raw query."""

    story: str
    chart: str
    query: str


def wish_of(query: str) -> Wish:
    """What a raw query asks. Refused with 501 for a format that is not JSON, 400 for no address or impossible room.

    Consumers append names of their own, so that unknown ones are left alone.
    """
    values = read_query(query)
    problems: Problems = []
    form = value_of(values, "format", problems)
    if form not in ("", "json"):
        said = f"In the address, format is {quote(form)}, which is not made here"
        raise Refused(501, Problem("format", quote(form), said, "json", ""))
    url = value_of(values, "url", problems)
    if not url:
        wants = "the address of a chart on this server"
        problems.append(Problem("url", quote(""), "The query names no url", wants, ""))
    wish = Wish(url, pixels(values, "maxwidth", WIDEST, problems), pixels(values, "maxheight", _TALLEST, problems))
    if problems:
        raise Refused(400, problems[0])
    return wish


def place_of(url: str, *, sites: Collection[str], default_story: str) -> Place:
    """What this address names, if it is one of these sites; Refused with 404 if it is not, or names no chart."""
    parts = _own_path(url, sites)
    match parts.path.strip("/").split("/"):
        case ["embed" | "s", story, chart]:
            return Place(unquote(story), unquote(chart).partition(".")[0], parts.query)
        case [page] if chart := chart_on(page):
            asked = read_query(parts.query)
            story = value_of(asked, "story", []) or default_story
            return Place(story, chart, _of_view(asked))
    raise _unknown(url)


def _of_view(asked: Query) -> str:
    """What a page's query says about the view: a page has names of its own besides, which say nothing of the chart."""
    return urlencode({name: values for name, values in asked.items() if name in NAMES - {"story"}}, doseq=True)


def _unknown(url: str) -> Refused:
    said = f"In the address, url is {quote(url)}, which is not a chart on this server"
    return Refused(404, Problem("url", quote(url), said, "the address of a chart, a share page or a page here", ""))


def _own_path(url: str, sites: Collection[str]) -> SplitResult:
    """The address with its path as it stands behind the site's own."""
    try:
        parts = urlsplit(url)
        for site in map(urlsplit, sites):
            inside = f"{parts.path}/".startswith(f"{site.path}/")
            if _host(parts) == _host(site) and parts.scheme in _PORTS and inside:
                return parts._replace(path=parts.path[len(site.path) :])
    except ValueError as error:  # half an IPv6 address, a port that is none
        raise _unknown(url) from error
    raise _unknown(url)


def _host(parts: SplitResult) -> tuple[str, int]:
    """Host and port. http and https of one server are one: behind a proxy this process sees only one of them."""
    port = parts.port or _PORTS.get(parts.scheme, 0)
    return (parts.hostname or ""), 0 if port in _PORTS.values() else port


def oembed_json(embed: Embed, wish: Wish) -> str:
    """The answer, which fits into the room that the wish names. The embed has a site."""
    width = min(wish.most_width or WIDTH, WIDEST)
    needed = document_height(embed, max(width, _NARROWEST))
    height = min(needed, wish.most_height or needed)
    lines = lines_of(embed)
    answer: dict[str, object] = {
        "version": "1.0",
        "type": "rich",
        "title": lines.headline,
        "provider_name": "Nightdesk",
        "provider_url": embed.site,
        "cache_age": _CACHE_AGE,
        "width": width,
        "height": height,
        "html": _html(embed, lines.headline, width, height),
    }
    if (wish.most_width or THUMBNAIL[0]) >= THUMBNAIL[0] and (wish.most_height or THUMBNAIL[1]) >= THUMBNAIL[1]:
        answer["thumbnail_url"] = form_address(embed, "png", shape="social")
        answer["thumbnail_width"], answer["thumbnail_height"] = THUMBNAIL
    return json.dumps(answer, ensure_ascii=False)


def _html(embed: Embed, headline: str, width: int, height: int) -> str:
    """A link for where frames are not let through, and one bare frame: WordPress strips everything else."""
    address = escape(form_address(embed))
    title = escape(headline)
    return (
        f'<blockquote><a href="{address}">{title}</a></blockquote>'
        f'<iframe src="{address}" title="{title}" width="{width}" height="{height}"></iframe>'
    )
