"""`make bench-night`: from a call in a feed to its mark in an embed, while readers read and the recorder is killed."""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from bench.server import Server, running
from data.core.model import Order
from data.core.program import utc_now
from data.story.rehearse import name_of, rehearsed
from data.story.store import SHIPPED, FolderStore, files_of
from data.story.story_toml import Rehearsal

STORY = "night"
_RUN = "import sys; from components.cli import main; sys.exit(main())"


@dataclass
class Feed:
    """A server that answers as AP's API, whose races are called one after the other; when each was, by this clock."""

    races: list[tuple[str, str]]
    called: dict[str, float] = field(default_factory=dict)

    def answer(self) -> bytes:
        races = [self._race(code, party) for code, party in self.races]
        return json.dumps({"timestamp": utc_now().isoformat(), "races": races, "nextrequest": ""}).encode()

    def _race(self, code: str, party: str) -> dict[str, object]:
        called = code in self.called
        winner = {"party": party} | ({"winner": "X"} if called else {})
        unit = {"level": "state", "statePostal": code, "candidates": [winner]}
        status = "Called" if called else "Too Early to Call"
        return {"raceID": code, "raceCallStatus": status, "test": True, "reportingUnits": [unit]}


def _served(answer: Callable[[], bytes]) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = answer()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def _write_night(folder: Path) -> list[tuple[str, str]]:
    """A rehearsal of 2016 before its first call; its contests and who won them."""
    story = SHIPPED.read("us-2016")
    told = Rehearsal(of=name_of(story), speed=1, started=utc_now(), moment=story.window.start)
    files = files_of(rehearsed(story, told, order=Order.HAPPENED))
    FolderStore((folder,)).write(STORY, files)
    return [(call.contest, call.party) for call in story.calls if call.role == "primary"]


@contextmanager
def _following(command: list[str], environ: Mapping[str, str], kills: int, seconds: float) -> Iterator[list[float]]:
    """A recorder that is killed so many times in these seconds and started again; its memory in MB, now and then."""
    memory: list[float] = []
    over = threading.Event()

    def run() -> None:
        chance = random.Random(1)
        while not over.is_set():
            process = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            life = chance.uniform(0.5, 1.5) * seconds / (kills + 1)
            until = time.monotonic() + life
            while not over.is_set() and process.poll() is None and (time.monotonic() < until or len(killed) >= kills):
                memory.append(_megabytes(process.pid))
                over.wait(1)
            killed.append(process.pid)
            process.send_signal(signal.SIGKILL)
            process.wait()

    killed: list[int] = []
    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield memory
    finally:
        over.set()
        thread.join()


def _megabytes(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _read(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=30) as answer:
        return bytes(answer.read())


def _watch_rows(table: Path, feed: Feed, written: dict[str, float], over: threading.Event) -> None:
    """Note when each call is first in the story."""
    while not over.wait(0.1):
        now, text = time.monotonic(), table.read_text() if table.is_file() else ""
        for code in [*feed.called]:
            if code not in written and f"ap.ap.{code.lower()}," in text:
                written[code] = now


def _watch(server: Server, feed: Feed, seen: dict[str, float], over: threading.Event) -> None:
    """Note when each call is first in the data of the embed."""
    while not over.is_set():
        told = json.loads(_read(f"{server.address}/embed/{STORY}/timeline.json"))
        now, text = time.monotonic(), json.dumps(told)
        for code in [*feed.called]:
            if code not in seen and f"calls:ap.ap.{code.lower()}" in text:
                seen[code] = now
        over.wait(0.25)


def _reader(server: Server, failed: list[str], over: threading.Event, wait: float) -> None:
    over.wait(wait)
    while not over.is_set():
        try:
            _read(f"{server.address}/embed/{STORY}/timeline")
        except (urllib.error.URLError, OSError) as error:
            failed.append(str(error))
        over.wait(10)


def measure(*, calls: int, gap: float, readers: int, kills: int) -> str:
    """One line of figures."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        feed = Feed(_write_night(folder / "stories")[:calls])
        server_of_feed = _served(feed.answer)
        environ = {
            "NIGHTDESK_STORIES": str(folder / "stories"), "NIGHTDESK_RECORDS": str(folder / "records"),
            "NIGHTDESK_CACHE": str(folder / "cache"),
        }  # fmt: skip
        app = ["-m", "uvicorn", "app:app", "--log-level", "error", "--no-access-log", "--port", "{port}"]
        url = f"http://127.0.0.1:{server_of_feed.server_port}/v3"
        command = [sys.executable, "-c", _RUN, "follow", STORY, "--feed", "ap", "--url", url, "--every", "5"]
        seen: dict[str, float] = {}
        written: dict[str, float] = {}
        failed: list[str] = []
        over = threading.Event()
        span = gap * len(feed.races)
        with (
            running(app, health="/healthz", environment=environ) as server,
            _following(command, os.environ | environ, kills, span) as memory,
        ):
            threads = [threading.Thread(target=_watch, args=(server, feed, seen, over))]
            table = folder / "stories" / STORY / "calls.csv"
            threads += [threading.Thread(target=_watch_rows, args=(table, feed, written, over))]
            threads += [
                threading.Thread(target=_reader, args=(server, failed, over, 10 * number / readers))
                for number in range(readers)
            ]
            for thread in threads:
                thread.start()
            time.sleep(12)  # the first version, without a call
            for code, _ in feed.races:
                feed.called[code] = time.monotonic()
                time.sleep(gap)
            time.sleep(15)
            over.set()
            for thread in threads:
                thread.join()
        server_of_feed.shutdown()
        calls_now = FolderStore((folder / "stories",)).read(STORY).calls
    return _line(feed, seen, written, [call.contest for call in calls_now], memory, failed, kills)


def _delays(feed: Feed, there: Mapping[str, float]) -> tuple[list[float], float]:
    """From each call to where it is then, in seconds, the shortest first; and their 95th percentile."""
    delays = sorted(there[code] - at for code, at in feed.called.items() if code in there)
    return delays, statistics.quantiles(delays, n=20, method="inclusive")[-1] if len(delays) > 1 else float("nan")


def _line(
    feed: Feed, seen: Mapping[str, float], written: Mapping[str, float], rows: list[str], memory: list[float],
    failed: list[str], kills: int,
) -> str:  # fmt: skip
    (delays, p95), (_, in_story) = _delays(feed, seen), _delays(feed, written)
    lost, twice = len(set(feed.called) - set(rows)), len(rows) - len(set(rows))
    quarter = max(1, len(memory) // 4)
    first, last = statistics.median(memory[:quarter]), statistics.median(memory[-quarter:])
    return (
        f"{len(feed.called)} calls, {kills} kills: {lost} lost, {twice} twice; from feed to embed p50 "
        f"{statistics.median(delays):.1f} s, p95 {p95:.1f} s, of it to the story {in_story:.1f} s, worst "
        f"{delays[-1]:.1f} s; recorder {first:.0f} MB in the first quarter, {last:.0f} MB in the last; "
        f"{len(failed)} failed readings"
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.night", description=__doc__)
    parser.add_argument("--calls", type=int, default=50, help="how many (50)")
    parser.add_argument("--gap", type=float, default=4.0, help="seconds from one to the next (4)")
    parser.add_argument("--readers", type=int, default=100, help="who each read a document every 10 s (100)")
    asked = parser.parse_args()
    for kills in (0, 20):
        print(measure(calls=asked.calls, gap=asked.gap, readers=asked.readers, kills=kills), flush=True)


if __name__ == "__main__":
    main()
