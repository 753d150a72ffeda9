from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from data.analysis.stitching import stitch
from data.core.errors import DataError, SourceChanged, SourceUnavailable
from data.core.model import Window
from data.core.settings import Settings
from data.net.client import open_desk
from data.net.snapshots import read_snapshots
from data.sources.google_trends.provider import Outcome, draw, load_draws, read_held
from data.sources.google_trends.trends_client import PytrendsClient
from data.sources.google_trends.trends_request import Plan, TrendsReply, TrendsRequest, Wanted, plan_requests
from tests.support.forked import Forked, ended
from tests.support.trends_server import Asked, Told, Trends, always, numbers, recording, refused, serving, wrapped

HOUR = timedelta(hours=1)
NOW = datetime(2026, 11, 22, 18, 38, tzinfo=UTC)
MONTH = Window(datetime(2016, 10, 20, tzinfo=UTC), datetime(2016, 11, 17, tzinfo=UTC))
TERM = "move to canada"


def month(*terms: str, geo: str = "US", window: Window = MONTH) -> Plan:
    """Nine windows of a week, in hours."""
    return plan_requests(Wanted(terms or (TERM,), geo, window), "hour", now=NOW)


def series(request: TrendsRequest, *, peak: int = 100) -> bytes:
    """What a server would answer to this request, hour by hour."""
    items = [{"complexKeywordsRestriction": {"keyword": [{"value": term}]}} for term in request.terms]
    body = numbers(Asked("GET", "", {"req": _json({"time": request.time, "comparisonItem": items})}, {})).body
    return body.replace(b"[100]", f"[{peak}]".encode())


def _json(value: object) -> str:
    return wrapped(value, "").decode()


@dataclass
class Client:
    """Answers every request, or fails as the test says, and remembers what it was asked."""

    moment: datetime = NOW
    fails: dict[int, BaseException] = field(default_factory=dict)
    asked: list[TrendsRequest] = field(default_factory=list)
    body: Callable[[TrendsRequest], bytes] = series

    def interest_over_time(self, request: TrendsRequest, /) -> TrendsReply:
        self.asked.append(request)
        if failure := self.fails.get(len(self.asked)):
            raise failure
        user = "USER_TYPE_SCRAPER"
        return TrendsReply(self.body(request), "over-time", self.moment, "https://trends.example/", 200, "fake 1", user)

    def now(self) -> datetime:
        return self.moment


def drawn(plan: Plan, client: Client, folder: Path) -> Outcome:
    return draw(plan, client, folder, now=client.now)


def test_a_plan_is_drawn_into_snapshots_of_the_bytes_as_received(tmp_path: Path) -> None:
    client = Client()
    outcome = drawn(month(), client, tmp_path)

    assert (outcome.state, outcome.drawn, outcome.held) == ("done", 9, 0)
    assert outcome.sentence == "9 of 9 requests drawn and kept."
    snapshots = read_snapshots(tmp_path, "google-trends")
    assert sorted(snapshot.data for snapshot in snapshots) == sorted(series(request) for request in client.asked)


def test_a_sidecar_says_what_was_asked_when_and_by_whom(tmp_path: Path) -> None:
    drawn(month(), Client(), tmp_path)

    sidecar = read_snapshots(tmp_path, "google-trends")[0].sidecar
    start = str(sidecar.window_start)
    assert sidecar.query == {"terms": f'["{TERM}"]', "geo": "US", "time": sidecar.query["time"], "property": "web"}
    assert start.startswith(sidecar.query["time"][:10])
    assert (sidecar.drawn_at, sidecar.geo, sidecar.step, sidecar.kind) == (NOW, "US", 3600.0, "over-time")
    assert (sidecar.client, sidecar.user_type, len(sidecar.sha256)) == ("fake 1", "USER_TYPE_SCRAPER", 64)
    assert sidecar.licence == "Data source: Google Trends (https://www.google.com/trends)"


def test_draws_are_what_stitching_takes(tmp_path: Path) -> None:
    drawn(month(), Client(), tmp_path)

    draws = load_draws(tmp_path, (TERM,), "US")[TERM]
    stitched = stitch(draws, rng=np.random.default_rng(1), replicates=50)
    assert stitched.notes[-1].startswith("9 windows were brought to one scale")
    assert stitched.series["value"].max() == 100


def test_what_was_drawn_today_is_not_asked_for_again(tmp_path: Path) -> None:
    client = Client()
    drawn(month(), client, tmp_path)
    client.moment += timedelta(hours=3)
    outcome = drawn(month(), client, tmp_path)

    assert (outcome.state, outcome.drawn, outcome.held, len(client.asked)) == ("done", 0, 9, 9)
    assert outcome.sentence == (
        "9 of 9 requests drawn and kept. 9 of them within the last 20 hours, so Google was not asked again."
    )


