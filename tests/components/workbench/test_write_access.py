"""Who may write: this machine, and nobody who came through a proxy, from another page or under another name."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.datastructures import Headers

from components.workbench.write_access import (
    GuardUploads,
    MarkOrigin,
    Uploads,
    is_local,
    is_marked,
    is_marked_own,
    is_own_page,
)  # fmt: skip
from data.core.settings import read_settings

MEGABYTE = 1024 * 1024
AT_HOME = {"host": "localhost:8501", "origin": "http://localhost:8501"}


def scope(client: str | None = "127.0.0.1", kind: str = "websocket", **headers: str) -> dict[str, Any]:
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    raw = [(name.encode(), value.encode()) for name, value in said.items()]
    return {"type": kind, "client": (client, 50_000) if client else None, "headers": raw, "path": "/", "method": "GET"}


@pytest.mark.parametrize(
    ("client", "host", "origin"),
    [
        ("127.0.0.1", "localhost:8501", "http://localhost:8501"),
        ("127.0.0.1", "127.0.0.1:8501", "http://127.0.0.1:8501"),
        ("127.8.0.9", "localhost", "http://localhost"),
        ("::1", "[::1]:8501", "http://[::1]:8501"),
        ("::ffff:127.0.0.1", "localhost:8501", "http://localhost:8501"),
    ],
)
def test_a_browser_on_this_machine_is_local(client: str, host: str, origin: str) -> None:
    assert is_local(scope(client, host=host, origin=origin))


@pytest.mark.parametrize(
    "client", ["192.168.1.20", "203.0.113.5", "::ffff:203.0.113.5", "2001:db8::1", "unix", "", None]
)
def test_another_peer_or_an_unknown_one_is_not(client: str | None) -> None:
    assert not is_local(scope(client, **AT_HOME))


@pytest.mark.parametrize(
    "name",
    [
        *("forwarded", "x-forwarded-for", "x-forwarded-proto", "X-Forwarded-Host", "x-real-ip", "via", "cf-ray"),
        *("x-original-forwarded-for", "Fastly-Client-IP", "x-cluster-client-ip", "X-ProxyUser-IP", "x-remote-addr"),
    ],
)
def test_whatever_a_proxy_added_says_that_somebody_else_is_there(name: str) -> None:
    assert not is_local(scope(**AT_HOME, **{name: "127.0.0.1"}))


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("desk.example.org", "http://desk.example.org"),
        ("localhost:8501", "http://desk.example.org"),
        ("localhost:8501", "http://localhost:3000"),
        ("localhost:8501", "null"),
        ("localhost.example.org:8501", "http://localhost.example.org:8501"),
        ("127.0.0.1.nip.io", "http://127.0.0.1.nip.io"),
        ("127.0.0.1@evil.example", "http://127.0.0.1@evil.example"),
        ("[::1", "http://[::1"),
        ("", "http://"),
    ],
)
def test_another_name_or_another_page_is_not(host: str, origin: str) -> None:
    assert not is_local(scope(host=host, origin=origin))


def test_a_websocket_without_an_origin_is_not_and_a_plain_request_may_do_without() -> None:
    assert not is_local(scope(host="localhost:8501"))
    assert is_local(scope(kind="http", host="localhost:8501"))


def test_two_hosts_or_two_origins_are_not() -> None:
    doubled = scope(**AT_HOME)
    doubled["headers"] = [*doubled["headers"], (b"origin", b"http://localhost:8501")]
    assert not is_local(doubled)


def passed_on(given: dict[str, Any]) -> Headers:
    seen: list[Headers] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        seen.append(Headers(scope=scope))

    asyncio.run(MarkOrigin(app)(given, None, None))  # type: ignore[arg-type]
    return seen[0]


def test_only_the_mark_of_this_process_counts_and_nobody_brings_one_along() -> None:
    assert is_marked(passed_on(scope(**AT_HOME)))
    assert not is_marked(passed_on(scope("203.0.113.5", **AT_HOME)))
    mark = passed_on(scope(**AT_HOME))["nightdesk-local"]
    assert not is_marked(passed_on(scope("203.0.113.5", **AT_HOME, nightdesk_local=mark)))
    assert not is_marked({"Nightdesk-Local": "true"})
    assert not is_marked({})


@pytest.mark.parametrize(
    ("host", "origin", "own"),
    [
        pytest.param("desk.example.org", "https://desk.example.org", True, id="through a proxy, under its own name"),
        pytest.param("localhost:8501", "http://localhost:8501", True, id="on this machine"),
        pytest.param("localhost:8501", "http://localhost:3000", False, id="another server of this machine"),
        pytest.param("desk.example.org", "https://example.org", False, id="a site above it"),
        pytest.param("desk.example.org", "null", False, id="a sandbox"),
        pytest.param("", "", False, id="no names"),
    ],
)
def test_a_page_of_this_server_is_one_of_the_very_name_and_port(host: str, origin: str, *, own: bool) -> None:
    given = scope("203.0.113.5", host=host, origin=origin, x_forwarded_for="203.0.113.5")
    assert is_own_page(given) is own
    assert is_marked_own(passed_on(given)) is own
    assert not is_marked(passed_on(given))


def test_whoever_says_no_origin_is_no_page_and_brings_no_mark_along() -> None:
    mark = passed_on(scope(host="localhost:8501", origin="http://localhost:8501"))["nightdesk-own-page"]
    assert not is_marked_own(passed_on(scope(host="localhost:8501", nightdesk_own_page=mark)))


@pytest.mark.parametrize(
    ("environ", "anybody"),
    [
        ({}, True),
        ({"NIGHTDESK_WRITES": "nobody"}, False),
        ({"NIGHTDESK_WRITES": "Local"}, True),
        ({"NIGHTDESK_READ_ONLY": "1"}, False),
        ({"NIGHTDESK_READ_ONLY": "t", "NIGHTDESK_WRITES": "local"}, False),
        ({"NIGHTDESK_READ_ONLY": "y"}, False),
        ({"NIGHTDESK_READ_ONLY": "0"}, True),
    ],
)
def test_settings_say_whether_anybody_may(environ: dict[str, str], *, anybody: bool) -> None:
    assert read_settings(environ).takes_changes is anybody


@pytest.mark.parametrize("word", ["enabled", "2", "nein"])
def test_a_switch_that_is_not_understood_ends_the_start(word: str) -> None:
    with pytest.raises(ValueError, match=r"^NIGHTDESK_READ_ONLY must be 1 or 0$"):
        read_settings({"NIGHTDESK_READ_ONLY": word})
    with pytest.raises(ValueError, match=r"^NIGHTDESK_WRITES must be local, desk or nobody$"):
        read_settings({"NIGHTDESK_WRITES": word})


def sent(
    uploads: Uploads, *, session: str = "s", size: int | None = 1, client: str = "127.0.0.1",
    origin: str | None = "http://localhost:8501", **headers: str,
) -> int:  # fmt: skip
    """The status that a file of so many megabytes is answered with; 204 where the app took it."""
    headers |= {"host": "localhost:8501", **({"origin": origin} if origin else {})}
    given = scope(client, kind="http", **headers)
    length = [] if size is None else [(b"content-length", str(size * MEGABYTE).encode())]
    said = [*given["headers"], *length]
    given |= {"path": f"/_stcore/upload_file/{session}/f", "method": "PUT", "headers": said}
    statuses: list[int] = []

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    asyncio.run(GuardUploads(app, uploads)(given, None, send))  # type: ignore[arg-type]
    return statuses[0]


def test_a_file_is_taken_only_while_a_writers_uploader_is_open() -> None:
    uploads = Uploads(dict)
    assert sent(uploads) == 403
    uploads.open_for("s", is_local)
    assert sent(uploads) == 204
    assert sent(uploads, client="203.0.113.5") == 403
    assert sent(uploads, session="another") == 403
    uploads.close_for("s")
    assert sent(uploads) == 403


def test_a_file_is_taken_from_whoever_opened_the_uploader() -> None:
    uploads = Uploads(dict)
    uploads.open_for("s", lambda scope: Headers(scope=scope).get("cookie") == "own=1")
    assert sent(uploads, cookie="own=1") == 204
    assert sent(uploads, cookie="own=2") == 403
    assert sent(uploads) == 403


@pytest.mark.parametrize("origin", [None, "null", "http://localhost:3000", "https://desk.example.org"])
def test_a_file_is_taken_from_a_page_of_this_server_alone(origin: str | None) -> None:
    uploads = Uploads(dict)
    uploads.open_for("s", lambda _: True)
    assert sent(uploads, origin=origin) == 403


def test_sessions_that_have_ended_are_forgotten() -> None:
    live = {"a", "b"}
    uploads = Uploads(dict, live.__contains__)
    for session in ("a", "b"):
        uploads.open_for(session, is_local)
    live.clear()
    uploads.open_for("c", is_local)
    assert list(uploads.sessions) == ["c"]
    assert sent(uploads, session="a") == 403


def test_files_are_bounded_for_a_session_and_for_all_and_by_what_they_say() -> None:
    uploads = Uploads(lambda: {"s": 15 * MEGABYTE, "others": 80 * MEGABYTE})
    uploads.open_for("s", is_local)
    uploads.open_for("t", is_local)
    assert sent(uploads, size=4) == 204
    assert sent(uploads, size=6) == 413
    assert sent(uploads, session="t", size=10) == 503
    assert sent(uploads, size=None) == 411


def test_files_on_their_way_count_until_they_have_come() -> None:
    uploads = Uploads(dict, per_session=10 * MEGABYTE)
    uploads.open_for("s", is_local)
    uploads.begin("s", 8 * MEGABYTE)
    assert sent(uploads, size=4) == 413
    uploads.end("s", 8 * MEGABYTE)
    assert sent(uploads, size=4) == 204
