"""The least that a process can answer: as many bytes as the document that is kept, and nothing else to do."""

from __future__ import annotations

from starlette.types import Receive, Scope, Send

_BODY = bytes(34_000)


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer whatever is asked."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"34000")]})
        await send({"type": "http.response.body", "body": _BODY})
