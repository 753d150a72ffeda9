"""One Redis that several processes share; while it does not answer, each of them goes on alone and says so once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar
from urllib.parse import urlsplit

from pybreaker import STATE_CLOSED, STATE_OPEN, CircuitBreaker, CircuitBreakerError, CircuitBreakerListener
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as Disconnected
from redis.exceptions import RedisError
from redis.retry import Retry

from data.core.settings import Settings

_LOG = logging.getLogger(__name__)
_T = TypeVar("_T")
#: A Redis that is slower than this to connect or to answer is of no use: drawing anew takes about as long.
TIMEOUT_SECONDS = 0.5
#: How long a Redis that failed is left alone, so that one request in so many seconds waits for it, not each.
REST_SECONDS = 30.0


class SharedCache:
    """A Redis behind a breaker: what fails is answered with what the asker has instead, at once while it rests."""

    def __init__(self, url: str, *, rest_seconds: float = REST_SECONDS) -> None:
        # One attempt more where a kept connection was closed meanwhile, as by a restart; none after a timeout.
        retry = Retry(NoBackoff(), 1, supported_errors=(Disconnected,))
        self.redis = Redis.from_url(
            url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS, retry=retry
        )
        self.place = _place(url)
        self._breaker = CircuitBreaker(
            fail_max=1,
            reset_timeout=rest_seconds,
            exclude=[lambda error: not isinstance(error, RedisError)],
            listeners=[_Told(self.place)],
            throw_new_error_on_trip=False,
        )

    def ask(self, question: Callable[[], _T], otherwise: _T) -> _T:
        """What a question to `redis` returns, or raises if that is no failure of Redis; else `otherwise`."""
        try:
            return self._breaker.call(question)
        except (RedisError, CircuitBreakerError):
            return otherwise

    def get(self, key: str) -> bytes | None:
        """The bytes under this key; None where there are none, or none can be had."""
        found = self.ask(lambda: self.redis.get(key), None)
        return found if isinstance(found, bytes) else None

    def keep(self, key: str, value: bytes, *, seconds: int) -> None:
        """Keep bytes that can be made anew, for so long at most: a full Redis may drop them before."""
        self.ask(lambda: self.redis.set(key, value, ex=seconds), None)


class _Told(CircuitBreakerListener):
    """One log line when a Redis fails and one when it is back, however many requests there are meanwhile."""

    def __init__(self, place: str) -> None:
        self._place, self._error = place, ""

    def failure(self, cb: CircuitBreaker, exc: BaseException) -> None:
        self._error = str(exc)

    def state_change(self, cb: CircuitBreaker, old_state: Any, new_state: Any) -> None:
        before = old_state.name if old_state else STATE_CLOSED
        if before == STATE_CLOSED and new_state.name == STATE_OPEN:
            _LOG.warning("the shared cache %s cannot be used, each process has its own: %s", self._place, self._error)
        elif before != STATE_CLOSED and new_state.name == STATE_CLOSED:
            _LOG.warning("the shared cache %s can be used again", self._place)


def shared_cache(settings: Settings) -> SharedCache | None:
    """This process' one connection to the shared cache that the settings name; None where they name none."""
    return _opened(settings.cache_url) if settings.cache_url else None


@cache
def _opened(url: str) -> SharedCache:
    return SharedCache(url)


def _place(url: str) -> str:
    """Where it is, without name and password."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
