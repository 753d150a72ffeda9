"""`make bench-night`: a night of three recorders, from a call in a feed to its mark in an embed, while readers read.

Twelve hours at sixty times their speed: once left alone, once with recorders killed at random.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from bench.server import Server, running
from data.core.model import Order
from data.core.program import utc_now
from data.recorders.attempt import recorded
from data.recorders.trends_playback import trends_answer
from data.story.rehearse import name_of, rehearsed
from data.story.store import SHIPPED, FolderStore, files_of
from data.story.story_toml import Rehearsal

STORY = "night"
_RUN = "import sys; from components.cli import main; sys.exit(main())"


@dataclass
class Feed:
    """AP's API as we play it: each race is called, taken back, called again, one after the other.

    `made` is when each of these was, by this clock, under the id of the row that it makes.
    """

    races: list[tuple[str, str]]
    called: set[str] = field(default_factory=set)
    back: set[str] = field(default_factory=set)
    made: dict[str, float] = field(default_factory=dict)

    def change(self, number: int) -> None:
        """The change of this number, from 0 on."""
        turn, place = divmod(number, len(self.races))
        code = self.races[place][0]
        row = f"ap.ap.{code.lower()}" + (f".{turn // 2 + 1}" if turn > 1 else "")
        now, then = (self.back, self.called) if turn % 2 else (self.called, self.back)
        now.add(code)
        then.discard(code)
        self.made[f"{row}.back" if turn % 2 else row] = time.monotonic()

    def answer(self) -> bytes:
        races = [self._race(code, party) for code, party in self.races]
        return json.dumps({"timestamp": utc_now().isoformat(), "races": races, "nextrequest": ""}).encode()

    def _race(self, code: str, party: str) -> dict[str, object]:
        winner = {"party": party} | ({"winner": "X"} if code in self.called else {})
        unit = {"level": "state", "statePostal": code, "candidates": [winner]}
        status = "Called" if code in self.called else "Uncalled" if code in self.back else "Too Early to Call"
        return {"raceID": code, "raceCallStatus": status, "test": True, "reportingUnits": [unit]}


def _served(feed: Feed) -> ThreadingHTTPServer:
    """The feed, Google Trends, and sites that answer."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            drawn = trends_answer(parts.path, parts.query, utc_now())
            body = drawn[0] if drawn else feed.answer() if parts.path == "/v3" else b"<title>The site</title>"
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - http.server's name

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def _write_night(folder: Path, site: str = "") -> list[tuple[str, str]]:
    """A rehearsal of 2016 before its first call, with three sites; its contests and who won them."""
    story = SHIPPED.read("us-2016")
    told = Rehearsal(of=name_of(story), speed=1, started=utc_now(), moment=story.window.start)
    night = rehearsed(story, told, order=Order.HAPPENED)
    known = story.about.services
    more = [known[0].model_copy(update={"id": name, "main": False}) for name in ("two", "three")]
    watched = [one.model_copy(update={"url": f"{site}/{one.id}"}) for one in (known[0], *more)]
    about = night.about.model_copy(update={"services": (*watched, *known[1:]), "study": ()})
    FolderStore((folder,)).write(STORY, files_of(replace(night, about=about)))
    return [(call.contest, call.party) for call in story.calls if call.role == "primary"]


