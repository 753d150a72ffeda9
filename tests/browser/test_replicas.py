"""Two replicas of the app behind nginx on a bad night: downloads, one of them gone, both of them gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settled
from tests.browser.reading import comes_to, has_address
from tests.support.asking_http import ask
from tests.support.cases import cases
from tests.support.redis_server import RedisServer, redis_server
from tests.support.replicas import Replicas, Session, replicas

Visit = Callable[..., Page]

EMBEDS = (
    "/embed/us-2016/timeline", "/embed/us-2016/timeline?clock=UTC", "/embed/us-2016/results.svg",
    "/embed/us-2016/interest.csv", "/embed/us-2016/outages.json", "/embed/us-2016/interest.png", "/s/us-2016/timeline",
    "/oembed?url={site}/embed/us-2016/timeline", "/embed/listener.js",
)  # fmt: skip


#: The files that the page Timeline offers, in their order, as the routes of charts are asked for the same.
OFFERED = ("timeline.csv?", "replay.csv?", "replay.svg?width=960&theme=light")


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with redis_server(tmp_path_factory.mktemp("redis")) as running:
        yield running


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory, redis: RedisServer) -> Iterator[Replicas]:
    folder = tmp_path_factory.mktemp("night")
    with replicas(folder / "nginx", folder / "cache", NIGHTDESK_CACHE_URL=redis.url) as both:
        yield both


@pytest.fixture
def both(night: Replicas) -> Replicas:
    """Both of them, also after a test that killed one."""
    night.start()
    return night


def view(minute: int) -> str:
    """The query of a range that no other number has."""
    return f"from=2016-11-09T01:{minute:02}Z&to=2016-11-09T06:00Z"


@pytest.mark.parametrize("sessions", cases(4, long=[20]))
def test_every_download_is_right(both: Replicas, sessions: int) -> None:
    """A file that a page offers lies in the memory of one replica; a form of a chart is drawn by any of them."""
    wrong, elsewhere = [], 0
    for number in range(sessions):
        with Session(both.url) as session:
            offered = [file for _, file in session.open("timeline", view(number)).files]
            for path, form in zip(session.press(*offered), OFFERED, strict=True):
                address = f"{both.url}{path}"
                found, drawn = session.download(address), ask(f"{both.url}/embed/us-2016/{form}&{view(number)}")
                if (found.status, drawn.status) != (200, 200) or found.body != drawn.body:
                    wrong.append((number, form, found.status, drawn.status))
                elsewhere += ask(address, Cookie=f"nightdesk_replica={3 - session.replica}").status == 200
    assert wrong == []
    # Nor would they be right by chance: the other replica has none of them.
    assert elsewhere == 0


def test_sessions_are_spread_over_both(both: Replicas) -> None:
    with ExitStack() as open_sessions:
        found = [open_sessions.enter_context(Session(both.url)).replica for _ in range(10)]
    assert set(found) == {1, 2}


def test_a_reader_who_comes_through_nginx_finds_nothing_to_write_with(both: Replicas, visit: Visit) -> None:
    page = visit("/search-trends", base=both.url)
    heading = page.get_by_role("heading", name="Figures published about searches on the night")
    expect(heading).to_be_visible()
    assert page.get_by_text("Import a Google Trends CSV", exact=True).count() == 0
    assert page.get_by_text("Get searches from Google Trends", exact=True).count() == 0


def test_what_one_has_drawn_the_other_need_not(both: Replicas, redis: RedisServer) -> None:
    first, second = (f"http://127.0.0.1:{port}/embed/us-2016/results.png?width=777" for port in both.ports)
    drawn = ask(first, Host="localhost").body
    held, hits = redis.names("nightdesk:drawn:*"), redis.hits()
    assert ask(second, Host="localhost").body == drawn
    assert redis.names("nightdesk:drawn:*") == held
    assert redis.hits() == hits + 1


def test_one_is_killed_in_mid_session_and_the_page_goes_on(both: Replicas, visit: Visit) -> None:
    page = visit("/timeline?caller=CNN", base=both.url)
    home = replica_of(page)
    both.kill(home)
    moved_from(home, page)
    settled(page)
    page.get_by_role("link", name="Outage reports").click()
    expect(page).to_have_title("Outage reports · U.S. 2016 · Nightdesk")
    settled(page)
    has_address(page, caller="CNN")
    expect(page.locator(".js-plotly-plot .main-svg:visible").first).to_be_visible()
    # The one that is back does not get the session back, and so not its files.
    both.start()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").first.click()
    shown = ask(f"{both.url}/embed/us-2016/outages.csv?caller=CNN").body
    assert Path(download.value.path()).read_bytes() == shown


def replica_of(page: Page) -> int:
    (cookie,) = [cookie for cookie in page.context.cookies() if cookie["name"] == "nightdesk_replica"]
    assert cookie["httpOnly"] and cookie["sameSite"] == "Lax" and cookie["expires"] == -1
    return int(cookie["value"])


def moved_from(home: int, page: Page) -> None:
    """Wait until the page has opened a session on the other replica.

    Its cookie comes with the handshake, before the page knows that it is connected; a click between the two is lost.
    """
    comes_to(page, lambda: replica_of(page) != home, True)
    page.locator("[data-testid=stApp][data-test-connection-state=CONNECTED]").wait_for()


def test_both_are_killed_and_every_embed_seen_before_answers_with_its_age(both: Replicas) -> None:
    addresses = [f"{both.url}{path.format(site=both.url)}" for path in EMBEDS]
    with ThreadPoolExecutor(4) as crowd:
        seen = list(crowd.map(ask, addresses))
    assert [heard.status for heard in seen] == [200] * len(EMBEDS)
    both.kill(1, 2)
    for before, after in zip(seen, map(ask, addresses), strict=True):
        assert (after.status, after.body) == (200, before.body)
        assert after.age is not None
        assert after.headers["Date"] == before.headers["Date"]
        assert after.headers["ETag"] == before.headers["ETag"]
        assert after.headers["Content-Security-Policy"] == before.headers["Content-Security-Policy"]
    assert ask(f"{both.url}/").status == 503
