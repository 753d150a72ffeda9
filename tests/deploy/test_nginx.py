"""The real nginx with the configuration of deploy/, before two servers that answer as a test says."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bench.proxy import DEPLOY, nginx
from components.embeds.request import APPENDED
from tests.support.asking_http import Heard, ask
from tests.support.loopback import Answer, Asked, Loopback, loopback

CHART = "/embed/us-2016/timeline"
LATEST = "public, max-age=60, stale-while-revalidate=600, stale-if-error=86400"
#: Fresh for the shortest time there is.
BRIEF = LATEST.replace("60", "1", 1)


@dataclass(frozen=True)
class Night:
    """nginx at `url` before two servers."""

    url: str
    first: Loopback
    second: Loopback
    folder: Path

    def answers(self, path: str, answer: Answer | Callable[[Asked], Answer]) -> str:
        """Both servers give this answer; returns the address at nginx."""
        for server in (self.first, self.second):
            server.answers(path, answer)
        return self.url + path

    @property
    def asked(self) -> list[Asked]:
        """What reached the servers."""
        return [*self.first.asked, *self.second.asked]

    def ends(self) -> None:
        """Both servers are gone."""
        for server in (self.first, self.second):
            server.close()


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    with loopback() as first, loopback() as second, nginx(first.port, second.port, tmp_path) as url:
        yield Night(url, first, second, tmp_path)


def chart(body: bytes = b"<figure></figure>", *, cache: str = LATEST, status: int = 200, **headers: str) -> Answer:
    """An answer as the app gives it. The connection ends with it, so that a server that is closed is gone."""
    said = {
        "Cache-Control": cache,
        "Date": formatdate(usegmt=True),
        "ETag": '"tag"',
        "Vary": "Accept-Encoding",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Connection": "close",
    }
    return Answer(body, status, said | {name.replace("_", "-"): value for name, value in headers.items()})


def until_old(address: str) -> Heard:
    """The first answer that comes from the cache and is no longer fresh."""
    deadline = time.monotonic() + 30
    while (heard := ask(address)).age is None or heard.age < 2:
        assert time.monotonic() < deadline, "it does not grow old"
        time.sleep(0.1)
    return heard


def test_a_chart_is_asked_for_once_and_then_told_with_its_age(night: Night) -> None:
    made = formatdate(time.time() - 30, usegmt=True)
    address = night.answers(CHART, chart(Date=made))
    first, second = ask(address), ask(address)
    assert (first.age, first.body) == (None, second.body)
    assert second.age is not None and 30 <= second.age < 60
    assert second.headers["Date"] == made
    assert len(night.asked) == 1


def gone(night: Night) -> None:
    night.ends()


def failing(status: int) -> Callable[[Night], None]:
    return lambda night: (night.answers(CHART, chart(b"no", status=status, cache="no-store")), None)[1]


def babbling(night: Night) -> None:
    night.answers(CHART, Answer(b"", headers={"A" * 40_000: "more than any header"}))


@pytest.mark.slow
@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(gone, id="nobody is there"),
        pytest.param(failing(500), id="both fail"),
        pytest.param(failing(503), id="both are busy"),
        pytest.param(babbling, id="both send nonsense"),
    ],
)
def test_what_was_seen_before_goes_on_with_its_age(night: Night, trouble: Callable[[Night], None]) -> None:
    address = night.answers(CHART, chart(cache=BRIEF))
    ask(address)
    trouble(night)
    old = until_old(address)
    later = ask(address)
    assert (old.status, later.status) == (200, 200)
    assert old.body == later.body == b"<figure></figure>"
    assert later.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    since = time.time() - parsedate_to_datetime(later.headers["Date"]).timestamp()
    assert later.age is not None and abs(later.age - since) <= 20


@pytest.mark.slow
def test_what_is_old_is_given_at_once_and_asked_for_anew_behind_it(night: Night) -> None:
    address = night.answers(CHART, chart(b"old", cache=BRIEF, Date=formatdate(time.time() - 100, usegmt=True)))
    ask(address)
    night.answers(CHART, lambda _: chart(b"new"))
    deadline = time.monotonic() + 30
    seen = []
    while (heard := ask(address)).body != b"new":
        seen.append(heard)
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert all(before.status == 200 and before.age is not None and before.age >= 100 for before in seen)
    assert heard.age is not None and heard.age < 30


def test_what_nobody_has_seen_is_one_sentence_when_nobody_is_there(night: Night) -> None:
    night.ends()
    for path in (CHART, "/", "/_stcore/health"):
        heard = ask(night.url + path)
        assert (heard.status, heard.headers["Retry-After"]) == (503, "30")
        assert heard.body == b"Nightdesk does not answer just now; try again in half a minute.\n"
        assert heard.headers["Cache-Control"] == "no-store"


def test_every_request_is_answered_while_one_of_the_two_is_gone(night: Night) -> None:
    for number in range(20):
        night.answers(f"{CHART}.{number}", chart(b"%d" % number))
    night.first.close()
    assert [ask(f"{night.url}{CHART}.{number}").body for number in range(20)] == [b"%d" % n for n in range(20)]


@pytest.mark.parametrize(
    ("accepted", "passed_on"),
    [
        pytest.param("gzip", "gzip", id="gzip"),
        pytest.param("gzip, deflate, br, zstd", "br, gzip", id="a browser's"),
        pytest.param("br", "br", id="Brotli alone"),
        pytest.param("br;q=1.0, GZIP;q=0.8, *;q=0.1", "br, gzip", id="with weights"),
        pytest.param("deflate,gzip;q=0.001", "gzip", id="hardly"),
        pytest.param("gzip;q=0", None, id="refused"),
        pytest.param("br;q=0, gzip", "gzip", id="one of them refused"),
        pytest.param("br, gzip; q=0.0, identity", "br", id="refused among others"),
        pytest.param("identity", None, id="not packed"),
        pytest.param("x-gzipped, brotli", None, id="other words"),
    ],
)
def test_the_app_is_asked_in_one_of_four_ways_for_a_packing(night: Night, accepted: str, passed_on: str | None) -> None:
    address = night.answers(CHART, lambda asked: chart(asked.headers.get("Accept-Encoding", "plain").encode()))
    heard = ask(address, Accept_Encoding=accepted)
    assert [asked.headers.get("Accept-Encoding") for asked in night.asked] == [passed_on]
    assert heard.headers["Vary"] == "Accept-Encoding"
    ask(address, Accept_Encoding=passed_on or "identity")
    assert len(night.asked) == 1
    other = ask(address, Accept_Encoding="identity" if passed_on else "gzip")
    assert other.body != heard.body


def test_what_hosts_append_to_an_address_leads_to_the_same_chart(night: Night) -> None:
    address = night.answers(CHART, lambda asked: chart(repr(sorted(asked.params)).encode()))
    seen = ask(f"{address}?clock=UTC&theme=dark").body
    appended = "&".join(f"{name}=x" for name in sorted(APPENDED))
    for query in (
        f"{appended}&clock=UTC&theme=dark",
        f"clock=UTC&{appended}&theme=dark",
        "clock=UTC&theme=dark&utm_source=a&utm_campaign=b%26c",
        "clock=UTC&&theme=dark&fbclid",
        "clock=UTC&theme=dark&%75tm_x=1",
        "cl%6Fck=UTC&theme=d%61rk",
        "theme=dark&clock=UTC",
    ):
        assert ask(f"{address}?{query}").body == seen
    assert len(night.asked) == 1


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(f"{CHART}?clock=UTC&secrets=x", id="a name that only begins so"),
        pytest.param(f"{CHART}?clock=UTC&clock=x", id="a name said twice"),
        pytest.param(f"{CHART}%3Fclock=UTC", id="a question mark that is part of the path"),
        pytest.param(f"{CHART}?theme=utm_source=a", id="a value that looks like a name"),
        pytest.param(f"{CHART}.svg?clock=UTC", id="another form"),
    ],
)
def test_another_question_is_never_given_the_answer(night: Night, other: str) -> None:
    ask(night.answers(CHART, chart(b"this chart")) + "?clock=UTC")
    for path in {CHART, f"{CHART}?clock=UTC", f"{CHART}.svg"}:
        night.answers(path, chart(b"another"))
    assert ask(night.url + other).body != b"this chart"


def test_the_list_of_what_hosts_append_is_the_apps_own() -> None:
    script = (DEPLOY / "nightdesk.js").read_text(encoding="utf-8")
    (pattern,) = re.findall(r"const APPENDED = /\^\(\?:(.*?)\)\(\?:=\|\$\)/;", script)
    assert set(pattern.split("|")) == {"utm_[^=]*", *APPENDED}


def test_two_names_of_a_server_are_kept_apart(night: Night) -> None:
    """Without NIGHTDESK_PUBLIC_URL a document links to the host that it was asked from."""
    address = night.answers(CHART, lambda asked: chart(asked.headers["Host"].encode()))
    assert ask(address, Host="one.example").body == b"one.example"
    assert ask(address, Host="two.example").body == b"two.example"


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        pytest.param("/", chart(b"the app", cache="no-cache"), id="the app"),
        pytest.param("/static/js/index.js", chart(b"script"), id="a file of the app"),
        pytest.param("/media/a.csv", chart(b"a download"), id="a session's file"),
        pytest.param("/healthz", chart(b"ok", cache="no-store"), id="health"),
        pytest.param("/readyz", chart(b"ok"), id="readiness"),
        pytest.param(f"{CHART}x", chart(b"no such chart", status=404, cache="no-store"), id="a refusal"),
        pytest.param(CHART, chart(b"busy", status=503, cache="no-store"), id="a failure"),
        pytest.param("/oembed", chart(b"no", status=501, cache="no-store"), id="a form that is not made"),
    ],
)
def test_nothing_but_charts_is_kept(night: Night, path: str, answer: Answer) -> None:
    address = night.answers(path, answer)
    first, second = ask(address), ask(address)
    assert (first.body, second.body) == (answer.body, answer.body)
    assert first.age is second.age is None
    assert len(night.asked) == 2


@pytest.mark.parametrize("path", [CHART, "/s/us-2016/timeline", f"{CHART}.png", "/oembed", "/embed/listener.js"])
def test_charts_come_without_a_cookie_and_with_all_their_headers(night: Night, path: str) -> None:
    address = night.answers(path, chart(Access_Control_Allow_Origin="*", X_Content_Type_Options="nosniff"))
    for _ in range(2):
        heard = ask(address)
        assert heard.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert heard.headers["Cache-Control"] == LATEST
        assert heard.headers["ETag"] == '"tag"'
        assert heard.headers["Access-Control-Allow-Origin"] == "*"
        assert heard.headers["X-Content-Type-Options"] == "nosniff"
        assert heard.headers["Set-Cookie"] is None
    assert len(night.asked) == 1


def test_who_holds_it_already_is_told_so_without_the_app(night: Night) -> None:
    address = night.answers(CHART, chart())
    ask(address)
    heard = ask(address, If_None_Match='"tag"')
    assert (heard.status, heard.body) == (304, b"")
    assert heard.age is not None
    assert len(night.asked) == 1


def test_head_is_answered_from_the_same_copy(night: Night) -> None:
    address = night.answers(CHART, chart())
    ask(address, "HEAD")
    assert ask(address).body == b"<figure></figure>"
    assert [asked.method for asked in night.asked] == ["GET"]


def test_a_cold_chart_is_drawn_once_however_many_ask(night: Night) -> None:
    address = night.answers(CHART, Answer(b"drawn", headers={"Cache-Control": LATEST}, first=0.5))
    with ThreadPoolExecutor(20) as crowd:
        bodies = list(crowd.map(lambda _: ask(address).body, range(20)))
    assert bodies == [b"drawn"] * 20
    assert len(night.asked) == 1


@pytest.mark.parametrize(("cookie", "home"), [("1", "first"), ("2", "second")])
def test_the_cookie_leads_to_the_replica_that_it_names(night: Night, cookie: str, home: str) -> None:
    night.answers("/media/a.csv", chart())
    for _ in range(6):
        ask(f"{night.url}/media/a.csv", Cookie=f"nightdesk_replica={cookie}")
    assert getattr(night, home).count("/media/a.csv") == len(night.asked) == 6


@pytest.mark.parametrize("cookie", ["3", "nightdesk_1", "", "1; nightdesk_replica=2x"])
def test_a_cookie_that_names_nobody_is_answered_by_anybody(night: Night, cookie: str) -> None:
    night.answers("/media/a.csv", chart())
    assert ask(f"{night.url}/media/a.csv", Cookie=f"nightdesk_replica={cookie}").status == 200


def test_readiness_is_for_this_machine_alone(night: Night) -> None:
    night.answers("/readyz", Answer(b"ready"))
    assert ask(f"{night.url}/readyz").body == b"ready"
    # All of 127.0.0.0/8 is this machine, but only 127.0.0.1 is let in.
    elsewhere = HTTPConnection(urlsplit(night.url).netloc, source_address=("127.0.0.2", 0))
    elsewhere.request("GET", "/readyz")
    assert elsewhere.getresponse().status == 403
    elsewhere.close()


def test_the_app_learns_who_asked_and_how_whatever_the_reader_claims(night: Night) -> None:
    night.answers("/", chart())
    ask(f"{night.url}/", X_Forwarded_For="203.0.113.7", X_Forwarded_Proto="https", Host="desk.example")
    (asked,) = night.asked
    told = [asked.headers[name] for name in ("X-Forwarded-For", "X-Forwarded-Proto", "Host")]
    assert told == ["127.0.0.1", "http", "desk.example"]


def asked_from_elsewhere(url: str, path: str, times: int) -> list[tuple[int, str | None]]:
    """Statuses and Retry-After of requests sent one after the other from another address than this machine's own."""
    place = urlsplit(url)
    assert place.hostname
    connection = HTTPConnection(place.hostname, place.port, timeout=30, source_address=("127.0.0.7", 0))
    told = []
    for _ in range(times):
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        told.append((answer.status, answer.headers["Retry-After"]))
    connection.close()
    return told


