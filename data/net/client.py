"""The one session that asks sources outside: polite, bounded, cached, and honest about a copy being old."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import urljoin

import requests
import urllib3
from filelock import FileLock, Timeout
from requests.auth import AuthBase
from requests_cache import DO_NOT_CACHE
from requests_cache.cache_keys import filter_url
from requests_cache.models.response import CachedResponse
from requests_cache.session import CacheMixin

from data.core.errors import DataError, SourceChanged, SourceUnavailable
from data.core.program import VERSION, utc_now
from data.core.settings import Settings
from data.net.addresses import AddressRefused, Resolve, addresses, is_loopback, parsed, place_of, public_addresses
from data.net.answer_cache import FETCHED_AT, SECRETS, AnswerStore, quiet_logs
from data.net.http_errors import Check, Wait, check_answer, lowered, meaning
from data.net.pinned_connections import Allowed, Limits, PinnedAdapter
from data.net.rate_limit import Circuits, Pacer, pace_of
from data.net.shared_cache import shared_cache

#: Of no use to a reader, or not theirs to keep: Vary is answered by asking for one representation only.
_DROPPED = ("Set-Cookie", "Set-Cookie2", "Vary", FETCHED_AT)

#: How long an answer counts as fresh: a span; "never" grows old; None is asked for anew in any case, and kept only as
#: the last good copy for when a later asking fails.
Fresh = timedelta | Literal["never"] | None


@dataclass(slots=True)
class Asking:
    """One question on its way: of which source, what counts as an answer, and what went wrong if nothing did."""

    source: str
    check: Check | None
    wait: Wait | None
    fresh: Fresh
    #: Statuses of an answer that counts.
    good: frozenset[int] = frozenset({HTTPStatus.OK})
    trouble: DataError | None = None


#: The question that this thread is asking.
ASKING: ContextVar[Asking] = ContextVar("asking")


class PoliteAdapter(PinnedAdapter):
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


_LOG = logging.getLogger(__name__)
_MOST_REDIRECTS = 5
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_LOCK_KEPT_SECONDS = 24 * 3600


class _Line(requests.Session):
    """What requests does, with failures told as what they mean, and never on to another host."""

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
        if place_of(after) != place_of(before):
            raise SourceChanged(f"{name} sends this request on to another host, which is not followed")
        if before.startswith("https:") and not after.startswith("https:"):
            raise SourceChanged(f"{name} sends this request on to an address without encryption")
        return target

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        """Nothing: a password file of whoever runs this is no business of a source."""


class _Session(CacheMixin, _Line):
    """requests-cache over the line."""


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


Params = Mapping[str, str | int]
Sent = Mapping[str, str] | bytes
#: What a server says that took what it was sent.
_GOOD = frozenset({HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.ACCEPTED, HTTPStatus.NO_CONTENT})


@dataclass(frozen=True, slots=True)
class Desk:
    """The session, where it may ask, and the folder through which processes agree.

    Open one with `open_desk` and share it between threads.
    """

    session: _Session
    places: frozenset[str]
    folder: Path
    patience: float  # seconds that a question waits for the same question asked by another

    def ask(
        self,
        url: str,
        *,
        method: Literal["GET", "POST"] = "GET",
        params: Params | None = None,
        sent: Sent | None = None,
        source: str,
        fresh: Fresh,
        headers: Mapping[str, str] | None = None,
        check: Check | None = None,
        wait: Wait | None = None,
        stale_ok: bool = True,
        kept: bool = True,
    ) -> Reply:
        """The answer to a GET, or to a POST.

        What is `sent` is a form, or JSON where it is bytes: such a question and its answer are kept nowhere, nor are
        those that are not to be `kept`.
        `source` is what sentences call the source ("Google Trends", "The Internet Archive"). `fresh` is how old a kept
        answer may be: a timedelta, "never" for one that never grows old, None to ask in any case. `check` raises
        SourceChanged on content that is not what was asked for; such an answer never replaces a good one. `wait` reads
        a pause from the headers of a refusal, which then may work later. With `stale_ok`, the last good copy stands in
        (`stale`) when the source fails.

        SourceUnavailable may work later (`retry_after` in seconds), SourceChanged will not (SourceRefused has the
        HTTP status), AddressRefused is an address that is not to be asked.
        """
        if isinstance(sent, bytes):
            headers = {**(headers or {}), "Content-Type": "application/json"}
        request = requests.Request(method, url, params=params, headers=headers, data=sent)
        asked = parsed(url)
        if place_of(asked.url) not in self.places:
            raise AddressRefused(f"{asked.host} is not among the sources that the settings or the story name")
        asking = Asking(source, check, wait, fresh, _GOOD if sent is not None else frozenset({HTTPStatus.OK}))
        response = self._send(request, asking, kept=kept and sent is None)
        if sent is not None and response.is_redirect:
            raise SourceChanged(f"{source} sends on what it was sent to another address, which is not followed")
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
            trouble=trouble,
            headers=lowered(response.headers),
        )

    def _send(self, request: requests.Request, asking: Asking, *, kept: bool) -> Any:
        """The answer, from the cache or from the source; a DataError says what went wrong."""
        mark = ASKING.set(asking)
        try:
            prepared = self.session.prepare_request(request)
            settings = self.session.merge_environment_settings(str(prepared.url), {}, True, None, None)
            if not kept:
                return self.session.send(prepared, expire_after=DO_NOT_CACHE, allow_redirects=False, **settings)
            with self._alone(self.session.cache.create_key(prepared)):
                return self.session.send(prepared, allow_redirects=True, **settings)
        except requests.RequestException as error:
            raise meaning(error, asking.source) from error
        finally:
            ASKING.reset(mark)

    @contextmanager
    def _alone(self, key: str) -> Iterator[None]:
        """One asker at a time for a question, in all threads and processes: the others find the answer kept."""
        lock = FileLock(self.folder / "locks" / f"{key}.lock", timeout=self.patience)
        try:
            lock.acquire()
        except Timeout as error:
            raise SourceUnavailable("the same question is still being asked", retry_after=self.patience) from error
        except OSError as error:
            _LOG.warning("the same question may be asked twice at once: %s", error)
        try:
            yield
        finally:
            lock.release()

    def close(self) -> None:
        """Let go of connections and files."""
        self.session.close()  # type: ignore[no-untyped-call]

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
    quiet_logs()
    _prepare_locks(settings.cache / "locks")
    mirrors = frozenset(place_of(url) for _, url in settings.mirrors)
    session = _Session(
        backend=AnswerStore(settings.cache / "answers.sqlite", _expiry(now), shared_cache(settings)),
        allowable_methods=("GET", "POST"),
        ignored_parameters=SECRETS,
        stale_if_error=True,
    )
    session.auth = _NoPassword()
    session.max_redirects = _MOST_REDIRECTS
    contact = f"+{settings.contact}" if settings.contact else "no contact was set"
    session.headers.update({"User-Agent": f"Nightdesk/{VERSION} ({contact})", "Accept-Encoding": "gzip, deflate"})
    limits = limits or Limits()
    pacer, circuits = Pacer(settings.cache, now, sleep, pace), Circuits(settings.cache, now)
    for scheme in ("http://", "https://"):
        session.mount(scheme, PoliteAdapter(limits, _allowed(mirrors, resolve), pacer, circuits))
    places = mirrors | frozenset(map(place_of, homes)) | frozenset(_places(hosts))
    return Desk(session, places, settings.cache, pacer.patience + 2 * limits.total_seconds)


def _allowed(trusted: frozenset[str], resolve: Resolve) -> Allowed:
    """What may be connected to: anything for the places of `trusted`, public addresses for all others."""

    def allowed(host: str, port: int) -> tuple[str, ...]:
        bracketed = f"[{host}]" if ":" in host else host
        known = trusted & {f"{bracketed}:{port}", bracketed}
        return (addresses if known else public_addresses)(host, port, resolve)

    return allowed


def _expiry(now: Callable[[], datetime]) -> Callable[[CachedResponse], datetime | None]:
    """Whether a kept answer is fresh (None: for as long as it is looked at) for the question that is being asked."""

    def expiry(kept: CachedResponse) -> datetime | None:
        fresh, age = ASKING.get().fresh, now() - fetched_at(kept)
        if fresh == "never":
            return None
        # An answer from what is still to come was kept before the clock was set back: its age is not known.
        return None if fresh is not None and timedelta(0) <= age < fresh else _LONG_AGO

    return expiry


def _prepare_locks(folder: Path) -> None:
    """The folder of locks, without those that nobody has wanted since yesterday."""
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        for lock in folder.glob("*.lock"):
            if time.time() - lock.stat().st_mtime > _LOCK_KEPT_SECONDS:
                lock.unlink(missing_ok=True)


def _places(hosts: Iterable[str]) -> Iterator[str]:
    """The hosts as addresses have them; one that no address can have cannot be asked, and is nobody else's trouble."""
    for host in hosts:
        with suppress(AddressRefused):
            yield place_of(f"https://{host}")
