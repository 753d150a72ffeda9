from __future__ import annotations

import inspect
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import pytest
from pytrends.request import BASE_TRENDS_URL, TrendReq  # type: ignore[import-untyped]  # ships no types

from data.core.errors import SourceChanged, SourceUnavailable
from data.core.model import Window
from data.core.settings import Settings
from data.net.client import Desk, open_desk
from data.net.pinned_connections import Limits
from data.sources.google_trends.trends_answers import parse_multiline
from data.sources.google_trends.trends_client import CHECKED_VERSION, PytrendsClient, open_client
from data.sources.google_trends.trends_request import HOME, TrendsClient, TrendsReply, TrendsRequest, Unaskable
from tests.support.trends_server import Asked, Told, Trends, always, offers, recording, refused, serving, wrapped

NOW = datetime(2026, 11, 22, 18, 38, tzinfo=UTC)
NIGHT = Window(datetime(2016, 11, 8, 18, tzinfo=UTC), datetime(2016, 11, 9, 15, tzinfo=UTC))
NO_TOKEN = wrapped({"widgets": [{"id": "TIMESERIES", "request": {}}]})
ELSEWHERE = Told(b"", 302, headers={"Location": "https://consent.example/m?continue=x"})


def request(*terms: str, geo: str = "US") -> TrendsRequest:
    return TrendsRequest(terms or ("move to canada",), geo, NIGHT)


@pytest.fixture
def trends() -> Iterator[Trends]:
    with serving(Trends()) as running:
        yield running


@contextmanager
def client_of(url: str, cache: Path, *, now: Callable[[], datetime] = lambda: NOW) -> Iterator[PytrendsClient]:
    settings = Settings(cache=cache, contact="desk@example.org", mirrors=(("NIGHTDESK_TRENDS_URL", url),))
    with open_desk(settings, now=now, limits=Limits(connect_seconds=10, read_seconds=10, total_seconds=20)) as desk:
        yield PytrendsClient(settings, desk)


@pytest.fixture
def client(trends: Trends, tmp_path: Path) -> Iterator[PytrendsClient]:
    with client_of(trends.url, tmp_path) as opened:
        yield opened


def test_pytrends_is_the_version_whose_private_details_were_checked() -> None:
    assert version("pytrends") == CHECKED_VERSION == "4.9.2"


def test_pytrends_has_the_details_that_the_adapter_relies_on() -> None:
    source = inspect.getsource(TrendReq)

    assert f"{HOME.url}/trends" == BASE_TRENDS_URL
    assert f"{HOME.url}/trends/api/explore" == TrendReq.GENERAL_URL
    assert (TrendReq.GET_METHOD, TrendReq.POST_METHOD) == ("get", "post")
    assert list(inspect.signature(TrendReq._get_data).parameters) == ["self", "url", "method", "trim_chars", "kwargs"]
    assert source.count("requests.get(") == 2, "pytrends asks the network itself in GetGoogleCookie only"
    assert source.count("requests.session()") == 1, "and in _get_data"
    assert "self.geo = geo or self.geo" in source, "the reason for one object a question"
    assert "method_whitelist" in source, "the reason for retries=0"
    assert all(name in source for name in ("interest_over_time_widget", "related_queries_widget_list", "['token']"))


def test_no_other_module_knows_pytrends() -> None:
    root = Path(__file__).parents[3]
    modules = [path for room in ("data", "components", "pages") for path in (root / room).rglob("*.py")]
    knowing = [
        path.name for path in modules if re.search(r"^\s*(from|import) pytrends", path.read_text(), re.MULTILINE)
    ]
    assert knowing == ["trends_client.py"]


def test_the_client_is_a_trends_client(client: PytrendsClient) -> None:
    seam: TrendsClient = client
    assert isinstance(seam.interest_over_time(request()), TrendsReply)


def test_an_answer_comes_as_received_with_who_asked_and_for_what_google_took_them(
    trends: Trends, client: PytrendsClient
) -> None:
    body = recording("eight_minutes_rare_term.txt")
    trends.multiline = always(Told(body))

    reply = client.interest_over_time(request())

    assert (reply.data, reply.kind, reply.status, reply.drawn_at) == (body, "over-time", 200, NOW)
    assert (reply.client, reply.user_type) == ("pytrends 4.9.2", "USER_TYPE_SCRAPER")
    assert "token=REDACTED" in reply.url


def test_a_question_is_a_page_then_a_post_then_a_get(trends: Trends, client: PytrendsClient) -> None:
    client.interest_over_time(request())
    client.interest_over_time(request())

    assert trends.paths() == [
        "GET /trends/explore/",
        "POST /trends/api/explore",
        "GET /trends/api/widgetdata/multiline",
        "POST /trends/api/explore",
        "GET /trends/api/widgetdata/multiline",
    ]


