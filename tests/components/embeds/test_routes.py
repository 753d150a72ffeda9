"""Every address of a chart is answered: with the chart, with nothing new, or with one sentence."""

from __future__ import annotations

import gc
import json
import re
import shutil
import socket
import threading
import time
import tracemalloc
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import example, given, settings

from components.cache.stories import StoryCache
from components.charts.catalogue import KINDS, publishable
from components.embeds.formats import ANIMATED, FORMS
from data.core.errors import DataError
from data.core.settings import Settings
from data.story.store import BUNDLED
from data.story.story import Story
from tests.support import nearly
from tests.support.asking import SITE, Desk, Reply
from tests.support.asking_http import ask
from tests.support.cases import cases

KEPT = "public, max-age=60, stale-while-revalidate=600, stale-if-error=86400"
DOCUMENT = "/embed/us-2016/timeline"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".pdf": "application/pdf",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
}


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    asked = Desk()
    yield asked
    asked.close()


def test_a_chart_is_served_as_a_document_that_runs_in_a_sandbox(desk: Desk) -> None:
    reply = desk.ask(DOCUMENT)
    assert reply.status == 200
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert reply.headers["cache-control"] == KEPT
    assert reply.headers["access-control-allow-origin"] == "*"
    assert reply.text.startswith("<!doctype html>")
    policy = reply.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-scripts allow-popups" in policy
    assert "frame-ancestors *" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("chart", publishable())
def test_every_chart_is_served(chart: str, desk: Desk) -> None:
    assert desk.ask(f"/embed/us-2016/{chart}").status == 200


@pytest.mark.parametrize("ending", TYPES)
def test_every_form_says_what_it_is_and_stays_by_itself(ending: str, desk: Desk) -> None:
    reply = desk.ask(DOCUMENT + ending)
    assert (reply.status, reply.headers["content-type"]) == (200, TYPES[ending])
    assert reply.headers["content-security-policy"].startswith("default-src 'none'")
    assert int(reply.headers["content-length"]) == len(reply.body) > 1000
    if ending != ".html":
        assert re.fullmatch(r'inline; filename="[\w.@-]+"', reply.headers["content-disposition"])


def test_the_query_reaches_the_document(desk: Desk) -> None:
    eastern, universal = desk.ask(DOCUMENT).text, desk.ask(f"{DOCUMENT}?clock=UTC").text
    assert "EST" in eastern
    assert "EST" not in re.sub(r"<details.*?</details>", "", universal, flags=re.DOTALL)


def test_a_social_picture_has_the_size_that_networks_want(desk: Desk) -> None:
    body = desk.ask(f"{DOCUMENT}.png?shape=social").body
    assert (int.from_bytes(body[16:20]), int.from_bytes(body[20:24])) == (1200, 630)


@pytest.mark.parametrize(
    "held",
    [
        pytest.param("{}", id="the tag"),
        pytest.param("W/{}", id="the tag, weakly"),
        pytest.param('"other", W/{}', id="a list"),
        pytest.param("*", id="anything"),
    ],
)
def test_what_is_held_already_is_not_sent_again(held: str, desk: Desk) -> None:
    tag = desk.ask(DOCUMENT).headers["etag"]
    reply = desk.ask(DOCUMENT, if_none_match=held.format(tag))
    assert (reply.status, reply.body, reply.headers["etag"]) == (304, b"", tag)
    assert reply.headers["cache-control"] == KEPT


@pytest.mark.parametrize("held", ['"other"', "other", "", "{bare}"])
def test_what_is_not_held_is_sent(held: str, desk: Desk) -> None:
    tag = desk.ask(DOCUMENT).headers["etag"]
    assert desk.ask(DOCUMENT, if_none_match=held.format(bare=tag.strip('"'))).status == 200


