"""Asking without keeping: what a recorder does, whose snapshots are the record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from data.core.errors import SourceChanged
from data.net.plain_client import ASKING, Asking, PlainClient, PoliteSession, open_client
from tests.support.loopback import Answer, Asked, Loopback, loopback, settings_at

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
SHEET = "https://docs.google.com/spreadsheets/d/e/2PACX-1/pub?output=csv"


@pytest.fixture
def server() -> Iterator[Loopback]:
    with loopback() as running:
        yield running


def client_at(server: Loopback, folder: Path, now: list[datetime]) -> PlainClient:
    return open_client(settings_at(server.url, folder), now=lambda: now[0])


def test_an_answer_that_is_known_and_the_same_costs_no_bytes_and_counts_as_fetched_now(
    server: Loopback, tmp_path: Path
) -> None:
    def tagged(asked: Asked) -> Answer:
        same = asked.headers.get("If-None-Match") == '"v1"'
        return Answer(b"" if same else b"a,b", 304 if same else 200, {"ETag": '"v1"', "Left": "7" if same else "8"})

    now, url = [NOON], server.answers("/calls", tagged)
    with client_at(server, tmp_path, now) as client:
        first = client.fetch(url, source="The table")
        now[0] += timedelta(seconds=5)
        again = client.fetch(url, source="The table", known=first)
    assert (again.status, again.content, again.fetched_at - first.fetched_at) == (200, b"a,b", timedelta(seconds=5))
    assert (first.headers["left"], again.headers["left"], again.headers["etag"]) == ("8", "7", '"v1"')
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and b"a,b" in path.read_bytes()]


def test_a_secret_of_an_address_is_in_no_reply(server: Loopback, tmp_path: Path) -> None:
    url = server.answers("/calls", Answer(b"a"))
    with client_at(server, tmp_path, [NOON]) as client:
        reply = client.fetch(f"{url}?api_key=hush&level=state", source="The table", headers={"x-api-key": "hush"})
    assert reply.url == f"{url}?api_key=REDACTED&level=state"
    assert "hush" not in repr(reply)


def test_what_is_sent_is_never_sent_on(server: Loopback, tmp_path: Path) -> None:
    url = server.answers("/token", Answer(status=307, headers={"Location": "/other"}))
    with client_at(server, tmp_path, [NOON]) as client, pytest.raises(SourceChanged, match="sends on what it was sent"):
        client.fetch(url, method="POST", sent={"secret": "hush"}, source="The table")
    assert server.count("/other") == 0


@pytest.mark.parametrize(
    ("asked", "location", "followed"),
    [
        pytest.param(SHEET, "https://doc-0g-8s-sheets.googleusercontent.com/pub/x", True, id="where Google has sheets"),
        pytest.param(SHEET, "https://accounts.google.com/ServiceLogin", False, id="a log-in"),
        pytest.param(SHEET, "https://doc-0g-sheets.googleusercontent.com.example.org/", False, id="a likeness"),
        pytest.param(
            "https://example.org/", "https://doc-0g-sheets.googleusercontent.com/", False, id="from elsewhere"
        ),
    ],
)
def test_only_a_published_sheet_is_followed_to_another_host(asked: str, location: str, followed: bool) -> None:
    answer = requests.Response()
    answer.url, answer.status_code, answer.headers["Location"] = asked, 307, location
    mark = ASKING.set(Asking("The table of calls", None, None))
    try:
        if followed:
            assert PoliteSession().get_redirect_target(answer) == location
        else:
            with pytest.raises(SourceChanged, match="to another host"):
                PoliteSession().get_redirect_target(answer)
    finally:
        ASKING.reset(mark)
