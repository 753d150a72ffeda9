"""Asking sources outside: polite, bounded, and honest about what went wrong; nothing is kept."""

from __future__ import annotations

import logging
import re
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from types import TracebackType
from typing import Any, Literal, Self, TypedDict, Unpack
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import requests
import urllib3
from requests.auth import AuthBase

from data.core.errors import DataError, SourceChanged
from data.core.program import VERSION, utc_now
from data.core.settings import Settings
from data.net.addresses import AddressRefused, Resolve, addresses, is_loopback, parsed, place_of, public_addresses
from data.net.http_errors import Check, Wait, check_answer, lowered, meaning
from data.net.pinned_connections import Allowed, Limits, PinnedAdapter
from data.net.rate_limit import Circuits, Pacer, pace_of

#: When the bytes of an answer came, on the clock that this project was given.
FETCHED_AT = "X-Nightdesk-Fetched-At"
#: Of no use to a reader, or not theirs to keep: Vary is answered by asking for one representation only.
_DROPPED = ("Set-Cookie", "Set-Cookie2", "Vary", FETCHED_AT)
#: What of an address or of headers is secret, and in no text: names that requests-cache knows, and more.
SECRETS: tuple[str, ...] = (
    "Authorization", "Proxy-Authorization", "X-API-Key", "X-Auth-Token", "X-API-Token", "X-Access-Token",
    "access_token", "api_key", "apikey", "Cookie", "Set-Cookie", "key", "token", "auth", "password", "secret",
    "signature",
)  # fmt: skip
_MOST_REDIRECTS = 5
#: A sheet that Google publishes is served by another of its hosts, always.
_SENDS_ON = {"docs.google.com": re.compile(r"doc-[a-z0-9-]+-sheets\.googleusercontent\.com")}

#: How long an answer counts as fresh: a span; "never" grows old; None is asked for anew in any case, and kept only as
#: the last good copy for when a later asking fails.
Fresh = timedelta | Literal["never"] | None


@dataclass(slots=True)
class Asking:
    """One question on its way: of which source, what counts as an answer, and what went wrong if nothing did."""

    source: str
    check: Check | None
    wait: Wait | None
    fresh: Fresh = None
    #: Statuses of an answer that counts.
    good: frozenset[int] = frozenset({HTTPStatus.OK})
    trouble: DataError | None = None


#: The question that this thread is asking.
ASKING: ContextVar[Asking] = ContextVar("asking")


class _PoliteAdapter(PinnedAdapter):
    """An adapter that waits for its turn, leaves a host alone that asked for it, and lets only real answers through."""

    def __init__(self, limits: Limits, allowed: Allowed, pacer: Pacer, circuits: Circuits) -> None:
        self._pacer, self._circuits, self._clock = pacer, circuits, pacer.clock
        super().__init__(limits, allowed)

    def send(self, request: requests.PreparedRequest, *_: Any, **asked: Any) -> requests.Response:
        place = place_of(str(request.url))
        self._circuits.refuse_if_open(place)
        self._pacer.wait(place)
        # This machine's own servers are not asked through a proxy.
        asked |= {"proxies": {}} if is_loopback(place.rpartition(":")[0] or place) else {}
        return self._circuits.call(place, lambda: self._judged(request, **asked))

    def _judged(self, request: requests.PreparedRequest, **asked: Any) -> requests.Response:
        response = super().send(request, **asked)
        now = self._clock()
        for header in _DROPPED:
            response.headers.pop(header, None)
        response.headers[FETCHED_AT] = now.astimezone(UTC).isoformat()
        asking = ASKING.get()
        check_answer(response, asking.source, asking.check, asking.wait, now, good=asking.good)
        return response


def fetched_at(response: requests.Response) -> datetime:
    """When the bytes of an answer came, in UTC; for one that was found unchanged, when it was."""
    return datetime.fromisoformat(response.headers[FETCHED_AT])


