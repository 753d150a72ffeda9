"""`make bench-attack`: what readers wait for while somebody attacks, beside a quiet time of the same server.

Real servers on the loopback, ours weighed as its unit in deploy/ weighs it, and nginx and the readers' side each in a
session of their own, as services and machines elsewhere are: Linux shares processors among sessions first, so that a
page's thread competes with its own server and not with nginx. Each attack is a process of its own that runs where a
processor would be idle, since an attacker brings a machine along, and ends by time and by count. `--short` tries all of
it in two minutes and lets no minute pass before memory is looked at; `--only NAME ...` takes some of it; `--keep`
writes the table into docs/performance.md.
"""

from __future__ import annotations

import multiprocessing
import os
import statistics
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import cache, partial
from http.client import HTTPConnection, HTTPException
from itertools import count, islice
from multiprocessing.synchronize import Event
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from urllib.parse import urlsplit

from bench.attackers import ATTACKERS, Attack, embed_addresses, lying_redis
from bench.comparison import Figure, Line, Row
from bench.proxy import nginx
from bench.server import ROOT, Server, idle, serving, shipped_weight, weigh_session
from bench.subject import CHART, SLUG
from bench.table import Measures, measure

#: The most that may be: times a quiet p95, seconds, seconds, and times the memory before.
KEPT, HEALTH_S, NEW_S, MEMORY = 2.0, 0.5, 5.0, 1.1
_KEPT_PAUSE, _HEALTH_PAUSE, _NEW_PAUSE = 0.02, 0.1, 1.0


class Pace(NamedTuple):
    """Seconds of quiet, of an attack, and until memory is looked at; embeds that are asked for before, and in all."""

    quiet: float
    attack: float
    after: float
    filled: int
    embeds: int


LONG, SHORT = Pace(20, 20, 60, 1_000, 20_000), Pace(6, 6, 5, 80, 400)


class Waited(NamedTuple):
    """What readers waited for, in seconds each."""

    shipped: list[float]
    kept: list[float]
    health: list[float]
    documents: list[float]
    pictures: list[float]
    idle: list[float]


#: A number for each thing nobody has asked for yet.
_ANEW = count()


def readers(address: str, seconds: float) -> Waited:
    """What those wait who ask for a kept document, for /healthz, and for new documents and pictures, all at a pace.

    The kept document is asked for as readers get it, of the nginx of deploy/ before the server, and of the server
    itself, which attackers reach directly. As often as for it, an idle process is asked.
    """
    waited = Waited([], [], [], [], [], [])
    until = time.monotonic() + seconds
    kept = f"/embed/{SLUG}/{CHART}"
    asking = (
        (_front(address), until, waited.shipped, lambda: kept, _KEPT_PAUSE),
        (address, until, waited.kept, lambda: kept, _KEPT_PAUSE),
        (address, until, waited.health, lambda: "/healthz", _HEALTH_PAUSE),
        (address, until, waited.documents, lambda: f"{kept}?{_range()}", _NEW_PAUSE),
        (address, until, waited.pictures, lambda: f"/embed/{SLUG}/interest.png?{_range()}", 2 * _NEW_PAUSE),
        (_idle(), until, waited.idle, lambda: "/", _KEPT_PAUSE),
    )
    threads = [threading.Thread(target=_ask, args=each) for each in asking]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return waited


def _range() -> str:
    number = next(_ANEW)
    return f"from=2016-11-08T{number // 60 % 20:02}:{number % 60:02}Z&to=2016-11-09T12:{number // 1200:02}Z"


def _ask(address: str, until: float, waited: list[float], path: Callable[[], str], pause: float) -> None:
    connection = HTTPConnection(urlsplit(address).netloc, timeout=60)
    while time.monotonic() < until:
        began = time.perf_counter()
        try:
            connection.request("GET", path())
            answer = connection.getresponse()
            answer.read()
            failed = answer.status != 200
        except (OSError, HTTPException):
            connection.close()
            failed = True
        waited.append(60.0 if failed else time.perf_counter() - began)
        time.sleep(pause)
    connection.close()


@contextmanager
def attacked(attack: Attack, address: str, seconds: float) -> Iterator[None]:
    """The attack goes on, in a process of its own that has loaded all that it needs."""
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    process = context.Process(target=_give_way, args=(attack, address, seconds, ready))
    process.start()
    try:
        ready.wait(60)
        yield
    finally:
        process.join(seconds)
        process.kill()
        process.join()


def _give_way(attack: Attack, address: str, seconds: float, ready: Event) -> None:
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    os.setsid()
    weigh_session(os.getpid(), 1)
    ready.set()
    attack(address, time.monotonic() + seconds)


