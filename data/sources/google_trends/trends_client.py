"""The client that asks Google Trends through pytrends, widget by widget: the only module that knows pytrends."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable, Mapping
from importlib.metadata import version
from threading import Lock
from typing import Any

from pytrends.request import TrendReq  # type: ignore[import-untyped]  # ships no types

from data.core.errors import SourceChanged
from data.core.settings import Settings
from data.net.client import Desk
from data.net.plain_client import Reply
from data.sources.google_trends.trends_answers import expect, inside, listed, read_answer
from data.sources.google_trends.trends_request import (
    CALLED,
    HOME,
    TrendsClient,
    TrendsReply,
    TrendsRequest,
    Unaskable,
)
from data.story.faults import quoted


def check_offers(answer: object) -> None:
    """Raises SourceChanged unless this is a list of widgets, each with an id."""
    for widget in listed(answer, "widgets", "the offer"):
        expect(inside(widget, "id", "a widget"), str, "id of a widget")


def check_offered(widget: object, what: str) -> None:
    """Raises SourceChanged unless this widget can be asked for its numbers."""
    if not expect(widget, dict, "a widget"):
        raise SourceChanged(f"Google Trends does not offer {what} for this request.")
    expect(inside(widget, "request", f"the offer of {what}"), dict, f"the request for {what}")
    expect(inside(widget, "token", f"the offer of {what}"), str, f"the token for {what}")


def check_echo(widget: object, request: TrendsRequest) -> None:
    """Raises SourceChanged where Google is about to answer another request: it repeats terms and place."""
    items = listed(inside(widget, "request", "the offer"), "comparisonItem", "the offer")
    if len(items) != len(request.terms):
        raise SourceChanged(f"Google Trends offers {len(items)} series where {len(request.terms)} were asked for.")
    for item in items:
        if bool(expect(item, dict, "a series").get("geo")) != bool(request.geo):
            raise SourceChanged("Google Trends offers another place than was asked for.")


def user_type(widget: object) -> str:
    """What Google takes the client for, in its words; "" where it says nothing. It may sample differently by it."""
    asked = expect(inside(widget, "request", "the offer"), dict, "the offer")
    config = asked.get("userConfig")
    said = config.get("userType") if isinstance(config, dict) else None
    return said[:200] if isinstance(said, str) else ""


_LOG = logging.getLogger(__name__)

#: The version whose private details this module relies on; a test looks at each of them.
CHECKED_VERSION = "4.9.2"
#: Of words such as "Breakout" in the answers.
LANGUAGE = "en-US"
#: What pytrends is given in place of an answer: it makes an empty frame of it, without reading any field.
_NOTHING: Mapping[str, Any] = {"default": {"timelineData": []}}
Params = Mapping[str, str | int]
Ask = Callable[[str, str, Params], Reply]


class PytrendsClient:
    """Asks Google Trends in the words of pytrends, over the one session of this project.

    The session paces, leaves a host alone after its first 429, keeps cookies and retries nothing. Threads may share a
    client: each question has a pytrends object of its own, because one that is shared answers with another question's
    numbers. Answers are fresh and whole, or DataError says why there is none.
    """

    def __init__(self, settings: Settings, desk: Desk) -> None:
        self.name = f"pytrends {version('pytrends')}"
        self._base, self._desk = HOME.at(settings), desk
        self._visited = False
        self._lock = Lock()

    def interest_over_time(self, request: TrendsRequest, /) -> TrendsReply:
        """The answer of "interest over time", for `parse_multiline`."""
        asking = self._asked(request)
        widget = asking.interest_over_time_widget
        check_offered(widget, "interest over time")
        check_echo(widget, request)
        asking.interest_over_time()
        reply = asking.replies[-1]
        return TrendsReply(
            reply.content, "over-time", reply.fetched_at, reply.url, reply.status, self.name, user_type(widget)
        )

    def _asked(self, request: TrendsRequest) -> _Asking:
        asking = _Asking(self._ask)
        asking.build_payload(list(request.terms), timeframe=request.time, geo=request.geo)
        return asking

    def _ask(self, url: str, method: str, params: Params) -> Reply:
        self._visit()
        # An old answer is no draw of today, and would pass for one: stale_ok is False.
        return self._desk.ask(
            self._base + url.removeprefix(HOME.url),
            method="POST" if method == TrendReq.POST_METHOD else "GET",
            params=params,
            source=CALLED,
            fresh=None,
            headers={"Accept-Language": LANGUAGE},
            stale_ok=False,
        )

    def _visit(self) -> None:
        """Look at Google's page once, for the cookie without which it refuses; the session keeps it and sends it."""
        with self._lock:
            if self._visited:
                return
            try:
                address, params = f"{self._base}/trends/explore/", {"geo": "US"}
                self._desk.ask(address, params=params, source=CALLED, fresh=None, stale_ok=False)
            except SourceChanged as trouble:
                _LOG.info("asking Google Trends without its cookie: %s", trouble)
            self._visited = True


class _Asking(TrendReq):  # type: ignore[misc]  # ships no types
    """pytrends for one question: it words the requests and follows the tokens; answers pass it by as bytes."""

    def __init__(self, ask: Ask) -> None:
        self._ask, self.replies = ask, list[Reply]()
        super().__init__(hl=LANGUAGE, tz=0, retries=0, backoff_factor=0)

    def GetGoogleCookie(self) -> dict[str, str]:  # noqa: N802 - pytrends' name
        """Nothing: pytrends would call the network while it is constructed, and for ever behind a dead proxy."""
        return {}

    def _get_data(self, url: str, method: str = "get", trim_chars: int = 0, **given: Any) -> Any:
        """The one place where pytrends reads answers. It keeps only `value` of them, and cuts a fixed guard off."""
        reply = self._ask(url, method, given["params"])
        if url != TrendReq.GENERAL_URL:
            self.replies.append(reply)
            return _NOTHING
        answer = read_answer(reply.content)
        check_offers(answer)
        return answer


_CLIENTS: Mapping[str, Callable[[Settings, Desk], TrendsClient]] = {"pytrends": PytrendsClient}


def open_client(settings: Settings, desk: Desk) -> TrendsClient:
    """The client that `settings.trends_client` names: "pytrends", or "package.module:name" of a newsroom's own.

    Such a name is called with settings and desk, and gives a TrendsClient. Raises Unaskable where there is none.
    """
    name = settings.trends_client
    if name in _CLIENTS:
        return _CLIENTS[name](settings, desk)
    module, colon, attribute = name.partition(":")
    if not (module and colon and attribute):
        raise Unaskable(f"NIGHTDESK_TRENDS_CLIENT must be pytrends or package.module:name, not {quoted(name)}.")
    try:
        client: TrendsClient = getattr(importlib.import_module(module), attribute)(settings, desk)
    except (ImportError, AttributeError) as fault:
        raise Unaskable(f"The client {quoted(name)} that NIGHTDESK_TRENDS_CLIENT names is not installed.") from fault
    return client
