"""The one page of HTML that Streamlit serves for every address: told where its server is, and 404 where no page is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import streamlit
from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import get_option

from components.server.middleware import installed_index
from data.core.compress import accepted, compress

_INDEX = Path(streamlit.__file__).parent / "static" / "index.html"
#: Without it a browser that opens /timeline asks /timeline/_stcore/ first, and is told 404 twice.
#: And without the theme's font it begins with Streamlit's own.
_TOLD = (
    '<script>window.__streamlit = {BACKEND_BASE_URL: new URL(".", location.href).href, '
    "LIGHT_THEME: %(theme)s, DARK_THEME: %(theme)s}</script>"
)
#: That is 171 kB, asked for ahead, in which nothing is written.
_FONT = re.compile(r'\s*<link\s+rel="preload"[^>]*\sas="font"[^>]*>')


def index_html() -> str:
    """The page of the installed Streamlit with the address of its server and its font."""
    told = _TOLD % {"theme": json.dumps({"bodyFont": get_option("theme.font")})}
    return _FONT.sub("", installed_index()).replace("<script>", f"{told}\n    <script>", 1)


class IndexPage:
    """ASGI middleware: sends this page wherever Streamlit sends its own; `is_there` says of a request whether 404."""

    def __init__(self, app: ASGIApp, html: str, is_there: Callable[[Scope], bool]) -> None:
        self.app, self._is_there = app, is_there
        self._tag = FileResponse(_INDEX, stat_result=_INDEX.stat()).headers["etag"]
        plain = html.encode()
        self._bodies = {"": plain, **{name: compress(plain, name) for name in ("gzip", "br")}}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        taken = False

        async def own(message: Message) -> None:
            nonlocal taken
            if message["type"] == "http.response.start" and self._is_index(message):
                taken = True
                await self._answer(scope)(scope, receive, send)
            elif not taken:
                await send(message)

        await self.app(scope, receive, own)

    def _is_index(self, start: Message) -> bool:
        return Headers(raw=start["headers"]).get("etag", "").removeprefix("W/") == self._tag

    def _answer(self, scope: Scope) -> Response:
        wanted = accepted(Headers(scope=scope).get("accept-encoding", ""))
        encoding = next((name for name in wanted if self._bodies.get(name)), "")
        headers = {"Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
        headers |= {"Content-Encoding": encoding} if encoding else {}
        status = 200 if self._is_there(scope) else 404
        return Response(self._bodies[encoding], status, headers, "text/html")
