from __future__ import annotations

import gzip
import json
import multiprocessing
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from data.core.errors import DataError, SourceChanged, SourceUnavailable
from data.core.program import VERSION
from data.net.addresses import AddressRefused
from data.net.client import Desk, open_desk
from data.net.http_errors import SourceRefused
from data.net.pinned_connections import Limits
from data.net.plain_client import Reply
from data.sources.answers import json_of
from tests.conftest import ROOT, free_port
from tests.support.loopback import Answer, Asked, Loopback, loopback, settings_at

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
GOOD = Answer(b'{"captures": 3}', headers={"Content-Type": "application/json"})
CONSENT = Answer(b"\n<!DOCTYPE html><title>Before you continue</title>", headers={"Content-Type": "text/html"})
A_WEB_PAGE = "answered with a web page where data was asked for."
QUICK = Limits(connect_seconds=1, read_seconds=0.3, total_seconds=0.6)
MB = 1024 * 1024
CERTIFICATE = ROOT / "tests" / "recordings" / "http" / "mirror.pem"


@pytest.fixture
def server() -> Iterator[Loopback]:
    with loopback() as running:
        yield running


def desk_at(server: Loopback, folder: Path, **options: Any) -> Desk:
    return open_desk(settings_at(server.url, folder), **({"limits": QUICK} | options))


def ask(desk: Desk, url: str, **options: Any) -> Reply:
    """Ask as sources do: JSON, read whole before it is kept."""
    known = {"source": "wayback", "fresh": None, "check": is_json}
    return desk.ask(url, **(known | options))


def is_json(content: bytes) -> None:
    json_of(content, "The archive")


FAULTS = [
    pytest.param(Answer(first=5), SourceUnavailable, "did not answer in time", id="silence"),
    pytest.param(Answer(b"{" * 99, each=0.05), SourceUnavailable, "longer than 0.6 seconds", id="slow drip"),
    pytest.param(Answer(each=0.01, drip_headers=True), SourceUnavailable, "longer than 0.6", id="slow drip of headers"),
    pytest.param(Answer(b"{" * 99, each=0.05, endless=True), SourceUnavailable, "longer than 0.6", id="no length"),
    pytest.param(Answer(status=429), SourceUnavailable, "asked too often (HTTP 429)", id="429"),
    pytest.param(Answer(CONSENT.body, 429), SourceUnavailable, "asked too often (HTTP 429)", id="429 as a web page"),
    pytest.param(Answer(status=403), SourceRefused, "refuses this request (HTTP 403)", id="403"),
    pytest.param(Answer(status=404), SourceRefused, "nothing at this address (HTTP 404)", id="404"),
    pytest.param(Answer(status=418), SourceRefused, "did not serve this request (HTTP 418)", id="418"),
    pytest.param(Answer(status=500), SourceUnavailable, "could not answer just now (HTTP 500)", id="500"),
    pytest.param(Answer(status=503), SourceUnavailable, "could not answer just now (HTTP 503)", id="503"),
    pytest.param(Answer(b'{"captures"', announced=99), SourceUnavailable, "broke off", id="shorter than announced"),
    pytest.param(Answer(b'{"captures": [1, 2'), SourceUnavailable, "is cut short after 18 bytes", id="truncated JSON"),
    pytest.param(Answer(b"[" * 200_000), SourceUnavailable, "is cut short", id="brackets without end"),
    pytest.param(Answer(b"\xff\xfe\x00"), SourceChanged, "not UTF-8", id="bytes that are no text"),
    pytest.param(CONSENT, SourceChanged, f"The archive {A_WEB_PAGE}", id="consent page"),
    pytest.param(Answer(b" \n"), SourceUnavailable, "The archive answered with nothing at all.", id="empty body"),
    pytest.param(Answer(b"x", announced=50 * MB), SourceUnavailable, "more than 20 MB", id="50 MB announced"),
    pytest.param(Answer(b"x" * MB, endless=True), SourceUnavailable, "more than 20 MB", id="50 MB unannounced"),
    pytest.param(
        Answer(gzip.compress(bytes(50 * MB)), headers={"Content-Encoding": "gzip"}),
        SourceUnavailable,
        "more than 20 MB",
        id="gzip bomb",
    ),
    pytest.param(
        Answer(b"no gzip", headers={"Content-Encoding": "gzip"}), SourceUnavailable, "broke off", id="broken gzip"
    ),
    pytest.param(
        Answer(status=302, headers={"Location": "http://127.0.0.1:9/else"}),
        SourceChanged,
        "another host",
        id="redirect to another port",
    ),
    pytest.param(
        Answer(status=302, headers={"Location": "https://consent.example.com/"}),
        SourceChanged,
        "another host",
        id="redirect to another host",
    ),
    pytest.param(
        Answer(status=302, headers={"Location": "file:///etc/passwd"}),
        AddressRefused,
        "begins with https",
        id="redirect to a file",
    ),
    pytest.param(Answer(status=301, headers={"Location": "/data"}), SourceChanged, "without end", id="redirect loop"),
    pytest.param(Answer(status=204), SourceRefused, "HTTP 204", id="204"),
]


