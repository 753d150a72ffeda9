"""The one session that asks sources outside: polite, bounded, cached, and honest about a copy being old."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Literal, Self

from requests import Request
from requests_cache.cache_keys import filter_url

from data.core.errors import DataError, SourceUnavailable
from data.core.program import VERSION, utc_now
from data.core.settings import Settings
from data.net.adapter import FETCHED_AT, Asking, Fresh, fetched_at
from data.net.addresses import AddressRefused, Resolve, parsed, place_of, public_url
from data.net.answer_cache import SECRETS
from data.net.http_errors import Check, Expected, SourceRefused
from data.net.pinned_connections import Limits
from data.net.rate_limit import pace_of
from data.net.session import PoliteSession, open_session
from data.net.shared_cache import shared_cache


@dataclass(frozen=True, slots=True)
class Reply:
    """What a source answered, decoded. `fetched_at` is when these bytes came, whenever that was.

    `stale` says that the source did not answer now and this is the last good copy; `trouble` says why. `url` is
    without secrets.
    """

    status: int
    content: bytes
    url: str
    fetched_at: datetime
    from_cache: bool = False
    stale: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    trouble: DataError | None = None


__all__ = [
    "AddressRefused", "Check", "Desk", "Fresh", "Limits", "Reply", "SourceRefused", "open_desk", "public_url",
]  # fmt: skip

Params = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Desk:
    """The session itself; open one with `open_desk` and share it between threads."""

    session: PoliteSession
    places: frozenset[str]

    def ask(
        self,
        url: str,
        *,
        method: Literal["GET", "POST"] = "GET",
        params: Params | None = None,
        source: str,
        fresh: Fresh,
        headers: Mapping[str, str] | None = None,
        check: Check | None = None,
        stale_ok: bool = True,
    ) -> Reply:
        """The answer to a GET, or to a POST.

        `source` is what sentences call the source ("Google Trends", "The Internet Archive"). `fresh` is how old a kept
        answer may be: a timedelta, "never" for one that never grows old, None to ask in any case. `check` raises
        SourceChanged on content that is not what was asked for; such an answer never replaces a good one. With
        `stale_ok`, the last good copy stands in (`stale`) when the source fails.

        SourceUnavailable may work later (`retry_after` in seconds), SourceChanged will not (SourceRefused has the
        HTTP status), AddressRefused is an address that is not to be asked.
        """
        request = Request(method, url, params=params, headers=headers)
        asked = parsed(url)
        if place_of(asked.url) not in self.places:
            raise AddressRefused(f"{asked.host} is not among the sources that the settings or the story name")
        asking = Asking(Expected(source, check), fresh)
        response = self.session.send(request, asking)
        stale = bool(response.from_cache and response.is_expired)
        trouble = asking.trouble or SourceUnavailable(f"{source} did not answer") if stale else None
        if trouble and not stale_ok:
            raise trouble
        return Reply(
            status=response.status_code,
            content=response.content,
            url=filter_url(response.url, SECRETS),
            fetched_at=fetched_at(response),
            from_cache=response.from_cache,
            stale=stale,
            headers={key: value for key, value in response.headers.items() if key != FETCHED_AT},
            trouble=trouble,
        )

    def close(self) -> None:
        """Let go of connections and files."""
        self.session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def open_desk(
    settings: Settings,
    *,
    homes: Iterable[str] = (),
    hosts: Iterable[str] = (),
    now: Callable[[], datetime] = utc_now,
    sleep: Callable[[float], None] = time.sleep,
    limits: Limits | None = None,
    pace: Callable[[str], float] = pace_of,
    resolve: Resolve = socket.getaddrinfo,
) -> Desk:
    """A desk that may ask the mirrors of the settings, the addresses `homes`, and `hosts` (of a story's services).

    An address that the operator put into the settings may be anywhere, on this machine too; every other host must be
    at a public address each time it is connected to. The cache, the pace and the circuits are shared, through files
    below `settings.cache`, with every process of this machine that uses the same folder; answers with every machine
    that uses the same `settings.cache_url`.
    """
    contact = f"+{settings.contact}" if settings.contact else "no contact was set"
    mirrors = frozenset(place_of(url) for _, url in settings.mirrors)
    session = open_session(
        settings.cache,
        user_agent=f"Nightdesk/{VERSION} ({contact})",
        trusted=mirrors,
        now=now,
        sleep=sleep,
        limits=limits or Limits(),
        pace=pace,
        resolve=resolve,
        shared=shared_cache(settings),
    )
    return Desk(session, mirrors | frozenset(map(place_of, homes)) | frozenset(_places(hosts)))


def _places(hosts: Iterable[str]) -> Iterator[str]:
    """The hosts as addresses have them; one that no address can have cannot be asked, and is nobody else's trouble."""
    for host in hosts:
        with suppress(AddressRefused):
            yield place_of(f"https://{host}")
