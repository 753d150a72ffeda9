"""How long a server takes to end once it is told to, however it was started: uvicorn by itself waits without an end."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

from uvicorn import Server

#: For answers that are under way, and for all of it, threads that draw included; then the process is gone.
GRACE_SECONDS, MOST_SECONDS = 3, 8.0

_SHUTDOWN = Server.shutdown
_FIRST: list[Callable[[], None]] = []


async def _shutdown(self: Server, *listening: Any, **named: Any) -> None:
    for close in _FIRST:
        close()
    self.config.timeout_graceful_shutdown = self.config.timeout_graceful_shutdown or GRACE_SECONDS
    last = threading.Timer(MOST_SECONDS, os._exit, (0,))
    last.daemon = True
    last.start()
    await _SHUTDOWN(self, *listening, **named)


def bound_ending(*first: Callable[[], None]) -> None:
    """Let no server of this process take more than MOST_SECONDS to end, GRACE_SECONDS of them for its last answers.

    What comes `first` is called as soon as it is told to.
    """
    _FIRST.extend(first)
    setattr(Server, "shutdown", _shutdown)  # noqa: B010 - a method of somebody else's class
