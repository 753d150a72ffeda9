"""Searches drawn through the night: minutes of the last hours, kept as snapshots, and a refusal waited out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data.core.errors import DataError, SourceChanged, SourceUnavailable
from data.core.settings import Settings
from data.net.client import open_desk
from data.net.snapshots import read_snapshots
from data.recorders.attempts import read_rows
from data.recorders.government_sites import Visitors, read_visitors
from data.recorders.searches import SearchRecorder
from data.recorders.status import read_statuses
from data.recorders.trending import Trending, read_trending
from data.sources.google_trends.provider import SOURCE
from data.story.store import FolderStore
from tests.support.live_nights import live_night
from tests.support.loopback import Answer, loopback
from tests.support.trends_server import Told, Trends, always, refused, serving

NOW = datetime(2030, 11, 6, 3, 20, tzinfo=UTC)
_LIST = (
    b'<?xml version="1.0"?><rss version="2.0" xmlns:ht="https://trends.google.com/trending/rss"><channel><title>t</title>'
    b"<item><title>Bread riots</title><ht:approx_traffic>2000+</ht:approx_traffic>"
    b"<pubDate>Tue, 5 Nov 2030 18:10:00 -0800</pubDate></item>"
    b"<item><title>the weather</title><ht:approx_traffic>500+</ht:approx_traffic></item></channel></rss>"
)
_SEARCH = '\n[[searches]]\nterm = "bread"\ngeo = "US"\n'


@pytest.fixture
def trends() -> Iterator[Trends]:
    with serving(Trends()) as found:
        found.rss = lambda _: Told(_LIST, kind="application/rss+xml")
        yield found


def _recorder(folder: Path, trends: Trends, more: str = _SEARCH) -> tuple[SearchRecorder, Settings]:
    settings = live_night(folder, more=more).model_copy(update={"mirrors": (("NIGHTDESK_TRENDS_URL", trends.url),)})
    desk = open_desk(settings, homes=[trends.url], now=lambda: NOW)
    return SearchRecorder("night", FolderStore(settings.stories), settings, desk, clock=lambda: NOW), settings


def test_each_round_draws_the_minutes_of_the_last_hours_as_a_snapshot(tmp_path: Path, trends: Trends) -> None:
    recorder, settings = _recorder(tmp_path, trends)
    drawn, trending = recorder.step()
    assert drawn.startswith("trends bread US: ")
    assert trending == "trending US: 2 searches, of the story's: Bread riots"
    kept = read_snapshots(settings.stories[0] / "night", SOURCE)
    assert [(snapshot.sidecar.window_start, snapshot.sidecar.window_end) for snapshot in kept] == [
        (datetime(2030, 11, 5, 23, tzinfo=UTC), datetime(2030, 11, 6, 3, tzinfo=UTC))
    ]
    (word,) = read_statuses(settings, "night")
    assert (word.trouble, word.answered_at, word.written) == ("", NOW, 1)


def test_what_is_trending_is_kept_as_it_came_and_as_rows_with_lower_bounds(tmp_path: Path, trends: Trends) -> None:
    recorder, settings = _recorder(tmp_path, trends)
    recorder.step()
    folder = settings.records / "night" / "trending"
    assert [snapshot.data for snapshot in read_snapshots(folder, "google-trending-now")] == [_LIST]
    rows = list(read_rows(folder / "US" / "2030-11-06.csv", Trending))
    assert [(row.title, row.at_least, row.published_at) for row in rows] == [
        ("Bread riots", 2000, datetime(2030, 11, 6, 2, 10, tzinfo=UTC)), ("the weather", 500, None),
    ]  # fmt: skip


@pytest.mark.parametrize("content", [b"", b"<html>", b"{}", b'<feed xmlns="http://www.w3.org/2005/Atom"/>'])
def test_what_is_no_list_is_refused_in_a_sentence(content: bytes) -> None:
    with pytest.raises(SourceChanged, match="something that is not a list"):
        read_trending(content, geo="US", asked_at=NOW)


def test_a_source_that_was_asked_too_often_is_waited_for(tmp_path: Path, trends: Trends) -> None:
    trends.explore = always(refused())
    recorder, settings = _recorder(tmp_path, trends)
    with pytest.raises(SourceUnavailable) as caught:
        recorder.step()
    (word,) = read_statuses(settings, "night")
    assert word.next_at > NOW and word.trouble == str(caught.value)


def test_a_story_without_searches_says_so(tmp_path: Path, trends: Trends) -> None:
    recorder, _ = _recorder(tmp_path, trends, more="")
    with pytest.raises(DataError, match="has no search to record"):
        recorder.step()


_VISITORS = b'{"name": "realtime", "data": [{"active_visitors": "251374"}], "taken_at": "2030-11-06T03:19:05.000Z"}'


def test_people_on_government_sites_are_counted_where_that_is_wanted(
    tmp_path: Path, trends: Trends, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder, settings = _recorder(tmp_path, trends)
    with loopback() as server:
        server.answers("/data/live/realtime.json", Answer(_VISITORS))
        mirrors = (*settings.mirrors, ("NIGHTDESK_ANALYTICS_USA_GOV_URL", server.url))
        recorder.settings = settings.model_copy(update={"mirrors": mirrors})
        recorder.desk = open_desk(recorder.settings, homes=[trends.url], now=lambda: NOW)
        recorder.step()
        assert server.asked == []
        recorder.government = True
        assert recorder.step()[-1] == "analytics.usa.gov: 251,374 people at 2030-11-06T03:19:05Z"
    folder = settings.records / "night" / "government-sites"
    assert [snapshot.data for snapshot in read_snapshots(folder, "analytics-usa-gov")] == [_VISITORS]
    assert [row.visitors for row in read_rows(folder / "2030-11-06.csv", Visitors)] == [251_374]


@pytest.mark.parametrize("content", [b"", b"<html>", b"{}", b'{"taken_at": "2030-11-06T03:19:05Z", "data": []}'])
def test_what_counts_nobody_is_refused_in_a_sentence(content: bytes) -> None:
    with pytest.raises(SourceChanged, match=r"analytics\.usa\.gov answered in a shape"):
        read_visitors(content, asked_at=NOW)
