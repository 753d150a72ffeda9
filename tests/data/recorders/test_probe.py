"""A site looked at: every way to fail is told apart, a gap in the record is a fact, and the story hears of changes."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data.core.errors import DataError
from data.core.settings import Settings
from data.net.pinned_connections import Limits
from data.net.site_request import Outcome, look
from data.recorders.attempt import Attempt, recorded
from data.recorders.probe import Prober, polite_interval
from data.recorders.site_states import SiteState, state_spans, until_now
from data.recorders.story_rows import merged
from data.story.store import FolderStore
from tests.support.live_nights import START, Ticking, live_night, rows
from tests.support.loopback import Answer, Loopback, loopback
from tests.support.terminal import typed

_PAGE = b"<html><title>Apply &amp; wait</title>"


@pytest.fixture
def server() -> Iterator[Loopback]:
    with loopback() as found:
        yield found


def _here(host: str, port: int) -> tuple[str, ...]:
    return ("127.0.0.1",)


def test_an_answer_is_written_with_its_status_title_size_and_fingerprint(server: Loopback) -> None:
    url = server.answers("/", Answer(_PAGE, 200, {"Set-Cookie": "a=b"}))
    found = look(url, user_agent="Tests", allowed=_here)
    assert (found.outcome, found.ip, found.status, found.size, found.title) == (
        Outcome.ANSWERED, "127.0.0.1", 200, len(_PAGE), "Apply & wait",
    )  # fmt: skip
    assert len(found.sha256) == 64
    look(url, user_agent="Tests", allowed=_here)
    assert "Cookie" not in server.asked[-1].headers


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer(first=3), Outcome.SLOW_BODY),
        (Answer(b"ab", each=2), Outcome.SLOW_BODY),
        (Answer(b"x" * 2000), Outcome.TOO_BIG),
        (Answer(b"short", announced=900), Outcome.LOST),
        (Answer(b"no", 500), Outcome.ANSWERED),
    ],
    ids=["never begins", "drips", "too big", "breaks off", "error"],
)
def test_every_way_to_fail_is_told_apart(server: Loopback, answer: Answer, outcome: Outcome) -> None:
    limits = Limits(connect_seconds=1, read_seconds=5, total_seconds=1, size_bytes=1000)
    assert look(server.answers("/", answer), user_agent="Tests", allowed=_here, limits=limits).outcome is outcome


def test_a_port_that_nobody_listens_at_is_refused_and_a_name_that_nobody_has_is_not_found() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert look(f"http://127.0.0.1:{port}/", user_agent="Tests", allowed=_here).outcome is Outcome.REFUSED

    def nowhere(host: str, port: int) -> tuple[str, ...]:
        raise DataError("no address")

    assert look("http://nowhere.example/", user_agent="Tests", allowed=nowhere).outcome is Outcome.NO_NAME


def test_plain_http_at_a_tls_address_is_a_tls_failure(server: Loopback) -> None:
    url = server.answers("/", Answer(_PAGE)).replace("http:", "https:")
    assert look(url, user_agent="Tests", allowed=_here).outcome is Outcome.TLS


def _attempt(
    minute: float, *, status: int | None = 200, took: float = 0.2, title: str = "Home", day: int = 6
) -> Attempt:
    outcome = Outcome.ANSWERED if status else Outcome.REFUSED
    return Attempt(
        started_at=datetime(2030, 11, day, 1, tzinfo=UTC) + timedelta(minutes=minute), place="here", service="site",
        address="https://a.example/", every=60, outcome=outcome, status=status, first_byte=took, title=title,
    )  # fmt: skip


_BEFORE = [_attempt(minute, day=5) for minute in range(40)]


def _states(*attempts: Attempt) -> list[tuple[SiteState, float, float, int]]:
    return [
        (span.state, (span.start - START).total_seconds() / 60, (span.end - START).total_seconds() / 60, span.attempts)
        for span in state_spans(attempts, _BEFORE)
    ]


def test_attempts_become_states_from_the_first_that_saw_one_to_the_last() -> None:
    found = _states(
        _attempt(0), _attempt(1), _attempt(2, status=500), _attempt(3, status=None), _attempt(4, took=1.3), _attempt(5)
    )
    assert found == [
        (SiteState.USUAL, 0, 1, 2), (SiteState.ERROR, 2, 2, 1), (SiteState.UNREACHED, 3, 3, 1),
        (SiteState.SLOW, 4, 4, 1), (SiteState.USUAL, 5, 5, 1),
    ]  # fmt: skip


def test_an_error_page_that_says_200_is_seen_by_its_title() -> None:
    assert _states(_attempt(0, title="We are sorry"))[0][0] is SiteState.ERROR


def test_without_days_before_nothing_is_called_slow_or_another_page() -> None:
    found = state_spans([_attempt(0, took=20, title="Anything")])
    assert [span.state for span in found] == [SiteState.USUAL]


def test_a_gap_in_the_record_is_that_nobody_looked() -> None:
    assert _states(_attempt(0), _attempt(9)) == [
        (SiteState.USUAL, 0, 0, 1), (SiteState.UNWATCHED, 0, 9, 0), (SiteState.USUAL, 9, 9, 1),
    ]  # fmt: skip
    now = START + timedelta(minutes=5)
    assert until_now((), _attempt(0), now)[-1].state is SiteState.UNWATCHED
    assert until_now((), _attempt(3), now) == ()


def test_a_row_is_put_in_the_place_of_the_one_with_its_id_and_the_rest_stays() -> None:
    table = b'id,at,what\na,1,"two\nlines"\nb,2,old\n'
    changed, new = merged("observations.csv", table, [{"id": "b", "at": "2", "what": "new"}, {"id": "c", "at": "3"}])
    assert (changed.decode(), new) == ('id,at,what\na,1,"two\nlines"\nb,2,new\nc,3,\n', ["c"])
    wider, _ = merged("observations.csv", table, [{"id": "c", "until": "4"}])
    assert wider.decode() == 'id,at,what,until\na,1,"two\nlines",\nb,2,old,\nc,,,4\n'


@pytest.fixture
def night(tmp_path: Path, server: Loopback) -> Settings:
    url = server.answers("/", Answer(_PAGE), Answer(b"", 500), Answer(_PAGE))
    more = f'\n[[services]]\nid = "site"\nhost = "a.example"\nname = "The site"\nmain = true\nurl = "{url}"\n'
    settings = live_night(tmp_path, more=more)
    return settings.model_copy(update={"mirrors": (("NIGHTDESK_SITE_URL", server.url),)})


def _prober(night: Settings, clock: Ticking) -> Prober:
    prober = Prober("night", FolderStore(night.stories), night, "here", clock=clock)
    prober.resume()
    return prober


def test_a_story_is_told_what_was_seen_and_that_nobody_looked(night: Settings) -> None:
    clock = Ticking()
    prober = _prober(night, clock)
    for _ in range(3):
        prober.step()
        clock.on(60)
    clock.on(600)
    _prober(night, clock).step()
    found = rows(night, "observations.csv")
    assert [(row["status"], row["at"][11:19], row.get("until", "")[11:19], row["what"]) for row in found] == [
        ("answering", "01:00:00", "01:00:00", "Answered as usual (HTTP 200); 1 attempt"),
        ("failing", "01:01:00", "01:01:00", "Answered with an error (HTTP 500); 1 attempt"),
        ("answering", "01:02:00", "01:02:00", "Answered as usual (HTTP 200); 1 attempt"),
        ("unwatched", "01:02:00", "01:13:00", "The recorder made no attempt"),
        ("answering", "01:13:00", "01:13:00", "Answered as usual (HTTP 200); 1 attempt"),
    ]
    assert [row["short"] for row in found[:4]] == [
        "Answered as usual (HTTP 200)", "Answered with an error (HTTP 500)", "Answered as usual (HTTP 200)",
        "Nobody looked",
    ]  # fmt: skip
    assert {(row["grade"], row["place"], row["source"]) for row in found} == {("A", "here", "probe.here.site")}
    assert len(list(recorded(night.records / "night"))) == 4


def test_a_site_whose_robots_txt_says_no_is_not_asked(night: Settings, server: Loopback) -> None:
    server.answers("/robots.txt", Answer(b"User-agent: *\nDisallow: /\n"))
    assert [one.outcome for one in _prober(night, Ticking()).step()] == [Outcome.NOT_ASKED]
    assert server.count("/") == 0
    assert rows(night, "observations.csv") == []


def test_a_site_of_somebody_elses_is_asked_once_a_minute_at_most(tmp_path: Path) -> None:
    more = '\n[[services]]\nid = "site"\nhost = "a.example"\nname = "A"\nmain = true\nurl = "https://a.example/"\n'
    story = FolderStore(live_night(tmp_path, more=more).stories).read("night")
    with pytest.raises(DataError, match=r"a\.example is somebody else's site: it is asked at most once in 60 s"):
        polite_interval(5, story, own=False)
    assert (polite_interval(60, story, own=False), polite_interval(5, story, own=True)) == (60, 5)


def test_at_a_terminal_one_look_is_one_line(
    night: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, folder in (("STORIES", night.stories[0]), ("RECORDS", night.records), ("CACHE", night.cache)):
        monkeypatch.setenv(f"NIGHTDESK_{name}", str(folder))
    monkeypatch.setenv("NIGHTDESK_SITE_URL", dict(night.mirrors)["NIGHTDESK_SITE_URL"])
    assert typed("probe", "night", "--once", "--place", "here") == 0
    assert "Z site from here: HTTP 200 after " in capsys.readouterr().out
