"""Where much is drawn, it is drawn in a process of its own, so that nobody who reads what is kept waits for it.

Python runs one thread of a process at a time, and one that draws while the machine gives its core to others keeps all
threads from running: those that answer readers among them.
"""

from __future__ import annotations

import gc
import io
import logging
import os
import pickle
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock, Thread
from typing import Any, TypeVar

from components.cache.cached import STORIES, load_made
from components.cache.render_cache import WORKERS
from components.cache.stories import StoryKey, key_in, settings_here, store_here, story_key
from data.core.errors import DataError
from data.core.model import Order
from data.story.as_of import story_at
from data.story.story import Story

_LOG = logging.getLogger(__name__)
T = TypeVar("T")
_ROOT = Path(__file__).resolve().parents[2]
#: So many drawings within so many seconds are much: more than one reader's Story page asks for, whose cards show every
#: other story. After so many seconds without one the process ends.
_MANY, _WITHIN, _IDLE = 8, 10.0, 30.0
#: Whoever asks for what is kept comes first. Pictures are later still, and on an idle machine nobody waits longer.
_LATER = 5


class DrawingEnded(DataError):
    """The process that drew has ended before it was done."""

    retryable = True


class _Unread(Exception):
    """The other process does not hold what is to be drawn."""


class DrawingProcess:
    """Calls what draws: here as long as that is seldom, else in one other process, which ends once it has no work.

    A call and what it gives are pickled, a story as its key. What the other process cannot read is called here. Its
    start takes 1.5 s of a core, so what a single reader looks at is no reason for it.
    """

    def __init__(self, *, many: int = _MANY, idle_seconds: float = _IDLE) -> None:
        self._lock, self._latest, self._idle = Lock(), deque[float](maxlen=many), idle_seconds
        self._running: _Running | None = None
        self._for_readers = 0

    def __call__(self, call: Callable[[], T]) -> T:
        """What the call gives. Raises what it raises; DrawingEnded if the process ends at it."""
        return self._called(call, counts=True)

    def for_reader(self, call: Callable[[], T]) -> T:
        """The same for somebody who looks at a page: it counts as much only while others look at something new, too."""
        with self._lock:
            self._for_readers += 1
            counts = self._for_readers > 1
        try:
            return self._called(call, counts=counts)
        finally:
            with self._lock:
                self._for_readers -= 1

    def _called(self, call: Callable[[], T], *, counts: bool) -> T:
        try:
            future = self._ask(call, counts=counts)
            return future.result() if future else call()
        except _Unread:
            return call()

    def _ask(self, call: Callable[[], T], *, counts: bool) -> Future[T] | None:
        """What the other process will give; None where there is none, or none yet."""
        with self._lock:
            running = self._running if self._running and not self._running.has_ended else None
            if counts:
                self._latest.append(time.monotonic())
            is_much = (
                counts and len(self._latest) == self._latest.maxlen and self._latest[-1] - self._latest[0] < _WITHIN
            )
            if not running and is_much and os.name == "posix":
                running = _Running(self._idle)
            self._running = running
        return running.ask(call) if running and running.is_ready else None


class _Running:
    """The other process, seen from this one."""

    is_ready = has_ended = False

    def __init__(self, idle_seconds: float) -> None:
        self._lock, self._numbers, self._waiting = Lock(), count(), dict[int, Future[Any]]()
        self._idle = idle_seconds
        self._line, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - this very module
                [sys.executable, "-P", "-c", f"from {__name__} import main; main()", str(theirs.fileno())],
                env=os.environ | {"PYTHONPATH": os.pathsep.join([str(_ROOT), *filter(None, sys.path)])},
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )
        Thread(target=self._listen, name="drawing", daemon=True).start()

    def ask(self, call: Callable[[], T]) -> Future[T] | None:
        """What the call will give there; None where the process has ended. _Unread for what cannot be pickled."""
        told, found = pickled(call), Future[T]()
        with self._lock:
            if self.has_ended:
                return None
            number = next(self._numbers)
            self._waiting[number] = found
            with suppress(OSError):  # `_listen` says so
                self._line.send((number, told))
        return found

    def _listen(self) -> None:
        """Hand over what is drawn, until there has been nothing to draw for a while or the process ends."""
        try:
            while not self._is_idle():
                self._take(*self._line.recv())
        except Exception as error:  # noqa: BLE001 - whatever ends the line, nobody waits for it any more
            _LOG.warning("the process that draws has ended (%r)", error)
        with self._lock:
            self.has_ended = True
        for found in self._waiting.values():
            found.set_exception(DrawingEnded("the process that drew this has ended; ask again in a few seconds"))
        self._line.close()
        self._process.kill()
        self._process.wait()

    def _is_idle(self) -> bool:
        while not self._line.poll(self._idle):
            with self._lock:
                if self.is_ready and not self._waiting:
                    self.has_ended = True
                    return True
        return False

    def _take(self, number: int | None, made: Any, error: BaseException | None) -> None:
        if number is None:
            self.is_ready = True
            return
        found = self._waiting.pop(number)
        found.set_exception(error) if error else found.set_result(made)


class _Pickler(pickle.Pickler):
    def reducer_override(self, it: object) -> Any:
        if isinstance(it, Story):
            return _story_again, (story_key(it),)
        if isinstance(it, BaseException):
            return _error_again, (type(it), it.args), it.__dict__
        return NotImplemented


def pickled(it: object) -> bytes:
    """It as bytes for a process of the same software that has the same stories; _Unread where it has none."""
    written = io.BytesIO()
    try:
        _Pickler(written, pickle.HIGHEST_PROTOCOL).dump(it)
    except (pickle.PickleError, AttributeError, TypeError) as error:
        raise _Unread(str(error)) from error
    return written.getvalue()


def _story_again(key: StoryKey) -> Story:
    whole = STORIES.find(key.slug, settings_here())
    if key_in(store_here(), whole) != key._replace(until=None, order=Order.HAPPENED):
        raise _Unread(f"{key.slug} is another by now")
    return load_made(story_at, whole, key.until, key.order) if key.until else whole


def _error_again(kind: type[BaseException], said: tuple[object, ...]) -> BaseException:
    return kind.__new__(kind, *said)


def _answer(number: int, told: bytes) -> bytes:
    """What the other process says of a call."""
    try:
        try:
            call = pickle.loads(told)  # noqa: S301 - from the process that started this one
        except Exception as error:
            raise _Unread(str(error)) from error
        return pickled((number, call(), None))
    except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to whoever asked
        try:
            return pickled((number, None, error))
        except _Unread:
            return pickled((number, None, _Unread(repr(error))))


def main() -> None:
    """Draw what is asked for by the connection that is the first argument, until that ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(_LATER)
    line, lock = Connection(int(sys.argv[1])), Lock()

    def answer(number: int, told: bytes) -> None:
        drawn = _answer(number, told)
        with lock:
            line.send_bytes(drawn)

    gc.freeze()
    threads = ThreadPoolExecutor(WORKERS + 1)
    line.send((None, None, None))
    try:
        while True:
            threads.submit(answer, *line.recv())
    except (EOFError, OSError):
        os._exit(0)


#: Of this process.
DRAWING = DrawingProcess()
