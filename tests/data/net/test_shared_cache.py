"""A real Redis that processes share: what it holds, and that nothing stops without it."""

from __future__ import annotations

import multiprocessing
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from requests.structures import CaseInsensitiveDict
from requests_cache.backends.base import BaseStorage, DictStorage
from requests_cache.models.response import CachedResponse

from data.core.settings import Settings
from data.net import cache_checks, shared_cache
from data.net.answer_cache import NAMESPACE, SharedAnswers
from data.net.client import Desk, open_desk
from data.net.plain_client import FETCHED_AT, Reply
from data.net.shared_cache import SharedCache
from tests.support.loopback import Answer, Loopback, loopback, settings_at
from tests.support.redis_server import RedisServer, SilentRedis, redis_server

GOOD = Answer(b'{"captures": 3}', headers={"Content-Type": "application/json"})
FORK = multiprocessing.get_context("fork")
NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)


@pytest.fixture
def source() -> Iterator[Loopback]:
    with loopback() as running:
        yield running


@pytest.fixture
def redis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RedisServer]:
    """A Redis that may be slow: on a busy machine half a second can pass before it has its turn."""
    monkeypatch.setattr(shared_cache, "TIMEOUT_SECONDS", 10)
    with redis_server(tmp_path) as running:
        yield running


def machine(source: Loopback, folder: Path, url: str) -> Settings:
    """Settings of a machine with a cache folder of its own."""
    at = settings_at(source.url, folder)
    return Settings(cache=at.cache, mirrors=(("NIGHTDESK_WAYBACK_URL", source.url),), cache_url=url)


def ask(desk: Desk, url: str, *, fresh: timedelta | None = timedelta(hours=1)) -> Reply:
    return desk.ask(url, source="wayback", fresh=fresh)


def own() -> BaseStorage[str, CachedResponse]:
    """What one machine keeps for itself."""
    return DictStorage()  # type: ignore[no-untyped-call]


def in_a_process_of_its_own(work: Callable[[], object]) -> None:
    process = FORK.Process(target=work)
    process.start()
    process.join(30)
    assert process.exitcode == 0


def until(happens: Callable[[], bool], *, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "data.net.shared_cache"]


def test_what_one_machine_has_asked_another_need_not_ask(source: Loopback, redis: RedisServer, tmp_path: Path) -> None:
    url = source.answers("/data", GOOD)

    def first() -> None:
        with open_desk(machine(source, tmp_path / "first", redis.url)) as desk:
            assert not ask(desk, url).from_cache

    def second() -> None:
        with open_desk(machine(source, tmp_path / "second", redis.url)) as desk:
            reply = ask(desk, url)
            assert (reply.from_cache, reply.content) == (True, GOOD.body)

    in_a_process_of_its_own(first)
    in_a_process_of_its_own(second)
    assert source.count("/data") == 1


def test_an_answer_of_a_source_never_expires_because_it_stands_in_when_the_source_fails(
    source: Loopback, redis: RedisServer, tmp_path: Path
) -> None:
    url, clock = source.answers("/data", GOOD, Answer(status=500)), [NOON]
    with open_desk(machine(source, tmp_path / "first", redis.url), now=lambda: clock[0]) as desk:
        ask(desk, url)
    (key,) = redis.names()
    assert key.startswith(f"{NAMESPACE}:")
    assert redis.seconds_left(key) == -1
    clock[0] += timedelta(days=400)
    with open_desk(machine(source, tmp_path / "second", redis.url), now=lambda: clock[0]) as desk:
        reply = ask(desk, url)
    assert (reply.stale, reply.content, reply.fetched_at) == (True, GOOD.body, NOON)


def test_no_secret_is_shared(source: Loopback, redis: RedisServer, tmp_path: Path) -> None:
    url = source.answers("/data", Answer(GOOD.body, headers={"Set-Cookie": "NID=hush-1"}))
    with open_desk(machine(source, tmp_path, redis.url)) as desk:
        headers = {"Authorization": "Bearer hush-2", "Cookie": "hush-3"}
        desk.ask(url, params={"api_key": "hush-4"}, headers=headers, source="wayback", fresh="never")
    (key,) = redis.names()
    assert b"hush" not in redis.read(key)