def test_a_page_of_forty_charts_and_their_pictures_is_served_to_one_address(night: Night) -> None:
    night.answers(CHART, chart())
    night.answers(f"{CHART}.png", chart(b"png"))
    assert {status for status, _ in asked_from_elsewhere(night.url, CHART, 40)} == {200}
    assert {status for status, _ in asked_from_elsewhere(night.url, f"{CHART}.png", 40)} == {200}


def test_whoever_asks_for_ever_more_pictures_is_told_when_to_come_again(night: Night) -> None:
    night.answers(f"{CHART}.png", lambda _: chart(b"png"))
    told = asked_from_elsewhere(night.url, f"{CHART}.png?width=300", 200)
    assert told[0] == (200, None)
    assert (429, "10") in told
    assert {status for status, _ in asked_from_elsewhere(night.url, "/healthz", 3)} != {429}


def kept_in(room: Path) -> int:
    """The copies that are whole; one that is being written has a dot in its name."""
    return len([path for path in room.rglob("*") if path.is_file() and "." not in path.name])


def test_made_up_questions_do_not_push_out_the_charts_as_they_stand(night: Night) -> None:
    """Two rooms: what a question was asked for is never kept where the plain addresses are."""
    address = night.answers(CHART, chart(b"plain"))
    for asked in (address, *(f"{address}?width={width}" for width in range(300, 320))):
        ask(asked)
    deadline = time.monotonic() + 30
    while kept_in(night.folder / "cache-asked") < 20:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert kept_in(night.folder / "cache") == 1


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/upload_file/a/b", "/_stcore/%6Detrics"])
def test_what_is_not_for_readers_does_not_reach_the_app(night: Night, path: str) -> None:
    night.answers("/_stcore/metrics", chart(b"figures"))
    assert ask(night.url + path).status == 404
    assert night.asked == []


@pytest.mark.slow
def test_half_a_request_and_an_endless_header_are_ended(night: Night) -> None:
    place = urlsplit(night.url)
    with socket.create_connection((place.hostname, place.port), timeout=30) as half:
        half.sendall(b"GET / HTTP/1.1\r\nHost: desk.example\r\n")
        assert half.recv(100) == b"" or b"408" in half.recv(100)
    with socket.create_connection((place.hostname, place.port), timeout=30) as endless:
        endless.sendall(b"GET / HTTP/1.1\r\nHost: desk.example\r\nX: " + b"a" * 40_000 + b"\r\n\r\n")
        assert b" 400 " in endless.recv(100)
    assert night.asked == []
