"""The app as it is shipped, and a script ahead of all others that notes what goes wrong in a reader's browser.

WebKit tells its driver nothing of its console, so pages are listened to in the same way in every engine.
"""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import app as nightdesk
from tests.support.engines import NOTES_FAULTS

_ADDRESS = "/listening.js"


class Listening:
    """ASGI middleware: puts the script first in every page, as a file, which the app's own policy lets in."""

    def __init__(self, inner: ASGIApp) -> None:
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
        elif scope["path"] == _ADDRESS:
            await Response(NOTES_FAULTS, media_type="text/javascript")(scope, receive, send)
        else:
            plain = [(name, said) for name, said in scope["headers"] if name != b"accept-encoding"]
            await self._inner({**scope, "headers": plain}, receive, _Page(send))


class _Page:
    """Sends on what is no page as it comes, and a page once it is whole."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message = {}
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message if "text/html" in MutableHeaders(scope=message).get("content-type", "") else {}
        if not self._start:
            await self._send(message)
        elif message["type"] == "http.response.body":
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                await self._whole()

    async def _whole(self) -> None:
        page = self._body.replace(b"<head>", f'<head><script src="{_ADDRESS}"></script>'.encode(), 1)
        MutableHeaders(scope=self._start)["Content-Length"] = str(len(page))
        await self._send(self._start)
        await self._send({"type": "http.response.body", "body": page})


app = Listening(nightdesk)
