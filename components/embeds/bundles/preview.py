"""A look at a bundle on this machine, with the headers that it wants to be served with."""

from __future__ import annotations

import html
import re
import socket
from collections.abc import Iterator

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from components.embeds.bundles import hosting
from components.embeds.bundles.manifest import NAME, read_manifest
from components.embeds.bundles.storage import Store, TargetRefused

#: A story, a version or latest, and a file: nothing that could lead out of a bundle.
_PATH = re.compile(r"([a-z0-9-]{2,64})/(latest|v/\d{8}T\d{6}Z-[0-9a-f]{12})/([A-Za-z0-9_][A-Za-z0-9_.@-]{0,199})")


def bundle_app(store: Store) -> Starlette:
    """An app that answers with a target's files and their own headers, and with a list of them at its root."""

    async def index(_: Request) -> Response:
        return HTMLResponse(await run_in_threadpool(_index, store))

    async def file(request: Request) -> Response:
        try:
            return await run_in_threadpool(_answer, store, request.path_params["path"])
        except TargetRefused as refused:
            return PlainTextResponse(f"{refused}\n", status_code=503)

    return Starlette(routes=[Route("/", index), Route("/{path:path}", file)])


def serve(store: Store, port: int) -> tuple[uvicorn.Server, socket.socket]:
    """A server of a target and its open socket on loopback; OSError where the port is taken. 0 picks a free one."""
    door = socket.create_server(("127.0.0.1", port))
    config = uvicorn.Config(bundle_app(store), log_level="warning", server_header=False)
    return uvicorn.Server(config), door


def _answer(store: Store, path: str) -> Response:
    """The file of a path with its headers; 404 for what is no file of a bundle."""
    found = _PATH.fullmatch(path)
    data = store.read(path) if found else None
    if not found or data is None:
        return PlainTextResponse("There is no such file in this bundle.\n", status_code=404)
    try:
        rules = hosting.read_rules(store.read(f"{found[1]}/{found[2]}/{hosting.NAME}") or b"")
    except ValueError:
        return PlainTextResponse("This bundle has no headers.json to be read; verify it.\n", status_code=503)
    return Response(data, headers=hosting.headers_for(rules, f"/{path}"))


def _index(store: Store) -> str:
    """A list of the documents; it asks for no icon, for a bundle has none."""
    name = html.escape(store.name)
    rows = "".join(f'<li><a href="{html.escape(path)}">{html.escape(path)}</a></li>' for path in _documents(store))
    head = f'<head><meta charset="utf-8"><link rel="icon" href="data:,"><title>{name}</title></head>'
    return f'<!doctype html><html lang="en">{head}<body><h1>{name}</h1><ul>{rows}</ul></body></html>'


def _documents(store: Store) -> Iterator[str]:
    """The documents of a target: latest first, then its versions, the newest first."""
    for story in store.stories():
        for place in ("latest", *(f"v/{version}" for version in reversed(store.versions(story)))):
            try:
                files = read_manifest(store.read(f"{story}/{place}/{NAME}") or b"").files
            except ValueError:
                continue
            yield from (f"{story}/{place}/{name}" for name in files if name.endswith(".html"))
