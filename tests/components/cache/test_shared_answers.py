"""What one process has drawn, the others give too: the very bytes, under a key that nothing else answers to."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from components.cache import shared_answers
from components.cache.shared_answers import SharedAnswers
from components.embeds.web import drawing
from components.embeds.web.answers import Answer, answer_of
from data.core.settings import Settings
from data.net import shared_cache
from data.net.shared_cache import SharedCache
from tests.conftest import free_port
from tests.support.asking import Desk
from tests.support.redis_server import RedisServer, redis_server

FORK = multiprocessing.get_context("fork")
MADE = answer_of(b"<p>made</p>", "text/html", policy="default-src 'none'", changed=datetime(2026, 11, 3, tzinfo=UTC))
KEY = (("us-2016", "stamp"), "timeline")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def redis(running: RedisServer, monkeypatch: pytest.MonkeyPatch) -> RedisServer:
    monkeypatch.setattr(shared_cache, "TIMEOUT_SECONDS", 10)  # it may be slow on a busy machine
    running.client.flushall()
    return running


def no_drawing() -> Answer:
    raise AssertionError("it was drawn again")


def sharing(redis: RedisServer | None, *, software: str = "this release") -> SharedAnswers[Answer]:
    shared = SharedCache(redis.url) if redis else None
    return SharedAnswers(shared, software=software, write=Answer.written, read=Answer.read)


def test_another_pool_gives_the_same_answer_without_drawing(redis: RedisServer) -> None:
    first, second = (sharing(redis) for _ in range(2))
    assert first.answer(KEY, lambda: MADE) is MADE
    assert second.answer(KEY, no_drawing) == MADE


def test_without_a_shared_cache_each_process_draws() -> None:
    assert sharing(None).answer(KEY, lambda: MADE) is MADE


@pytest.mark.parametrize(
    "other",
    [
        pytest.param((("us-2016", "another stamp"), "timeline"), id="an edited story"),
        pytest.param((("us-2016", "stamp"), "results"), id="another view"),
    ],
)
def test_another_question_is_drawn(redis: RedisServer, other: tuple[object, ...]) -> None:
    shared = sharing(redis)
    shared.answer(KEY, lambda: MADE)
    with pytest.raises(AssertionError, match="drawn again"):
        shared.answer(other, no_drawing)


def test_other_software_draws_for_itself(redis: RedisServer) -> None:
    before = sharing(redis)
    before.answer(KEY, lambda: MADE)
    with pytest.raises(AssertionError, match="drawn again"):
        sharing(redis, software="the next release").answer(KEY, no_drawing)
    # What runs on while its files are replaced is still the release that it was started as.
    assert before.answer(KEY, no_drawing) == MADE


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda kept: b"", id="nothing"),
        pytest.param(lambda kept: b"no JSON\n", id="no JSON"),
        pytest.param(lambda kept: b"[1, 2]\n", id="other JSON"),
        pytest.param(lambda kept: b'[{"what": "is this"}, {}]\n', id="other fields"),
        pytest.param(lambda kept: kept[: len(MADE.packed) // -2], id="broken off"),
        pytest.param(lambda kept: kept.replace(b"text/html", b"text/mud!"), id="changed"),
        pytest.param(lambda kept: kept[:40], id="hardly begun"),
    ],
)
def test_what_is_not_as_it_was_kept_is_drawn_anew(redis: RedisServer, change: Callable[[bytes], bytes]) -> None:
    shared = sharing(redis)
    shared.answer(KEY, lambda: MADE)
    (name,) = redis.names()
    redis.client.set(name, change(redis.read(name)))
    assert shared.answer(KEY, lambda: MADE) is MADE
    assert sharing(redis).answer(KEY, no_drawing) == MADE


def test_drawn_answers_expire_and_heavy_ones_are_not_shared(
    redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = sharing(redis)
    shared.answer(KEY, lambda: MADE)
    (name,) = redis.names()
    assert 0 < redis.seconds_left(name) <= 24 * 3600
    monkeypatch.setattr(shared_answers, "MOST_BYTES_SHARED", 100)
    shared.answer(("heavy",), lambda: MADE)
    assert redis.names() == [name]


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/embed/us-2016/interest", "/embed/us-2016/interest.png", "/s/us-2016/interest"])
def test_a_chart_that_one_process_drew_another_gives_without_drawing(
    redis: RedisServer, path: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings, found = Settings(cache=tmp_path, cache_url=redis.url), FORK.Queue()

    def ask() -> None:
        desk = Desk(settings)
        found.put(desk.ask(path, accept_encoding="gzip"))
        desk.close()

    def ask_without_a_pen() -> None:
        monkeypatch.setattr(drawing, "embed_at", no_drawing)
        ask()

    replies = []
    for work in (ask, ask_without_a_pen):
        process = FORK.Process(target=work)
        process.start()
        replies.append(found.get(timeout=60))
        process.join(10)
    first, second = replies
    assert first.status == second.status == 200
    assert (second.body, second.headers) == (first.body, first.headers)


def test_a_redis_that_is_not_there_costs_no_chart_and_one_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    nobody = f"redis://127.0.0.1:{free_port()}/0"
    desk = Desk(Settings(cache=tmp_path, cache_url=nobody))
    paths = [f"/embed/us-2016/interest{ending}" for ending in ("", ".svg", ".csv", ".json")]
    assert [desk.ask(path).status for path in paths] == [200] * 4
    desk.close()
    (line,) = [record.getMessage() for record in caplog.records if "redis" in record.getMessage()]
    assert line.startswith(f"the shared cache {nobody} cannot be used, each process has its own: ")
