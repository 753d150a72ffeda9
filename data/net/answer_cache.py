"""Where the session keeps answers: one SQLite file, and a Redis beside it that several machines share."""

from __future__ import annotations

import logging
import operator
import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from redis.exceptions import RedisError
from requests import Response
from requests.cookies import RequestsCookieJar
from requests.structures import CaseInsensitiveDict
from requests_cache.backends.base import BaseCache, BaseStorage
from requests_cache.backends.redis import RedisDict
from requests_cache.cache_keys import redact_response
from requests_cache.models.response import CachedResponse

from data.core.files import set_aside
from data.net.plain_client import FETCHED_AT, SECRETS
from data.net.shared_cache import SharedCache

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
        except RedisError:
            raise
        except Exception as error:  # noqa: BLE001 - anybody can put anything there, and the library lets all through
            _LOG.warning("a shared answer is damaged or of another version, and is not used: %s", error)
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


_BUSY_SECONDS = 2.0
_TABLE = "CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, value TEXT, size INTEGER, kept REAL)"
_DROP_OLDEST = """DELETE FROM answers WHERE key IN (SELECT key FROM
    (SELECT key, sum(size) OVER (ORDER BY kept DESC, key) AS total FROM answers) WHERE total > ?)"""
#: When the store is opened, the oldest answers go that are more than this together.
MOST_BYTES = 500 * 1024 * 1024


class AnswerStore(BaseCache):
    """A requests-cache backend on one SQLite file: answers without cookies, request headers or redirects.

    `expiry` says until when a kept answer counts as fresh for whoever asks now; None is for ever. What is kept goes
    into the `shared` cache too, where there is one.
    """

    def __init__(
        self, path: Path, expiry: Callable[[CachedResponse], datetime | None], shared: SharedCache | None = None
    ) -> None:
        super().__init__(cache_name=str(path))
        self._expiry = expiry
        table = _Table(path)
        self.responses: BaseStorage[str, CachedResponse] = SharedAnswers(table, shared) if shared else table

    def get_response(self, key: str, default: CachedResponse | None = None) -> CachedResponse | None:
        """The kept answer, with the expiry that it has for the one who asks."""
        kept = self.responses.get(key)
        if kept is None:
            return default
        try:
            kept.expires = self._expiry(kept)
        except (KeyError, ValueError) as error:
            _LOG.warning("a kept answer does not say when it came, and is not used: %s", error)
            return default
        return kept

    def save_response(self, response: Response, cache_key: str | None = None, expires: datetime | None = None) -> None:
        """Keep an answer for ever, whatever `expires` says: whether it is fresh is for the next asker to say."""
        kept = CachedResponse.from_response(response, expires=None)
        kept.history, kept.cookies = [], RequestsCookieJar()
        kept.request.headers, kept.request.cookies = CaseInsensitiveDict(), RequestsCookieJar()
        self.responses[cache_key or self.create_key(response.request)] = redact_response(kept, SECRETS)


class _Table(BaseStorage[str, CachedResponse]):
    """Keys and answers in SQLite, a connection for each step, so that threads and forks share nothing.

    The library's own table waits for ever for a lock that is never let go; this one waits two seconds.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(serializer="json")
        self._path = path
        self._keep_newest(MOST_BYTES)

    def _run(self, statement: str, values: Iterable[object] = ()) -> list[tuple[Any, ...]]:
        """The rows of a statement; none where the file is locked, full or read-only."""
        values = tuple(values)
        try:
            try:
                return self._execute(statement, values)
            except sqlite3.Error as error:
                if not _is_broken(error, self._path):
                    raise
                self._set_aside(error, statement, values)
                return self._execute(statement, values)
        except (OSError, sqlite3.Error, Timeout) as error:
            _LOG.warning("the cache %s is not used this time: %s", self._path, error)
            return []

    def _execute(self, statement: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None)) as connection:
            try:
                connection.execute("PRAGMA journal_mode=WAL")
                connection.execute("PRAGMA synchronous=OFF")  # a power cut costs answers that can be asked for again
                connection.execute(_TABLE)
                return connection.execute(statement, values).fetchall()
            except UnicodeDecodeError as error:  # a message that quotes a damaged file
                raise sqlite3.DatabaseError("it holds something that is not text") from error

    def _set_aside(self, error: sqlite3.Error, statement: str, values: tuple[object, ...]) -> None:
        """Rename a broken file, so that it can be looked at, and start anew; once, however many processes see it."""
        with FileLock(self._path.with_suffix(".lock"), timeout=_BUSY_SECONDS):
            try:
                self._execute(statement, values)
            except sqlite3.Error as still:
                if not _is_broken(still, self._path):
                    raise
                aside = set_aside(self._path)
                for suffix in ("-wal", "-shm"):
                    self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
                _LOG.warning("the cache %s was broken and is now %s: %s", self._path, aside.name, error)

    def _keep_newest(self, most_bytes: int) -> None:
        """Drop the oldest answers until the others are `most_bytes` together."""
        self._run(_DROP_OLDEST, (most_bytes,))

    def __getitem__(self, key: str) -> CachedResponse:
        rows = self._run("SELECT value FROM answers WHERE key = ?", (key,))
        try:
            text: Any = _unsealed(key, rows[0][0]) if rows else ""
            found = self.deserialize(key, text) if text else None
        except Exception as error:  # noqa: BLE001 - whatever a damaged file holds, and the library lets all through
            _LOG.warning("a kept answer is damaged or of another version, and is not used: %s", error)
            found = None
        if not isinstance(found, CachedResponse):
            raise KeyError(key)
        return found

    def __setitem__(self, key: str, value: CachedResponse) -> None:
        text = _sealed(key, str(self.serialize(value)))
        self._run("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?)", (key, text, len(text), time.time()))

    def __delitem__(self, key: str) -> None:
        self._run("DELETE FROM answers WHERE key = ?", (key,))

    def __iter__(self) -> Iterator[str]:
        yield from (row[0] for row in self._run("SELECT key FROM answers ORDER BY kept"))

    def __len__(self) -> int:
        rows = self._run("SELECT count(*) FROM answers")
        return int(rows[0][0]) if rows else 0


#: What SQLite says of a place that cannot be used now: the low byte of its code.
_OF_THE_PLACE = (
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_PROTOCOL,
)  # fmt: skip


def _is_broken(error: sqlite3.Error, path: Path) -> bool:
    """Whether the file is not the database that was written, rather than busy, full or on a disk that is read-only."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
    if code == sqlite3.SQLITE_IOERR_SHORT_READ:  # it ends too early
        return True
    code &= 0xFF
    if code == sqlite3.SQLITE_READONLY:  # a byte of the file says so too
        return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
    return code not in _OF_THE_PLACE


def _sealed(key: str, text: str) -> str:
    """An answer behind the checksum of it and its question, for a disk changes bytes without a word."""
    return f"{sha256(f'{key} {text}'.encode()).hexdigest()}{text}"


def _unsealed(key: str, kept: str) -> str:
    """The answer; ValueError where it is not what was kept."""
    text = kept[64:]
    if _sealed(key, text) != kept:
        raise ValueError("it is not what was kept")
    return text
