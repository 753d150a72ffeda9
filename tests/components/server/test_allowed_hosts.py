"""A server answers to its own names alone: no name of somebody else leads a browser to it, or into its links."""

from __future__ import annotations

import asyncio
import socket
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from components.server.middleware import AllowedHosts

LOOPBACK = ("127.0.0.1", 8501)
DESK = "https://desk.example.org/charts"


def answered(*hosts: str, public_url: str = "", kind: str = "http", server: Any = LOOPBACK) -> list[Message]:
    """What is sent to one who asks by these Host headers at this end of a connection."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await PlainTextResponse("a page")(scope, receive, send)
        else:
            await send({"type": "websocket.accept"})

    headers = [(b"host", host.encode("latin-1")) for host in hosts]
    scope = {"type": kind, "method": "GET", "path": "/", "headers": headers, "server": server}
    asyncio.run(AllowedHosts(inner, public_url)(scope, receive, send))
    return sent


def is_answered(*hosts: str, **asked: Any) -> bool:
    return bool(answered(*hosts, **asked)[0]["status"] == 200)


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8501", "LocalHost:8501", "127.0.0.1:8501", "127.3.2.1", "[::1]:8501", "localhost."]
)
@pytest.mark.parametrize("public_url", ["", DESK])
def test_the_loopback_is_always_answered(host: str, public_url: str) -> None:
    assert is_answered(host, public_url=public_url)


@pytest.mark.parametrize("host", ["desk.example.org", "DESK.example.org", "desk.example.org:443", "desk.example.org."])
def test_the_name_that_readers_use_is_answered_where_it_is_set(host: str) -> None:
    assert is_answered(host, public_url=DESK)
    assert not is_answered(host)


FOREIGN = [
    pytest.param(["rebound.example"], id="a name that was pointed here"),
    pytest.param(["rebound.example:8501"], id="with our port"),
    pytest.param(["desk.example.org.evil.example"], id="a name that begins like ours"),
    pytest.param(["evil.example/desk.example.org"], id="a path"),
    pytest.param(["desk.example.org@evil.example"], id="a user like our name"),
    pytest.param(["evil.example@desk.example.org"], id="a user at our name"),
    pytest.param(["127.0.0.1.evil.example"], id="a name that begins like the loopback"),
    pytest.param(["localhost.evil.example"], id="a name below another"),
    pytest.param(["localhost evil.example"], id="a space"),
    pytest.param(["localhost:"], id="a port that is none"),
    pytest.param(["localhost:99999"], id="a port too high"),
    pytest.param(["[::1"], id="half a number"),
    pytest.param(["203.0.113.9"], id="somebody's number"),
    pytest.param([""], id="an empty name"),
    pytest.param([], id="no name"),
    pytest.param(["localhost", "evil.example"], id="two names"),
]


@pytest.mark.parametrize("hosts", FOREIGN)
@pytest.mark.parametrize("public_url", ["", DESK])
def test_a_foreign_name_is_one_sentence_that_nobody_keeps(hosts: list[str], public_url: str) -> None:
    start, body = answered(*hosts, public_url=public_url)
    headers = dict(start["headers"])
    assert (start["status"], headers[b"cache-control"]) == (400, b"no-store")
    assert headers[b"content-type"] == b"text/plain; charset=utf-8"
    assert body["body"].startswith(b"This server does not answer to the name ") and body["body"].count(b"\n") == 1


@pytest.mark.parametrize("hosts", FOREIGN)
def test_no_websocket_is_opened_for_a_foreign_name(hosts: list[str]) -> None:
    assert answered(*hosts, kind="websocket") == [{"type": "websocket.close", "code": 1008}]


def test_an_open_server_is_asked_by_the_number_of_its_interface_and_the_machines_name() -> None:
    interface = ("192.168.7.20", 8501)
    assert is_answered("192.168.7.20:8501", server=interface)
    assert is_answered("[fd00::7]:8501", server=("fd00:0::7", 8501))
    assert is_answered(socket.gethostname(), server=interface)
    assert not is_answered("192.168.7.21:8501", server=interface)
    assert not is_answered("192.168.7.20:8501")


def test_nothing_that_was_sent_comes_back_as_more_than_text() -> None:
    body = answered("evil.example\x1b[31m\xff" + "a" * 500)[1]["body"]
    assert b"\x1b" not in body and len(body) < 250


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/", "/embed/us-2016/timeline", "/s/us-2016/timeline", "/sitemap.xml", "/healthz"])
def test_a_real_server_makes_no_page_for_a_foreign_name(server: str, path: str) -> None:
    connection = HTTPConnection(urlsplit(server).netloc, timeout=60)
    connection.request("GET", path, headers={"Host": "rebound.example"})
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Cache-Control"]) == (400, "no-store")
    assert b"NIGHTDESK_PUBLIC_URL" in answer.read()
    connection.close()


@pytest.mark.slow
def test_a_real_server_opens_no_session_for_a_page_of_a_rebound_name(server: str) -> None:
    place = urlsplit(server)
    origin, url = Origin(f"http://rebound.example:{place.port}"), f"ws://rebound.example:{place.port}/_stcore/stream"
    with (
        socket.create_connection(("127.0.0.1", place.port or 0), timeout=20) as raw,
        pytest.raises(InvalidStatus) as refused,
    ):
        connect(url, sock=raw, origin=origin, proxy=None)
    assert refused.value.response.status_code == 403