def patience(fault: Answer) -> Limits:
    """Short where time is what is wrong; whatever else is wrong is found on a busy machine, too."""
    return QUICK if fault.first or fault.each else Limits()


@pytest.mark.parametrize(("fault", "kind", "sentence"), FAULTS)
def test_a_fault_is_one_sentence(
    server: Loopback, tmp_path: Path, fault: Answer, kind: type[DataError], sentence: str
) -> None:
    url = server.answers("/data", fault)
    with desk_at(server, tmp_path, limits=patience(fault)) as desk, pytest.raises(kind) as told:
        ask(desk, url)
    assert sentence in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(("fault", "kind", "sentence"), FAULTS)
def test_after_a_fault_the_last_good_copy_stands_in_and_stays(
    server: Loopback, tmp_path: Path, fault: Answer, kind: type[DataError], sentence: str
) -> None:
    url = server.answers("/data", GOOD, fault)
    with desk_at(server, tmp_path, now=lambda: NOON, limits=patience(fault)) as desk:
        good = ask(desk, url)
        began = time.monotonic()
        again, kept = ask(desk, url), ask(desk, url, fresh="never")
    assert again.stale and again.from_cache and again.content == GOOD.body and again.status == 200
    assert again.fetched_at == good.fetched_at == NOON
    assert isinstance(again.trouble, kind) and sentence in str(again.trouble)
    assert kept.content == GOOD.body and not kept.stale
    assert (
        time.monotonic() - began < 30
    )  # of the 60 s that an answer may take: nobody waits for a drip on a connection that was good before


def test_who_wants_no_old_copy_gets_the_trouble_instead(server: Loopback, tmp_path: Path) -> None:
    url = server.answers("/data", GOOD, Answer(status=500))
    with desk_at(server, tmp_path) as desk:
        ask(desk, url)
        with pytest.raises(SourceUnavailable, match="HTTP 500"):
            ask(desk, url, stale_ok=False)


def test_a_source_that_recovers_is_fresh_again(server: Loopback, tmp_path: Path) -> None:
    url = server.answers("/data", GOOD, Answer(status=500), Answer(b'{"captures": 4}'))
    with desk_at(server, tmp_path) as desk:
        replies = [ask(desk, url) for _ in range(3)]
    assert [(reply.stale, json.loads(reply.content)["captures"]) for reply in replies] == [
        (False, 3),
        (True, 3),
        (False, 4),
    ]


def test_a_refused_connection_is_one_sentence(server: Loopback, tmp_path: Path) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    with (
        open_desk(settings_at(nowhere, tmp_path)) as desk,
        pytest.raises(SourceUnavailable, match="could not be reached: the connection was refused or lost"),
    ):
        ask(desk, f"{nowhere}/data")


@pytest.mark.parametrize(
    ("resolve", "sentence"),
    [
        pytest.param(lambda *a, **k: _raise(socket.gaierror(-2, "unknown")), "the name has no address", id="unknown"),
        pytest.param(lambda *a, **k: [], "the name has no address", id="nothing"),
    ],
)
def test_a_name_that_cannot_be_found_is_one_sentence(
    tmp_path: Path, resolve: Callable[..., Any], sentence: str
) -> None:
    with (
        open_desk(settings_at("http://mirror.example.org", tmp_path), resolve=resolve) as desk,
        pytest.raises(SourceUnavailable, match=f"mirror.example.org could not be found: {sentence}"),
    ):
        ask(desk, "http://mirror.example.org/data")


