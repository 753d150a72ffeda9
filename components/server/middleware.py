"""ASGI middleware around the whole app: its own names alone, security headers, and files that were packed before."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterable
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import streamlit
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from components.embeds.documents.document import inline
from components.server.static_files import CompressedFiles
from data.core.compress import accepted, compressed_tag, plain_tags
from data.net.addresses import host_and_port, is_loopback

_Pairs = Iterable[tuple[bytes, bytes]]


class CompressedAnswers:
    """ASGI middleware: sends a packed file where the asker reads one, and everything else as it comes.

    Streamlit sends its scripts and styles as they are: 7.4 MB for a bare page with one chart. With this the Story page,
    which loads more, is 2.2 MB.
    `base` is the path below which Streamlit serves, empty for the whole of a server.
    """

    def __init__(self, app: ASGIApp, files: CompressedFiles, base: str = "") -> None:
        self.app, self._files = app, files
        self._base = f"/{base.strip('/')}" if base.strip("/") else ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        path = scope["path"].removeprefix(f"{scope.get('root_path', '')}{self._base}") or "/"
        if path not in self._files:
            await self.app(_obeyed(scope), receive, _headed(send, _tag_weakly))
            return
        headers = Headers(scope=scope)
        # A range is one of the plain file.
        encodings = () if "range" in headers else accepted(headers.get("accept-encoding", ""))
        if self._files.lacks(path, encodings):
            await run_in_threadpool(self._files.pack_gzip, path)
        found = self._files.find(path, encodings)
        if found and await self._send_packed(found, scope, receive, send):
            return
        await self.app(_obeyed(scope), receive, _headed(send, _vary))

    async def _send_packed(self, found: tuple[str, bytes, int], scope: Scope, receive: Receive, send: Send) -> bool:
        """Send these bytes under the headers that Streamlit gives the plain file; False where it has another answer."""
        encoding, body, plain_bytes = found
        start = await self._head(scope, encoding, receive)
        headers = MutableHeaders(scope=start)
        if start["status"] not in (200, 304) or "etag" not in headers:
            return False
        headers["ETag"] = compressed_tag(headers["etag"], encoding)
        _vary(headers)
        if start["status"] == 200:
            if headers.get("content-length") != str(plain_bytes):
                return False
            headers.update({"Content-Encoding": encoding, "Content-Length": str(len(body)), "Accept-Ranges": "none"})
        silent = scope["method"] == "HEAD" or start["status"] == 304
        await send(start)
        await send({"type": "http.response.body", "body": b"" if silent else body})
        return True

    async def _head(self, scope: Scope, encoding: str, receive: Receive) -> Message:
        """How Streamlit's answer begins, told without the file being read, to one who holds a packed body."""
        begun: list[Message] = []

        async def listen(message: Message) -> None:
            begun.append(message)

        asked = {**scope, "method": "HEAD", "headers": list(_by_plain_tags(scope["headers"], encoding))}
        await self.app(asked, receive, listen)
        return begun[0]


def _by_plain_tags(headers: _Pairs, encoding: str) -> _Pairs:
    """The headers of a request as one for the plain file has them; tags of other bodies are left out."""
    for name, value in headers:
        if name != b"if-none-match" or value.strip() == b"*":
            yield name, value
        elif tags := plain_tags(value.decode("latin-1"), encoding):
            yield name, ", ".join(tags).encode("latin-1")
        else:
            # Still a condition, which puts If-Modified-Since out of force.
            yield name, b'""'


def _obeyed(scope: Scope) -> Scope:
    """The request as one that names no encoding, where it refuses gzip: Streamlit packs wherever it reads the word."""
    said = Headers(scope=scope).get("accept-encoding", "")
    if "gzip" not in said or "gzip" in accepted(said):
        return scope
    return {**scope, "headers": [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]}


def _headed(send: Send, change: Callable[[MutableHeaders], object]) -> Send:
    """What sends the same, once `change` has been at the headers."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            change(MutableHeaders(scope=message))
        await send(message)

    return sent


def _vary(headers: MutableHeaders) -> None:
    """Starlette adds the word to whatever is there, twice where the answer says it already."""
    if "accept-encoding" not in headers.get("vary", "").lower():
        headers.add_vary_header("Accept-Encoding")


def _tag_weakly(headers: MutableHeaders) -> None:
    """What Streamlit packs on the way keeps the plain body's tag, which then vouches for no bytes: it is made weak."""
    encoding, tag = headers.get("content-encoding", ""), headers.get("etag", "")
    if encoding and tag.startswith('"') and not tag.endswith(f'-{encoding}"'):
        headers["ETag"] = f"W/{tag}"


_INLINE_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)


def app_policy(index_html: str) -> str:
    """The workbench's content security policy: its own scripts, and the inline ones of this very index.html.

    Streamlit's stylesheets are written at run time, hence 'unsafe-inline' for styles alone; 'wasm-unsafe-eval' is
    what its data frames need. No blob: and no 'unsafe-eval' in script-src: a component that wants them is refused.
    """
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' 'wasm-unsafe-eval' {inline(_INLINE_SCRIPT.findall(index_html))}".rstrip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "media-src 'self'",
            "worker-src 'self' blob:",
            # The preview on Embed & export is the very document, which its own headers keep in a sandbox.
            "frame-src 'self'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ),
    )


def installed_index() -> str:
    """The page that the installed Streamlit serves for every address of the app."""
    return (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")


class SecurityHeaders:
    """ASGI middleware: adds the headers that Streamlit leaves out, and keeps those that a route set itself."""

    def __init__(self, app: ASGIApp, policy: str) -> None:
        self.app = app
        self.headers = {
            "Content-Security-Policy": policy,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "strict-origin-when-cross-origin",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, _headed(send, self._complete))

    def _complete(self, headers: MutableHeaders) -> None:
        for name, value in self.headers.items():
            headers.setdefault(name, value)


_MOST_SHOWN = 80
_POLICY_VIOLATION = 1008


class AllowedHosts:
    """ASGI middleware: answers requests and opens websockets for its own names alone, and says so in one sentence.

    They are the host of `public_url` where there is one, the loopback, the machine's name, and the number of the
    interface that a request came to, by which a server that listens to a network is asked.
    """

    def __init__(self, app: ASGIApp, public_url: str = "") -> None:
        self.app = app
        machine = socket.gethostname().lower()
        self._names = {machine, f"{machine}.local", urlsplit(public_url).hostname or "localhost"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        said = Headers(scope=scope).getlist("host")
        if len(said) == 1 and self._is_own(host_and_port(said[0])[0], scope):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
        else:
            await _refusal(", ".join(said))(scope, receive, send)

    def _is_own(self, host: str, scope: Scope) -> bool:
        interface = str((scope.get("server") or ("",))[0])
        return bool(host) and (host in self._names or is_loopback(host) or _is_same_number(host, interface))


def _refusal(said: str) -> PlainTextResponse:
    shown = "".join(letter for letter in said if letter.isprintable() and letter.isascii())[:_MOST_SHOWN]
    sentence = f"This server does not answer to the name “{shown}”; NIGHTDESK_PUBLIC_URL says where readers reach it."
    return PlainTextResponse(f"{sentence}\n", 400, {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"})


def _is_same_number(host: str, interface: str) -> bool:
    try:
        return ip_address(host) == ip_address(interface)
    except ValueError:
        return False
