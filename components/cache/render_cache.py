"""Costly work beside the event loop: once for all who ask at the same time, and the latest used kept in memory."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Hashable, Sized
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

from cachetools import LRUCache

T = TypeVar("T", bound=Sized)

#: Two pictures at a time leave a small server room for everything else.
WORKERS = 2
MOST_BYTES = 64 * 2**20
#: Different things that may be asked for at once; more than a queue of so many would wait for minutes.
MOST_WAITING = 200


class Busy(RuntimeError):
    """More different things are asked for than can be made soon; the same request may work in a few seconds."""


class RenderCache:
    """Makes each thing once, off the event loop, and keeps the latest used up to `most_bytes`.

    A thing's weight is its length. What failed is not kept. Threads only wait for pictures, which are drawn in
    processes of their own, so that neither the event loop nor the interpreter's lock is held up by them.
    """

    def __init__(
        self, *, workers: int = WORKERS, most_bytes: int = MOST_BYTES, most_waiting: int = MOST_WAITING
    ) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="rendering")
        self._lock = threading.Lock()
        self._kept: LRUCache[Hashable, Any] = LRUCache(most_bytes, getsizeof=len)
        self._running: dict[Hashable, Future[Any]] = {}
        self._most_waiting = most_waiting

    @property
    def bytes_kept(self) -> int:
        """What is kept, in bytes; never more than `most_bytes`."""
        return int(self._kept.currsize)

    async def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` gives for this key, made only if it is neither kept nor being made. Raises what `make` raises.

        Busy if too much is being made already. One who stops waiting leaves the others' result alone.
        """
        with self._lock:
            if key in self._kept:
                made: T = self._kept[key]
                return made
            running = self._running.get(key) or self._start(key, make)
        return await asyncio.shield(asyncio.wrap_future(running))

    def _start(self, key: Hashable, make: Callable[[], T]) -> Future[T]:
        if len(self._running) >= self._most_waiting:
            raise Busy(f"{len(self._running)} other pictures are being drawn; ask again in a few seconds")
        running = self._running[key] = Future()
        self._pool.submit(self._make, key, make, running)
        return running

    def _make(self, key: Hashable, make: Callable[[], T], running: Future[T]) -> None:
        try:
            made = make()
        except BaseException as error:  # noqa: BLE001 - whatever it is, it belongs to those who wait
            with self._lock:
                del self._running[key]
            running.set_exception(error)
            return
        with self._lock:
            del self._running[key]
            with suppress(ValueError):  # heavier than all that may be kept
                self._kept[key] = made
        running.set_result(made)

    def close(self) -> None:
        """Start nothing more; what is being made is finished first."""
        self._pool.shutdown(cancel_futures=False)