def test_draws_of_another_day_join_those_that_are_there(tmp_path: Path) -> None:
    client = Client()
    drawn(month(), client, tmp_path)
    client.moment += timedelta(days=1)
    client.body = lambda request: series(request, peak=99)
    outcome = drawn(month(), client, tmp_path)

    assert outcome.drawn == 9
    draws = load_draws(tmp_path, (TERM,), "US")[TERM]
    assert len(draws) == 18
    assert {one.drawn_at for one in draws} == {NOW, NOW + timedelta(days=1)}


def test_a_429_keeps_what_is_drawn_and_says_when_to_go_on(tmp_path: Path) -> None:
    client = Client(fails={4: SourceUnavailable("Google Trends says that it was asked too often", retry_after=1800)})
    outcome = drawn(month(), client, tmp_path)

    assert (outcome.state, outcome.drawn, outcome.held) == ("later", 3, 0)
    assert outcome.retry_at == NOW + timedelta(minutes=30)
    assert outcome.sentence == "Google Trends says that it was asked too often. 3 of 9 requests drawn and kept."
    assert len(client.asked) == 4


def test_a_plan_goes_on_where_it_stopped(tmp_path: Path) -> None:
    plan = month()
    drawn(plan, Client(fails={4: SourceUnavailable("Wait", retry_after=1800)}), tmp_path)
    later = Client(moment=NOW + timedelta(minutes=31))
    outcome = drawn(plan, later, tmp_path)

    assert (outcome.state, outcome.drawn, outcome.held) == ("done", 6, 3)
    assert later.asked == list(plan.requests[3:])


def test_a_plan_goes_on_after_midnight_without_asking_again(tmp_path: Path) -> None:
    plan = month()
    evening = datetime(2026, 11, 22, 23, 50, tzinfo=UTC)
    drawn(plan, Client(moment=evening, fails={4: SourceUnavailable("Wait")}), tmp_path)

    assert drawn(plan, Client(moment=evening + HOUR), tmp_path).held == 3


@pytest.mark.parametrize(
    ("failure", "state", "retry_at"),
    [
        pytest.param(SourceUnavailable("it did not answer"), "later", None, id="no answer"),
        pytest.param(SourceUnavailable("wait", retry_after=0), "later", NOW, id="at once"),
        pytest.param(SourceChanged("it has changed"), "failed", None, id="changed"),
        pytest.param(ConnectionResetError("reset by peer"), "later", None, id="a client's own network failure"),
    ],
)
def test_what_stops_a_run_is_told_by_its_outcome(
    failure: Exception, state: str, retry_at: datetime | None, tmp_path: Path
) -> None:
    outcome = drawn(month(), Client(fails={1: failure}), tmp_path)

    assert (outcome.state, outcome.retry_at, outcome.drawn) == (state, retry_at, 0)
    assert outcome.sentence.endswith(". 0 of 9 requests drawn and kept.")
    assert outcome.sentence[0].isupper()


def test_a_sentence_that_begins_with_a_host_writes_it_as_it_is(tmp_path: Path) -> None:
    nowhere = SourceUnavailable("trends.google.com could not be found: the name has no address")
    said = drawn(month(), Client(fails={1: nowhere}), tmp_path).sentence
    assert said.startswith("trends.google.com could not be found: the name has no address. 0 of 9 requests")


def test_a_disk_that_takes_nothing_is_told_by_the_outcome(tmp_path: Path) -> None:
    (tmp_path / "snapshots").write_text("a file where the folder belongs")
    outcome = drawn(month(), Client(), tmp_path)

    assert (outcome.state, outcome.drawn) == ("failed", 0)
    assert outcome.sentence.startswith("The answer cannot be kept on this disk: ")


def test_progress_names_the_window_that_is_next_and_ends_with_all(tmp_path: Path) -> None:
    plan, told = month(), list[tuple[int, int, TrendsRequest]]()
    client = Client()
    draw(plan, client, tmp_path, now=client.now, progress=lambda *step: told.append(step))

    assert told[0] == (0, 9, plan.requests[0])
    assert told[-1] == (9, 9, plan.requests[-1])


def test_whoever_stops_the_progress_bar_loses_nothing(tmp_path: Path) -> None:
    def leave(done: int, count: int, request: TrendsRequest) -> None:
        if done == 2:
            raise KeyboardInterrupt

    client = Client()
    with pytest.raises(KeyboardInterrupt):
        draw(month(), client, tmp_path, now=client.now, progress=leave)
    assert len(read_snapshots(tmp_path, "google-trends")) == 2