class PoliteSession(requests.Session):
    """What requests does, with failures told as what they mean, and never on to a stranger."""

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        asking = ASKING.get()
        try:
            return super().send(request, **kwargs)
        except (DataError, OSError, requests.RequestException, urllib3.exceptions.HTTPError) as error:
            asking.trouble = meaning(error, asking.source)
            if asking.trouble is error:
                raise
            raise asking.trouble from error

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        target = super().get_redirect_target(resp)
        if target is None:
            return None
        name, before = ASKING.get().source, str(resp.url)
        after = urljoin(before, target)
        house, place = place_of(before), place_of(after)
        if place != house and not (house in _SENDS_ON and _SENDS_ON[house].fullmatch(place)):
            raise SourceChanged(f"{name} sends this request on to another host, which is not followed")
        if before.startswith("https:") and not after.startswith("https:"):
            raise SourceChanged(f"{name} sends this request on to an address without encryption")
        return target

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        """Nothing: a password file of whoever runs this is no business of a source."""


class _NoPassword(AuthBase):
    """Keeps requests from looking for a password file."""

    def __call__(self, r: requests.PreparedRequest) -> requests.PreparedRequest:
        return r


@dataclass(frozen=True, slots=True)
class Reply:
    """What a source answered, decoded. `fetched_at` is when these bytes came, whenever that was.

    `stale` says that the source did not answer now and this is the last good copy; `trouble` says why. `url` is
    without secrets; names of `headers` are in small letters.
    """

    status: int
    content: bytes
    url: str
    fetched_at: datetime
    from_cache: bool = False
    stale: bool = False
    trouble: DataError | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


def reply_of(response: requests.Response) -> Reply:
    """An answer as it came, without its secrets."""
    return Reply(
        response.status_code, response.content, _without_secrets(response.url), fetched_at(response),
        headers=lowered(response.headers),
    )  # fmt: skip


def _without_secrets(url: str) -> str:
    parts = urlsplit(url)
    said = parse_qsl(parts.query, keep_blank_values=True)
    if not any(name in SECRETS for name, _ in said):
        return url
    return parts._replace(
        query=urlencode([(name, "REDACTED" if name in SECRETS else it) for name, it in said])
    ).geturl()


Params = Mapping[str, str | int]
Sent = Mapping[str, str] | bytes
#: What a server says that took what it was sent.
_GOOD = frozenset({HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.ACCEPTED, HTTPStatus.NO_CONTENT})


@dataclass(frozen=True, slots=True)
class PlainClient:
    """A session, and where it may ask. Open one with `open_client` and share it between threads."""

    session: PoliteSession
    places: frozenset[str]
    patience: float  # seconds that a question takes at most, with those that wait before it

    def fetch(
        self,
        url: str,
        *,
        method: Literal["GET", "POST"] = "GET",
        params: Params | None = None,
        sent: Sent | None = None,
        source: str,
        headers: Mapping[str, str] | None = None,
        wait: Wait | None = None,
        known: Reply | None = None,
    ) -> Reply:
        """The answer to a question that is asked now; what is `sent` is a form, or JSON where it is bytes.

        `source` is what sentences call the source ("Google Trends", "The Internet Archive"). `wait` reads a pause from
        the headers of a refusal, which then may work later. Of an answer that is `known` the source may say that it
        is the same: it then counts as fetched now.

        SourceUnavailable may work later (`retry_after` in seconds), SourceChanged will not (SourceRefused has the
        HTTP status), AddressRefused is an address that is not to be asked.
        """
        headers = dict(headers or {}) | ({"Content-Type": "application/json"} if isinstance(sent, bytes) else {})
        if known and (tag := known.headers.get("etag")):
            headers["If-None-Match"] = tag
        request = requests.Request(method, url, params=params, headers=headers, data=sent)
        asking = Asking(source, None, wait, good=frozenset({HTTPStatus.OK}) if sent is None else _GOOD)
        with self._asked(request, asking) as prepared:
            settings = self.session.merge_environment_settings(str(prepared.url), {}, True, None, None)
            response = self.session.send(prepared, allow_redirects=sent is None, **settings)
        if response.is_redirect:
            raise SourceChanged(f"{source} sends on what it was sent to another address, which is not followed")
        reply = reply_of(response)
        if known and reply.status == HTTPStatus.NOT_MODIFIED:
            return replace(known, fetched_at=reply.fetched_at, headers={**known.headers, **reply.headers})
        return reply

    @contextmanager
    def _asked(self, request: requests.Request, asking: Asking) -> Iterator[requests.PreparedRequest]:
        """The question, while it is the one that this thread asks; a DataError says what went wrong."""
        asked = parsed(str(request.url))
        if place_of(asked.url) not in self.places:
            raise AddressRefused(f"{asked.host} is not among the sources that the settings or the story name")
        mark = ASKING.set(asking)
        try:
            yield self.session.prepare_request(request)
        except requests.RequestException as error:
            raise meaning(error, asking.source) from error
        finally:
            ASKING.reset(mark)

    def close(self) -> None:
        """Let go of connections and files."""
        self.session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class Options(TypedDict, total=False):
    """Where a client may ask beyond the settings, addresses and hosts of a story's services, and how."""

    trusted: Iterable[str]
    homes: Iterable[str]
    hosts: Iterable[str]
    sleep: Callable[[float], None]
    limits: Limits
    pace: Callable[[str], float]
    resolve: Resolve


