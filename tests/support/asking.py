"""Requests straight to the routes, without a server: any bytes as path and query, and the whole answer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from starlette.applications import Starlette

from components.cache.cached import load_chart
from components.cache.stories import StoryCache
from components.embeds.web.routes import RouteCaches, routes
from data.core.settings import Settings

SITE = "http://desk.example"


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


class Desk:
    """The routes of a server with these settings, and a loop to ask them on."""

    def __init__(self, settings: Settings | None = None, *, stories: StoryCache | None = None) -> None:
        settings = settings or Settings()
        caches = RouteCaches.of(settings, stories=stories or StoryCache(), chart=load_chart)
        self._app = Starlette(routes=routes(settings, caches))
        self._runner = asyncio.Runner()

    def close(self) -> None:
        self._runner.close()

    def ask(self, target: str, method: str = "GET", **headers: str) -> Reply:
        """The answer to a request for this path and query; `_` in names of headers is `-`."""
        return self._runner.run(self._ask(target, method, headers))

    async def _ask(self, target: str, method: str, headers: Mapping[str, str]) -> Reply:
        path, _, query = target.partition("?")
        given = {"host": "desk.example"} | {name.replace("_", "-"): value for name, value in headers.items()}
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            # As servers hand it over: percent signs undone, in UTF-8 where it is UTF-8.
            "path": unquote_to_bytes(path).decode(errors="surrogateescape").encode(errors="replace").decode(),
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in given.items()],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }
        sent: list[dict[str, Any]] = []
        asked = [{"type": "http.request", "body": b"", "more_body": False}]

        async def receive() -> dict[str, Any]:
            if not asked:
                await asyncio.Event().wait()  # whoever asked stays until the answer has come
            return asked.pop()

        async def send(message: Any) -> None:
            sent.append(message)

        await self._app(scope, receive, send)
        names = {name.decode(): value.decode("latin-1") for name, value in sent[0]["headers"]}
        return Reply(sent[0]["status"], names, b"".join(message.get("body", b"") for message in sent[1:]))
