"""Where a request comes from, by marks that nobody outside can set; and files within limits."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hmac import compare_digest

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from data.net.addresses import host_and_port, is_loopback

#: The names of what proxies add to a request, whoever made them. Whoever sends one is not this machine.
_ADDED_BY_PROXIES = re.compile(
    r"forwarded|(client|connecting|peer|real|remote|source|user)-?(ip|addr)|^(via$|cf-|x-envoy)"
)
_LOCAL, _OWN_PAGE = "nightdesk-local", "nightdesk-own-page"
#: Made anew by each process: no request can guess it.
_TOKEN = secrets.token_hex()
_UPLOAD = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+$")
_MEGABYTE = 1024 * 1024
#: What a form adds to the bytes of its one file.
_FORM_BYTES = 64 * 1024


def is_local(scope: Scope) -> bool:
    """Whether an HTTP request or a websocket comes from this machine itself; where that cannot be known, it does not.

    uvicorn writes what X-Forwarded-For says into the scope's client, so the client counts only where no proxy's header
    is there at all. Host must name the loopback, and so must the Origin of whatever sends one; a websocket always does.
    """
    headers = Headers(scope=scope)
    if any(map(_ADDED_BY_PROXIES.search, map(str.lower, headers))):
        return False
    hosts, origins = headers.getlist("host"), headers.getlist("origin")
    if len(hosts) != 1 or len(origins) > 1 or (scope["type"] == "websocket" and not origins):
        return False
    client: tuple[str, int] | None = scope.get("client")
    own = host_and_port(hosts[0])
    # A page of another server on this machine is somebody else too.
    same = all(host_and_port(origin.partition("://")[2]) == own for origin in origins)
    return client is not None and is_loopback(client[0]) and is_loopback(own[0]) and same


def is_own_page(scope: Scope) -> bool:
    """Whether a request or a websocket says that a page of this very server sent it, which no other page can say.

    Cookies alone do not: a page of another port of the same name is of the same site.
    """
    headers = Headers(scope=scope)
    hosts, origins = headers.getlist("host"), headers.getlist("origin")
    if len(hosts) != 1 or len(origins) != 1:
        return False
    own = host_and_port(hosts[0])
    return bool(own[0]) and host_and_port(origins[0].partition("://")[2]) == own


def is_marked(headers: Mapping[str, str]) -> bool:
    """Whether the request with these headers, as a session holds them, was found to come from this machine."""
    return _has_mark(headers, _LOCAL)


def is_marked_own(headers: Mapping[str, str]) -> bool:
    """Whether it was found to come from a page of this server."""
    return _has_mark(headers, _OWN_PAGE)


def _has_mark(headers: Mapping[str, str], mark: str) -> bool:
    found = next((value for name, value in headers.items() if name.lower() == mark), "")
    return compare_digest(found.encode(), _TOKEN.encode())


class MarkOrigin:
    """ASGI middleware: marks what comes from this machine and what a page of this server sent, and takes marks away."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            marks = {_LOCAL.encode(): is_local(scope), _OWN_PAGE.encode(): is_own_page(scope)}
            headers = [(name, value) for name, value in scope["headers"] if name.lower() not in marks]
            found = [(mark, _TOKEN.encode()) for mark, holds in marks.items() if holds]
            scope = {**scope, "headers": [*headers, *found]}
        await self.app(scope, receive, send)


@dataclass(slots=True)
class Uploads:
    """The sessions whose uploader is open, and how many bytes of files each, and all together, may hold."""

    #: The bytes that are held, by session.
    held: Callable[[], Mapping[str, int]]
    #: Whether a session is still there.
    is_live: Callable[[str], bool] = bool
    per_session: int = 20 * _MEGABYTE
    in_all: int = 100 * _MEGABYTE
    #: Those whose uploader is open, and whether a request is of the same person, who still may.
    sessions: dict[str, Callable[[Scope], bool]] = field(default_factory=dict)
    _coming: dict[str, list[int]] = field(default_factory=dict)

    def open_for(self, session: str, admits: Callable[[Scope], bool]) -> None:
        """Let this session send files by such requests from now on; those that have ended are forgotten."""
        for known in [known for known in tuple(self.sessions) if not self.is_live(known)]:
            self.close_for(known)
        self.sessions[session] = admits

    def close_for(self, session: str) -> None:
        """Let it send none any more."""
        self.sessions.pop(session, None)

    def refusal(self, scope: Scope, session: str, size: int) -> tuple[int, str] | None:
        """The status and the sentence that refuse a file of so many bytes; None where it may come."""
        admits = self.sessions.get(session)
        if admits is None or not admits(scope):
            return 403, "No file is asked for here."
        held, coming = self.held(), self._coming
        own = held.get(session, 0) + sum(coming.get(session, ()))
        all_of_it = sum(held.values()) + sum(sum(sizes) for sizes in coming.values())
        if own + size > self.per_session:
            return 413, f"Files of one session hold at most {self.per_session // _MEGABYTE} MB: remove one first."
        if all_of_it + size > self.in_all:
            return 503, "Too many files are being read at this moment: try again in a minute."
        return None

    def begin(self, session: str, size: int) -> None:
        """Count a file that is on its way."""
        self._coming.setdefault(session, []).append(size)

    def end(self, session: str, size: int) -> None:
        """Count it no longer: it is held by now, or lost."""
        sizes = self._coming[session]
        sizes.remove(size)
        if not sizes:
            del self._coming[session]


class GuardUploads:
    """ASGI middleware: takes files from a page of this server, of whoever opened its uploader, within its limits."""

    def __init__(self, app: ASGIApp, uploads: Uploads) -> None:
        self.app, self.uploads = app, uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = _UPLOAD.search(scope["path"]) if scope["type"] == "http" else None
        if not found or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self.app(scope, receive, send)
            return
        session, size = found[1], _size(scope)
        refused = await run_in_threadpool(self._refusal, scope, session, size)
        if refused or size is None:
            status, sentence = refused or (411, "A file must say how long it is.")
            # The connection ends with the answer: nothing of the body is read.
            answer = PlainTextResponse(sentence, status, headers={"Cache-Control": "no-store", "Connection": "close"})
            await answer(scope, receive, send)
            return
        self.uploads.begin(session, size)
        try:
            await self.app(scope, receive, send)
        finally:
            self.uploads.end(session, size)

    def _refusal(self, scope: Scope, session: str, size: int | None) -> tuple[int, str] | None:
        if not is_own_page(scope):
            return 403, "Files are taken from a page of this server only."
        return self.uploads.refusal(scope, session, size) if scope["method"] == "PUT" and size is not None else None


class OwnMetrics:
    """ASGI middleware: Streamlit's counts of sessions and memory are told to this machine alone."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].rstrip("/").endswith("/_stcore/metrics") and not is_local(scope):
            answer = PlainTextResponse("These figures are for this machine only.\n", 403, {"Cache-Control": "no-store"})
            await answer(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _size(scope: Scope) -> int | None:
    """The bytes that a request announces, 0 for the removal of a file; None where it does not say."""
    if scope["method"] == "DELETE":
        return 0
    said = Headers(scope=scope).get("content-length", "")
    return max(0, int(said) - _FORM_BYTES) if said.isascii() and said.isdigit() else None