def test_the_cookie_of_the_page_goes_with_every_question(trends: Trends, client: PytrendsClient) -> None:
    client.interest_over_time(request())

    assert [one.headers.get("cookie") for one in trends.asked] == [None, "NID=511=test", "NID=511=test"]


def test_every_request_says_who_asks(trends: Trends, client: PytrendsClient) -> None:
    client.interest_over_time(request())

    assert {one.headers["user-agent"] for one in trends.asked} == {"Nightdesk/0.1.0 (+desk@example.org)"}


def test_hours_are_asked_for_in_utc(trends: Trends, client: PytrendsClient) -> None:
    client.interest_over_time(request())

    explore, multiline = trends.asked[1:]
    assert explore.query["tz"] == multiline.query["tz"] == "0"
    assert explore.req == {
        "comparisonItem": [{"keyword": "move to canada", "time": "2016-11-08T18 2016-11-09T15", "geo": "US"}],
        "category": 0,
        "property": "",
    }


def test_making_a_client_asks_nothing(trends: Trends, tmp_path: Path) -> None:
    with client_of(trends.url, tmp_path):
        assert trends.asked == []


def test_the_world_after_a_country_is_the_world(trends: Trends, client: PytrendsClient) -> None:
    client.interest_over_time(request(geo="US"))
    client.interest_over_time(request(geo=""))

    asked = [one.req["comparisonItem"][0]["geo"] for one in trends.asked if one.method == "POST"]
    assert asked == ["US", ""]


@pytest.mark.slow
def test_threads_that_share_a_client_get_their_own_numbers(trends: Trends, client: PytrendsClient) -> None:
    def late(asked: Asked) -> Told:
        term = asked.req["comparisonItem"][0]["complexKeywordsRestriction"]["keyword"][0]["value"]
        time.sleep(0.01 * (int(term) % 3))
        cell = {"time": "1478628000", "value": [int(term)], "hasData": [True], "formattedValue": [term]}
        return Told(wrapped({"default": {"timelineData": [cell]}}))

    trends.multiline = late

    def asked(number: int) -> float:
        return float(parse_multiline(client.interest_over_time(request(str(number))).data).values(0).iloc[0])

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(asked, range(40))) == list(range(40))


def test_the_page_is_visited_once_by_threads_that_start_together(trends: Trends, client: PytrendsClient) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda number: client.interest_over_time(request(str(number))), range(4)))

    assert trends.paths().count("GET /trends/explore/") == 1


@pytest.mark.parametrize("guard", [")]}'", ")]}'\n", ")]}',\n"])
def test_offers_are_read_behind_a_guard_of_any_length(trends: Trends, client: PytrendsClient, guard: str) -> None:
    trends.explore = lambda asked: offers(asked, guard=guard)

    assert client.interest_over_time(request()).status == 200


@pytest.mark.parametrize(
    ("where", "asked"),
    [
        ("page", ["GET /trends/explore/"]),
        ("explore", ["GET /trends/explore/", "POST /trends/api/explore"]),
        (
            "multiline",
            ["GET /trends/explore/", "POST /trends/api/explore", "GET /trends/api/widgetdata/multiline"],
        ),
    ],
)
def test_after_the_first_429_nothing_is_asked_for_half_an_hour(
    trends: Trends, tmp_path: Path, where: str, asked: list[str]
) -> None:
    moment = [NOW]
    setattr(trends, where, always(refused()))
    with client_of(trends.url, tmp_path, now=lambda: moment[0]) as client:
        with pytest.raises(SourceUnavailable) as told:
            client.interest_over_time(request())
        moment[0] += timedelta(minutes=29)
        with pytest.raises(SourceUnavailable) as again:
            client.interest_over_time(request())

    assert told.value.retry_after == 30 * 60
    assert again.value.retry_after == 60
    assert trends.paths() == asked


def test_a_pause_that_google_names_is_kept(trends: Trends, client: PytrendsClient) -> None:
    trends.multiline = always(refused(Retry_After="7200"))

    with pytest.raises(SourceUnavailable) as told:
        client.interest_over_time(request())
    assert told.value.retry_after == 7200


def test_when_the_pause_is_over_it_asks_again(trends: Trends, tmp_path: Path) -> None:
    moment, answers = [NOW], [refused()]
    numbers = trends.multiline
    trends.multiline = lambda asked: answers.pop() if answers else numbers(asked)
    with client_of(trends.url, tmp_path, now=lambda: moment[0]) as client:
        with pytest.raises(SourceUnavailable):
            client.interest_over_time(request())
        moment[0] += timedelta(minutes=31)
        assert client.interest_over_time(request()).status == 200


