"""The HTTP routes of charts: documents, images and data, share pages, oEmbed, and the list of all of them."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable
from functools import partial
from html import escape

from starlette.convertors import PathConvertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from components.charts.catalogue import publishable
from components.embeds.formats import FORMS
from components.embeds.request import Asked, Refused, asked, unknown_other
from components.embeds.web import oembed
from components.embeds.web.answers import Answer, answer_of, refuse, send
from components.embeds.web.drawing import DATA_ONLY, chart_answer, listener_answer, oembed_answer, share_answer
from components.embeds.web.render_cache import Busy, Pool, Renderer
from components.embeds.web.story_cache import Held, Shelf
from components.view.address import Problem, quote
from data.core.errors import DataError
from data.core.settings import Settings
from data.net.shared_cache import shared_cache
from data.story.story import Story

_LOG = logging.getLogger("nightdesk")
#: A name or an address with an optional port; anything else in a Host header is no host.
_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:[0-9]{1,5})?")
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_PATHS = "a story and a chart, like /embed/us-2016/timeline"
#: Forms that take a process and a fraction of a second.
_SLOW = ("png", "pdf", "webp")
#: Different addresses of one story whose reading is kept.
_MOST_ASKED = 2_048
_FAILED = "Something went wrong on our side; the details are in the server’s log"


class _Anything(PathConvertor):
    """The rest of a path, line breaks included, at which `path` ends."""

    regex = "(?s:.*)"


register_url_convertor("anything", _Anything())
Handler = Callable[[Request], Awaitable[Response]]


def routes(settings: Settings) -> list[Route]:
    """Every route of charts, each drawn off the event loop and answered from memory where it was drawn before."""
    desk = _Desk(settings)
    handlers: dict[str, Handler] = {
        "/embed/listener.js": desk.listener,
        "/embed/{story}/{chart}": desk.chart,
        "/s/{story}/{chart}": desk.share,
        "/oembed": desk.oembed,
        "/sitemap.xml": desk.sitemap,
        # The workbench answers every other address with its own page; below these two nothing of it lives.
        "/embed/{rest:anything}": desk.nothing,
        "/s/{rest:anything}": desk.nothing,
    }
    return [Route(path, _explained(handler), methods=["GET"]) for path, handler in handlers.items()]


def _explained(handler: Handler) -> Handler:
    """The handler, whose failures are one sentence: what cannot be meant by its status, anything else by 500."""

    async def answered(request: Request) -> Response:
        try:
            return await handler(request)
        except Refused as refused:
            return refuse(request, refused)
        except Busy as failure:
            return refuse(request, _failed(str(failure), 503))
        except DataError as failure:
            _LOG.warning("a chart could not be drawn: %s", failure)
            said = f"This cannot be drawn: {str(failure).rstrip('.')}"
            return refuse(request, _failed(said, 503 if failure.retryable else 500))
        except Exception:  # noqa: BLE001 - the last line of defence: nobody outside meets a traceback
            _LOG.exception("a route failed")
            return refuse(request, _failed(_FAILED, 500))

    return answered


def _failed(said: str, status: int) -> Refused:
    return Refused(status, Problem("", "", said, "", ""))


class _Desk:
    """The routes' handlers and what they share."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._shelf, self._pool = settings, Shelf(settings), Pool(shared_cache(settings))
        # A queue of pictures keeps nobody from reading.
        self._pages, self._pictures = Renderer(), Renderer()

    async def chart(self, request: Request) -> Response:
        """A document, an image or data."""
        held = await self._shelf.find(request.path_params["story"])
        wanted = _asked(held, request.path_params["chart"], _query(request), FORMS)
        renderer = self._pictures if wanted.form in _SLOW else self._pages
        other, stamp = await self._beside(held, wanted)
        make = partial(chart_answer, held.story, wanted, other=other)
        return await self._drawn(request, (held.stamp, stamp, wanted), make, renderer)

    async def share(self, request: Request) -> Response:
        """The page to paste into a chat or a CMS."""
        held = await self._shelf.find(request.path_params["story"])
        wanted = _asked(held, request.path_params["chart"], _query(request), ())
        other, stamp = await self._beside(held, wanted)
        make = partial(share_answer, held.story, wanted, other=other)
        return await self._drawn(request, (held.stamp, stamp, wanted, "share"), make, self._pages)

    async def _beside(self, held: Held, wanted: Asked) -> tuple[Story | None, object]:
        """The story that a comparison names beside its own, with its stamp; Refused with 404 where there is none."""
        if not wanted.view.other:
            return None, None
        try:
            found = await self._shelf.find(wanted.view.other)
        except Refused as refused:
            others = [slug for slug in await self._shelf.slugs() if slug != held.story.slug]
            raise unknown_other(wanted.view.other, others) from refused
        return found.story, found.stamp

    async def _drawn(
        self, request: Request, key: tuple[object, ...], make: Callable[[str], Answer], renderer: Renderer
    ) -> Response:
        """What `make` draws for this server's public address, from memory where it was drawn before."""
        site = self._site(request)
        whole = (*key, site)
        return send(request, await renderer.get(whole, partial(self._pool.answer, whole, partial(make, site))))

    async def oembed(self, request: Request) -> Response:
        """The oEmbed answer for an address of ours."""
        wish, sites = oembed.wish_of(_query(request)), {self._site(request), self._own_site(request)}
        place = oembed.place_of(wish.url, sites=sites, default_story=self._settings.story)
        try:
            held = await self._shelf.find(place.story)
            wanted = _asked(held, place.chart, place.query, FORMS)
            other, stamp = await self._beside(held, wanted)
        except Refused as refused:
            raise Refused(404, refused.problem) from None
        make = partial(oembed_answer, held.story, wanted, wish, other=other)
        return await self._drawn(request, (held.stamp, stamp, wanted, wish), make, self._pages)

    async def sitemap(self, request: Request) -> Response:
        """Every share page of this server."""
        pages = [
            f"{self._site(request)}/s/{slug}/{chart}" for slug in await self._shelf.slugs() for chart in publishable()
        ]
        rows = "".join(f"<url><loc>{escape(page)}</loc></url>" for page in pages)
        body = f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{_SITEMAP}">{rows}</urlset>\n'
        return send(request, answer_of(body.encode(), "application/xml", policy=DATA_ONLY, anyone=False))

    async def listener(self, request: Request) -> Response:
        """The script that a page which embeds may load to resize its frames."""
        return send(request, listener_answer())

    async def nothing(self, request: Request) -> Response:
        """What lies beside the charts."""
        path = quote(request.url.path)
        raise Refused(404, Problem("path", path, f"There is nothing at {path} here", _PATHS, ""))

    def _site(self, request: Request) -> str:
        """The public address of this server, without a final slash."""
        return self._settings.public_url or self._own_site(request)

    def _own_site(self, request: Request) -> str:
        host = request.headers.get("host", "")
        if not _HOST.fullmatch(host):
            wants = "the name of this server, with its port if it has one"
            raise Refused(400, Problem("Host", quote(host), f"The Host header is {quote(host)}", wants, ""))
        return f"{request.url.scheme}://{host}{request.scope.get('root_path', '').rstrip('/')}"


def _asked(held: Held, name: str, query: str, forms: tuple[str, ...]) -> Asked:
    """What was asked, read once: reading takes longer than all else that an answer from memory needs."""
    key = name, query, forms
    if key not in held.asked:
        if len(held.asked) >= _MOST_ASKED:
            held.asked.clear()
        held.asked[key] = asked(name, query, story=held.story, forms=forms)
    return held.asked[key]


def _query(request: Request) -> str:
    query: bytes = request.scope.get("query_string", b"")
    return query.decode("latin-1")