def _raise(error: Exception) -> Any:
    raise error


def test_without_a_type_wanted_an_answer_may_be_a_page_or_empty(server: Loopback, tmp_path: Path) -> None:
    page, nothing = server.answers("/page", CONSENT), server.answers("/nothing", Answer())
    with desk_at(server, tmp_path) as desk:
        assert desk.ask(page, source="statuspage", fresh=None).content == CONSENT.body
        assert desk.ask(nothing, source="statuspage", fresh=None).content == b""


def test_content_that_fails_its_check_never_replaces_a_good_copy(server: Loopback, tmp_path: Path) -> None:
    def has_captures(content: bytes) -> None:
        if b"captures" not in content:
            raise SourceChanged("The Internet Archive renamed a field")

    url = server.answers("/data", GOOD, Answer(b'{"renamed": 3}'))
    with desk_at(server, tmp_path) as desk:
        ask(desk, url, check=has_captures)
        reply = ask(desk, url, check=has_captures)
    assert reply.stale and reply.content == GOOD.body
    assert str(reply.trouble) == "The Internet Archive renamed a field"


def test_a_redirect_on_the_same_host_is_followed(server: Loopback, tmp_path: Path) -> None:
    url = server.answers("/old", Answer(status=301, headers={"Location": "/data"}))
    server.answers("/data", GOOD)
    with desk_at(server, tmp_path) as desk:
        first, kept = ask(desk, url, fresh="never"), ask(desk, url, fresh="never")
    assert first.url == f"{server.url}/data" and first.content == kept.content == GOOD.body
    assert kept.from_cache and server.count("/old") == 1


def test_a_form_is_posted_and_its_answer_kept_by_its_content(server: Loopback, tmp_path: Path) -> None:
    url = server.answers("/explore", lambda asked: Answer(f"you sent q={asked.params['q'][0]}".encode()))
    with desk_at(server, tmp_path) as desk:
        said = [
            desk.ask(url, method="POST", params={"q": q}, source="google-trends", fresh="never").content
            for q in ("a", "b", "a")
        ]
    assert said == [b"you sent q=a", b"you sent q=b", b"you sent q=a"]
    assert server.count("/explore") == 2


def test_every_request_says_who_asks_and_how_to_reach_them(server: Loopback, tmp_path: Path) -> None:
    url = server.answers("/data", GOOD)
    with desk_at(server, tmp_path) as desk:
        ask(desk, url)
    assert server.asked[0].headers["User-Agent"] == f"Nightdesk/{VERSION} (+newsroom@example.org)"
    assert f'version = "{VERSION}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_a_cookie_lives_as_long_as_the_desk_and_is_sent_back(server: Loopback, tmp_path: Path) -> None:
    url = server.answers("/data", Answer(GOOD.body, headers={"set-cookie": "NID=1234"}), GOOD)
    for _ in range(2):
        with desk_at(server, tmp_path) as desk:
            ask(desk, url)
            ask(desk, url)
    assert [asked.headers.get("Cookie") for asked in server.asked] == [None, "NID=1234", None, None]


