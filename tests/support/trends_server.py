"""A server on this machine that answers as Google Trends does: a page with a cookie, offers with tokens, numbers."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

RECORDINGS = Path(__file__).parents[1] / "recordings" / "google_trends"
JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=UTF-8"
HOUR = timedelta(hours=1)


def recording(name: str) -> bytes:
    return (RECORDINGS / name).read_bytes()


def wrapped(answer: object, guard: str = ")]}',\n") -> bytes:
    return (guard + json.dumps(answer)).encode()


@dataclass(frozen=True)
class Asked:
    """One request as it came: path, query (first values) and headers (lower-case names)."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]

    @property
    def req(self) -> Any:
        return json.loads(self.query["req"])


@dataclass(frozen=True)
class Told:
    """One answer: `body` is sent as it is."""

    body: bytes
    status: int = 200
    kind: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


Answer = Callable[[Asked], Told]


def refused(**headers: str) -> Told:
    """What Google says to those who ask too much: a page, mostly without Retry-After."""
    return Told(recording("too_many_requests.html"), 429, HTML, headers)


def page(_: Asked) -> Told:
    return Told(b"<!doctype html><html></html>", kind=HTML, headers={"Set-Cookie": "NID=511=test; Path=/; HttpOnly"})


def offers(asked: Asked, *, user_type: str = "USER_TYPE_SCRAPER", guard: str = ")]}'\n") -> Told:
    """The widgets that explore answers with: what was understood, and a token for each chart."""
    items = asked.req["comparisonItem"]
    place = {"country": items[0]["geo"]} if items[0]["geo"] else {}
    words = [{"keyword": [{"type": "BROAD", "value": item["keyword"]}]} for item in items]
    user = {"userConfig": {"userType": user_type}}
    time = items[0]["time"]
    series = [{"geo": place, "complexKeywordsRestriction": word} for word in words]
    found = [
        {"id": "TIMESERIES", "token": "t0", "request": {"time": time, "comparisonItem": series} | user},
        {"id": "GEO_MAP", "token": "t1", "request": {"geo": place, "comparisonItem": series} | user},
        {"id": "TITLE_0", "text": {"text": items[0]["keyword"]}},
    ]
    for place_no, word in enumerate(words):
        restriction = {"geo": place, "time": time, "complexKeywordsRestriction": word}
        for name in ("RELATED_TOPICS", "RELATED_QUERIES"):
            request = {"restriction": restriction, "keywordType": name[8:]} | user
            found.append({"id": f"{name}_{place_no}", "token": f"t2-{place_no}", "request": request})
    return Told(wrapped({"widgets": found, "keywords": [], "timeRanges": []}, guard))


def numbers(asked: Asked) -> Told:
    """Hourly bins over the span asked for: a term's level is the length of its name, its peak in the middle."""
    items = asked.req["comparisonItem"]
    terms = [item["complexKeywordsRestriction"]["keyword"][0]["value"] for item in items]
    start, end = (datetime.fromisoformat(text + ":00").replace(tzinfo=UTC) for text in asked.req["time"].split(" "))
    count = round((end - start) / HOUR)
    highest = max(len(term) for term in terms)
    bins = []
    for place in range(count):
        moment = start + place * HOUR
        level = 100 if place == count // 2 else 40
        values = [level * len(term) // highest for term in terms]
        shown = {"formattedTime": moment.isoformat(), "formattedAxisTime": moment.isoformat()}
        cells = {"value": values, "hasData": [True] * len(terms), "formattedValue": [str(value) for value in values]}
        bins.append({"time": str(int(moment.timestamp()))} | shown | cells)
    return Told(wrapped({"default": {"timelineData": bins, "averages": []}}))


def always(told: Told) -> Answer:
    return lambda _: told


@dataclass
class Trends:
    """The server: change an answer by setting it, and look at what was asked."""

    page: Answer = page
    explore: Answer = offers
    multiline: Answer = numbers
    rss: Answer = lambda _: Told(b"", 404, HTML)
    asked: list[Asked] = field(default_factory=list)
    url: str = ""

    def answer(self, asked: Asked) -> Told:
        self.asked.append(asked)
        last = asked.path.rstrip("/").rpartition("/")[2]
        if last == "explore":
            return (self.explore if asked.method == "POST" else self.page)(asked)
        found: Answer = getattr(self, last)
        return found(asked)

    def paths(self) -> list[str]:
        return [f"{one.method} {one.path}" for one in self.asked]

    def series(self) -> list[Asked]:
        """The questions for numbers over time."""
        return [one for one in self.asked if one.path.endswith("/multiline")]


@contextmanager
def serving(trends: Trends) -> Iterator[Trends]:
    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            parts = urlsplit(self.path)
            query = {key: values[0] for key, values in parse_qs(parts.query, keep_blank_values=True).items()}
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            told = trends.answer(Asked(self.command, parts.path, query, headers))
            self.send_response(told.status)
            for name, value in ({"Content-Type": told.kind} | dict(told.headers)).items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(told.body)))
            self.end_headers()
            self.wfile.write(told.body)

        do_GET = do_POST = _answer  # noqa: N815 - http.server's names

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: a test says what it saw."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    trends.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield trends
    finally:
        server.shutdown()
        server.server_close()
