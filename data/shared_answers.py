"""Answers of sources in a Redis that several machines share, and in this machine's own table beside it."""

from __future__ import annotations

import logging
import operator
from collections.abc import Iterator
from contextlib import suppress

from requests_cache.backends.base import BaseStorage
from requests_cache.backends.redis import RedisDict
from requests_cache.models.response import CachedResponse

from data.courtesy import FETCHED_AT
from data.shared_cache import SharedCache

_LOG = logging.getLogger(__name__)
NAMESPACE = "nightdesk:answers"


class SharedAnswers(BaseStorage[str, CachedResponse]):
    """Every answer is kept in both: whichever is left knows the last good one, and the later of the two counts."""

    def __init__(self, local: BaseStorage[str, CachedResponse], shared: SharedCache) -> None:
        super().__init__(serializer="json")
        self._local, self._shared = local, shared
        # The library would let an answer expire an hour after its freshness; it stands in for as long as its source
        # fails, so that it never expires.
        self._redis = RedisDict(NAMESPACE, connection=shared.redis, ttl=False, serializer="json")

    def __getitem__(self, key: str) -> CachedResponse:
        held = [self._shared.ask(lambda: self._in_redis(key), None), self._local.get(key)]
        found = [answer for answer in held if answer]
        if not found:
            raise KeyError(key)
        return max(found, key=lambda answer: answer.headers.get(FETCHED_AT, ""))

    def _in_redis(self, key: str) -> CachedResponse | None:
        try:
            found = self._redis.get(key)
        except ExceptionGroup as error:  # from cattrs, which the library lets through
            _LOG.warning("a shared answer is of another version, and is not used: %s", error)
            return None
        return found if isinstance(found, CachedResponse) else None

    def __setitem__(self, key: str, value: CachedResponse) -> None:
        self._local[key] = value
        self._shared.ask(lambda: operator.setitem(self._redis, key, value), None)

    def __delitem__(self, key: str) -> None:
        with suppress(KeyError):
            self._shared.ask(lambda: operator.delitem(self._redis, key), None)
        del self._local[key]

    def __iter__(self) -> Iterator[str]:
        yield from {*self._local, *self._shared.ask(lambda: list(self._redis), [])}

    def __len__(self) -> int:
        return sum(1 for _ in self)