@pytest.mark.parametrize("path", [DOCUMENT, f"{DOCUMENT}.csv", "/s/us-2016/timeline", "/sitemap.xml"])
def test_head_says_the_same_without_a_body(path: str, desk: Desk) -> None:
    whole, head = desk.ask(path), desk.ask(path, "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers == whole.headers


def test_the_story_says_when_it_last_changed(desk: Desk) -> None:
    assert desk.ask(DOCUMENT).headers["last-modified"] == "Sun, 22 Nov 2026 20:00:00 GMT"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_is_changed_by_a_request(method: str, desk: Desk) -> None:
    assert desk.ask(DOCUMENT, method).status == 405


def test_a_refusal_is_json_for_programs(desk: Desk) -> None:
    reply = desk.ask(f"{DOCUMENT}?width=0")
    assert (reply.status, reply.headers["content-type"]) == (400, "application/json")
    assert reply.headers["vary"] == "Accept"
    assert json.loads(reply.body) == {
        "error": "In the address, width is “0”, which cannot be drawn; width must be a whole number from 320 to 2,400.",
        "parameter": "width",
        "got": "“0”",
        "wants": "a whole number from 320 to 2,400",
    }


def test_a_refusal_is_a_page_for_people(desk: Desk) -> None:
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    reply = desk.ask(f"{DOCUMENT}?clock=<script>alert(1)</script>", accept=browser)
    assert (reply.status, reply.headers["content-type"]) == (400, "text/html; charset=utf-8")
    assert "clock is “&lt;script&gt;alert(1)&lt;/script&gt;”, which is not a time zone" in reply.text
    assert "<script" not in reply.text
    assert reply.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        pytest.param("", "application/json", id="nothing said"),
        pytest.param("*/*", "application/json", id="anything"),
        pytest.param("application/json", "application/json", id="json"),
        pytest.param("application/json, text/html;q=0.5", "application/json", id="json rather"),
        pytest.param("text/html;q=0", "application/json", id="no page"),
        pytest.param("TEXT/HTML", "text/html; charset=utf-8", id="a page"),
        pytest.param("text/html; q=0.9, application/json; q=0.1", "text/html; charset=utf-8", id="a page rather"),
        pytest.param("text/html" + ";" * 10_000, "text/html; charset=utf-8", id="ten kilobytes"),
    ],
)
def test_accept_chooses_between_them(accept: str, kind: str, desk: Desk) -> None:
    assert desk.ask("/embed/none/timeline", accept=accept).headers["content-type"] == kind


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param("/embed/fr-2017/timeline", 404, id="no such story"),
        pytest.param("/embed/us-2016/weather", 404, id="no such chart"),
        pytest.param("/embed/us-2016/timeline.exe", 404, id="no such form"),
        pytest.param("/s/us-2016/timeline.svg", 404, id="a share page has no forms"),
        pytest.param("/embed/us-2016", 404, id="no chart"),
        pytest.param("/embed/", 404, id="no story"),
        pytest.param("/s/us-2016/timeline/more", 404, id="too much"),
        pytest.param("/embed/../etc/passwd", 404, id="the folder above"),
        pytest.param("/embed/%2e%2e/timeline", 404, id="dots escaped"),
        pytest.param("/embed/..%2f..%2fetc%2fpasswd/timeline", 404, id="slashes escaped"),
        pytest.param("/embed/%252e%252e%252fetc/timeline", 404, id="escaped twice"),
        pytest.param("/embed/..%5c..%5cwindows/timeline", 404, id="backslashes"),
        pytest.param("/embed/%c0%ae%c0%ae%c0%af/timeline", 404, id="overlong letters"),
        pytest.param("/embed/us-2016%00/timeline", 404, id="a NUL"),
        pytest.param("/embed/us-2016/timeline%0a", 404, id="a line break"),
        pytest.param("/s/%0a/x/y", 404, id="a line break further up"),
        pytest.param("/embed/us-2016/..%2f..%2fstory.toml", 404, id="a file of the story"),
        pytest.param("/embed/us-2016/timeline?" + "x" * 100_000, 400, id="a query of 100 kB"),
    ],
)
def test_what_is_not_there_gets_one_sentence(path: str, status: int, desk: Desk) -> None:
    reply = desk.ask(path)
    assert reply.status == status
    sentence = json.loads(reply.body)["error"]
    assert sentence.endswith(".")
    assert len(sentence) < 400
    assert "root:" not in sentence


def test_a_picture_of_too_many_pixels_is_refused_by_its_scale(desk: Desk) -> None:
    reply = desk.ask(f"{DOCUMENT}.png?width=2400&scale=4")
    assert (reply.status, json.loads(reply.body)["parameter"]) == (400, "scale")


def test_a_host_that_is_none_is_refused(desk: Desk) -> None:
    assert desk.ask(DOCUMENT, host="desk.example/evil?").status == 400


def test_only_the_hosts_that_a_story_lists_may_frame_it(tmp_path: Path) -> None:
    folder = shutil.copytree(BUNDLED / "us-2016", tmp_path / "us-listed")
    toml = folder / "story.toml"
    toml.write_text('embed_hosts = ["https://news.example"]\n' + toml.read_text(encoding="utf-8"), encoding="utf-8")
    desk = Desk(Settings(stories=(tmp_path,)))
    try:
        for ending in ("", ".svg"):
            policy = desk.ask(f"/embed/us-listed/timeline{ending}").headers["content-security-policy"]
            (ancestors,) = (part for part in policy.split("; ") if part.startswith("frame-ancestors"))
            assert ancestors == "frame-ancestors https://news.example 'self'"
    finally:
        desk.close()


