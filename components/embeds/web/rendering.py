"""Costly work beside the event loop: once for all who ask at the same time, and kept for those who ask later."""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sized
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T", bound=Sized)

#: Two pictures at a time leave a small server room for everything else.
WORKERS = 2
MOST_BYTES = 64 * 2**20
#: Different things that may be asked for at once; more than a queue of so many would wait for minutes.
MOST_WAITING = 200


class Busy(RuntimeError):
    """More different things are asked for than can be made soon; the same request may work in a few seconds."""


class Renderer:
    """Makes each thing once, off the event loop, and keeps the latest used up to `most_bytes`.

    A thing's weight is its length. What failed is not kept. Threads only wait for pictures, which are drawn in
    processes of their own, so that neither the event loop nor the interpreter's lock is held up by them.
    """

    def __init__(
        self, *, workers: int = WORKERS, most_bytes: int = MOST_BYTES, most_waiting: int = MOST_WAITING
    ) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="rendering")
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, Sized] = OrderedDict()
        self._running: dict[Hashable, Future[Any]] = {}
        self._most_bytes, self._most_waiting, self._bytes = most_bytes, most_waiting, 0

    @property
    def bytes_kept(self) -> int:
        """What is kept, in bytes; never more than `most_bytes`."""
        return self._bytes

    async def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` gives for this key, made only if it is neither kept nor being made. Raises what `make` raises.

        Busy if too much is being made already. One who stops waiting leaves the others' result alone.
        """
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]  # type: ignore[return-value]  # what this key's maker gave
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
            self._end(key, running, made)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it belongs to those who wait
            self._end(key, running)
            running.set_exception(error)
            return
        running.set_result(made)

    def _end(self, key: Hashable, running: Future[Any], made: Sized | None = None) -> None:
        """No longer running; kept unless it failed, is too heavy, or was asked for before `clear`."""
        with self._lock:
            if self._running.get(key) is not running:
                return
            del self._running[key]
            if made is None or len(made) > self._most_bytes:
                return
            self._kept[key] = made
            self._bytes += len(made)
            while self._bytes > self._most_bytes:
                _, dropped = self._kept.popitem(last=False)
                self._bytes -= len(dropped)

    def clear(self) -> None:
        """Keep nothing, not even what is being made now: it is given to those who wait, and made anew after that."""
        with self._lock:
            self._kept.clear()
            self._running.clear()
            self._bytes = 0

    def close(self) -> None:
        """Start nothing more; what is being made is finished first."""
        self._pool.shutdown(cancel_futures=False)
