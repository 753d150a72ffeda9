"""Costly work beside the event loop: once for all who ask at the same time, kept in this process and for the others."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sized
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import fields
from functools import cache
from io import BytesIO
from typing import Any, TypeVar

import components
import data
from components.embeds.bundles.inputs import code_of, libraries
from components.embeds.web.answers import Answer
from data.net.shared_cache import SharedCache

_LOG = logging.getLogger(__name__)
#: An answer can be made anew, so none is kept for ever; a full Redis with `volatile-lru` drops these first.
KEPT_SECONDS = 24 * 3600
#: Heavier answers, pictures of several times their own size, are made by each process for itself.
MOST_BYTES_SHARED = 2 * 2**20
_SUM_BYTES = hashlib.sha256().digest_size
#: A name that no header can have.
_LENGTH = "bytes here"


class Pool:
    """Answers in the cache that processes share; without one, each process makes its own.

    On 2 cores with other work on them, the timeline's document of a new range took 239 ms to draw and 0.9 ms to fetch
    from a Redis on the same machine (median of 15), its PNG 530 ms and 0.8 ms.
    """

    def __init__(self, shared: SharedCache | None) -> None:
        self._shared = shared
        # Read at the start: files that a new release puts in their place later are not what this process draws with.
        self._software = _software() if shared else ""

    def answer(self, key: tuple[object, ...], make: Callable[[], Answer]) -> Answer:
        """The answer to a question of this key, from the pool or else made now. Raises what `make` raises.

        The key holds the stamps of all stories that are drawn, and writes itself out the same in every process.
        """
        if self._shared is None:
            return make()
        name = f"nightdesk:drawn:{hashlib.sha256(f'{self._software} {key!r}'.encode()).hexdigest()}"
        kept = self._shared.get(name)
        if kept and (found := _read(kept)):
            return found
        made = make()
        if len(written := _written(made)) <= MOST_BYTES_SHARED:
            self._shared.keep(name, written, seconds=KEPT_SECONDS)
        return made


@cache
def _software() -> str:
    """What of this software and its libraries an answer depends on."""
    return f"{code_of((components, data))} {sorted(libraries().items())}"


def _written(answer: Answer) -> bytes:
    """Its checksum, a line of JSON about it, and its bytes one after the other; nothing in it is ever run."""
    bodies: list[bytes] = []
    told = _told({field.name: getattr(answer, field.name) for field in fields(Answer)}, bodies)
    whole = b"\n".join((json.dumps(told).encode(), b"".join(bodies)))
    return hashlib.sha256(whole).digest() + whole


def _told(value: object, bodies: list[bytes]) -> object:
    """The value as JSON knows it, with lengths in the place of bytes, which go to `bodies`."""
    if isinstance(value, Mapping):
        return {name: _told(part, bodies) for name, part in value.items()}
    if isinstance(value, bytes):
        bodies.append(value)
        return {_LENGTH: len(value)}
    return value


def _read(kept: bytes) -> Answer | None:
    """The answer again; None where these bytes are not what was kept."""
    checksum, whole = kept[:_SUM_BYTES], kept[_SUM_BYTES:]
    if checksum != hashlib.sha256(whole).digest():
        _LOG.warning("a shared answer is not as it was kept, and is drawn anew")
        return None
    line, _, rest = whole.partition(b"\n")
    bodies = BytesIO(rest)
    # Read in the order in which it was written.
    return Answer(**json.loads(line, object_hook=lambda told: bodies.read(told[_LENGTH]) if _LENGTH in told else told))


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