def test_an_edited_story_is_served_anew(tmp_path: Path) -> None:
    folder = shutil.copytree(BUNDLED / "us-2016", tmp_path / "us-edited")
    desk = Desk(Settings(stories=(tmp_path,)))
    try:
        before = desk.ask("/s/us-edited/timeline")
        toml = folder / "story.toml"
        toml.write_text(toml.read_text(encoding="utf-8").replace("U.S. election night", "THE NIGHT"), encoding="utf-8")
        deadline = time.monotonic() + 30
        while (after := desk.ask("/s/us-edited/timeline")).body == before.body and time.monotonic() < deadline:
            time.sleep(0.2)
        assert "THE NIGHT" in after.text
        assert after.headers["etag"] != before.headers["etag"]
    finally:
        desk.close()


class _Looked(StoryCache):
    """Stories looked for at times that the test sets, each look counted; one that is held up takes until it is not."""

    def __init__(self) -> None:
        super().__init__(timer=lambda: self.now)
        self.now, self.looks, self.fault = 0.0, 0, ""
        self.goes_on = threading.Event()
        self.goes_on.set()

    def find(self, slug: str, settings: Settings) -> Story:
        self.looks += 1
        assert self.goes_on.wait(30)
        if self.fault:
            raise DataError(self.fault)
        return super().find(slug, settings)


@pytest.fixture
def looked() -> Iterator[tuple[_Looked, Desk]]:
    stories = _Looked()
    asked = Desk(stories=stories)
    yield stories, asked
    stories.goes_on.set()
    asked.close()


def test_what_is_kept_is_given_while_its_story_is_looked_at_again(looked: tuple[_Looked, Desk]) -> None:
    stories, desk = looked
    first = desk.ask(DOCUMENT)
    stories.now = 1.5
    stories.goes_on.clear()
    assert [desk.ask(DOCUMENT).headers["etag"] for _ in range(3)] == [first.headers["etag"]] * 3
    stories.goes_on.set()
    desk.close()
    assert stories.looks == 2


def test_a_story_that_was_not_looked_at_for_two_seconds_is_waited_for(looked: tuple[_Looked, Desk]) -> None:
    stories, desk = looked
    assert desk.ask(DOCUMENT).status == 200
    stories.now, stories.fault = 2.5, "its folder is gone"
    assert json.loads(desk.ask(DOCUMENT).body)["error"] == "This cannot be drawn: its folder is gone."


def test_a_story_with_a_fault_is_a_sentence_and_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "us-faulty").mkdir()
    (tmp_path / "us-faulty" / "story.toml").write_text("title = 1", encoding="utf-8")
    desk = Desk(Settings(stories=(tmp_path,)))
    try:
        reply = desk.ask("/embed/us-faulty/timeline")
        assert reply.status == 500
        assert "Traceback" not in reply.text
        assert json.loads(reply.body)["error"].startswith("This cannot be drawn: sources.csv: found no such file")
    finally:
        desk.close()


def test_links_lead_to_the_public_address(tmp_path: Path) -> None:
    desk = Desk(Settings(public_url="https://news.example/nightdesk"))
    try:
        document = desk.ask(DOCUMENT).text
        assert 'href="https://news.example/nightdesk/embed/us-2016/timeline?' in document
        assert SITE not in document
        assert "<loc>https://news.example/nightdesk/s/us-2016/timeline</loc>" in desk.ask("/sitemap.xml").text
    finally:
        desk.close()


def test_the_listener_is_a_script_that_any_page_may_load(desk: Desk) -> None:
    reply = desk.ask("/embed/listener.js")
    assert (reply.status, reply.headers["content-type"]) == (200, "text/javascript; charset=utf-8")
    assert reply.headers["cross-origin-resource-policy"] == "cross-origin"


def _is_well_said(reply: Reply) -> bool:
    """Whether a refusal is one sentence, which names no file and no line of ours."""
    sentence = json.loads(reply.body)["error"]
    return sentence.endswith(".") and "Traceback" not in sentence and ".py" not in sentence and len(sentence) < 600


