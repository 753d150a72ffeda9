"""The HTTP routes of charts: documents, images and data, share pages, oEmbed, and the list of all of them."""

from __future__ import annotations

import asyncio
import logging
import operator
import re
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial
from html import escape
from typing import Any, NamedTuple, Self

from starlette.concurrency import run_in_threadpool
from starlette.convertors import PathConvertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

import components
import data
from components.cache.memo import Memo
from components.cache.render_cache import Busy, BusyWithOne, RenderCache
from components.cache.shared_answers import SharedAnswers
from components.cache.stories import FoundStory, StoryCache, tables_key
from components.charts.catalogue import publishable
from components.charts.grammar import Chart
from components.embeds.bundles.manifest import code_of, libraries
from components.embeds.embed import Embed
from components.embeds.feeds.feed_texts import FeedPlace
from components.embeds.formats import FORMS, SLOW
from components.embeds.request import Asked, Refused, asked, unknown_other, unknown_story
from components.embeds.web import drawing, oembed
from components.embeds.web.answers import Answer, answer_of, refuse, send
from components.view.address import Problem, quote
from data.core.errors import DataError
from data.core.settings import Settings
from data.net.addresses import client_of, host_and_port
from data.net.shared_cache import shared_cache
from data.story.store import story_store
from data.story.story import Story, UnknownStory
from data.story.table_rows import SLUG

_LOG = logging.getLogger("nightdesk")
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_PATHS = "a story and a chart, like /embed/us-2016/timeline"
#: Different addresses whose reading is kept.
_MOST_ASKED = 2_048
_FAILED = "Something went wrong on our side; the details are in the server’s log"


class _Anything(PathConvertor):
    """The rest of a path, line breaks included, at which `path` ends."""

    regex = "(?s:.*)"


register_url_convertor("anything", _Anything())
Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class RouteCaches:
    """What the routes draw with and keep. `chart` builds one, as `catalogue.chart_of` does with loaders of its own."""

    stories: StoryCache
    chart: Callable[..., Chart]
    shared: SharedAnswers[Answer]
    # What is drawn waits in these; a queue of pictures keeps nobody from reading.
    pages: RenderCache = field(default_factory=RenderCache)
    pictures: RenderCache = field(default_factory=RenderCache)
    #: Calls what draws, here or elsewhere.
    call: Callable[[Callable[[], Answer]], Answer] = operator.call
    #: What was asked, read once: reading takes longer than all else that an answer from memory needs.
    asked: Memo[..., Asked] = field(default_factory=lambda: Memo(asked, most=_MOST_ASKED, marks={Story: tables_key}))

    @classmethod
    def of(
        cls,
        settings: Settings,
        *,
        stories: StoryCache,
        chart: Callable[..., Chart],
        pages: RenderCache | None = None,
        pictures: RenderCache | None = None,
        call: Callable[[Callable[[], Answer]], Answer] = operator.call,
    ) -> Self:
        """Those of a process with these settings; `pages` and `pictures` where others draw in these, too."""
        shared = shared_cache(settings)
        # Read at the start: files that a new release puts in their place later are not what this process draws with.
        software = f"{code_of((components, data))} {sorted(libraries().items())}" if shared else ""
        answers = SharedAnswers(shared, software=software, write=Answer.written, read=Answer.read)
        return cls(stories, chart, answers, pages or RenderCache(), pictures or RenderCache(), call)


