"""The one session that asks sources outside and keeps what they said: cached, and honest about a copy being old."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, Unpack

import requests
from filelock import FileLock, Timeout
from requests_cache.models.response import CachedResponse
from requests_cache.session import CacheMixin

from data.core.errors import SourceUnavailable
from data.core.program import utc_now
from data.core.settings import Settings
from data.net.answer_cache import AnswerStore
from data.net.http_errors import Check, Wait
from data.net.plain_client import (
    ASKING,
    SECRETS,
    Asking,
    Fresh,
    Options,
    Params,
    PlainClient,
    PoliteSession,
    Reply,
    fetched_at,
    open_client,
    reply_of,
)
from data.net.shared_cache import shared_cache

_LOG = logging.getLogger(__name__)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_LOCK_KEPT_SECONDS = 24 * 3600


class _Session(CacheMixin, PoliteSession):
    """requests-cache over the polite session."""


@dataclass(frozen=True, slots=True)
class Desk(PlainClient):
    """A client that keeps answers too, and the folder through which processes agree. Open one with `open_desk`."""

    kept: _Session
    folder: Path

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
        wait: Wait | None = None,
        stale_ok: bool = True,
    ) -> Reply:
        """The answer, perhaps a kept one.

        `fresh` is how old a kept answer may be: a timedelta, "never" for one that never grows old, None to ask in any
        case. `check` raises SourceChanged on content that is not what was asked for; such an answer never replaces a
        good one. With `stale_ok`, the last good copy stands in (`stale`) when the source fails. All else, and what is
        raised, is as in `fetch`.
        """
        request = requests.Request(method, url, params=params, headers=headers)
        asking = Asking(source, check, wait, fresh)
        with self._asked(request, asking) as prepared, self._alone(self.kept.cache.create_key(prepared)):
            settings = self.kept.merge_environment_settings(str(prepared.url), {}, True, None, None)
            response: Any = self.kept.send(prepared, allow_redirects=True, **settings)
        stale = bool(response.from_cache and response.is_expired)
        trouble = asking.trouble or SourceUnavailable(f"{source} did not answer") if stale else None
        if trouble and not stale_ok:
            raise trouble
        return replace(reply_of(response), from_cache=response.from_cache, stale=stale, trouble=trouble)

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
        self.session.close()
        self.kept.close()  # type: ignore[no-untyped-call]


def open_desk(settings: Settings, *, now: Callable[[], datetime] = utc_now, **options: Unpack[Options]) -> Desk:
    """A client as `open_client` opens one, and a cache: shared with every process of this machine that uses the same
    `settings.cache`, and with every machine that uses the same `settings.cache_url`.
    """
    client = open_client(settings, now=now, **options)
    _prepare_locks(settings.cache / "locks")
    session = _Session(
        backend=AnswerStore(settings.cache / "answers.sqlite", _expiry(now), shared_cache(settings)),
        allowable_methods=("GET", "POST"),
        ignored_parameters=SECRETS,
        stale_if_error=True,
    )
    for name in ("auth", "max_redirects", "headers", "cookies", "adapters"):
        setattr(session, name, getattr(client.session, name))
    return Desk(client.session, client.places, client.patience, session, settings.cache)


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