@pytest.mark.slow
@pytest.mark.parametrize("many", cases(500, long=[5_000]))
def test_many_requests_are_each_answered(desk: Desk, many: int) -> None:
    met: Counter[str] = Counter()

    @settings(max_examples=many)
    @example(target=f"/embed/us-2016/timeline.{ANIMATED}")  # which is seldom asked for
    @given(target=nearly.TARGETS)
    def ask(target: str) -> None:
        reply = desk.ask(target)
        assert reply.status in {200, 400, 404, 501}
        assert len(reply.body) < 2_000_000
        assert reply.status == 200 or _is_well_said(reply)
        met.update(_parts(target, reply.status))

    ask()
    # What nobody asks for is not tried: every route, chart, form, parameter and kind of answer was.
    parts = {"/embed", "/s", "/oembed", *KINDS, *FORMS, ANIMATED, *nearly.PARAMETERS, *nearly.WISHES}
    answers = {
        "/embed 200",
        "/embed 400",
        "/embed 404",
        "/s 200",
        "/s 400",
        "/oembed 200",
        "/oembed 404",
        "/oembed 501",
    }
    assert (parts | answers) - met.keys() == set()


def _parts(target: str, status: int) -> set[str]:
    """What a request is made of, and how its route answered."""
    path, _, query = target.partition("?")
    route, name = f"/{path.split('/')[1]}", path.rpartition("/")[2]
    return {route, f"{route} {status}", *name.split("."), *(key for key, _ in parse_qsl(query, keep_blank_values=True))}


@pytest.mark.slow
def test_addresses_that_mean_the_same_fill_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("components.embeds.web.routes._MOST_ASKED", 16)
    desk = Desk()
    # Each is kept as it was written, four kilobytes long; urllib keeps twice as much of the last 128 of them.
    targets = [f"{DOCUMENT}.json?utm_campaign={number:04000}" for number in range(400)]
    desk.ask(targets[0])
    tracemalloc.start()
    try:
        for target in targets:
            assert desk.ask(target).status == 200
        gc.collect()
        assert tracemalloc.get_traced_memory()[0] < 2 * 128 * 4_000 + 100 * 4_000
    finally:
        tracemalloc.stop()
        desk.close()


@pytest.fixture(scope="module")
def drawing_server(serve: Callable[..., AbstractContextManager[str]]) -> Iterator[str]:
    """A server that nobody else asks for pictures."""
    with serve(["-m", "uvicorn", "app:app", "--host", "127.0.0.1", "--port", "{port}"]) as address:
        yield address


@pytest.mark.slow
@pytest.mark.parametrize("many", cases(8, long=[50]))
def test_health_answers_while_many_pictures_are_drawn(many: int, drawing_server: str) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def fetch(address: str) -> tuple[int, bytes, float]:
        start = time.monotonic()
        # The last of the pictures waits for all others, on a busy machine for minutes.
        with opener.open(address, timeout=600) as answer:
            return answer.status, answer.read(4), time.monotonic() - start

    pictures = [f"{drawing_server}/embed/us-2016/interest.png?width={width}" for width in range(400, 400 + many)]
    with ThreadPoolExecutor(many) as crowd:
        began = time.monotonic()
        drawn = [crowd.submit(fetch, address) for address in pictures]
        waits = []
        while not all(picture.done() for picture in drawn):
            waits.append(fetch(f"{drawing_server}/healthz")[2])
            time.sleep(0.05)
        drawing = time.monotonic() - began
        assert {picture.result()[:2] for picture in drawn} == {(200, b"\x89PNG")}
    assert len(waits) > 5
    # A server whose loop draws would make each of them wait for most of the pictures, and a busy machine slows both.
    assert sorted(waits)[len(waits) * 9 // 10] < drawing / 5


@pytest.mark.slow
def test_pictures_that_nobody_waits_for_are_not_drawn(drawing_server: str) -> None:
    """Readers ask for more pictures than the queue holds and go at once; the next one is served without theirs."""
    place = urlsplit(drawing_server)

    def leave(widths: range) -> None:
        for width in widths:
            with socket.create_connection((place.hostname, place.port), timeout=60) as leaving:
                path = f"/embed/us-2016/timeline.png?width={width}"
                leaving.sendall(f"GET {path} HTTP/1.1\r\nHost: {place.netloc}\r\n\r\n".encode())

    leave(range(400, 520))
    assert ask(f"{drawing_server}/embed/us-2016/results.png?width=999").status == 200
    # All of theirs would fill the queue: 200 different ones are what it holds.
    leave(range(600, 700))
    assert ask(f"{drawing_server}/embed/us-2016/map.png?width=999").status == 200