def routes(settings: Settings, caches: RouteCaches) -> list[Route]:
    """Every route of charts, each drawn off the event loop and answered from memory where it was drawn before."""
    desk = _Desk(settings, caches)
    handlers: dict[str, Handler] = {
        "/embed/listener.js": desk.listener,
        "/embed/{story}/{chart}": desk.chart,
        "/s/{story}/{chart}": desk.share,
        "/oembed": desk.oembed,
        "/sitemap.xml": desk.sitemap,
        "/feeds/{story}.{form}": desk.feed,
        # The workbench answers every other address with its own page; below these two nothing of it lives.
        "/embed/{rest:anything}": desk.nothing,
        "/s/{rest:anything}": desk.nothing,
        "/feeds/{rest:anything}": desk.nothing,
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
            return refuse(request, _failed(str(failure), 429 if isinstance(failure, BusyWithOne) else 503))
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


class _Question(NamedTuple):
    """What is asked, of which story, and the one that a comparison holds beside it."""

    wanted: Asked
    found: FoundStory
    other: FoundStory | None = None


class _Desk:
    """The routes' handlers and what they share."""

    def __init__(self, settings: Settings, caches: RouteCaches) -> None:
        self._settings, self._caches = settings, caches
        self._looking: set[str] = set()

    async def chart(self, request: Request) -> Response:
        """A document, an image or data."""
        question = await self._question(**request.path_params, query=_query(request), forms=FORMS)
        kept = self._caches.pictures if question.wanted.form in SLOW else self._caches.pages
        return await self._drawn(request, question, partial(drawing.chart_answer, question.wanted), kept)

    async def share(self, request: Request) -> Response:
        """The page to paste into a chat or a CMS."""
        question = await self._question(**request.path_params, query=_query(request), forms=())
        return await self._drawn(request, question, drawing.share_answer, self._caches.pages, "share")

    async def oembed(self, request: Request) -> Response:
        """The oEmbed answer for an address of ours."""
        wish, sites = oembed.wish_of(_query(request)), {self._site(request), self._own_site(request)}
        place = oembed.place_of(wish.url, sites=sites, default_story=self._settings.story)
        try:
            question = await self._question(place.story, place.chart, query=place.query, forms=FORMS)
        except Refused as refused:
            raise Refused(404, refused.problem) from None
        return await self._drawn(request, question, partial(drawing.oembed_answer, wish), self._caches.pages, wish)

    async def _question(self, story: str, chart: str, *, query: str, forms: tuple[str, ...]) -> _Question:
        """What is asked of which stories. Refused where a name is of nothing here, or a value cannot be meant."""
        found = await self._find(story)
        wanted = self._caches.asked(chart, query, story=found.story, forms=forms)
        if not wanted.view.other:
            return _Question(wanted, found)
        try:
            return _Question(wanted, found, await self._find(wanted.view.other))
        except Refused as refused:
            others = [slug for slug in await self._slugs() if slug != story]
            raise unknown_other(wanted.view.other, others) from refused

    async def _find(self, slug: str) -> FoundStory:
        """The story of this slug; Refused with 404 where there is none, StoryInvalid where it has a fault."""
        look_up = self._caches.stories.look_up
        try:
            if not re.fullmatch(SLUG, slug):
                raise UnknownStory(slug)
            if found := look_up.at_hand(slug, self._settings):
                return found
            if found := look_up.lately(slug, self._settings):
                self._look_again(slug)
                return found
            return await run_in_threadpool(look_up, slug, self._settings)
        except UnknownStory:
            raise unknown_story(slug, await self._slugs()) from None

    def _look_again(self, slug: str) -> None:
        """Look whether the story has changed, behind the answers that are given meanwhile.

        Whoever waited for the look would wait for a thread and back, each time behind the pages that are being run.
        """
        if slug in self._looking:
            return
        self._looking.add(slug)
        look = asyncio.get_running_loop().run_in_executor(None, self._caches.stories.look_up, slug, self._settings)

        def looked(done: asyncio.Future[FoundStory]) -> None:
            self._looking.discard(slug)
            if not done.cancelled():
                done.exception()  # a fault is said to who asks next, and finds nothing at hand

        look.add_done_callback(looked)

    async def _slugs(self) -> tuple[str, ...]:
        """Every slug of this server, in their order."""
        return await run_in_threadpool(story_store(self._settings).slugs)

    async def _drawn(
        self, request: Request, question: _Question, make: Callable[[Embed], Answer], kept: RenderCache, *more: object
    ) -> Response:
        """What `make` draws for this server's public address, from memory where it was drawn before.

        `more` tells it from what else is drawn of the same question.
        """
        site, (wanted, found, other) = self._site(request), question
        key = (found.key, other and other.key, wanted, *more, site)

        draw = partial(drawing.drawn, make, found.story, wanted, site, other and other.story, self._caches.chart)
        answer = partial(self._caches.shared.answer, key, partial(self._caches.call, draw))
        work = kept.get(key, answer, client=_client(request))
        if kept.at_hand(key):
            return send(request, await work)
        drawn = await _while_there(request, work)
        return send(request, drawn) if drawn else Response(status_code=499)

    async def sitemap(self, request: Request) -> Response:
        """Every share page of this server."""
        pages = [f"{self._site(request)}/s/{slug}/{chart}" for slug in await self._slugs() for chart in publishable()]
        rows = "".join(f"<url><loc>{escape(page)}</loc></url>" for page in pages)
        body = f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{_SITEMAP}">{rows}</urlset>\n'
        return send(request, answer_of(body.encode(), "application/xml", policy=drawing.DATA_ONLY, anyone=False))

    async def feed(self, request: Request) -> Response:
        """What happened in a story, to subscribe to, or the closings of its polls."""
        form = request.path_params["form"]
        if form not in drawing.FEED_FORMS:
            wants = f"one of: {', '.join(drawing.FEED_FORMS)}"
            raise Refused(404, Problem("form", quote(form), f"There is no feed in the form {quote(form)}", wants, ""))
        found, place = (
            await self._find(request.path_params["story"]),
            FeedPlace(self._site(request), self._settings.hub),
        )
        make = partial(drawing.feed_answer, found.story, form, place, story_store(self._settings))
        answer = await self._caches.pages.get(("feed", form, found.key, place), make, client=_client(request))
        return send(request, answer)

    async def listener(self, request: Request) -> Response:
        """The script that a page which embeds may load to resize its frames."""
        return send(request, drawing.listener_answer())

    async def nothing(self, request: Request) -> Response:
        """What lies beside the charts."""
        path = quote(request.url.path)
        raise Refused(404, Problem("path", path, f"There is nothing at {path} here", _PATHS, ""))

    def _site(self, request: Request) -> str:
        """The public address of this server, without a final slash."""
        return self._settings.public_url or self._own_site(request)

    def _own_site(self, request: Request) -> str:
        host = request.headers.get("host", "")
        if not host_and_port(host)[0]:
            wants = "the name of this server, with its port if it has one"
            raise Refused(400, Problem("Host", quote(host), f"The Host header is {quote(host)}", wants, ""))
        return f"{request.url.scheme}://{host}{request.scope.get('root_path', '').rstrip('/')}"


async def _while_there(request: Request, work: Coroutine[Any, Any, Answer]) -> Answer | None:
    """What the work gives; None where whoever asked has gone, and it is left to those who still wait for it."""
    drawing_it, gone = asyncio.ensure_future(work), asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({drawing_it, gone}, return_when=asyncio.FIRST_COMPLETED)
        return await drawing_it if drawing_it.done() else None
    finally:
        gone.cancel()
        drawing_it.cancel()


async def _gone(request: Request) -> None:
    """Return when the connection has ended."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _client(request: Request) -> str:
    """Who asks; this machine, behind which everybody may stand, has no share of its own."""
    return client_of(request.client.host if request.client else "")


def _query(request: Request) -> str:
    query: bytes = request.scope.get("query_string", b"")
    return query.decode("latin-1")
