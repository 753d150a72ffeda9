"""Costly work beside the event loop: once for all who ask at the same time, and the latest used kept in memory."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterator, Sized
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from cachetools import LRUCache

from components.cache.memo import Same

T = TypeVar("T", bound=Sized)

#: Two pictures at a time leave a small server room for everything else.
WORKERS = 2
MOST_BYTES = 64 * 2**20
#: Different things that may be asked for at once; more than a queue of so many would wait for minutes.
MOST_WAITING = 200
#: Of them, those that one client alone may have in the queue: a page of forty charts, and its reader's next one.
MOST_OF_ONE = 60
_ENDING = "This server is ending; ask again in a few seconds"


class Busy(RuntimeError):
    """More different things are asked for than can be made soon; the same request may work in a few seconds."""


class BusyWithOne(Busy):
    """One client alone asks for more than its share of the queue."""


@dataclass(eq=False, slots=True)
class _Work:
    """What is being made or waits for it, how many wait, and the clients in whose queues it is or was."""

    key: Hashable
    make: Callable[[], Any]
    made: Future[Any] = field(default_factory=Future)
    clients: set[str] = field(default_factory=set)
    waiting: int = 0
    begun: bool = False


class RenderCache:
    """Makes each thing once, off the event loop, and keeps the latest used up to `most_bytes`.

    A thing's weight is its length. What failed is not kept. Clients have turns, one thing each, in the order in which
    they asked, so that who asks for one thing does not wait for all of another's; at most `at_once_of_one` are made for
    one client at a time. Threads of the cache call what makes.
    """

    def __init__(
        self,
        *,
        workers: int = WORKERS,
        most_bytes: int = MOST_BYTES,
        most_waiting: int = MOST_WAITING,
        most_of_one: int = MOST_OF_ONE,
        at_once_of_one: int | None = None,
    ) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="rendering")
        self._lock = threading.Lock()
        self._kept: LRUCache[Hashable, Any] = LRUCache(most_bytes, getsizeof=len)
        self._running: dict[Hashable, _Work] = {}
        #: What was not begun yet, by client; the one whose turn it is comes first.
        self._queues: dict[str, deque[_Work]] = {}
        self._idle, self._is_closed = workers, False
        self._most_waiting, self._most_of_one = most_waiting, most_of_one
        self._at_once_of_one = at_once_of_one or workers
        #: Whose turn it was, once for each thing that is being made.
        self._making: Counter[str] = Counter()

    @property
    def bytes_kept(self) -> int:
        """What is kept, in bytes; never more than `most_bytes`."""
        return int(self._kept.currsize)

    @property
    def waiting(self) -> int:
        """How many things wait for their turn."""
        return sum(map(len, self._queues.values()))

    async def get(self, key: Hashable, make: Callable[[], T], client: str = "") -> T:
        """What `make` gives for this key, made only if it is neither kept nor being made. Raises what `make` raises.

        Busy if too much is being made already, BusyWithOne if too much of it for this client; a client without a name
        has no share of its own. One who stops waiting leaves the others' result alone; what nobody waits for any more
        is not begun.
        """
        found: T
        with self._lock:
            if key in self._kept:
                found = self._kept[key]
                return found
            work = self._join(key, make, client)
        try:
            found = await asyncio.shield(asyncio.wrap_future(work.made))
        finally:
            self._leave(work)
        return found

    def wait(self, make: Callable[[], T], client: str = "") -> T:
        """As `get`, in the same queues, for whoever has a thread to wait in. Nothing of it is kept."""
        with self._lock:
            work = self._join(Same(make), make, client)
        found: T = work.made.result()
        return found

    @contextmanager
    def turn(self, client: str = "", *, seconds: float) -> Iterator[None]:
        """A place among what is made, for whoever makes it in a thread of its own; free again after so many seconds.

        Raises Busy as `get`.
        """
        begun, ended = Future[None](), threading.Event()

        def keep_place() -> str:
            begun.set_result(None)
            ended.wait(seconds)
            return ""

        with self._lock:
            work = self._join(Same(keep_place), keep_place, client)
        work.made.add_done_callback(lambda _: None if begun.done() else begun.set_exception(Busy(_ENDING)))
        begun.result()
        try:
            yield
        finally:
            ended.set()

    def at_hand(self, key: Hashable) -> bool:
        """Whether this is kept, so that nobody would wait for it."""
        return key in self._kept

    def _join(self, key: Hashable, make: Callable[[], Any], client: str) -> _Work:
        work = self._running.get(key) or self._start(key, make, client)
        work.waiting += 1
        if not work.begun and client not in work.clients:
            work.clients.add(client)
            self._queues.setdefault(client, deque()).append(work)
        return work

    def _start(self, key: Hashable, make: Callable[[], Any], client: str) -> _Work:
        if self._is_closed:
            raise Busy(_ENDING)
        if len(self._running) >= self._most_waiting:
            raise Busy(f"{len(self._running)} other pictures are being drawn; ask again in a few seconds")
        own = sum(client in work.clients for work in self._running.values()) if client else 0
        if own >= self._most_of_one:
            raise BusyWithOne(f"{own} other pictures are being drawn for you; ask again in a few seconds")
        if self._idle:
            self._pool.submit(self._make_all)
            self._idle -= 1
        work = self._running[key] = _Work(key, make)
        return work

    def _leave(self, work: _Work) -> None:
        """One waits no longer; with the last of them goes work that was not begun."""
        with self._lock:
            work.waiting -= 1
            if not work.waiting and not work.begun and self._running.get(work.key) is work:
                self._drop(work)

    def _drop(self, work: _Work) -> None:
        del self._running[work.key]
        self._take_out(work)

    def _take_out(self, work: _Work) -> None:
        for client in work.clients:
            self._queues[client].remove(work)
            if not self._queues[client]:
                del self._queues[client]

    def _begin_next(self, last: str | None) -> tuple[str, _Work] | None:
        """The client whose turn it is and its first thing; its next turn comes after all others'. None without any.

        `last` is the client for whom the same thread has just made something.
        """
        with self._lock:
            if last is not None:
                self._making -= Counter([last])
            client = next((client for client in self._queues if self._making[client] < self._at_once_of_one), None)
            if client is None:
                self._idle += 1
                return None
            self._making[client] += 1
            self._queues[client] = queue = self._queues.pop(client)
            work = queue[0]
            self._take_out(work)
            work.begun = True
            return client, work

    def _make_all(self) -> None:
        last = None
        while begun := self._begin_next(last):
            last, work = begun
            self._make(work)

    def _make(self, work: _Work) -> None:
        try:
            made = work.make()
        except BaseException as error:  # noqa: BLE001 - whatever it is, it belongs to those who wait
            with self._lock:
                del self._running[work.key]
            work.made.set_exception(error)
            return
        with self._lock:
            del self._running[work.key]
            with suppress(ValueError):  # heavier than all that may be kept
                if not isinstance(work.key, Same):
                    self._kept[work.key] = made
        work.made.set_result(made)

    def close(self) -> None:
        """Begin nothing more: whoever waits for what was not begun is told, and what was begun is finished."""
        with self._lock:
            self._is_closed = True
            waiting = [work for work in self._running.values() if not work.begun]
            for work in waiting:
                self._drop(work)
        for work in waiting:
            work.made.set_exception(Busy(_ENDING))
        self._pool.shutdown(wait=False)