@pytest.mark.parametrize(
    "foreign",
    [
        pytest.param(b"no JSON", id="no JSON"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b'{"what": "is this"}', id="other fields"),
        pytest.param(b'{"status_code": "many", "headers": 5, "request": []}', id="fields of other types"),
        pytest.param(b"\xff\xfe", id="bytes"),
    ],
)
def test_what_somebody_else_put_there_is_no_answer(
    source: Loopback, redis: RedisServer, tmp_path: Path, foreign: bytes
) -> None:
    url = source.answers("/data", GOOD)
    with open_desk(machine(source, tmp_path / "first", redis.url)) as desk:
        ask(desk, url)
    (key,) = redis.names()
    redis.client.set(key, foreign)
    with open_desk(machine(source, tmp_path / "second", redis.url)) as desk:
        assert ask(desk, url).content == GOOD.body
        assert ask(desk, url).from_cache
    assert source.count("/data") == 2


def test_without_redis_from_the_start_this_machine_keeps_its_own_and_says_so_once(
    source: Loopback, redis: RedisServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    redis.stop()
    urls = [source.answers(f"/data/{number}", GOOD) for number in range(5)]
    with open_desk(machine(source, tmp_path, redis.url)) as desk:
        replies = [ask(desk, url) for url in urls * 2]
    assert [reply.from_cache for reply in replies] == [False] * 5 + [True] * 5
    (line,) = lines(caplog)
    assert line.startswith(f"the shared cache {redis.url} cannot be used, each process has its own: ")


def test_a_redis_that_goes_in_mid_run_takes_no_answer_with_it(
    source: Loopback, redis: RedisServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    urls = [source.answers(f"/data/{number}", GOOD) for number in range(5)]
    with open_desk(machine(source, tmp_path, redis.url)) as desk:
        for url in urls:
            ask(desk, url)
        redis.stop()
        assert [ask(desk, url).from_cache for url in urls] == [True] * 5
    assert len(lines(caplog)) == 1
    assert [source.count(f"/data/{number}") for number in range(5)] == [1] * 5


@pytest.mark.parametrize(
    ("here", "there"),
    [
        pytest.param("2026-11-03T12:00:00+00:00", "2026-11-03T13:00:00+00:00", id="another machine asked later"),
        pytest.param("2026-11-03T13:00:00+00:00", "2026-11-03T12:00:00+00:00", id="asked here while Redis was away"),
    ],
)
def test_the_later_of_two_copies_counts(redis: RedisServer, here: str, there: str) -> None:
    local, elsewhere = own(), own()
    shared = SharedCache(redis.url)
    SharedAnswers(elsewhere, shared)["key"] = CachedResponse(headers=CaseInsensitiveDict({FETCHED_AT: there}))
    local["key"] = CachedResponse(headers=CaseInsensitiveDict({FETCHED_AT: here}))
    assert SharedAnswers(local, shared)["key"].headers[FETCHED_AT] == "2026-11-03T13:00:00+00:00"


def test_what_is_taken_out_is_gone_from_both(redis: RedisServer) -> None:
    local = own()
    answers = SharedAnswers(local, SharedCache(redis.url))
    answers["key"] = CachedResponse(headers=CaseInsensitiveDict({FETCHED_AT: "2026-11-03T12:00:00+00:00"}))
    assert (list(answers), len(answers), len(redis.names()), len(local)) == (["key"], 1, 1, 1)
    del answers["key"]
    assert (len(answers), len(redis.names()), len(local)) == (0, 0, 0)


def test_what_only_others_hold_can_be_taken_out_too(redis: RedisServer) -> None:
    answers, elsewhere = (SharedAnswers(own(), SharedCache(redis.url)) for _ in range(2))
    elsewhere["key"] = CachedResponse(headers=CaseInsensitiveDict({FETCHED_AT: "2026-11-03T12:00:00+00:00"}))
    with suppress(KeyError):
        del answers["key"]
    assert redis.names() == []


def test_a_redis_that_is_back_is_used_again_by_itself(redis: RedisServer, caplog: pytest.LogCaptureFixture) -> None:
    shared = SharedCache(redis.url, rest_seconds=0.1)
    redis.stop()
    for _ in range(3):
        assert shared.get("key") is None
    redis.start()

    def kept() -> bool:
        shared.keep("key", b"value", seconds=60)
        return shared.get("key") == b"value"

    until(kept)
    said, back = lines(caplog)
    assert "cannot be used" in said
    assert back == f"the shared cache {redis.url} can be used again"


def test_a_redis_that_was_started_anew_costs_no_request(redis: RedisServer, caplog: pytest.LogCaptureFixture) -> None:
    """The connection that is kept was closed from the other side."""
    shared = SharedCache(redis.url)
    shared.keep("key", b"old", seconds=60)
    redis.stop()
    redis.start()
    shared.keep("key", b"new", seconds=60)
    assert shared.get("key") == b"new"
    assert lines(caplog) == []


def test_a_redis_that_stalls_in_mid_run_costs_no_answer(
    redis: RedisServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    shared = SharedCache(redis.url)
    shared.keep("key", b"value", seconds=60)
    redis.stall()
    monkeypatch.setattr(shared_cache, "TIMEOUT_SECONDS", 0.1)  # it says nothing, however long it is waited for
    assert [shared.get("key") for _ in range(20)] == [None] * 20
    redis.go_on()
    (line,) = lines(caplog)
    assert "Timeout" in line


def test_one_of_many_askers_waits_for_a_redis_that_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    silent = SilentRedis()
    shared = SharedCache(silent.url)
    asked: list[bytes | None] = []
    threads = [threading.Thread(target=lambda: asked.append(shared.get("key"))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert asked == [None] * 20
    assert silent.connections() == 1
    assert len(lines(caplog)) == 1
    silent.close()


def test_a_full_redis_keeps_answers_of_sources_and_lets_drawn_ones_go(tmp_path: Path, source: Loopback) -> None:
    url = source.answers("/data", GOOD)
    with redis_server(tmp_path, "--maxmemory", "4mb", "--maxmemory-policy", "volatile-lru") as redis:
        with open_desk(machine(source, tmp_path, redis.url)) as desk:
            ask(desk, url)
        shared = SharedCache(redis.url)
        for number in range(60):
            shared.keep(f"nightdesk:drawn:{number}", b"x" * 100_000, seconds=3600)
        assert len(redis.names(f"{NAMESPACE}:*")) == 1
        assert 0 < len(redis.names("nightdesk:drawn:*")) < 60


def test_what_can_be_made_anew_expires(redis: RedisServer) -> None:
    SharedCache(redis.url).keep("key", b"value", seconds=3600)
    assert 3500 < redis.seconds_left("key") <= 3600


def test_a_failure_that_is_not_of_redis_reaches_the_asker(redis: RedisServer) -> None:
    def fail() -> None:
        raise KeyError("key")

    with pytest.raises(KeyError):
        SharedCache(redis.url).ask(fail, None)


def test_a_check_says_whether_it_works(redis: RedisServer) -> None:
    settings = Settings(cache_url=redis.url)
    assert cache_checks.shared(settings) == ""
    redis.stop()
    assert cache_checks.shared(settings).startswith(f"{redis.url} does not answer: ")


def test_a_check_without_a_shared_cache_is_no_fault() -> None:
    assert cache_checks.shared(Settings()) == ""


def test_a_password_is_never_told(caplog: pytest.LogCaptureFixture) -> None:
    settings = Settings(cache_url="redis://desk:hush@127.0.0.1:1/0")
    shared = SharedCache(settings.cache_url)
    assert shared.get("key") is None
    assert "hush" not in f"{settings} {cache_checks.shared(settings)} {caplog.text} {shared.place}"
    assert re.search(r"redis://127\.0\.0\.1:1/0 cannot be used", caplog.text)