def test_a_password_file_is_not_read(server: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    passwords = tmp_path / "netrc"
    passwords.write_text("machine 127.0.0.1 login me password secret")
    monkeypatch.setenv("NETRC", str(passwords))
    url = server.answers("/old", Answer(status=302, headers={"Location": "/data"}))
    server.answers("/data", GOOD)
    with desk_at(server, tmp_path) as desk:
        ask(desk, url)
    assert [asked.headers.get("Authorization") for asked in server.asked] == [None, None]


def test_this_machine_is_not_asked_through_a_proxy(
    server: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with desk_at(server, tmp_path) as desk:
        assert ask(desk, server.answers("/data", GOOD)).content == GOOD.body


def test_other_hosts_are_asked_through_the_operators_proxy(
    server: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", server.url)
    server.answers("/data", GOOD)
    with open_desk(settings_at("http://mirror.example.org", tmp_path), pace=lambda host: 0) as desk:
        assert ask(desk, "http://mirror.example.org/data").content == GOOD.body
    assert server.asked[0].headers["Host"] == "mirror.example.org"


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        pytest.param("https://example.com/data", "not among the sources", id="a host that nobody named"),
        pytest.param("http://127.0.0.1:9/data", "not among the sources", id="another port of this machine"),
        pytest.param("http://me:secret@127.0.0.1/data", "name or password", id="with a password"),
        pytest.param("ftp://127.0.0.1/data", "begins with https", id="ftp"),
        pytest.param("file:///etc/passwd", "begins with https", id="a file"),
        pytest.param("http://127.0.0.1\\@example.com/", "backslashes", id="a backslash"),
    ],
)
def test_only_named_sources_are_asked(server: Loopback, tmp_path: Path, url: str, sentence: str) -> None:
    with desk_at(server, tmp_path) as desk, pytest.raises(AddressRefused, match=sentence):
        ask(desk, url)
    assert not server.asked


def named_at(number: str) -> Callable[..., Any]:
    return lambda host, port, **_: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port))]


def test_a_host_of_a_story_must_be_at_a_public_address(server: Loopback, tmp_path: Path) -> None:
    settings = settings_at(server.url, tmp_path)
    with (
        open_desk(settings, hosts=["cic.gc.ca"], resolve=named_at("127.0.0.1"), pace=lambda host: 0) as desk,
        pytest.raises(AddressRefused, match=r"cic\.gc\.ca is at 127\.0\.0\.1, which is not a public address"),
    ):
        ask(desk, "http://CIC.gc.ca/api/v2/incidents.json")


def test_a_mirror_that_the_operator_named_may_be_anywhere(server: Loopback, tmp_path: Path) -> None:
    mirror = f"http://mirror.example.org:{server.port}"
    server.answers("/data", GOOD)
    with open_desk(settings_at(mirror, tmp_path), resolve=named_at("127.0.0.1"), pace=lambda host: 0) as desk:
        assert ask(desk, f"{mirror}/data").content == GOOD.body
    assert server.asked[0].headers["Host"] == f"mirror.example.org:{server.port}"