@contextmanager
def _recording(config: Path, environ: Mapping[str, str], kills: int, seconds: float) -> Iterator[list[float]]:
    """`nightdesk night`, a recorder of which is killed so many times in these seconds; the memory of all, in MB."""
    memory: list[float] = []
    over, chance = threading.Event(), random.Random(1)
    moments = sorted(chance.uniform(0, seconds) for _ in range(kills))
    night = psutil.Popen(
        [sys.executable, "-c", _RUN, "night", STORY, "--config", str(config)],
        env=dict(environ), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip

    def watch() -> None:
        began = time.monotonic()
        while not over.wait(1):
            recorders = night.children()
            memory.append(sum(_megabytes(one.pid) for one in recorders))
            if moments and recorders and time.monotonic() - began > moments[0]:
                moments.pop(0)
                with suppress(psutil.NoSuchProcess):
                    chance.choice(recorders).kill()

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield memory
    finally:
        over.set()
        thread.join()
        night.terminate()
        night.wait()


def _megabytes(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _read(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=30) as answer:
        return bytes(answer.read())


def _watch_rows(folder: Path, feed: Feed, written: dict[str, float], over: threading.Event) -> None:
    """Note when each change is first in the story."""
    tables = [folder / "calls.csv", folder / "withdrawals.csv"]
    while not over.wait(0.1):
        now, text = time.monotonic(), "".join(table.read_text() for table in tables if table.is_file())
        for row in feed.made.keys() - written.keys():
            if f"\n{row}," in text:
                written[row] = now


def _watch(server: Server, feed: Feed, seen: dict[str, float], over: threading.Event) -> None:
    """Note when each call is first in the data of the embed."""
    while not over.is_set():
        told = json.loads(_read(f"{server.address}/embed/{STORY}/timeline.json"))
        now, text = time.monotonic(), json.dumps(told)
        for row in feed.made.keys() - seen.keys():
            if f'"calls:{row}"' in text:
                seen[row] = now
        over.wait(0.25)


def _reader(server: Server, failed: list[str], over: threading.Event, wait: float) -> None:
    over.wait(wait)
    while not over.is_set():
        try:
            _read(f"{server.address}/embed/{STORY}/timeline")
        except (urllib.error.URLError, OSError) as error:
            failed.append(str(error))
        over.wait(10)


def measure(*, changes: int, gap: float, readers: int, kills: int) -> str:
    """One line of figures."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        feed = Feed([])
        server_of_feed = _served(feed)
        url = f"http://127.0.0.1:{server_of_feed.server_port}"
        feed.races = _write_night(folder / "stories", url)
        environ = {
            "NIGHTDESK_STORIES": str(folder / "stories"), "NIGHTDESK_RECORDS": str(folder / "records"),
            "NIGHTDESK_CACHE": str(folder / "cache"), "NIGHTDESK_TRENDS_URL": url,
        }  # fmt: skip
        config = folder / "night.toml"
        config.write_text(
            f'[[follow]]\nfeed = "ap"\nurl = "{url}/v3"\nevery = 5\n[probe]\nevery = 1\n[record]\nevery = 60\n'
        )
        app = ["-m", "uvicorn", "app:app", "--log-level", "error", "--no-access-log", "--port", "{port}"]
        seen: dict[str, float] = {}
        written: dict[str, float] = {}
        failed: list[str] = []
        over = threading.Event()
        with (
            running(app, health="/healthz", environment=environ) as server,
            _recording(config, os.environ | environ, kills, gap * changes) as memory,
        ):
            threads = [threading.Thread(target=_watch, args=(server, feed, seen, over))]
            story = folder / "stories" / STORY
            threads += [threading.Thread(target=_watch_rows, args=(story, feed, written, over))]
            threads += [
                threading.Thread(target=_reader, args=(server, failed, over, 10 * number / readers))
                for number in range(readers)
            ]
            for thread in threads:
                thread.start()
            time.sleep(20)  # the first version, without a call
            for number in range(changes):
                feed.change(number)
                time.sleep(gap)
            time.sleep(15)
            over.set()
            for thread in threads:
                thread.join()
        server_of_feed.shutdown()
        night = FolderStore((folder / "stories",)).read(STORY)
        rows = [call.id for call in night.calls] + [row.id for row in night.withdrawals]
        looks = [(one.service, one.started_at) for one in recorded(folder / "records" / STORY)]
    return _line(feed, seen, written, rows, looks, memory, failed, kills)


def _delays(feed: Feed, there: Mapping[str, float]) -> tuple[list[float], float]:
    """From each change to where it is then, in seconds, the shortest first; and their 95th percentile."""
    delays = sorted(there[row] - at for row, at in feed.made.items() if row in there)
    return delays, statistics.quantiles(delays, n=20, method="inclusive")[-1] if len(delays) > 1 else float("nan")


def _line(
    feed: Feed, seen: Mapping[str, float], written: Mapping[str, float], rows: list[str],
    looks: list[tuple[str, datetime]], memory: list[float], failed: list[str], kills: int,
) -> str:  # fmt: skip
    (delays, p95), (_, in_story) = _delays(feed, seen), _delays(feed, written)
    lost, twice = len(set(feed.made) - set(rows)), len(rows) - len(set(rows))
    quarter = max(1, len(memory) // 4)
    first, last = statistics.median(memory[quarter : 2 * quarter]), statistics.median(memory[-quarter:])
    return (
        f"{len(feed.made)} calls and withdrawals, {kills} kills: {lost} lost, {twice} twice; {len(looks):,} looks at 3 "
        f"sites, {len(looks) - len(set(looks))} twice; from feed to embed p50 {statistics.median(delays):.1f} s, p95 "
        f"{p95:.1f} s, from feed to story {in_story:.1f} s, worst {delays[-1]:.1f} s; recorders {first:.0f} MB in the "
        f"second quarter, {last:.0f} MB in the last; {len(failed)} failed readings"
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.night", description=__doc__)
    parser.add_argument("--changes", type=int, default=400, help="how many calls and withdrawals (400)")
    parser.add_argument("--gap", type=float, default=1.8, help="seconds from one to the next (1.8)")
    parser.add_argument("--readers", type=int, default=100, help="who each read a document every 10 s (100)")
    parser.add_argument("--kills", type=int, nargs="*", default=[0, 20], help="of recorders, in each night (0 20)")
    asked = parser.parse_args()
    for kills in asked.kills:
        print(measure(changes=asked.changes, gap=asked.gap, readers=asked.readers, kills=kills), flush=True)


if __name__ == "__main__":
    main()