@pytest.mark.parametrize(
    ("body", "state"),
    [
        pytest.param(b"", "later", id="empty body"),
        pytest.param(recording("consent.html"), "failed", id="consent page"),
        pytest.param(b')]}\'\n{"default":{"timelineData":[{', "later", id="cut short"),
        pytest.param(b"for(;;);{}", "failed", id="another guard"),
        pytest.param(recording("weekly_two_terms.txt"), "failed", id="two terms for one"),
        pytest.param(recording("hourly_not_over_yet.txt"), "failed", id="another year"),
        pytest.param(recording("regions_index.txt"), "failed", id="regions"),
    ],
)
def test_what_is_no_answer_to_the_question_leaves_nothing_on_disk(body: bytes, state: str, tmp_path: Path) -> None:
    outcome = drawn(month(), Client(body=lambda _: body), tmp_path)

    assert (outcome.state, outcome.drawn) == (state, 0)
    assert not list((tmp_path / "snapshots" / "google-trends").glob("2*"))


def test_an_answer_without_bins_is_kept_and_not_asked_for_again(tmp_path: Path) -> None:
    client = Client(body=lambda _: recording("too_few_searches.txt"))

    assert drawn(month(), client, tmp_path).drawn == 9
    assert drawn(month(), client, tmp_path).held == 9
    assert load_draws(tmp_path, (TERM,), "US") == {TERM: ()}


def test_a_series_below_what_google_shows_is_kept_and_says_so_when_stitched(tmp_path: Path) -> None:
    client = Client(body=lambda request: series(request, peak=0).replace(b"[40]", b"[0]").replace(b'["40"]', b'["<1"]'))
    drawn(month(), client, tmp_path)

    draws = load_draws(tmp_path, (TERM,), "US")[TERM]
    assert len(draws) == 9
    with pytest.raises(DataError, match="every value is below 1"):
        stitch(draws, rng=np.random.default_rng(1))


def test_each_term_of_a_request_has_its_own_draws(tmp_path: Path) -> None:
    drawn(month("canada", "new zealand"), Client(), tmp_path)

    found = load_draws(tmp_path, ("New Zealand", "canada"), "US")
    assert {term: len(draws) for term, draws in found.items()} == {"New Zealand": 9, "canada": 9}
    assert found["New Zealand"][0].values.max() == 100
    assert found["canada"][0].values.max() == 54


@pytest.mark.slow
def test_another_place_or_other_company_is_another_series(tmp_path: Path) -> None:
    drawn(month("canada"), Client(), tmp_path)
    drawn(month("canada", geo="GB"), Client(moment=NOW + HOUR), tmp_path)
    drawn(month("canada", "new zealand"), Client(moment=NOW + 2 * HOUR), tmp_path)

    assert len(load_draws(tmp_path, ("canada",), "US")["canada"]) == 9
    assert [(held.terms, held.geo, len(held.drawn_at)) for held in read_held(tmp_path)] == [
        (("canada",), "US", 9),
        (("canada",), "GB", 9),
        (("canada", "new zealand"), "US", 9),
    ]


def test_nothing_drawn_is_nothing_loaded(tmp_path: Path) -> None:
    assert load_draws(tmp_path, (TERM,), "US") == {TERM: ()}
    assert read_held(tmp_path) == ()


def test_recent_and_archive_draws_are_never_loaded_together(tmp_path: Path) -> None:
    night = Window(datetime(2026, 11, 20, 6, tzinfo=UTC), datetime(2026, 11, 21, 6, tzinfo=UTC))
    plan = plan_requests(Wanted((TERM,), "US", night), "8 minutes", now=NOW)
    client = Client()
    drawn(plan, client, tmp_path)
    client.moment += timedelta(days=14)
    drawn(plan, client, tmp_path)

    assert [one.recent for one in load_draws(tmp_path, (TERM,), "US")[TERM]] == [False]
    held = read_held(tmp_path)
    assert [(one.sample, [draw.recent for draw in one.draws[TERM]]) for one in held] == [
        ("recent", [True]),
        ("archive", [False]),
    ]


def test_bins_of_two_lengths_are_never_loaded_together(tmp_path: Path) -> None:
    drawn(month(), Client(), tmp_path)
    days = plan_requests(Wanted((TERM,), "US", MONTH), "day", now=NOW)
    rows = [
        {"time": str(int((MONTH.start + place * 24 * HOUR).timestamp())), "value": [place], "formattedValue": ["x"]}
        for place in range(28)
    ]
    drawn(days, Client(body=lambda _: wrapped({"default": {"timelineData": rows}})), tmp_path)

    assert {one.step for one in load_draws(tmp_path, (TERM,), "US")[TERM]} == {HOUR}
    assert [(held.step, len(held.drawn_at)) for held in read_held(tmp_path)] == [(HOUR, 9), (24 * HOUR, 1)]