@pytest.mark.parametrize(
    ("told", "kind", "says"),
    [
        pytest.param(Told(b"", 500), SourceUnavailable, "HTTP 500", id="500"),
        pytest.param(Told(b"", 503), SourceUnavailable, "HTTP 503", id="503"),
        pytest.param(Told(b"", 403), SourceChanged, "HTTP 403", id="403"),
        pytest.param(Told(b"", 400), SourceChanged, "HTTP 400", id="400"),
        pytest.param(
            Told(recording("consent.html"), kind="text/html"), SourceChanged, "consent", id="consent page with 200"
        ),
        pytest.param(Told(b""), SourceUnavailable, "nothing at all", id="empty body"),
        pytest.param(Told(b")]}'\n{\"widgets\":[{"), SourceUnavailable, "breaks off", id="cut short"),
        pytest.param(Told(b"{\"widgets\":[]}"), SourceChanged, "does not begin as those", id="no guard"),
        pytest.param(Told(wrapped({"widget": []})), SourceChanged, "lacks 'widgets'", id="widgets renamed"),
        pytest.param(Told(wrapped({"widgets": [{"name": 1}]})), SourceChanged, "lacks 'id'", id="id renamed"),
        pytest.param(Told(wrapped({"widgets": []})), SourceChanged, "does not offer interest over", id="no offer"),
        pytest.param(Told(NO_TOKEN), SourceChanged, "lacks 'token'", id="no token"),
        pytest.param(ELSEWHERE, SourceChanged, "another host", id="elsewhere"),
    ],
)  # fmt: skip
def test_offers_of_another_shape_are_a_sentence(
    trends: Trends, client: PytrendsClient, told: Told, kind: type[Exception], says: str
) -> None:
    trends.explore = always(told)

    with pytest.raises(kind, match=re.escape(says)):
        client.interest_over_time(request())


def test_an_offer_of_another_place_is_refused(trends: Trends, client: PytrendsClient) -> None:
    trends.explore = lambda asked: offers(
        Asked(asked.method, asked.path, {"req": asked.query["req"].replace('"geo": "US"', '"geo": ""')}, {})
    )

    with pytest.raises(SourceChanged, match="another place than was asked for"):
        client.interest_over_time(request())


def test_an_offer_for_other_terms_is_refused(trends: Trends, client: PytrendsClient) -> None:
    other = TrendsRequest(("a", "b"), "US", NIGHT)
    trends.explore = lambda asked: offers(
        Asked("POST", "", {"req": '{"comparisonItem": [{"keyword": "a", "time": "", "geo": "US"}]}'}, {})
    )

    with pytest.raises(SourceChanged, match="offers 1 series where 2 were asked for"):
        client.interest_over_time(other)


def test_without_a_cookie_page_it_asks_without_a_cookie(trends: Trends, client: PytrendsClient) -> None:
    trends.page = always(ELSEWHERE)

    assert client.interest_over_time(request()).status == 200
    assert "cookie" not in trends.asked[-1].headers


def test_a_dead_proxy_is_a_sentence_and_no_endless_loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with client_of("https://trends.google.com", tmp_path) as client, pytest.raises(SourceUnavailable):
        client.interest_over_time(request())


def test_nobody_at_the_address_is_a_sentence(tmp_path: Path) -> None:
    with client_of("http://127.0.0.1:9", tmp_path) as client, pytest.raises(SourceUnavailable, match="Google Trends"):
        client.interest_over_time(request())


def test_an_old_answer_never_passes_for_a_new_draw(trends: Trends, client: PytrendsClient) -> None:
    client.interest_over_time(request())
    trends.multiline = always(Told(b"", 503))

    with pytest.raises(SourceUnavailable):
        client.interest_over_time(request())


def test_the_same_question_asked_again_is_a_new_draw(trends: Trends, client: PytrendsClient) -> None:
    client.interest_over_time(request())
    trends.multiline = always(Told(recording("monthly.txt")))

    assert client.interest_over_time(request()).data == recording("monthly.txt")


class Other:
    """A newsroom's own client."""

    def __init__(self, settings: Settings, desk: Desk) -> None:
        self.settings = settings

    def interest_over_time(self, request: TrendsRequest, /) -> TrendsReply:
        return TrendsReply(recording("monthly.txt"), "over-time", NOW, "", 200, "other 1")


@pytest.mark.parametrize(
    ("name", "kind"), [("pytrends", "PytrendsClient"), ("tests.data.sources.test_google_trends:Other", "Other")]
)
def test_settings_choose_the_client(name: str, kind: str, tmp_path: Path) -> None:
    settings = Settings(cache=tmp_path, trends_client=name)
    with open_desk(settings) as desk:
        assert type(open_client(settings, desk)).__name__ == kind


@pytest.mark.parametrize("name", ["trendspyg", "nowhere.at.all:Client", "data.core.model:Client"])
def test_a_client_that_is_not_there_is_named(name: str, tmp_path: Path) -> None:
    settings = Settings(cache=tmp_path, trends_client=name)
    with open_desk(settings) as desk, pytest.raises(Unaskable, match=re.escape(repr(name))):
        open_client(settings, desk)