def test_the_next_address_is_tried_where_the_first_is_dead(server: Loopback, tmp_path: Path) -> None:
    mirror = f"http://mirror.example.org:{server.port}"
    dead = (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", server.port, 0, 0))
    both = [dead, *named_at("127.0.0.1")("mirror.example.org", server.port)]
    server.answers("/data", GOOD)
    with open_desk(settings_at(mirror, tmp_path), resolve=lambda *a, **k: both, pace=lambda host: 0) as desk:
        assert ask(desk, f"{mirror}/data").content == GOOD.body


def test_a_name_is_looked_up_once_so_that_its_second_answer_cannot_lead_inside(
    server: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection goes to the number that was checked, whatever the machine would say if asked again."""
    connected: list[Any] = []
    looked_up: list[str] = []

    def resolve(host: str, port: int, **_: object) -> Any:
        looked_up.append(host)
        return named_at("93.184.216.34" if len(looked_up) == 1 else "127.0.0.1")(host, port)

    def connect(address: Any, *args: object, **options: object) -> Any:
        connected.append(address)
        raise OSError("no network in tests")

    monkeypatch.setattr("urllib3.util.connection.create_connection", connect)
    settings = settings_at(server.url, tmp_path)
    with open_desk(settings, hosts=["cic.gc.ca"], resolve=resolve) as desk, pytest.raises(SourceUnavailable):
        ask(desk, "https://cic.gc.ca/")
    assert (looked_up, connected) == (["cic.gc.ca"], [("93.184.216.34", 443)])


def test_a_pinned_connection_still_asks_for_the_certificate_of_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with loopback(CERTIFICATE) as server:
        mirror = f"https://mirror.example.org:{server.port}"
        other = f"https://other.example.org:{server.port}"
        server.answers("/data", GOOD)
        for url, trusted, good in ((mirror, False, False), (other, True, False), (mirror, True, True)):
            if trusted:
                monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CERTIFICATE))
            with open_desk(settings_at(url, tmp_path), resolve=named_at("127.0.0.1"), pace=lambda host: 0) as desk:
                if good:
                    assert ask(desk, f"{url}/data").content == GOOD.body
                else:
                    with pytest.raises(SourceUnavailable, match="its certificate is not valid"):
                        ask(desk, f"{url}/data")


def test_a_drip_ends_beneath_tls_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CERTIFICATE))
    with loopback(CERTIFICATE) as server:
        mirror = f"https://mirror.example.org:{server.port}"
        server.answers("/data", Answer(b"{" * 99, each=0.05))
        options: dict[str, Any] = {"resolve": named_at("127.0.0.1"), "pace": lambda host: 0, "limits": QUICK}
        with (
            open_desk(settings_at(mirror, tmp_path), **options) as desk,
            pytest.raises(SourceUnavailable, match=r"longer than 0\.6 seconds"),
        ):
            ask(desk, f"{mirror}/data")


def test_a_host_that_no_address_can_have_is_nobody_elses_trouble(server: Loopback, tmp_path: Path) -> None:
    url = server.answers("/data", GOOD)
    with desk_at(server, tmp_path, hosts=["not a host", "", "[::1"]) as desk:
        assert ask(desk, url).content == GOOD.body


def test_twenty_askers_of_one_question_ask_the_source_once(server: Loopback, tmp_path: Path) -> None:
    url = server.answers("/data", Answer(GOOD.body, first=0.2))
    with desk_at(server, tmp_path, limits=Limits()) as desk:
        replies: list[Reply] = []
        askers = [threading.Thread(target=lambda: replies.append(ask(desk, url, fresh="never"))) for _ in range(20)]
        for asker in askers:
            asker.start()
        for asker in askers:
            asker.join(60)
    assert [reply.content for reply in replies] == [GOOD.body] * 20
    assert server.count("/data") == 1


def test_two_processes_with_one_question_ask_the_source_once(server: Loopback, tmp_path: Path) -> None:
    url = server.answers("/data", Answer(GOOD.body, first=0.2))

    def work() -> None:
        with desk_at(server, tmp_path, limits=Limits()) as desk:
            assert ask(desk, url, fresh="never").content == GOOD.body

    processes = [multiprocessing.get_context("fork").Process(target=work) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0]
    assert server.count("/data") == 1


def test_different_questions_do_not_wait_for_each_other(server: Loopback, tmp_path: Path) -> None:
    is_asked, may_answer = threading.Event(), threading.Event()

    def slowly(_: Asked) -> Answer:
        is_asked.set()
        assert may_answer.wait(60)
        return GOOD

    slow, quick = server.answers("/slow", slowly), server.answers("/quick", GOOD)
    with desk_at(server, tmp_path, limits=Limits()) as desk:
        done: list[str] = []
        asker = threading.Thread(target=lambda: done.append(ask(desk, slow).url))
        asker.start()
        assert is_asked.wait(60)
        done.append(ask(desk, quick).url)
        may_answer.set()
        asker.join(60)
    assert done == [quick, slow]


def test_nothing_is_left_on_disk_of_an_answer_that_broke_off(server: Loopback, tmp_path: Path) -> None:
    url = server.answers("/data", Answer(b'{"captures": 3', announced=99))
    with desk_at(server, tmp_path) as desk:
        with pytest.raises(SourceUnavailable):
            ask(desk, url)
        assert len(desk.kept.cache.responses) == 0


def test_an_answer_that_was_not_modified_counts_as_fetched_now(server: Loopback, tmp_path: Path) -> None:
    def tagged(asked: Asked) -> Answer:
        same = asked.headers.get("If-None-Match") == '"v1"'
        return Answer(b"" if same else GOOD.body, 304 if same else 200, {"ETag": '"v1"'})

    clock = [NOON]
    url = server.answers("/data", tagged)
    with desk_at(server, tmp_path, now=lambda: clock[0]) as desk:
        ask(desk, url, fresh=timedelta(minutes=10))
        clock[0] += timedelta(minutes=11)
        reply = ask(desk, url, fresh=timedelta(minutes=10))
        kept = ask(desk, url, fresh=timedelta(minutes=10))
    assert (reply.status, reply.content, reply.stale, reply.fetched_at) == (200, GOOD.body, False, clock[0])
    assert kept.from_cache and len(server.asked) == 2