def open_client(
    settings: Settings, *, now: Callable[[], datetime] = utc_now, **options: Unpack[Options]
) -> PlainClient:
    """A client that may ask the mirrors of the settings, the addresses `trusted` and `homes`, and `hosts`.

    An address that the operator named, in the settings or as `trusted`, may be anywhere, on this machine too; every
    other host must be at a public address each time it is connected to. The pace and the circuits are shared, through
    files below `settings.cache`, with every process of this machine that uses the same folder.
    """
    _quiet_logs()
    session = PoliteSession()
    session.auth = _NoPassword()
    session.max_redirects = _MOST_REDIRECTS
    contact = f"+{settings.contact}" if settings.contact else "no contact was set"
    session.headers.update({"User-Agent": f"Nightdesk/{VERSION} ({contact})", "Accept-Encoding": "gzip, deflate"})
    limits = options.get("limits") or Limits()
    trusted = frozenset(map(place_of, (*(url for _, url in settings.mirrors), *options.get("trusted", ()))))
    pacer = Pacer(settings.cache, now, options.get("sleep", time.sleep), options.get("pace", pace_of))
    allowed = _allowed(trusted, options.get("resolve", socket.getaddrinfo))
    for scheme in ("http://", "https://"):
        session.mount(scheme, _PoliteAdapter(limits, allowed, pacer, Circuits(settings.cache, now)))
    places = trusted | frozenset(map(place_of, options.get("homes", ()))) | frozenset(_places(options.get("hosts", ())))
    return PlainClient(session, places, pacer.patience + 2 * limits.total_seconds)


def _allowed(trusted: frozenset[str], resolve: Resolve) -> Allowed:
    """What may be connected to: anything for the places of `trusted`, public addresses for all others."""

    def allowed(host: str, port: int) -> tuple[str, ...]:
        bracketed = f"[{host}]" if ":" in host else host
        known = trusted & {f"{bracketed}:{port}", bracketed}
        return (addresses if known else public_addresses)(host, port, resolve)

    return allowed


def _places(hosts: Iterable[str]) -> Iterator[str]:
    """The hosts as addresses have them; one that no address can have cannot be asked, and is nobody else's trouble."""
    for host in hosts:
        with suppress(AddressRefused):
            yield place_of(f"https://{host}")


class _WithoutQueries(logging.Filter):
    """Cuts the queries of addresses out of log lines, and the traces that would show them again."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = re.sub(r"\?[^\s'\")>]+", "?…", record.getMessage()), ()
        record.exc_info = record.exc_text = None
        return True


_WITHOUT_QUERIES = _WithoutQueries()
_TALKATIVE = ("requests_cache.session", "requests_cache.cache_keys", "requests_cache.backends.base",
              "requests_cache.policy.actions", "urllib3.connectionpool")  # fmt: skip


def _quiet_logs() -> None:
    """Let the libraries' log lines tell no secrets: they print addresses with their whole query."""
    for name in _TALKATIVE:
        logging.getLogger(name).addFilter(_WITHOUT_QUERIES)
