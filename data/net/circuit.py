"""A host that says "too many requests" is left alone, by every process of this machine, for as long as it asked."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from pybreaker import (
    STATE_CLOSED,
    STATE_HALF_OPEN,
    STATE_OPEN,
    CircuitBreaker,
    CircuitBreakerError,
    CircuitMemoryStorage,
)

from data.core.errors import SourceUnavailable
from data.core.files import set_aside, write_whole
from data.net.rate_limit import host_file

_LOG = logging.getLogger(__name__)
_T = TypeVar("_T")
#: After a first 429: it is answered for minutes, and asking on makes it last.
LEAST_OPEN_SECONDS = 30 * 60.0
#: However long a host asks for, a person may try again on the next day.
MOST_OPEN_SECONDS = 24 * 3600.0
_LATER = datetime(9000, 1, 1, tzinfo=UTC)


class AskedToWait(SourceUnavailable):
    """A host asked for a pause; `hold` is how many seconds it is left alone."""

    def __init__(self, message: str, *, hold: float) -> None:
        self.hold = min(max(hold, 0.0), MOST_OPEN_SECONDS)
        super().__init__(message, retry_after=self.hold)


@dataclass(frozen=True, slots=True)
class Circuits:
    """The breakers of all hosts, kept in one small file a host."""

    folder: Path
    clock: Callable[[], datetime]
    #: States that could not be written: this process, at least, holds to them.
    unwritten: dict[Path, tuple[str, float]] = field(default_factory=dict)

    def refuse_if_open(self, host: str) -> None:
        """SourceUnavailable, with the seconds still to go, while the host is to be left alone."""
        left = self._state_of(host).left()
        if left > 0:
            raise _still_open(host, left)

    def _state_of(self, host: str) -> _HostFile:
        return _HostFile(host_file(self.folder, host, ".circuit.json"), self.clock, self.unwritten)

    def call(self, host: str, ask: Callable[[], _T]) -> _T:
        """What `ask` returns. When it raises AskedToWait the circuit opens, and until the hold is over every call
        raises SourceUnavailable without asking. The first call after that is a trial: it closes or opens it anew.
        """
        state = self._state_of(host)
        breaker = CircuitBreaker(
            fail_max=1,
            reset_timeout=0,  # the hold is the host's and is kept in the state
            exclude=[lambda error: not isinstance(error, AskedToWait)],
            state_storage=state,
            throw_new_error_on_trip=False,
        )

        def asked() -> _T:
            try:
                return ask()
            except AskedToWait as error:
                state.hold = error.hold
                raise

        try:
            return breaker.call(asked)
        except CircuitBreakerError as error:
            raise _still_open(host, state.left()) from error


def _still_open(host: str, left: float) -> SourceUnavailable:
    sentence = f"{host} asked for a pause, and is not asked again before it is over"
    return SourceUnavailable(sentence, retry_after=max(left, 0.0))


class _HostFile(CircuitMemoryStorage):
    """A breaker's state in a file that every process reads anew and writes in one step.

    Only opening, trying and closing are written: one 429 opens, so there is nothing to count.
    """

    def __init__(self, path: Path, clock: Callable[[], datetime], unwritten: dict[Path, tuple[str, float]]) -> None:
        super().__init__(STATE_CLOSED)
        self._path, self._clock, self._unwritten = path, clock, unwritten
        self.hold = LEAST_OPEN_SECONDS

    def _read(self) -> tuple[str, float]:
        """The state and until when it is open, in seconds since 1970; closed where there is no readable file."""
        state, until = self._unwritten.get(self._path) or self._read_file()
        longest = self._clock().timestamp() + MOST_OPEN_SECONDS
        if until > longest:
            # The clock was set back. From now on the hold ends at one moment, rather than a day after each look at it.
            until = longest
            self._write(state, until)
        return state, until

    def _read_file(self) -> tuple[str, float]:
        try:
            found = json.loads(self._path.read_bytes())
            state, until = str(found["state"]), float(found["until"])
            if state not in (STATE_OPEN, STATE_HALF_OPEN, STATE_CLOSED) or not math.isfinite(until):
                raise ValueError("no state of a circuit")
        except FileNotFoundError:
            return STATE_CLOSED, 0.0
        except (OSError, ValueError, KeyError, TypeError, OverflowError) as error:
            _LOG.warning("the circuit %s counts as closed, its file was not readable: %s", self._path.stem, error)
            with suppress(OSError):
                set_aside(self._path)
            return STATE_CLOSED, 0.0
        return state, until

    def _write(self, state: str, until: float) -> None:
        try:
            write_whole(self._path, json.dumps({"state": state, "until": until}).encode())
            self._unwritten.pop(self._path, None)
        except OSError as error:
            self._unwritten[self._path] = state, until
            _LOG.warning("the circuit %s is kept by this process alone: %s", self._path.stem, error)

    def left(self) -> float:
        """Seconds until the host may be asked again, as far as it is known."""
        state, until = self._read()
        return until - self._clock().timestamp() if state == STATE_OPEN else 0.0

    @property
    def state(self) -> str:
        return self._read()[0]

    @state.setter
    def state(self, state: str) -> None:
        self._write(state, self._read()[1])

    @property
    def opened_at(self) -> datetime | None:
        """None when the hold is over, else a moment that the breaker, on the machine's own clock, takes for later."""
        return _LATER if self.left() > 0 else None

    @opened_at.setter
    def opened_at(self, moment: datetime) -> None:
        # Two requests may be told to wait at once: the longer hold counts.
        self._write(STATE_OPEN, max(self._read()[1], self._clock().timestamp() + self.hold))
