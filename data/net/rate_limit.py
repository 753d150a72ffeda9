"""How often a host is asked, agreed between all processes of this machine through one small file a host."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

from filelock import FileLock, Timeout

from data.core.errors import SourceUnavailable
from data.core.files import set_aside
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
    try:
        found = json.loads(path.read_bytes())
        written, turn = float(found["written"]), float(found["next"])
    except FileNotFoundError:
        return now
    except (OSError, ValueError, KeyError, TypeError, OverflowError) as error:
        _LOG.warning("the pace of %s starts anew, its file was not readable: %s", path.stem, error)
        with suppress(OSError):
            set_aside(path)
        return now
    return turn if written <= now + 1 and turn <= written + most else now