def test_a_damaged_snapshot_is_left_out_and_the_others_are_loaded(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    drawn(month(), Client(), tmp_path)
    next((tmp_path / "snapshots" / "google-trends").glob("2*.txt")).write_bytes(b"damaged")

    assert len(load_draws(tmp_path, (TERM,), "US")[TERM]) == 8
    assert len({message for message in caplog.messages if "left out snapshot" in message}) == 1


# With the real client, the real session and a server on this machine.


@pytest.fixture
def trends() -> Iterator[Trends]:
    with serving(Trends()) as running:
        yield running


def test_a_run_through_the_session_stops_at_a_429_and_goes_on_after_the_pause(trends: Trends, tmp_path: Path) -> None:
    moment, plan = [NOW], month()
    trends.multiline = lambda asked: refused() if len(trends.series()) == 4 else numbers(asked)
    settings = Settings(cache=tmp_path / "cache", mirrors=(("NIGHTDESK_TRENDS_URL", trends.url),))
    with open_desk(settings, now=lambda: moment[0]) as desk:
        client = PytrendsClient(settings, desk)
        first = draw(plan, client, tmp_path, now=lambda: moment[0])
        moment[0] += timedelta(minutes=10)
        too_soon = draw(plan, client, tmp_path, now=lambda: moment[0])
        asked_by_then = len(trends.asked)
        moment[0] += timedelta(minutes=21)
        last = draw(plan, client, tmp_path, now=lambda: moment[0])

    assert (first.state, first.drawn, first.retry_at) == ("later", 3, NOW + timedelta(minutes=30))
    assert (too_soon.state, too_soon.drawn, too_soon.retry_at) == ("later", 0, NOW + timedelta(minutes=30))
    assert asked_by_then == 1 + 2 * 4
    assert (last.state, last.drawn, last.held) == ("done", 6, 3)


def run(folder: Path, url: str, said: Path) -> Forked:
    """A process that draws the month, and says in a file what came of it."""
    return Forked(["-m", "tests.support.trends_drawer", str(folder), url], os.environ, said)


@pytest.mark.slow
def test_a_run_that_is_killed_loses_nothing_and_the_next_one_goes_on(
    trends: Trends, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    running, said = list[Forked](), tmp_path / "said"

    def kill_at_the_fourth(asked: Asked) -> Told:
        if len(trends.series()) == 4:
            running[0].kill()
        return numbers(asked)

    trends.multiline = kill_at_the_fourth
    running.append(run(tmp_path, trends.url, said))
    assert running[0].wait(60) == -signal.SIGKILL
    kept = len(read_snapshots(tmp_path, "google-trends"))
    assert run(tmp_path, trends.url, said).wait(60) == 0, said.read_text()

    assert kept == 3
    assert "state='done', drawn=6, held=3" in said.read_text()
    read_snapshots(tmp_path, "google-trends")
    assert "left out" not in caplog.text


@pytest.mark.slow
def test_two_processes_at_once_draw_each_window_once_and_lose_none(trends: Trends, tmp_path: Path) -> None:
    def slowly(asked: Asked) -> Told:
        time.sleep(0.05)
        return numbers(asked)

    trends.multiline = slowly
    said = [tmp_path / "first", tmp_path / "second"]
    both = [run(tmp_path, trends.url, file) for file in said]

    assert ended(both, 60) == [0, 0], [file.read_text() for file in said]
    assert all("state='done'" in file.read_text() for file in said)
    assert len(trends.series()) == 9
    assert len(load_draws(tmp_path, (TERM,), "US")[TERM]) == 9


def test_a_server_that_only_refuses_leaves_the_folder_as_it_was(trends: Trends, tmp_path: Path) -> None:
    trends.explore = always(refused(Retry_After="3600"))
    settings = Settings(cache=tmp_path / "cache", mirrors=(("NIGHTDESK_TRENDS_URL", trends.url),))
    drawn(month(), Client(moment=NOW - timedelta(days=2)), tmp_path)
    with open_desk(settings, now=lambda: NOW) as desk:
        outcome = draw(month(), PytrendsClient(settings, desk), tmp_path, now=lambda: NOW)

    assert (outcome.state, outcome.retry_at) == ("later", NOW + HOUR)
    assert len(load_draws(tmp_path, (TERM,), "US")[TERM]) == 9
