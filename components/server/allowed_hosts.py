"""Which names this server answers to, so that no foreign name leads a browser to it or into a link that it makes."""

from __future__ import annotations

import socket
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from data.net.addresses import host_and_port, is_loopback

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
