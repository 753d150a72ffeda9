from __future__ import annotations

import logging
import multiprocessing
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from requests_cache.policy.settings import DEFAULT_IGNORED_PARAMS

from data.net.client import Desk, open_desk
from data.net.plain_client import SECRETS, Reply
from tests.support.loopback import Answer, Loopback, loopback, settings_at

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
GOOD = Answer(b'{"captures": 3}', headers={"Content-Type": "application/json"})
FORK = multiprocessing.get_context("fork")


@pytest.fixture
def server() -> Iterator[Loopback]:
    with loopback() as running:
        yield running


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return settings_at("http://127.0.0.1", tmp_path).cache / "answers.sqlite"


def desk_at(server: Loopback, folder: Path, **options: Any) -> Desk:
    return open_desk(settings_at(server.url, folder), **options)


def ask(desk: Desk, url: str, **options: Any) -> Reply:
    return desk.ask(url, **({"source": "wayback", "fresh": "never"} | options))


@pytest.mark.parametrize(
    ("fresh", "asked"),
    [
        pytest.param("never", 1, id="what never grows old is asked for once"),
        pytest.param(timedelta(minutes=12), 1, id="younger than it may be"),
        pytest.param(timedelta(minutes=10), 2, id="older than it may be"),
        pytest.param(timedelta(minutes=11), 2, id="as old as it may be"),
        pytest.param(None, 2, id="always asked for"),
    ],
)
def test_who_asks_says_how_old_an_answer_may_be(server: Loopback, tmp_path: Path, fresh: Any, asked: int) -> None:
    """requests-cache alone decides that when it keeps an answer, and keeps it for ever unless told otherwise."""
    clock = [NOON]
    url = server.answers("/data", GOOD)
    with desk_at(server, tmp_path, now=lambda: clock[0]) as desk:
        ask(desk, url, fresh="never")
        clock[0] += timedelta(minutes=11)
        ask(desk, url, fresh=fresh)
    assert server.count("/data") == asked


def test_an_answer_from_before_the_clock_was_set_back_is_not_fresh(server: Loopback, tmp_path: Path) -> None:
    clock = [NOON]
    url = server.answers("/data", GOOD)
    with desk_at(server, tmp_path, now=lambda: clock[0]) as desk:
        ask(desk, url)
        clock[0] -= timedelta(days=1)
        ask(desk, url, fresh=timedelta(hours=1))
    assert server.count("/data") == 2


def test_answers_outlive_the_desk(server: Loopback, tmp_path: Path) -> None:
    url = server.answers("/data", GOOD, Answer(status=500))
    for _ in range(2):
        with desk_at(server, tmp_path, now=lambda: NOON) as desk:
            reply = ask(desk, url)
    assert (reply.from_cache, reply.fetched_at, reply.content) == (True, NOON, GOOD.body)


def test_the_librarys_own_list_of_secrets_is_extended_not_replaced() -> None:
    assert set(DEFAULT_IGNORED_PARAMS) < set(SECRETS)


