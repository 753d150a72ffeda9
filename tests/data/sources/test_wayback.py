"""Captures of the Internet Archive: a status to the second, and never a state where nobody looked."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given

from data.core.errors import DataError, SourceChanged, SourceUnavailable
from data.core.model import Window
from data.sources import wayback
from data.sources.provider import Records
from data.sources.wayback import CAPTURE_COLUMNS, Wayback, observations, parse_captures
from data.story.tables import Observation, SourceRow
from tests.support.sources import Place, answering, kept_files, mangled, recording, utc

NIGHT = Window(utc("2016-11-09T00:00:00"), utc("2016-11-09T12:00:00"))
NOW = utc("2026-11-22T12:00:00")
PAGE = "example.org/visit"
HEADER = ["urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"]


def index(*rows: list[str], header: list[str] = HEADER) -> bytes:
    return json.dumps([header, *rows]).encode()


def capture(status: str, at: str = "20161109035012", mimetype: str = "text/html") -> list[str]:
    return ["org,example)/visit", at, "https://example.org/visit", mimetype, status, "DIGEST", "10"]


def seen(status: str, mimetype: str = "text/html") -> Observation:
    (row,), _ = observations(parse_captures(index(capture(status, mimetype=mimetype))).captures, service="visas")
    return row


def test_a_list_of_captures_is_read_whole() -> None:
    page = parse_captures(recording("wayback/first_page.json"))
    assert list(page.captures.columns) == CAPTURE_COLUMNS
    assert page.captures[["at", "url", "status", "revisit"]].astype(object).values.tolist() == [
        [pd.Timestamp("2016-11-09T02:15:02Z"), "http://www.example.org/visit", 200, False],
        [pd.Timestamp("2016-11-09T03:50:12Z"), "http://www.example.org/visit", 503, False],
        [pd.Timestamp("2016-11-09T04:00:07Z"), "https://example.org/visit", 302, False],
        [pd.Timestamp("2016-11-09T04:11:33Z"), "https://example.org/visit", pd.NA, True],
    ]
    assert page.resume == "org%2Cexample%29%2Fvisit+20161109041134%21"
    assert page.warnings == ("1 row repeats another and was left out.",)
    assert page.captures["replay"][0] == "https://web.archive.org/web/20161109021502/http://www.example.org/visit"


def test_the_text_form_says_the_same_as_the_json_form() -> None:
    text = "\n".join(
        " ".join(capture(status, at)) for status, at in (("200", "20161109010000"), ("503", "20161109020000"))
    )
    pd.testing.assert_frame_equal(
        parse_captures(text.encode()).captures,
        parse_captures(index(capture("200", "20161109010000"), capture("503", "20161109020000"))).captures,
    )


def test_what_is_no_capture_is_left_out_and_counted() -> None:
    page = parse_captures(recording("wayback/awkward.txt"))
    assert page.captures["status"].tolist() == [500, 200]
    assert page.resume == "org%2Cexample%29%2Fvisit+20161109053001%21"
    assert page.warnings == (
        "1 row of the index could not be read.",
        "2 captures have an impossible time and were left out.",
        "1 capture is of no web address and was left out.",
        "1 capture has an unreadable status and was left out.",
        "The rows were not in order of time and were sorted.",
    )


@pytest.mark.parametrize(
    ("status", "mimetype", "state", "kind"),
    [
        ("200", "text/html", "answering", "outage"),
        ("301", "text/html", "answering", "outage"),
        ("500", "text/html", "failing", "outage"),
        ("503", "text/html", "failing", "outage"),
        ("404", "text/html", "none", "context"),
        ("403", "text/html", "none", "context"),
        ("-", "warc/revisit", "none", "context"),
        ("-", "unk", "none", "context"),
        ("200", "warc/revisit", "answering", "outage"),
    ],
)
def test_a_status_is_a_state_only_where_it_says_one(status: str, mimetype: str, state: str, kind: str) -> None:
    row = seen(status, mimetype)
    assert (row.status, row.kind, row.grade, row.precision) == (state, kind, "A", "second")


def test_a_revisit_says_that_its_status_is_unknown() -> None:
    row = seen("-", "warc/revisit")
    assert row.what == (
        "https://example.org/visit was visited, without a recorded HTTP status: the page was as in an earlier capture"
    )
    assert row.confidence == "low"


def test_every_row_fits_the_tables_of_a_story_and_has_the_replay_of_its_own_capture() -> None:
    captures = parse_captures(recording("wayback/first_page.json")).captures
    rows, sources = observations(captures, service="visas")
    cited = [SourceRow(id=source.id, org=source.org, title=source.title, url=source.url) for source in sources]
    assert [row.at for row in rows] == [moment.to_pydatetime() for moment in captures["at"]]
    assert [row.source for row in rows] == [source.id for source in cited]
    assert [source.url for source in cited] == captures["replay"].tolist()


def test_an_address_with_braces_spaces_or_letters_of_other_alphabets_still_makes_a_row() -> None:
    row = [*capture("500")[:2], "https://example.org/a {time} é?q=ü", *capture("500")[3:]]
    (_,), (source,) = observations(parse_captures(index(row)).captures, service="visas")
    assert source.url.endswith("/https://example.org/a%20%7Btime%7D%20%C3%A9?q=%C3%BC")


def test_no_state_reaches_beyond_its_own_second() -> None:
    rows = index(capture("200", "20161109010000"), capture("200", "20161109090000"))
    found, _ = observations(parse_captures(rows).captures, service="visas")
    assert [row.until for row in found] == [None, None]


@pytest.mark.parametrize("data", [b"[]", index()], ids=["no header", "a header alone"])
def test_a_page_that_was_never_captured_has_no_rows(data: bytes) -> None:
    page = parse_captures(data)
    assert page.captures.empty
    assert page.resume == ""


def test_columns_are_found_by_their_names() -> None:
    data = index(["503", "https://example.org/", "20161109035012"], header=["statuscode", "original", "timestamp"])
    assert parse_captures(data).captures["status"].tolist() == [503]


@pytest.mark.parametrize(
    ("data", "kind", "says"),
    [
        pytest.param(b"", SourceUnavailable, "nothing at all", id="empty"),
        pytest.param(index(capture("200"))[:-40], SourceUnavailable, "cut short after", id="truncated"),
        pytest.param(b"<!DOCTYPE html><title>Consent</title>", SourceChanged, "a web page", id="html"),
        pytest.param(b")]}'\n[[]]", SourceChanged, "not a list of captures", id="wrong prefix"),
        pytest.param(b"\xff\xfe\x00", SourceChanged, "not UTF-8", id="bytes"),
        pytest.param(b'{"captures": []}', SourceChanged, "not a table", id="an object"),
        pytest.param(
            index(header=["urlkey", "timestamp", "url", "code"]),
            SourceChanged,
            "no original and no statuscode",
            id="renamed",
        ),
        pytest.param(index([*capture("200")[:4], 200, "D", "1"]), SourceChanged, "none of its 1 rows", id="numbers"),  # type: ignore[list-item]
        pytest.param(b"Internal Server Error", SourceChanged, "not a list of captures", id="a complaint"),
        pytest.param(recording("wayback/excluded.txt"), SourceChanged, "has excluded it", id="excluded"),
        pytest.param(b"[" * 100_000, SourceUnavailable, "cut short", id="nested without end"),
    ],
)
def test_an_answer_that_cannot_be_used_says_why_in_one_sentence(data: bytes, kind: type[DataError], says: str) -> None:
    with pytest.raises(kind, match=says) as failure:
        parse_captures(data)
    assert str(failure.value).endswith(".")
    assert "\n" not in str(failure.value)


@given(data=mangled(recording("wayback/first_page.json")) | mangled(recording("wayback/awkward.txt")))
def test_no_answer_breaks_the_parser(data: bytes) -> None:
    try:
        page = parse_captures(data)
    except DataError:
        return
    rows, sources = observations(page.captures, service="visas")
    assert len({row.id for row in rows}) == len(rows) == len(sources)


INDEX = "/cdx/search/cdx"


def look(place: Place, now: datetime = NOW) -> Records[Observation]:
    with place.visit(now) as visit:
        return Wayback().fetch(PAGE, NIGHT, visit, service="visas")


def test_a_list_is_paged_through_with_the_key_as_it_was_given(tmp_path: Path) -> None:
    pages = recording("wayback/first_page.json"), recording("wayback/second_page.json")
    with answering(tmp_path, INDEX, *pages) as place:
        records = look(place)
    assert [row.status for row in records.rows] == ["answering", "failing", "answering", "none", "none", "failing"]
    assert records.warnings == (
        "1 row repeats another and was left out.",
        "1 capture holds no status: what the server answered is not known.",
    )
    assert place.asked[0] == {
        "url": PAGE, "from": "20161109000000", "to": "20161109115959", "output": "json", "limit": "1000",
        "showResumeKey": "true",
    }  # fmt: skip
    assert place.asked[1] == place.asked[0] | {"resumeKey": "org%2Cexample%29%2Fvisit+20161109041134%21"}


def test_what_was_fetched_is_read_again_without_a_network(tmp_path: Path) -> None:
    pages = recording("wayback/first_page.json"), recording("wayback/second_page.json")
    with answering(tmp_path, INDEX, *pages) as place:
        records = look(place)
    again = Wayback().read(place.story, NIGHT, service="visas")
    assert again.rows == records.rows
    assert again.sources == records.sources
    assert again.drawn_at == NOW
    assert Wayback().read(place.story, NIGHT, service="another").rows == ()


def test_captures_outside_the_window_are_left_to_their_own_night(tmp_path: Path) -> None:
    with answering(tmp_path, INDEX, index(capture("503", "20161108235959"), capture("200", "20161109120000"))) as place:
        records = look(place)
    assert records.rows == ()
    assert records.warnings == ("No capture in this window: nobody looked, as far as this list goes.",)


def test_a_list_without_end_is_left_at_its_first_pages_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wayback, "MOST_PAGES", 3)
    pages = [
        json.dumps([HEADER, capture("200", f"201611090100{number:02}"), [], [f"key-{number}"]]).encode()
        for number in range(wayback.MOST_PAGES)
    ]
    with answering(tmp_path, INDEX, *pages) as place:
        records = look(place)
    assert len(place.asked) == wayback.MOST_PAGES
    assert "The list goes on: these are its first captures only. Ask for a shorter window." in records.warnings


@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [
        pytest.param(
            (200, json.dumps([HEADER, capture("200"), [], ["key"]]).encode()),
            SourceChanged,
            "again and again",
            id="circle",
        ),
        pytest.param(
            (403, recording("wayback/excluded.txt")),
            SourceChanged,
            "says nothing about whether anybody looked",
            id="403",
        ),
        pytest.param((404, b""), SourceChanged, "HTTP 404", id="404"),
        pytest.param((429, b"<html>slow down</html>"), SourceUnavailable, "too often", id="429"),
        pytest.param((503, b""), SourceUnavailable, "HTTP 503", id="503"),
    ],
)
def test_a_list_that_cannot_be_had_says_why(
    answer: tuple[int, bytes], kind: type[DataError], says: str, tmp_path: Path
) -> None:
    with answering(tmp_path, INDEX, answer) as place, pytest.raises(kind, match=says):
        look(place)


@pytest.mark.parametrize("cut", [0, 30, 200])
def test_an_answer_that_cannot_be_used_is_not_kept(cut: int, tmp_path: Path) -> None:
    with answering(tmp_path, INDEX, recording("wayback/first_page.json")[:cut]) as place:
        with pytest.raises(SourceUnavailable):
            look(place)
        assert kept_files(place.story) == []


def test_a_failing_source_is_stood_in_for_by_its_last_answer_which_says_so(tmp_path: Path) -> None:
    next_day = NIGHT.end + timedelta(days=1)
    with answering(tmp_path, INDEX, index(capture("503")), (500, b"")) as place:
        look(place, next_day)
        records = look(place, next_day + timedelta(hours=1))
    assert [row.status for row in records.rows] == ["failing"]
    assert records.drawn_at == next_day
    assert "HTTP 500" in records.trouble
    assert len(kept_files(place.story)) == 2


@pytest.mark.parametrize(
    "url", ["", "visas", "example.org/*", "*.example.org", "ftp://example.org/", "http://me:pw@example.org/"]
)
def test_what_is_no_address_of_one_page_is_not_asked_for(url: str, tmp_path: Path) -> None:
    with answering(tmp_path, INDEX, index()) as place:
        with place.visit(NOW) as visit, pytest.raises(DataError, match="is not the address of one page"):
            Wayback().fetch(url, NIGHT, visit, service="visas")
        assert place.asked == []
