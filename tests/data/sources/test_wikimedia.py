"""Daily pageviews: absolute counts of views by UTC day, where a day without a count is a gap and never zero."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.core.errors import DataError, SourceChanged, SourceUnavailable
from data.core.model import Window
from data.sources.provider import Count, Records
from data.sources.wikimedia import (
    NO_COUNT,
    VIEW_COLUMNS,
    Wikimedia,
    article_title,
    in_path,
    missing_days,
    parse_pageviews,
    project_name,
)
from tests.support.sources import Place, answering, kept_files, mangled, recording, utc

DAYS = recording("wikimedia/daily.json")
WEEK = Window(utc("2016-11-07T00:00:00"), utc("2016-11-11T00:00:00"))
NIGHT = Window(utc("2016-11-08T18:00:00"), utc("2016-11-09T12:00:00"))
NOW = utc("2026-11-22T12:00:00")
ROOT = "/metrics/pageviews/per-article"
PATH = f"{ROOT}/en.wikipedia/all-access/user/Immigration_to_Canada/daily/20161107/20161110"


def start_of(day: str) -> pd.Timestamp:
    return pd.Timestamp(day, tz="UTC")


def day(stamp: str = "2016110800", views: Any = 5, **changes: Any) -> dict[str, Any]:
    return {
        "project": "en.wikipedia", "article": "A", "granularity": "daily", "timestamp": stamp, "access": "all-access",
        "agent": "user", "views": views,
    } | changes  # fmt: skip


def answer(*items: dict[str, Any]) -> bytes:
    return json.dumps({"items": items}).encode()


def look(place: Place, window: Window = WEEK, article: str = "immigration to Canada") -> Records[Count]:
    with place.visit(NOW) as visit:
        return Wikimedia().fetch(article, window, visit)


def test_days_are_read_whole() -> None:
    views = parse_pageviews(DAYS)
    assert list(views.days.columns) == VIEW_COLUMNS
    assert views.days[["article", "start", "end", "views"]].values.tolist() == [
        ["Immigration_to_Canada", start_of("2016-11-07"), start_of("2016-11-08"), 812],
        ["Immigration_to_Canada", start_of("2016-11-08"), start_of("2016-11-09"), 2406],
        ["Immigration_to_Canada", start_of("2016-11-10"), start_of("2016-11-11"), 9120],
    ]  # fmt: skip
    assert missing_days(views.days, WEEK) == (utc("2016-11-09T00:00:00"),)


def test_a_missing_day_is_a_gap_that_is_told_and_never_a_zero(tmp_path: Path) -> None:
    with answering(tmp_path, PATH, DAYS) as place:
        records = look(place)
    assert [row.value for row in records.rows] == [812, 2406, 9120]
    assert records.warnings == ("1 day of Immigration_to_Canada has no count: a gap, not zero.",)


def test_an_unknown_article_has_no_rows_and_no_zeros(tmp_path: Path) -> None:
    with answering(tmp_path, PATH, (404, recording("wikimedia/not_found.json"))) as place:
        records = look(place)
    assert records.rows == ()
    assert records.warnings == (NO_COUNT,)
    assert parse_pageviews(recording("wikimedia/not_found.json")).warnings == (NO_COUNT,)


def test_a_zero_that_the_service_gives_stays_a_zero() -> None:
    assert parse_pageviews(answer(day(views=0))).days["views"].tolist() == [0]


def test_whole_utc_days_around_a_night_are_asked_for(tmp_path: Path) -> None:
    path = f"{ROOT}/en.wikipedia/all-access/user/A/daily/20161108/20161109"
    with answering(tmp_path, path, answer(day("2016110800"), day("2016110900"))) as place:
        asked = look(place, NIGHT, "a").rows
    assert [row.start for row in asked] == [start_of("2016-11-08"), start_of("2016-11-09")]


@pytest.mark.parametrize(
    ("title", "segment"),
    [
        ("immigration to Canada", "Immigration_to_Canada"),
        ("  Move  to_Canada ", "Move_to_Canada"),
        ("AC/DC", "AC%2FDC"),
        ("café", "Caf%C3%A9"),
        ("Cafe\u0301", "Caf%C3%A9"),
        ("100% pure?", "100%25_pure%3F"),
        ("カナダ", "%E3%82%AB%E3%83%8A%E3%83%80"),
        ("ßeta", "%C3%9Feta"),
    ],
)
def test_a_title_is_written_as_wikimedia_counts_it(title: str, segment: str) -> None:
    assert in_path(article_title(title)) == segment


def test_a_title_of_a_dictionary_keeps_its_small_letter() -> None:
    assert article_title("canada", "en.wiktionary") == "canada"


@pytest.mark.parametrize("title", ["", " _ ", "a|b", "a#b", "[[a]]", "a{b}", "a\nb", "x" * 300, "\ud800"])
def test_what_cannot_be_a_title_is_refused(title: str) -> None:
    with pytest.raises(DataError, match="cannot be the title of an article"):
        article_title(title)


@pytest.mark.parametrize("project", ["", "wikipedia", "en.wikipedia/../..", "en wikipedia", "http://en.wikipedia.org"])
def test_what_is_no_project_is_refused(project: str) -> None:
    with pytest.raises(DataError, match="is not a Wikimedia project"):
        project_name(project)


def test_a_project_may_be_named_as_its_site_is() -> None:
    assert project_name("EN.wikipedia.org") == "en.wikipedia"


def test_days_before_the_service_began_are_not_asked_for(tmp_path: Path) -> None:
    before = Window(utc("2008-11-04T00:00:00"), utc("2008-11-06T00:00:00"))
    with answering(tmp_path, PATH, DAYS) as place:
        with pytest.raises(DataError, match="begins on July 1, 2015"):
            look(place, before)
        assert place.asked == []


def test_what_was_fetched_is_read_again_without_a_network_and_names_its_question(tmp_path: Path) -> None:
    with answering(tmp_path, PATH, DAYS) as place:
        records = look(place)
    again = Wikimedia().read(place.story, WEEK)
    assert again.rows == records.rows
    (source,) = again.sources
    assert source.url == place.server.url + PATH
    assert source.licence.startswith("CC0")
    assert {row.source for row in again.rows} == {source.id}


def test_of_a_day_drawn_twice_the_later_drawing_counts(tmp_path: Path) -> None:
    path = f"{ROOT}/en.wikipedia/all-access/user/A/daily/20161108/20161109"
    soon = utc("2016-11-09T13:00:00")
    with answering(tmp_path, path, answer(day(views=1)), answer(day(views=2))) as place:
        for now in (soon, soon.replace(hour=14)):
            with place.visit(now) as visit:
                Wikimedia().fetch("A", NIGHT, visit)
    assert [row.value for row in Wikimedia().read(place.story, NIGHT).rows] == [2]


@pytest.mark.parametrize(
    ("items", "says"),
    [
        pytest.param([day(), day()], "1 day is listed twice.", id="twice"),
        pytest.param(
            [day("2016110900"), day("2016110800")], "The days were not in order of time and were sorted.", id="back"
        ),
    ],
)
def test_an_untidy_answer_is_put_in_order_and_says_so(items: list[dict[str, Any]], says: str) -> None:
    views = parse_pageviews(answer(*items))
    assert views.warnings == (says,)
    assert views.days["start"].is_monotonic_increasing


@pytest.mark.parametrize(
    ("data", "kind", "says"),
    [
        pytest.param(b"", SourceUnavailable, "nothing at all", id="empty"),
        pytest.param(DAYS[:-30], SourceUnavailable, "cut short", id="truncated"),
        pytest.param(b"\n<!doctype HTML><p>wait", SourceChanged, "a web page", id="html"),
        pytest.param(b")]}'{}", SourceChanged, "something other than JSON", id="wrong prefix"),
        pytest.param(b'{"rows": []}', SourceChanged, "no list named 'items'", id="renamed list"),
        pytest.param(answer(day(views="5")), SourceChanged, "no count in 'views'", id="a text for a count"),
        pytest.param(answer(day(views=-1)), SourceChanged, "no count in 'views'", id="fewer than none"),
        pytest.param(answer(day(views=True)), SourceChanged, "no count in 'views'", id="true"),
        pytest.param(answer(day(views=10**30)), SourceChanged, "no count in 'views'", id="more than all people"),
        pytest.param(answer(day(granularity="hourly")), SourceChanged, "are not days", id="hours"),
        pytest.param(answer(day("2016110812")), SourceChanged, "are not days", id="noon"),
        pytest.param(answer(day("2016130100")), SourceChanged, "is not a day", id="month 13"),
        pytest.param(answer(day(), day(views=6)), SourceChanged, "gives one day two counts", id="contradiction"),
        pytest.param(answer({"views": 3}), SourceChanged, "no text in 'timestamp'", id="renamed field"),
    ],
)
def test_an_answer_that_cannot_be_used_says_why_and_is_not_kept(
    data: bytes, kind: type[DataError], says: str, tmp_path: Path
) -> None:
    with pytest.raises(kind, match=says):
        parse_pageviews(data)
    with answering(tmp_path, PATH, data) as place:
        with pytest.raises(kind):
            look(place)
        assert kept_files(place.story) == []


@given(data=mangled(DAYS))
def test_no_answer_breaks_the_parser(data: bytes) -> None:
    try:
        views = parse_pageviews(data)
    except DataError:
        return
    assert (views.days["views"] >= 0).all()


@given(title=st.text(max_size=300))
def test_no_title_breaks_the_address(title: str) -> None:
    try:
        segment = in_path(article_title(title))
    except DataError:
        return
    assert segment.isascii()
    assert "/" not in segment
