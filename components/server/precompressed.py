"""Answers with files that were packed before: smaller, under a tag of their own, otherwise as Streamlit answers."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from components.server.static_files import CompressedFiles
from data.core.compress import accepted, compressed_tag, plain_tags

_Pairs = Iterable[tuple[bytes, bytes]]


class CompressedAnswers:
    """ASGI middleware: sends a packed file where the asker reads one, and everything else as it comes.

    Streamlit sends its scripts and styles as they are: 7.4 MB for a bare page with one chart. With this the Story page,
    which loads more, is 2.3 MB.
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
            await self.app(_obeyed(scope), receive, _tagged_weakly(send))
            return
        headers = Headers(scope=scope)
        # A range is one of the plain file.
        encodings = () if "range" in headers else accepted(headers.get("accept-encoding", ""))
        found = self._files.find(path, encodings)
        if found and await self._send_packed(found, scope, receive, send):
            return
        await self.app(_obeyed(scope), receive, _varying(send))

    async def _send_packed(self, found: tuple[str, bytes, int], scope: Scope, receive: Receive, send: Send) -> bool:
        """Send these bytes under the headers that Streamlit gives the plain file; False where it has another answer."""
        encoding, body, plain_bytes = found
        start = await self._head(scope, encoding, receive)
        headers = MutableHeaders(scope=start)
        if start["status"] not in (200, 304) or "etag" not in headers:
            return False
        headers["ETag"] = compressed_tag(headers["etag"], encoding)
        headers.add_vary_header("Accept-Encoding")
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


def _varying(send: Send) -> Send:
    async def varied(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).add_vary_header("Accept-Encoding")
        await send(message)

    return varied


def _tagged_weakly(send: Send) -> Send:
    """What Streamlit packs on the way keeps the plain body's tag, which then vouches for no bytes: it is made weak."""

    async def tagged(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            encoding, tag = headers.get("content-encoding", ""), headers.get("etag", "")
            if encoding and tag.startswith('"') and not tag.endswith(f'-{encoding}"'):
                headers["ETag"] = f"W/{tag}"
        await send(message)

    return tagged
