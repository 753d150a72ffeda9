from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from data.core.settings import read_settings
from data.evidence.outages import load_observations
from data.evidence.records import load_lenses
from data.sources.google_trends.provider import searches_wanted
from data.story.store import find_story, read_story, story_store
from tests.support.imported import name_control_terms, newsroom
from tests.support.tables import table
from tests.support.terminal import typed

US_2016 = Path(__file__).parents[3] / "data" / "stories" / "us-2016"

#: The index's own JSON form: a header, then a row for each capture.
CAPTURES = [
    ["urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"],
    ["ca,gc,cic)/english", "20161109031502", "http://www.cic.gc.ca/english/", "text/html", "200", "A" * 32, "9000"],
    ["ca,gc,cic)/english", "20161109041733", "http://www.cic.gc.ca/english/", "text/html", "500", "B" * 32, "800"],
]


class Archive(BaseHTTPRequestHandler):
    """Answers every question with `answer`: a status, headers and a body."""

    answer: tuple[int, dict[str, str], bytes] = (200, {}, b"[]")

    def do_GET(self) -> None:
        status, headers, body = self.answer
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Archive]]:
    """An archive on this machine, and a story of a newsroom's own that asks it."""
    shutil.copytree(US_2016, tmp_path / "stories" / "us-2016")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Archive)
    Thread(target=server.serve_forever, daemon=True).start()
    for name, value in {
        "NIGHTDESK_STORIES": str(tmp_path / "stories"),
        "NIGHTDESK_CACHE": str(tmp_path / "cache"),
        "NIGHTDESK_WAYBACK_URL": f"http://127.0.0.1:{server.server_port}",
    }.items():
        monkeypatch.setenv(name, value)
    yield Archive
    server.shutdown()
    server.server_close()


def test_control_terms_are_asked_for_wherever_the_searches_are(tmp_path: Path) -> None:
    settings = newsroom(tmp_path)
    name_control_terms(settings, "pizza")
    story = read_story(settings.stories[0] / "us-2016")
    own = {(search.term, search.geo) for search in story.about.searches}
    asked = {(term, wanted.geo) for wanted in searches_wanted(story, story.window) for term in wanted.terms}
    assert asked == own | {("pizza", geo) for _, geo in own}


def test_captures_become_observations_of_grade_a_with_their_own_links(
    archive: type[Archive], capsys: pytest.CaptureFixture[str]
) -> None:
    archive.answer = (200, {}, json.dumps(CAPTURES).encode())
    assert typed("refresh", "us-2016", "--source", "wayback") == 0
    assert "2 rows" in capsys.readouterr().out

    settings = read_settings(os.environ)
    story = find_story("us-2016", settings)
    found = load_observations(story, story.window, stories=story_store(settings))
    machine = table(found).query("grade == 'A'")
    assert list(machine["status"]) == ["answering", "failing"]
    assert set(machine["precision"]) == {"second"}
    links = {source.id: source.url for source in found.sources}
    assert all("web.archive.org" in links[name] for name in machine["source"])


def test_a_refusal_to_answer_now_is_exit_3_with_the_time(
    archive: type[Archive], capsys: pytest.CaptureFixture[str]
) -> None:
    archive.answer = (429, {"Retry-After": "600", "Content-Type": "text/html"}, b"<html>slow down</html>")
    assert typed("refresh", "us-2016", "--source", "wayback") == 3
    error = capsys.readouterr().err
    assert re.fullmatch(r"captures of http://www\.cic\.gc\.ca/english/: .+ Try again at 20\S+\n", error)


def test_an_answer_of_another_shape_is_exit_1_with_a_sentence(
    archive: type[Archive], capsys: pytest.CaptureFixture[str]
) -> None:
    archive.answer = (200, {}, b'{"nothing": "of the kind"}')
    assert typed("refresh", "us-2016", "--source", "wayback") == 1
    error = capsys.readouterr().err
    assert "captures of http://www.cic.gc.ca/english/" in error and "Traceback" not in error


def test_a_source_that_the_story_does_not_list_is_done_at_once(
    archive: type[Archive], capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed("refresh", "us-2016", "--source", "statuspage") == 0
    assert "nothing in this story's lists" in capsys.readouterr().out


def test_an_unknown_story_is_exit_1_with_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert typed("refresh", "atlantis", "--source", "wayback") == 1
    assert "atlantis" in capsys.readouterr().err


def test_dump_files_on_disk_become_hours_of_the_storys_articles(
    archive: type[Archive], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dump = tmp_path / "pageviews-20161109-050000"
    dump.write_text("en Immigration_to_Canada 700 0\nen.m Immigration_to_Canada 300 0\nen Other 5 0\n")
    assert typed("dumps", "us-2016", str(dump)) == 0
    assert "1 hours kept" in capsys.readouterr().out
    settings = read_settings(os.environ)
    found = table(load_lenses(find_story("us-2016", settings), story_store(settings)))
    assert list(found["value"]) == [1_000.0]
    # The name has the END of the hour.
    assert found["start"].iloc[0] == datetime(2016, 11, 9, 4, tzinfo=UTC)


def test_a_file_that_is_no_dump_is_exit_1_with_a_sentence(
    archive: type[Archive], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed("dumps", "us-2016", str(tmp_path / "holiday.jpg")) == 1
    assert "holiday.jpg" in capsys.readouterr().err
