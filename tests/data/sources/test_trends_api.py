"""Google's own Trends API: days with a key, one scale, kept as they came, and never a secret in what is kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from data.core.errors import DataError, SourceChanged, SourceUnavailable
from data.core.model import Window
from data.core.settings import Settings
from data.net.client import open_desk
from data.sources.provider import Errand, Visit
from data.sources.trends_api import CREDENTIALS, UNIT, TrendsApi, parse_days
from data.story.story import Story
from tests.support.loopback import Answer, Loopback, loopback
from tests.support.small_story import contest, files, story_of
from tests.support.terminal import typed

NOW = datetime(2030, 11, 9, tzinfo=UTC)
ENVIRON = dict.fromkeys(CREDENTIALS.values(), "a-secret")
_POINTS = [
    {"timeRange": {"startTime": "2030-11-04T00:00:00Z"}, "searchInterest": 12.5, "scaledSearchInterest": 40},
    {"timeRange": {"startTime": {"seconds": "1920067200"}}, "searchInterest": 31},
    {"timeRange": {"startTime": "2030-11-06T00:00:00Z"}},
]  # fmt: skip
ANSWER = {"timeSeries": {"points": _POINTS}}
WORKING = {"name": "operations/o-1"}


@pytest.fixture
def server() -> Iterator[Loopback]:
    with loopback() as found:
        found.answers("/token", Answer(b'{"access_token": "t-1", "expires_in": 3600}'))
        yield found


@pytest.fixture
def story() -> Story:
    more = b'\n[[searches]]\nterm = "visa"\ngeo = "US"\nnote = "n"\n'
    content = files({"contests": [contest("oh", 18)]})
    return story_of(
        content | {"story.toml": content["story.toml"].replace(b"emphasised", b"live = true\nemphasised", 1) + more}
    )


def _visit(folder: Path, server: Loopback) -> Visit:
    mirrors = (("NIGHTDESK_TRENDS_API_URL", server.url), ("NIGHTDESK_GOOGLE_TOKEN_URL", f"{server.url}/token"))
    settings = Settings(cache=folder / "cache", mirrors=mirrors)
    return Visit(open_desk(settings, pace=lambda host: 0), settings, folder / "story", NOW)


def _errand(story: Story) -> Errand:
    return Errand(story, Window(NOW - timedelta(days=8), NOW), NOW)


def _api() -> TrendsApi:
    return TrendsApi(ENVIRON, sleep=lambda _: None)


def _answers(server: Loopback, *answers: object) -> None:
    first, *others = (Answer(json.dumps(one).encode()) for one in answers)
    server.answers("/v1alpha:fetchTimeSeries", first)
    if others:
        server.answers("/v1alpha/operations/o-1", *others)


@pytest.mark.parametrize(
    "answers", [(ANSWER,), (WORKING, WORKING, WORKING | {"done": True, "response": ANSWER})], ids=["at once", "later"]
)
def test_days_come_with_their_scale_and_a_day_without_a_figure_is_a_gap(
    story: Story, server: Loopback, tmp_path: Path, answers: tuple[object, ...]
) -> None:
    _answers(server, *answers)
    (task,) = _api().plan(_errand(story))
    visit = _visit(tmp_path, server)
    task.ask(visit)
    rows = _api().rows(visit.folder).rows
    assert [(row.name, row.start.isoformat()[:10], row.end - row.start, row.value, row.unit) for row in rows] == [
        ("Google Trends API: visa, US", "2030-11-04", timedelta(days=1), 12.5, UNIT),
        ("Google Trends API: visa, US", "2030-11-05", timedelta(days=1), 31.0, UNIT),
    ]
    question = next(asked for asked in server.asked if asked.path == "/v1alpha:fetchTimeSeries")
    spec = json.loads(question.body)["spec"]
    assert (spec["timeResolution"], spec["geo"]["code"], spec["expression"]["terms"][0]["value"]) == (
        "DAY",
        "US",
        "visa",
    )
    assert datetime.fromtimestamp(spec["timeRange"]["endTime"]["seconds"], UTC) == NOW - timedelta(days=3)
    assert question.headers["Authorization"] == "Bearer t-1"


def test_a_token_is_fetched_with_what_the_environment_holds_and_no_file_keeps_it(
    story: Story, server: Loopback, tmp_path: Path
) -> None:
    _answers(server, ANSWER)
    (task,) = _api().plan(_errand(story))
    task.ask(_visit(tmp_path, server))
    form = parse_qs(server.asked[0].body.decode())
    assert (server.asked[0].path, form["grant_type"], form["refresh_token"]) == (
        "/token", ["refresh_token"], ["a-secret"],
    )  # fmt: skip
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert kept and not [path for path in kept if b"a-secret" in path.read_bytes() or b"t-1" in path.read_bytes()]


def test_without_a_key_nothing_is_asked_and_by_name_it_says_what_it_wants(
    story: Story, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert list(TrendsApi({}).plan(_errand(story))) == []
    for variable in CREDENTIALS.values():
        monkeypatch.delenv(variable, raising=False)
    assert typed("refresh", "us-2016", "--source", "trends-api") == 1
    assert "the Google Trends API needs NIGHTDESK_TRENDS_API_CLIENT_ID" in capsys.readouterr().err


def test_a_day_that_is_not_there_yet_is_for_later(story: Story, server: Loopback, tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="two or three days late"):
        _api().fetch("visa", "US", Window(NOW - timedelta(hours=9), NOW), _visit(tmp_path, server))


@pytest.mark.parametrize("content", [b"", b"<html>", b"{}", b'{"timeSeries": {"points": [{"timeRange": 1}]}}', b"[1]"])
def test_what_is_no_answer_is_one_sentence(content: bytes) -> None:
    with pytest.raises(SourceChanged, match="The Google Trends API"):
        parse_days(content)


def test_a_request_that_never_ends_is_given_up(story: Story, server: Loopback, tmp_path: Path) -> None:
    _answers(server, WORKING, WORKING)
    (task,) = _api().plan(_errand(story))
    with pytest.raises(DataError, match="was still at work after 30 seconds"):
        task.ask(_visit(tmp_path, server))
