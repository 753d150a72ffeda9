"""A test's session as one of this very machine, whose requests the app's own middleware marks."""

from __future__ import annotations

import asyncio

import pytest
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send
from streamlit.runtime.context import ContextProxy

from components.workbench.write_access import MarkOrigin


def local_headers() -> dict[str, str]:
    """The headers of a websocket from this machine, as the app sees them."""
    seen: dict[str, str] = {}

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.update(Headers(scope=scope))

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        pass

    headers = [(b"host", b"localhost:8501"), (b"origin", b"http://localhost:8501")]
    scope = {"type": "websocket", "client": ("127.0.0.1", 50_000), "headers": headers}
    asyncio.run(MarkOrigin(app)(scope, receive, send))
    return seen


def sit_at_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on the sessions of AppTest, which have no headers of their own, come from this machine."""
    headers = local_headers()
    monkeypatch.setattr(ContextProxy, "headers", property(lambda _: headers))
