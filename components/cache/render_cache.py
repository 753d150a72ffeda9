"""Costly work beside the event loop: once for all who ask at the same time, and the latest used kept in memory."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Hashable, Sized
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from cachetools import LRUCache

T = TypeVar("T", bound=Sized)

#: Two pictures at a time leave a small server room for everything else.
WORKERS = 2
MOST_BYTES = 64 * 2**20
#: Different things that may be asked for at once; more than a queue of so many would wait for minutes.
MOST_WAITING = 200
#: Of them, those that one client alone may have in the queue: a page of forty charts, and its reader's next one.
MOST_OF_ONE = 60


class Busy(RuntimeError):
    """More different things are asked for than can be made soon; the same request may work in a few seconds."""


class BusyWithOne(Busy):
    """One client alone asks for more than its share of the queue."""


@dataclass(slots=True)
class _Work:
    """What is being made or waits for it, by whom it was asked for first, and how many still wait."""

    client: str
    made: Future[Any] = field(default_factory=Future)
    turn: Future[None] | None = None
    waiting: int = 0


class RenderCache:
    """Makes each thing once, off the event loop, and keeps the latest used up to `most_bytes`.

    A thing's weight is its length. What failed is not kept. Threads only wait for pictures, which are drawn in
    processes of their own, so that neither the event loop nor the interpreter's lock is held up by them.
    """

    def __init__(
        self,
        *,
        workers: int = WORKERS,
        most_bytes: int = MOST_BYTES,
        most_waiting: int = MOST_WAITING,
        most_of_one: int = MOST_OF_ONE,
    ) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="rendering")
        self._lock = threading.Lock()
        self._kept: LRUCache[Hashable, Any] = LRUCache(most_bytes, getsizeof=len)
        self._running: dict[Hashable, _Work] = {}
        self._most_waiting, self._most_of_one = most_waiting, most_of_one

    @property
    def bytes_kept(self) -> int:
        """What is kept, in bytes; never more than `most_bytes`."""
        return int(self._kept.currsize)

    async def get(self, key: Hashable, make: Callable[[], T], client: str = "") -> T:
        """What `make` gives for this key, made only if it is neither kept nor being made. Raises what `make` raises.

        Busy if too much is being made already, BusyWithOne if too much of it for this client; a client without a name
        has no share of its own. One who stops waiting leaves the others' result alone; what nobody waits for any more
        is not begun.
        """
        with self._lock:
            if key in self._kept:
                made: T = self._kept[key]
                return made
            work = self._running.get(key) or self._start(key, make, client)
            work.waiting += 1
        try:
            return await asyncio.shield(asyncio.wrap_future(work.made))
        finally:
            self._leave(key, work)

    def at_hand(self, key: Hashable) -> bool:
        """Whether this is kept, so that nobody would wait for it."""
        return key in self._kept

    def _start(self, key: Hashable, make: Callable[[], T], client: str) -> _Work:
        if len(self._running) >= self._most_waiting:
            raise Busy(f"{len(self._running)} other pictures are being drawn; ask again in a few seconds")
        own = sum(work.client == client for work in self._running.values()) if client else 0
        if own >= self._most_of_one:
            raise BusyWithOne(f"{own} other pictures are being drawn for you; ask again in a few seconds")
        work = self._running[key] = _Work(client)
        work.turn = self._pool.submit(self._make, key, make, work.made)
        return work

    def _leave(self, key: Hashable, work: _Work) -> None:
        """One waits no longer; with the last of them goes work that was not begun."""
        with self._lock:
            work.waiting -= 1
            if not work.waiting and work.turn and work.turn.cancel():
                self._running.pop(key, None)

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
