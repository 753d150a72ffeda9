"""The rounds of what runs through a night, each by one process alone, until it is stopped."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from filelock import FileLock, Timeout

from components.cli.exits import DONE, LATER, fail
from data.core.errors import DataError, SourceUnavailable
from data.core.model import iso_text
from data.core.program import utc_now


@contextmanager
def alone(lock: Path, busy: str) -> Iterator[None]:
    """Nobody else does this meanwhile; DataError, which says `busy`, where somebody does. SIGTERM ends as Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    lock.parent.mkdir(parents=True, exist_ok=True)
    held = FileLock(lock, timeout=0)
    try:
        held.acquire()
    except Timeout:
        raise DataError(busy) from None
    try:
        yield
    finally:
        held.release()


def keep_round(turn: Callable[[], float], every: float, *, once: bool) -> int:
    """Call `turn` until this process is stopped, or once; each gives the seconds until the next, 0 for at once.

    A round that fails is told and followed by the next, after `every` seconds or when its source wants to be asked
    again. Of one alone, the exit code is LATER where asking again may help; else its DataError is raised.
    """
    while True:
        code, pause = DONE, every
        try:
            pause = turn()
        except DataError as trouble:
            if once and not isinstance(trouble, SourceUnavailable):
                raise
            pause = max(every, (isinstance(trouble, SourceUnavailable) and trouble.retry_after) or 0.0)
            said, now = f"{iso_text(utc_now())} {str(trouble).rstrip('.')}.", utc_now()
            again = f" Try again at {iso_text(now + timedelta(seconds=pause))}." if trouble.retryable else ""
            code = fail(said + again, LATER)
        if once and (pause or code):
            return code
        time.sleep(pause)
