"""A real server, asked over its own websocket by whoever is not at this machine: nothing to write with is there."""

from __future__ import annotations

import urllib.error
import urllib.request

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from tests.support.asking_http import ask

WRITING = ("Import a Google Trends CSV", "Get searches from Google Trends", "Look for machine records")


def shown(address: str, page: str, *, origin: str | None, **headers: str) -> tuple[str, str]:
    """All that one run of a page sent, as text, and the session's name."""
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    with connect(
        f"{address.replace('http', 'ws', 1)}/_stcore/stream",
        subprotocols=[Subprotocol("streamlit")],
        origin=Origin(origin) if origin else None,
        additional_headers=said,
        max_size=None,
        proxy=None,
    ) as socket:
        message = BackMsg()
        message.rerun_script.page_name = page
        socket.send(message.SerializeToString())
        parts, session = [], ""
        while True:
            answer = ForwardMsg.FromString(socket.recv(timeout=60))
            session = answer.new_session.initialize.session_id or session
            parts.append(str(answer))
            if answer.WhichOneof("type") == "script_finished":
                return "\n".join(parts), session


@pytest.mark.parametrize("page", ["search-trends", "outage-reports"])
def test_whoever_sits_at_the_machine_finds_what_writes(server: str, page: str) -> None:
    text, _ = shown(server, page, origin=server)
    assert any(name in text for name in WRITING)


@pytest.mark.parametrize("page", ["search-trends", "outage-reports"])
@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"X_Forwarded_For": "203.0.113.9"}, id="through a proxy"),
        pytest.param({"X_Forwarded_For": "127.0.0.1"}, id="through a proxy that names the loopback"),
        pytest.param({"Forwarded": "for=127.0.0.1"}, id="as the standard has it"),
        pytest.param({"X_Real_IP": "127.0.0.1"}, id="as nginx has it"),
        pytest.param({"Via": "1.1 cache"}, id="through a cache"),
        pytest.param({"Nightdesk_Local": "true", "Via": "1.1 cache"}, id="with a forged mark"),
    ],
)
def test_nobody_else_does(server: str, page: str, headers: dict[str, str]) -> None:
    text, _ = shown(server, page, origin=server, **headers)
    assert "script_finished" in text
    assert not [name for name in WRITING if name in text]


def test_a_program_that_says_no_origin_does_not(server: str) -> None:
    text, _ = shown(server, "search-trends", origin=None)
    assert not [name for name in WRITING if name in text]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({}, 200, id="from this machine"),
        pytest.param({"X_Forwarded_For": "203.0.113.9"}, 403, id="through a proxy"),
        pytest.param({"Origin": "http://elsewhere.example"}, 403, id="by a page of somebody else"),
    ],
)
def test_counts_of_sessions_and_memory_are_told_to_this_machine_alone(
    headers: dict[str, str], status: int, server: str
) -> None:
    heard = ask(f"{server}/_stcore/metrics", **headers)
    assert (heard.status, b"session_events_total" in heard.body) == (status, status == 200)


def test_a_file_that_no_uploader_asked_for_is_refused(server: str) -> None:
    _, session = shown(server, "search-trends", origin=server)
    request = urllib.request.Request(
        f"{server}/_stcore/upload_file/{session}/some-file", method="PUT", data=b"x" * 100, headers={"Origin": server}
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with pytest.raises(urllib.error.HTTPError) as refused:
        opener.open(request, timeout=10)
    assert refused.value.code == 403
