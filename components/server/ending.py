"""How long a server takes to end once it is told to, however it was started: uvicorn by itself waits without an end."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from typing import Any

from uvicorn import Server

#: For answers that are under way, and for all of it, threads that draw included; then the process is gone.
GRACE_SECONDS, MOST_SECONDS = 3, 8.0

_SHUTDOWN, _HANDLE_EXIT = Server.shutdown, Server.handle_exit
_FIRST: list[Callable[[], None]] = []


def _end_in_time() -> None:
    last = threading.Timer(MOST_SECONDS, os._exit, (0,))
    last.daemon = True
    last.start()


def _handle_exit(self: Server, *told: Any) -> None:
    """What a signal does, also to a server that still gets ready and hears of it only afterwards."""
    _end_in_time()
    _HANDLE_EXIT(self, *told)


async def _shutdown(self: Server, *listening: Any, **named: Any) -> None:
    for close in _FIRST:
        close()
    self.config.timeout_graceful_shutdown = self.config.timeout_graceful_shutdown or GRACE_SECONDS
    _end_in_time()
    await _SHUTDOWN(self, *listening, **named)


def bound_ending(*first: Callable[[], None]) -> None:
    """Let no server of this process take more than MOST_SECONDS to end, GRACE_SECONDS of them for its last answers.

    What comes `first` is called as soon as it answers nobody any more.
    """
    _FIRST.extend(first)
    # Methods of somebody else's class.
    setattr(Server, "handle_exit", _handle_exit)  # noqa: B010
    setattr(Server, "shutdown", _shutdown)  # noqa: B010
    # `streamlit run` listens for signals before it loads the app.
    for each in (signal.SIGINT, signal.SIGTERM):
        server = getattr(signal.getsignal(each), "__self__", None)
        if isinstance(server, Server):
            signal.signal(each, server.handle_exit)
            if server.should_exit:
                os._exit(0)
