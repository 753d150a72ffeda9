"""How often a host is asked, and for how long it is left alone, agreed between processes through small files."""

from __future__ import annotations

import json
import logging
import math
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from filelock import FileLock, Timeout

from data.core.errors import SourceUnavailable
from data.core.files import set_aside, write_whole
from data.net.addresses import is_loopback

_LOG = logging.getLogger(__name__)
_LOCK_SECONDS = 10

#: Seconds from one request to the next, where no source's own rule or experience says more.
DEFAULT_PACE_SECONDS = 2.0


def pace_of(host: str, known: Mapping[str, float] = MappingProxyType({})) -> float:
    """Seconds from one request to the next at the polite pace of `host` (`host:port` counts as `host`).

    `known` is the pace of hosts by name. This machine's own servers need no politeness.
    """
    name = re.sub(r":\d+$", "", host)
    return 0.0 if is_loopback(name) else known.get(name, DEFAULT_PACE_SECONDS)


def host_file(folder: Path, host: str, suffix: str) -> Path:
    """The file of a host in `folder`: readable, and another one for every host."""
    name = re.sub(r"[^a-z0-9.-]", "_", host.lower())[:60]
    return folder / "hosts" / f"{name}-{sha256(host.encode()).hexdigest()[:8]}{suffix}"


def _read_numbers(path: Path, *names: str) -> tuple[float, ...]:
    """The numbers of these names in the file of a host; none where it is not there, or damaged and so moved aside."""
    try:
        found = json.loads(path.read_bytes())
        numbers = tuple(float(found[name]) for name in names)
        if not all(map(math.isfinite, numbers)):
            raise ValueError("no number")
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, KeyError, TypeError, OverflowError) as error:
        _LOG.warning("%s starts anew, its file was not readable: %s", path.stem, error)
        with suppress(OSError):
            set_aside(path)
        return ()
    return numbers


@dataclass(frozen=True, slots=True)
class Pacer:
    """Hands out moments at which a host may be asked, at least `pace(host)` seconds apart across processes."""

    folder: Path
    clock: Callable[[], datetime]
    sleep: Callable[[float], None]
    pace: Callable[[str], float] = pace_of
    patience: float = 120.0  # seconds that a request waits for its turn at most

    def wait(self, host: str) -> None:
        """Sleep until it is this request's turn; SourceUnavailable if that is further off than `patience`."""
        pause = self.pace(host)
        if pause <= 0:
            return
        try:
            wait = self._reserve(host, pause)
        except (OSError, Timeout) as error:
            _LOG.warning("no pace is shared for %s, so each request waits in full: %s", host, error)
            wait = pause
        if wait > 0:
            self.sleep(wait)

    def _reserve(self, host: str, pause: float) -> float:
        """Take the next free moment; seconds until then. A turn that is never used is simply left empty."""
        path = host_file(self.folder, host, ".pace.json")
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_suffix(".lock"), timeout=_LOCK_SECONDS):
            now = self.clock().timestamp()
            turn = max(now, _next_turn(path, now, most=self.patience + pause))
            if turn - now > self.patience:
                raise SourceUnavailable(
                    f"too many requests to {host} are waiting for their turn", retry_after=turn - now
                )
            # Not written whole: it is read under the same lock, and a torn one costs one pause.
            path.write_text(json.dumps({"written": now, "next": turn + pause}), encoding="ascii")
        return turn - now


def _next_turn(path: Path, now: float, *, most: float) -> float:
    """The next free moment that the file tells of; `now` for none, or for one that nobody can have written.

    No turn is given out `most` seconds ahead or more, and one that was written in what is still to come was written
    before the machine's clock was set back: it says nothing about now.
    """
    written, turn = _read_numbers(path, "written", "next") or (now, now)
    return turn if written <= now + 1 and turn <= written + most else now


_T = TypeVar("_T")
#: After a first 429: it is answered for minutes, and asking on makes it last.
LEAST_OPEN_SECONDS = 30 * 60.0
#: However long a host asks for, a person may try again on the next day.
MOST_OPEN_SECONDS = 24 * 3600.0


class AskedToWait(SourceUnavailable):
    """A host asked for a pause; `hold` is how many seconds it is left alone."""

    def __init__(self, message: str, *, hold: float) -> None:
        self.hold = min(max(hold, 0.0), MOST_OPEN_SECONDS)
        super().__init__(message, retry_after=self.hold)


@dataclass(frozen=True, slots=True)
class Circuits:
    """Until when each host is left alone, kept in one small file a host."""

    folder: Path
    clock: Callable[[], datetime]
    #: What could not be written: this process, at least, holds to it.
    unwritten: dict[Path, float] = field(default_factory=dict)

    def refuse_if_open(self, host: str) -> None:
        """SourceUnavailable, with the seconds still to go, while the host is to be left alone."""
        left = self._until(self._file(host)) - self.clock().timestamp()
        if left > 0:
            sentence = f"{host} asked for a pause, and is not asked again before it is over"
            raise SourceUnavailable(sentence, retry_after=left)

    def call(self, host: str, ask: Callable[[], _T]) -> _T:
        """What `ask` returns, unless the host is to be left alone.

        When it raises AskedToWait the host is left alone for that hold; of two at once the longer one counts.
        """
        self.refuse_if_open(host)
        try:
            return ask()
        except AskedToWait as error:
            file = self._file(host)
            self._write(file, max(self._until(file), self.clock().timestamp() + error.hold))
            raise

    def _file(self, host: str) -> Path:
        return host_file(self.folder, host, ".circuit.json")

    def _until(self, file: Path) -> float:
        """Until when, in seconds since 1970; 0 where there is no readable file."""
        until = self.unwritten.get(file) or next(iter(_read_numbers(file, "until")), 0.0)
        longest = self.clock().timestamp() + MOST_OPEN_SECONDS
        if until > longest:
            # The clock was set back. From now on the hold ends at one moment, rather than a day after each look at it.
            until = longest
            self._write(file, until)
        return until

    def _write(self, file: Path, until: float) -> None:
        try:
            write_whole(file, json.dumps({"until": until}).encode())
            self.unwritten.pop(file, None)
        except OSError as error:
            self.unwritten[file] = until
            _LOG.warning("the circuit %s is kept by this process alone: %s", file.stem, error)
