"""One look at a site, as a visitor would meet it: bounded, without cookies, and every way to fail told apart."""

from __future__ import annotations

import hashlib
import html
import re
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy

import requests
from urllib3.exceptions import HTTPError

from data.core.errors import DataError
from data.net.addresses import AddressRefused
from data.net.pinned_connections import Allowed, Limits, PinnedAdapter, TooLong

#: Of a page, more than this is not read: its head and what an error page says fit in it.
LIMITS = Limits(connect_seconds=10, read_seconds=20, total_seconds=30, size_bytes=2 * 1024 * 1024)
_TITLE = re.compile(rb"<title[^>]*>(.{0,400}?)</title", re.IGNORECASE | re.DOTALL)
_MOST_REDIRECTS = 5


class Outcome(StrEnum):
    """How one look ended."""

    ANSWERED = "answered"
    NO_NAME = "name not found"
    REFUSED = "connection refused"
    TLS = "TLS failure"
    SLOW_CONNECT = "timeout while connecting"
    SLOW_ANSWER = "timeout while waiting for the answer"
    SLOW_BODY = "timeout while reading the answer"
    LOST = "connection lost"
    TOO_BIG = "too big"
    NOT_ASKED = "not asked"  # the site's robots.txt, or an address that is not public


@dataclass(frozen=True, slots=True)
class Look:
    """What one look found: `first_byte` in seconds, `size` in bytes, `title` and `sha256` of the body.

    All but the outcome are empty or None where there was no answer.
    """

    outcome: Outcome
    ip: str = ""
    status: int | None = None
    first_byte: float | None = None
    size: int | None = None
    sha256: str = ""
    title: str = ""


def look(url: str, *, user_agent: str, allowed: Allowed, limits: Limits = LIMITS) -> Look:
    """Ask for a page once, following redirects as a browser does; nothing is raised for a site that fails."""
    numbers: list[str] = []

    def noted(host: str, port: int) -> tuple[str, ...]:
        found = allowed(host, port)
        numbers[:] = found[:1]
        return found

    try:
        response = _get(url, user_agent, noted, limits)
    except (requests.RequestException, HTTPError, DataError, OSError) as error:
        return Look(_outcome(error), ip="".join(numbers))
    return Look(
        Outcome.ANSWERED,
        ip="".join(numbers),
        status=response.status_code,
        first_byte=round(response.elapsed.total_seconds(), 3),
        size=len(response.content),
        sha256=hashlib.sha256(response.content).hexdigest(),
        title=title_of(response.content),
    )


def text_at(url: str, *, user_agent: str, allowed: Allowed, limits: Limits = LIMITS) -> str | None:
    """The text that an address answers with; None where it answers otherwise, or not at all."""
    try:
        response = _get(url, user_agent, allowed, limits)
    except (requests.RequestException, HTTPError, DataError, OSError):
        return None
    return response.content.decode("utf-8", errors="replace") if response.status_code == HTTPStatus.OK else None


def _get(url: str, user_agent: str, allowed: Allowed, limits: Limits) -> requests.Response:
    with requests.Session() as session:
        for scheme in ("http://", "https://"):
            session.mount(scheme, PinnedAdapter(limits, allowed))
        session.max_redirects = _MOST_REDIRECTS
        session.trust_env = False
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        session.headers.update(
            {"User-Agent": user_agent, "Accept": "text/html,*/*;q=0.8", "Accept-Encoding": "gzip, deflate"}
        )
        return session.get(url)


#: The narrower kinds first: what requests raises -> how the look ended.
_OUTCOMES: tuple[tuple[type[Exception], Outcome], ...] = (
    (AddressRefused, Outcome.NOT_ASKED),
    (requests.exceptions.SSLError, Outcome.TLS),
    (requests.exceptions.ConnectTimeout, Outcome.SLOW_CONNECT),
    (requests.exceptions.ReadTimeout, Outcome.SLOW_ANSWER),
    (requests.exceptions.ChunkedEncodingError, Outcome.LOST),
    (requests.exceptions.TooManyRedirects, Outcome.LOST),
)


def _outcome(error: Exception) -> Outcome:
    if isinstance(error, TooLong):
        return Outcome.TOO_BIG if "MB" in str(error) else Outcome.SLOW_BODY
    if isinstance(error, DataError):
        return Outcome.NOT_ASKED if isinstance(error, AddressRefused) else Outcome.NO_NAME
    for kind, outcome in _OUTCOMES:
        if isinstance(error, kind):
            return outcome
    return Outcome.REFUSED if "refused" in str(error).casefold() else Outcome.LOST


def outcome_of(said: str) -> Outcome:
    """How a look ended that was not answered, by the words of whoever looked."""
    words = said.casefold()
    for part, outcome in _WORDS:
        if part in words:
            return outcome
    return Outcome.LOST


_WORDS = (
    ("refused", Outcome.REFUSED), ("enotfound", Outcome.NO_NAME), ("no such host", Outcome.NO_NAME),
    ("certificate", Outcome.TLS), ("tls", Outcome.TLS), ("timeout", Outcome.SLOW_ANSWER),
    ("deadline exceeded", Outcome.SLOW_ANSWER), ("timed out", Outcome.SLOW_ANSWER),
)  # fmt: skip


def title_of(body: bytes) -> str:
    """What a page is titled; empty for none."""
    found = _TITLE.search(body[:200_000])
    return " ".join(html.unescape(found[1].decode("utf-8", errors="replace")).split())[:200] if found else ""
