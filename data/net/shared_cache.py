"""One Redis that several processes share; while it does not answer, each of them goes on alone and says so once."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable
from functools import cache, partial
from threading import Lock, Thread
from typing import Any, TypeVar
from urllib.parse import urlsplit

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as Disconnected
from redis.exceptions import InvalidResponse, RedisError
from redis.exceptions import TimeoutError as RedisTimeout
from redis.retry import Retry

from data.core.settings import Settings

_LOG = logging.getLogger(__name__)
_T = TypeVar("_T")
#: A Redis that is slower than this to connect or to answer is of no use: drawing anew takes about as long.
TIMEOUT_SECONDS = 0.5
#: How long a Redis that failed is left alone, so that one request in so many seconds waits for it, not each.
REST_SECONDS = 30.0


#: What one question may bring. An answer of a source has at most half of it.
_MOST_BYTES = 64 * 1024 * 1024


class SharedCache:
    """A Redis that is asked for half a second in all: what fails is answered with what the asker has instead, and at
    once while it rests. Whatever it says, or never ends to say, costs no more than that.
    """

    def __init__(self, url: str, *, rest_seconds: float = REST_SECONDS) -> None:
        # One attempt more where a kept connection was closed meanwhile, as by a restart; none after a timeout.
        retry = Retry(NoBackoff(), 1, supported_errors=(Disconnected,))
        self.redis = Redis.from_url(
            url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS, retry=retry
        )
        pool = self.redis.connection_pool
        pool.connection_class = type("BoundedConnection", (_Bounded, pool.connection_class), {})
        self.place = _place(url)
        self._rest_seconds, self._rests_until, self._is_failing = rest_seconds, 0.0, False
        self._turn = Lock()

    def ask(self, question: Callable[[], _T], otherwise: _T) -> _T:
        """What a question to `redis` returns, or raises if that is no failure of Redis; else `otherwise`."""
        end = time.monotonic() + TIMEOUT_SECONDS
        if not self._turn.acquire(timeout=TIMEOUT_SECONDS):
            return otherwise
        try:
            if time.monotonic() < self._rests_until:
                return otherwise
            answer = _answered(question, end)
        except RedisError as error:
            self._rests_until = time.monotonic() + self._rest_seconds
            self._tell(is_failing=True, error=error)
            return otherwise
        finally:
            self._turn.release()
        self._tell(is_failing=False)
        return answer

    def ping(self) -> None:
        """RedisError where it does not answer now."""
        _answered(self.redis.ping, time.monotonic() + TIMEOUT_SECONDS)

    def _tell(self, *, is_failing: bool, error: RedisError | None = None) -> None:
        """One log line when it fails and one when it is back, however many questions there are meanwhile."""
        if is_failing and not self._is_failing:
            _LOG.warning("the shared cache %s cannot be used, each process has its own: %s", self.place, error)
        elif self._is_failing and not is_failing:
            _LOG.warning("the shared cache %s can be used again", self.place)
        self._is_failing = is_failing

    def get(self, key: str) -> bytes | None:
        """The bytes under this key; None where there are none, or none can be had."""
        found = self.ask(lambda: self.redis.get(key), None)
        return found if isinstance(found, bytes) else None

    def keep(self, key: str, value: bytes, *, seconds: int) -> None:
        """Keep bytes that can be made anew, for so long at most: a full Redis may drop them before."""
        self.ask(lambda: self.redis.set(key, value, ex=seconds), None)


class _Question(threading.local):
    """What the question that this thread asks may still take: until when, on the monotonic clock, and bytes."""

    end = math.inf
    left = _MOST_BYTES


_QUESTION = _Question()


def _answered(question: Callable[[], _T], end: float) -> _T:
    """What the question returns or raises; RedisError at its end, even where a name service says nothing."""
    said: list[Callable[[], _T]] = []

    def ask() -> None:
        _QUESTION.end, _QUESTION.left = end, _MOST_BYTES
        try:
            answer = question()
            said.append(lambda: answer)
        except Exception as error:  # noqa: BLE001 - raised again, where it was asked
            said.append(partial(_raise, error))

    # Of its own, and not waited for at the end of the process: a look-up of a name cannot be stopped.
    thread = Thread(target=ask, daemon=True, name="shared-cache")
    thread.start()
    thread.join(max(end - time.monotonic(), 0.0))
    if not said:
        raise RedisTimeout(f"Timeout: no whole answer within {TIMEOUT_SECONDS:g} s")
    return said[0]()


def _raise(error: Exception) -> Any:
    raise error


class _Bounded:
    """A connection that ends with the question; what it cannot make out is a failure of Redis like any other."""

    def _connect(self) -> Any:
        return _BoundedSocket(super()._connect())  # type: ignore[misc]

    def read_response(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().read_response(*args, **kwargs)  # type: ignore[misc]
        except (RedisError, OSError):
            raise
        except Exception as error:
            raise InvalidResponse(f"no answer of a Redis: {type(error).__name__}") from error


class _BoundedSocket:
    """A socket whose every step takes what is left of the question's time, and which brings so many bytes at most."""

    def __init__(self, socket: Any) -> None:
        self._socket, self._limit = socket, socket.gettimeout()

    def settimeout(self, seconds: float | None) -> None:
        self._limit = math.inf if seconds is None else seconds

    def recv(self, size: int) -> bytes:
        self._settle()
        data = bytes(self._socket.recv(size))
        _QUESTION.left -= len(data)
        if _QUESTION.left < 0:
            raise InvalidResponse(f"an answer longer than {_MOST_BYTES:,} bytes")
        return data

    def sendall(self, data: bytes) -> None:
        self._settle()
        self._socket.sendall(data)

    def _settle(self) -> None:
        left = _QUESTION.end - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time of this question is over")
        self._socket.settimeout(min(self._limit, left, TIMEOUT_SECONDS))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._socket, name)


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
