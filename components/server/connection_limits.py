"""How long and how slow a request may be, and how many may wait behind it: uvicorn takes all of it without an end.

Streamlit makes its own uvicorn, `uvicorn app:app` another, and none is given limits that httptools' protocol would
keep. So the protocol's own class is bounded, once, by whatever imports app.py.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES = 32 * 1024
HEAD_SECONDS = 10.0
BODY_SECONDS = 60.0
#: Requests that one connection sends before the first of them is answered; browsers and nginx send none.
MOST_AHEAD = 16
#: What each byte of a body may bring along where it is sent in pieces: a piece's length and two line ends.
_FRAME_BYTES = 16

_STATUSES = {408: "Request Timeout", 429: "Too Many Requests", 431: "Request Header Fields Too Large"}


class _Bounds:
    """What one connection has sent of the request that is being read, and until when it has to be whole."""

    def __init__(self, protocol: Any) -> None:
        self._protocol = protocol
        self._timer: asyncio.TimerHandle | None = None
        self.begin_head()
        self._wait(HEAD_SECONDS)

    def begin_head(self) -> None:
        """The next bytes are the beginning of a request."""
        self.in_head, self.room = True, HEAD_BYTES

    def begin_body(self) -> None:
        """The headers are whole."""
        self.in_head, self.room = False, HEAD_BYTES
        self.stop()
        if any(name in (b"content-length", b"transfer-encoding") for name, _ in self._protocol.headers):
            self._wait(BODY_SECONDS)

    def end_body(self) -> None:
        """The request is whole."""
        self.stop()
        self.begin_head()

    def arrive(self) -> None:
        """Something of a request has come: the rest of its headers has its time from now."""
        if self.in_head and not self._timer:
            self._wait(HEAD_SECONDS)

    def stop(self) -> None:
        """Wait for nothing any more."""
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def refuse(self, status: int) -> None:
        """End the connection with a status."""
        self.stop()
        transport = self._protocol.transport
        if transport.is_closing():
            return
        said = f"HTTP/1.1 {status} {_STATUSES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        cycle = self._protocol.cycle
        # In the middle of an answer a status would be taken for a part of it.
        if cycle is None or cycle.response_complete or not cycle.response_started:
            transport.write(said.encode())
        transport.close()

    def _wait(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self.refuse, 408)


#: The methods of uvicorn's own that are called around what is counted here.
_MADE = HttpToolsProtocol.connection_made
_LOST = HttpToolsProtocol.connection_lost
_RECEIVED = HttpToolsProtocol.data_received
_HEADERS_COMPLETE = HttpToolsProtocol.on_headers_complete
_BODY = HttpToolsProtocol.on_body
_MESSAGE_COMPLETE = HttpToolsProtocol.on_message_complete


def _connection_made(self: Any, transport: Any) -> None:
    _MADE(self, transport)
    self.bounds = _Bounds(self)


def _connection_lost(self: Any, exc: Exception | None) -> None:
    self.bounds.stop()
    _LOST(self, exc)


def _data_received(self: Any, data: bytes) -> None:
    bounds: _Bounds = self.bounds
    bounds.arrive()
    while data and bounds.in_head:
        if not bounds.room:
            bounds.refuse(431)
            return
        piece, data = data[: bounds.room], data[bounds.room :]
        bounds.room -= len(piece)
        _RECEIVED(self, piece)
        # The parser is gone where the connection was closed, and the connection where a websocket has it.
        if self.parser is None or self.transport.is_closing() or self.transport.get_protocol() is not self:
            return
    if data:
        # Headers may come behind a body, too, and words behind the length of each of its pieces.
        bounds.room -= len(data)
        _RECEIVED(self, data)
        if bounds.room < 0 and not bounds.in_head:
            bounds.refuse(431)


def _headers_complete(self: Any) -> None:
    if len(self.pipeline) >= MOST_AHEAD:
        self.pipeline.clear()
        self.bounds.refuse(429)
    if not self.transport.is_closing():
        _HEADERS_COMPLETE(self)
        self.bounds.begin_body()


def _body(self: Any, body: bytes) -> None:
    self.bounds.room += len(body) * (1 + _FRAME_BYTES)
    _BODY(self, body)


def _message_complete(self: Any) -> None:
    _MESSAGE_COMPLETE(self)
    self.bounds.end_body()


def bound_connections() -> None:
    """Bound what every connection of this process may send: more than HEAD_BYTES of headers, before a body or
    behind it, is answered with 431, headers that take longer than HEAD_SECONDS and bodies that take longer than
    BODY_SECONDS with 408. A connection ends that sends more than MOST_AHEAD requests while one is being answered.
    """
    own = {
        "connection_made": _connection_made,
        "connection_lost": _connection_lost,
        "data_received": _data_received,
        "on_headers_complete": _headers_complete,
        "on_body": _body,
        "on_message_complete": _message_complete,
    }
    for name, method in own.items():
        setattr(HttpToolsProtocol, name, method)
