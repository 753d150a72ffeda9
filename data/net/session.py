"""The session beneath the desk: from a request to a kept answer, one at a time for each question."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import requests
import urllib3
from filelock import FileLock, Timeout
from requests.auth import AuthBase
from requests_cache.models.response import CachedResponse
from requests_cache.session import CacheMixin

from data.core.errors import DataError, SourceChanged, SourceUnavailable
from data.net.adapter import ASKING, Asking, PoliteAdapter, fetched_at
from data.net.addresses import Resolve, addresses, place_of, public_addresses
from data.net.answer_cache import SECRETS, AnswerStore, quiet_logs
from data.net.circuit import Circuits
from data.net.http_errors import meaning
from data.net.pinned_connections import Allowed, Limits
from data.net.rate_limit import Pacer
from data.net.shared_cache import SharedCache

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
            asking.trouble = meaning(error, asking.wanted.name)
            if asking.trouble is error:
                raise
            raise asking.trouble from error

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        target = super().get_redirect_target(resp)
        if target is None:
            return None
        name, before = ASKING.get().wanted.name, str(resp.url)
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
class PoliteSession:
    """The session, its clock, and the folder through which processes agree."""

    session: _Session
    folder: Path
    patience: float  # seconds that a question waits for the same question asked by another

    def send(self, request: requests.Request, asking: Asking) -> Any:
        """The answer, from the cache or from the source; a DataError says what went wrong."""
        mark = ASKING.set(asking)
        try:
            prepared = self.session.prepare_request(request)
            settings = self.session.merge_environment_settings(str(prepared.url), {}, True, None, None)
            with self._alone(self.session.cache.create_key(prepared)):
                return self.session.send(prepared, allow_redirects=True, **settings)
        except requests.RequestException as error:
            raise meaning(error, asking.wanted.name) from error
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
        """Let go of connections."""
        self.session.close()  # type: ignore[no-untyped-call]


def open_session(
    folder: Path,
    *,
    user_agent: str,
    trusted: frozenset[str],
    now: Callable[[], datetime],
    sleep: Callable[[float], None],
    limits: Limits,
    pace: Callable[[str], float],
    resolve: Resolve,
    shared: SharedCache | None,
) -> PoliteSession:
    """A session on a folder, which need not exist yet; hosts outside `trusted` must be at public addresses."""
    quiet_logs()
    _prepare_locks(folder / "locks")

    pacer = Pacer(folder, now, sleep, pace)
    session = _Session(
        backend=AnswerStore(folder / "answers.sqlite", _expiry(now), shared),
        allowable_methods=("GET", "POST"),
        ignored_parameters=SECRETS,
        stale_if_error=True,
    )
    session.auth = _NoPassword()
    session.max_redirects = _MOST_REDIRECTS
    session.headers.update({"User-Agent": user_agent, "Accept-Encoding": "gzip, deflate"})
    for scheme in ("http://", "https://"):
        session.mount(scheme, PoliteAdapter(limits, _allowed(trusted, resolve), pacer, Circuits(folder, now)))
    return PoliteSession(session, folder, pacer.patience + 2 * limits.total_seconds)


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