def attack_lines(name: str, attack: Attack, pace: Pace) -> Iterator[Line]:
    """One attack on the server of all of them, between two quiet times."""
    server = _server(pace)
    first, before = readers(server.address, pace.quiet / 2), server.megabytes
    with attacked(attack, server.address, pace.attack):
        during = readers(server.address, pace.attack)
    time.sleep(pace.after)
    after = server.megabytes
    quiet = Waited(*(one + other for one, other in zip(first, readers(server.address, pace.quiet / 2), strict=True)))
    yield from _waited(name, quiet, during)
    yield Row(f"  memory of the server {pace.after:g} s after it", after, before, "MB", MEMORY)


def _waited(name: str, quiet: Waited, during: Waited) -> Iterator[Line]:
    yield Row(f"{name}: a kept document, p95", _p95(during.shipped) * 1000, _p95(quiet.shipped) * 1000, "ms", KEPT)
    yield Row("  of the server without nginx, p95", _p95(during.kept) * 1000, _p95(quiet.kept) * 1000, "ms", KEPT)
    yield Row("  an idle process beside it, p95", _p95(during.idle) * 1000, _p95(quiet.idle) * 1000, "ms")
    yield Figure("  /healthz, the slowest", max(during.health), "s", HEALTH_S)
    yield Figure("  a new document, the slowest", max(during.documents), "s", NEW_S)
    yield Row("  a new picture, the slowest", max(during.pictures), max(quiet.pictures), "s")


def embeds_lines(pace: Pace) -> Iterator[Line]:
    """Ever other addresses, one after the other: what is kept has a bound, and memory stays."""
    server = _server(pace)
    before, left = server.megabytes_in_all, islice(embed_addresses(pace.embeds), pace.filled, None)
    _ask_all(server.address, islice(left, pace.embeds // 2 - pace.filled))
    half = server.megabytes_in_all
    _ask_all(server.address, left)
    end = server.megabytes_in_all
    yield Row(f"{pace.embeds:,} different embeds: memory at the end, against half-way", end, half, "MB", MEMORY)
    yield Row(f"  against after {pace.filled:,}, before all is kept that may be", end, before, "MB")


def redis_lines(pace: Pace) -> Iterator[Line]:
    """A Redis whose answers never become whole, beside a server that has none."""
    with lying_redis() as url, _as_shipped({"NIGHTDESK_CACHE_URL": url}) as server:
        readers(server.address, 2)
        yield from _waited(
            "A Redis that never ends an answer",
            readers(_server(pace).address, pace.quiet),
            readers(server.address, pace.attack),
        )


@contextmanager
def _as_shipped(environment: Mapping[str, str]) -> Iterator[Server]:
    """One that has the processors as a replica of deploy/ has them."""
    with serving(ROOT / "app.py", environment=environment, own_session=True) as server:
        weigh_session(server.process.pid, shipped_weight())
        yield server


_RUNNING = ExitStack()


@cache
def _idle() -> str:
    return _RUNNING.enter_context(idle()).address


@cache
def _front(address: str) -> str:
    """The address of the nginx of deploy/ before this server; RuntimeError where nginx is not installed."""
    folder, port = Path(_RUNNING.enter_context(TemporaryDirectory())), int(address.rpartition(":")[2])
    return _RUNNING.enter_context(nginx(port, port, folder, own_session=True))


@cache
def _server(pace: Pace) -> Server:
    """One that has been asked for so much already that what it keeps is full; all attacks are on this one."""
    server = _RUNNING.enter_context(_as_shipped({}))
    _ask_all(server.address, islice(embed_addresses(pace.embeds), pace.filled))
    _ask_all(server.address, (f"/embed/{SLUG}/{CHART}.png?{_range()}" for _ in range(pace.filled // 8)))
    return server


def _ask_all(address: str, paths: Iterable[str]) -> None:
    """Ask for all of them, by two connections; RuntimeError where one is refused."""
    left, lock = iter(paths), threading.Lock()

    def ask() -> None:
        connection = HTTPConnection(urlsplit(address).netloc, timeout=60)
        while True:
            with lock:
                path = next(left, "")
            if not path:
                return
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{path} was answered with {answer.status}")

    with ThreadPoolExecutor(2) as threads:
        for asking in [threads.submit(ask) for _ in range(2)]:
            asking.result()


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def _measures(pace: Pace) -> Measures:
    """By the name that --only takes. A further attack is a line in `bench/attackers.py`."""
    attacks = {short: partial(attack_lines, name, attack, pace) for short, (name, attack) in ATTACKERS.items()}
    return attacks | {"redis": partial(redis_lines, pace), "embeds": partial(embeds_lines, pace)}


if __name__ == "__main__":
    about, mark = __doc__, "bench-attack"
    with _RUNNING:
        measure(_measures(LONG), program="python -m bench.attack", about=about, mark=mark, short=_measures(SHORT))