def test_secrets_and_cookies_are_neither_kept_nor_told_nor_part_of_the_question(
    server: Loopback, tmp_path: Path, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    url = server.answers("/data", Answer(GOOD.body, headers={"set-cookie": "NID=hush-1", "Vary": "Cookie"}))
    with desk_at(server, tmp_path) as desk:
        for number in (2, 3):
            params, headers = {"q": "x", "api_key": f"hush-{number}"}, {"Authorization": f"Bearer hush-{number}"}
            reply = ask(desk, url, params=params, headers=headers)
        ask(desk, url, params=params, headers=headers, fresh=None)
    assert reply.from_cache and reply.url == f"{url}?api_key=REDACTED&q=x"
    assert "hush" not in str(reply)
    with closing(sqlite3.connect(file)) as kept:
        (text,) = kept.execute("SELECT value FROM answers").fetchone()
    assert "hush" not in text and GOOD.headers["Content-Type"] not in text
    assert "hush" not in caplog.text


def test_a_failure_with_an_old_copy_is_logged_without_its_query(
    server: Loopback, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    url = server.answers("/data", GOOD, Answer(status=500))
    with desk_at(server, tmp_path) as desk:
        for _ in range(2):
            ask(desk, url, params={"q": "a person's name"}, fresh=None)
    assert f"Request for URL {url}?… failed; using cached response" in caplog.text
    assert "person" not in caplog.text


def test_readers_and_writers_do_not_block_each_other(server: Loopback, tmp_path: Path, file: Path) -> None:
    with desk_at(server, tmp_path) as desk:
        ask(desk, server.answers("/data", GOOD))
    with closing(sqlite3.connect(file)) as kept:
        assert kept.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_two_processes_with_four_threads_each_keep_every_answer(
    server: Loopback, tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.net.answer_cache._BUSY_SECONDS", 60)  # every answer is kept, however long a disk takes
    server.answers("/data", GOOD)

    def work(name: int) -> None:
        with desk_at(server, tmp_path) as desk:

            def some(thread: int) -> None:
                for turn in range(5):
                    ask(desk, f"{server.url}/data", params={"q": f"{name}-{thread}-{turn}"})

            threads = [threading.Thread(target=some, args=(thread,)) for thread in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

    processes = [FORK.Process(target=work, args=(name,)) for name in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0]
    with closing(sqlite3.connect(file)) as kept:
        assert kept.execute("SELECT count(*) FROM answers").fetchone() == (40,)


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(b"this was never a database, and is long enough to be read as one " * 20, id="something else"),
        pytest.param(b"SQLite format 3\x00" + b"\xff" * 8192, id="a good start"),
    ],
)
def test_a_broken_file_is_set_aside_with_a_log_line(
    server: Loopback, tmp_path: Path, file: Path, caplog: pytest.LogCaptureFixture, broken: bytes
) -> None:
    file.parent.mkdir(parents=True)
    file.write_bytes(broken)
    url = server.answers("/data", GOOD)
    with desk_at(server, tmp_path) as desk:
        assert ask(desk, url).content == GOOD.body
        assert ask(desk, url).from_cache
    (aside,) = file.parent.glob("answers-broken-*.sqlite")
    assert aside.read_bytes() == broken
    assert "was broken and is now answers-broken-" in caplog.text


def test_a_file_that_breaks_while_the_desk_is_open_costs_one_request(
    server: Loopback, tmp_path: Path, file: Path
) -> None:
    url = server.answers("/data", GOOD)
    with desk_at(server, tmp_path) as desk:
        ask(desk, url)
        file.write_bytes(b"\x00" * 5000)
        assert ask(desk, url).content == GOOD.body
        assert ask(desk, url).from_cache
    assert server.count("/data") == 2


def test_a_locked_file_costs_a_request_and_a_log_line_and_no_waiting_for_ever(
    server: Loopback, tmp_path: Path, file: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library's own backend tries until the lock is gone."""
    monkeypatch.setattr("data.net.answer_cache._BUSY_SECONDS", 0.1)
    url = server.answers("/data", GOOD)
    with desk_at(server, tmp_path) as desk:
        ask(desk, url)
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("PRAGMA locking_mode=EXCLUSIVE")
            other.execute("BEGIN EXCLUSIVE")
            assert ask(desk, url, fresh=None).content == GOOD.body
        assert "is not used this time: database is locked" in caplog.text
        assert ask(desk, url).from_cache


@pytest.mark.parametrize(
    "foreign",
    [
        pytest.param("no JSON", id="no JSON"),
        pytest.param("[]", id="a list"),
        pytest.param('{"what": "is this"}', id="other fields"),
        pytest.param('{"status_code": 200, "headers": {}}', id="no time"),
        pytest.param('{"headers": {"X-Nightdesk-Fetched-At": "yesterday"}}', id="a time that is none"),
        pytest.param('{"status_code": "many", "headers": 5, "request": []}', id="fields of other types"),
        pytest.param(b"\xff\xfe", id="bytes"),
        pytest.param(None, id="nothing"),
    ],
)
def test_an_answer_that_was_kept_otherwise_is_asked_for_again(
    server: Loopback, tmp_path: Path, file: Path, foreign: object
) -> None:
    url = server.answers("/data", GOOD)
    with desk_at(server, tmp_path) as desk:
        ask(desk, url)
        with closing(sqlite3.connect(file)) as kept, kept:
            kept.execute("UPDATE answers SET value = ?", (foreign,))
        assert ask(desk, url).content == GOOD.body
        assert ask(desk, url).from_cache
    assert server.count("/data") == 2


def test_without_a_folder_for_the_cache_every_question_is_asked(
    server: Loopback, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    url = server.answers("/data", GOOD)
    with desk_at(server, tmp_path) as desk:
        assert [ask(desk, url).content for _ in range(2)] == [GOOD.body] * 2
    assert server.count("/data") == 2
    assert "is not used this time" in caplog.text


def test_the_oldest_answers_go_when_the_file_is_full(
    server: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = b"x" * 30_000
    urls = [server.answers(f"/data/{number}", Answer(body)) for number in range(5)]
    with desk_at(server, tmp_path) as desk:
        for url in urls:
            ask(desk, url)
    monkeypatch.setattr("data.net.answer_cache.MOST_BYTES", 100_000)
    with desk_at(server, tmp_path) as desk:
        assert [ask(desk, url).from_cache for url in reversed(urls)] == [True, True, False, False, False]
