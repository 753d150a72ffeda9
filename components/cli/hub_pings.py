"""A WebSub hub told that feeds of a story have changed: beside what else is done, and again until it has heard."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from components.cli.exits import DONE, FAILED, fail, say
from components.embeds.feeds.entries import Entry
from data.core.errors import DataError
from data.core.model import iso_text
from data.core.program import utc_now
from data.core.settings import Settings
from data.net.plain_client import PlainClient, open_client

CALLED = "The hub of the feeds"
FORMS = ("atom", "json")
#: Seconds after a change, so that the server has it when the hub comes to fetch it.
_SETTLED = 5.0
#: Seconds before a hub that did not hear is told again, at first and at most.
_FIRST_PAUSE, _LONGEST_PAUSE = 10.0, 300.0


def hub_desk(settings: Settings) -> PlainClient:
    """A session that may ask the hub, wherever it is: the operator named it."""
    return open_client(settings, trusted=[settings.hub])


@dataclass
class HubPings:
    """What the hub of the settings was told of one story's feeds. A start tells it once."""

    settings: Settings
    slug: str
    client: PlainClient
    clock: Callable[[], float] = time.monotonic
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1), init=False)
    _asking: Future[None] | None = field(default=None, init=False)
    _mark: str = field(default="", init=False)
    _due: float = field(default=0.0, init=False)
    _pause: float = field(default=_FIRST_PAUSE, init=False)

    def step(self, entries: Iterable[Entry], *, wait: bool = False) -> int:
        """Tell the hub where these entries are others than it was told of; FAILED where the last telling failed.

        Nothing waits for the hub, unless with `wait`.
        """
        told = "\n".join(f"{one.key} {one.title} {one.text}" for one in entries)
        mark = hashlib.sha256(told.encode()).hexdigest()
        if mark != self._mark:
            first = not self._mark
            self._mark, self._due = mark, self.clock() + (0.0 if first else _SETTLED)
        code = self._heard()
        if self._asking is None and self.clock() >= self._due:
            self._due = float("inf")
            self._asking = self._pool.submit(self._tell)
            if wait:
                self._asking.exception()
                return self._heard()
        return code

    def _heard(self) -> int:
        """What became of the last telling, once it has ended."""
        if self._asking is None or not self._asking.done():
            return DONE
        trouble, self._asking = self._asking.exception(), None
        if trouble is None:
            self._pause = _FIRST_PAUSE
            return DONE
        if not isinstance(trouble, DataError):
            raise trouble
        self._due = min(self._due, self.clock() + self._pause)
        said = f"{iso_text(utc_now())} {str(trouble).rstrip('.')}; it is told again in {self._pause:g} s."
        self._pause = min(self._pause * 2, _LONGEST_PAUSE)
        return fail(said, FAILED)

    def _tell(self) -> None:
        for form in FORMS:
            address = f"{self.settings.public_url}/feeds/{self.slug}.{form}"
            wanted = {"hub.mode": "publish", "hub.url": address, "hub.topic": address}
            self.client.fetch(self.settings.hub, method="POST", sent=wanted, source=CALLED)
        say(f"{iso_text(utc_now())} the hub was told that the feeds of {self.slug} have changed")
