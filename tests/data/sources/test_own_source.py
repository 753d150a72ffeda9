"""A source is one class and one line: this one is a library on this machine, and no other module has heard of it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import ClassVar

import pytest
from streamlit.testing.v1 import AppTest

from data.core.errors import SourceChanged
from data.core.model import Source, Window
from data.core.settings import read_settings
from data.evidence.records import load_lenses
from data.net.snapshots import Snapshot, read_snapshots
from data.sources import registry
from data.sources.answers import json_of
from data.sources.provider import EVER, Count, CountProvider, Errand, Home, Records, Task, Visit, drawn, newest, parsed
from data.story.store import find_story, story_store
from tests.support.loopback import Answer, Loopback, loopback
from tests.support.page_tables import tables_of
from tests.support.terminal import typed
from tests.support.writing import sit_at_this_machine

ROOT = Path(__file__).parents[3]
LOANS = {"2016-11-08": 3, "2016-11-09": 41}


class Library(CountProvider):
    """How often a library lent the book of an article."""

    slug, title, called = "library", "Loans of a library", "The library"
    licence = "The library’s own numbers"
    home: ClassVar[Home] = Home("NIGHTDESK_LIBRARY_URL", "https://library.example.org", pace=1.0)
    proves, cannot = "Each bar is how often a book was lent on one UTC day.", "It cannot say who read it."

    def plan(self, errand: Errand) -> Iterator[Task]:
        for article in errand.story.about.articles:
            yield Task(f"loans of “{article.title}”", partial(self.fetch, article.title, errand.window))

    def fetch(self, title: str, window: Window, visit: Visit) -> Records[Count]:
        question = self.question("loans", {"title": title}, window, timedelta(days=1))
        url = f"{self.home.at(visit.settings)}/loans"
        answer = self.ask(question, url, visit, params={"title": title}, check=loans)
        return replace(self.rows(visit.folder), trouble=answer.trouble)

    def rows(self, folder: Path) -> Records[Count]:
        snapshots = drawn(folder, self.question("loans", {}, EVER))
        read, unread = parsed(snapshots, lambda snapshot: loans(snapshot.data))
        rows = [
            Count(
                f"Loans of {snapshot.sidecar.query['title']}", day, day + timedelta(days=1), lent, "loans a day", "l1"
            )
            for snapshot, lent_on in read
            for day, lent in lent_on.items()
        ]
        sources = tuple(Source("l1", self.called, "Loans", snapshot.sidecar.url) for snapshot, _ in read)
        return Records(tuple(rows), sources, tuple(unread), newest(snapshots))


def loans(data: bytes) -> dict[datetime, int]:
    answer = json_of(data, "The library")
    if not isinstance(answer, dict) or not all(isinstance(lent, int) for lent in answer.values()):
        raise SourceChanged("The library has changed its answer: it is no table of loans.")
    return {datetime.fromisoformat(day).replace(tzinfo=UTC): lent for day, lent in answer.items()}


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    """The library in the registry, at an address on this machine, and a story that lists one article."""
    story = tmp_path / "stories" / "us-2016"
    shutil.copytree(ROOT / "data" / "stories" / "us-2016", story)
    monkeypatch.setattr(registry, "PROVIDERS", (*registry.PROVIDERS, Library()))
    with loopback() as server:
        server.answers("/loans", Answer(json.dumps(LOANS).encode()))
        monkeypatch.setenv("NIGHTDESK_STORIES", str(story.parent))
        monkeypatch.setenv("NIGHTDESK_CACHE", str(tmp_path / "cache"))
        monkeypatch.setenv("NIGHTDESK_LIBRARY_URL", server.url)
        yield server


def kept_answers() -> tuple[Snapshot, ...]:
    return read_snapshots(story_store(read_settings(os.environ)).snapshots("us-2016")[-1], "library")


def test_refresh_plans_asks_and_keeps_what_it_answers(library: Loopback, capsys: pytest.CaptureFixture[str]) -> None:
    settings = read_settings(os.environ)
    story = find_story("us-2016", settings)
    titles = [article.title for article in story.about.articles]
    assert titles
    assert typed("refresh", "us-2016", "--source", "library") == 0
    assert f"loans of “{titles[0]}”: 2 rows." in capsys.readouterr().out
    assert [asked.params["title"] for asked in library.asked] == [[title] for title in titles]

    kept = kept_answers()
    assert [json.loads(snapshot.data) for snapshot in kept] == [LOANS] * len(titles)
    assert [(at.sidecar.kind, at.sidecar.query["title"], at.sidecar.licence) for at in kept] == [
        ("loans", title, "The library’s own numbers") for title in titles
    ]


def test_its_rows_stand_with_the_other_counts_and_on_the_page_that_lists_sources(library: Loopback) -> None:
    assert typed("refresh", "us-2016", "--source", "library") == 0
    settings = read_settings(os.environ)
    counted = load_lenses(find_story("us-2016", settings), story_store(settings))
    assert {row.unit for row in counted.rows} == {"loans a day"}
    assert sorted({row.value for row in counted.rows}) == [3.0, 41.0]

    page = AppTest.from_file(str(ROOT / "pages" / "sources_and_methods.py"), default_timeout=60).run()
    assert not page.exception
    assert "Asked for this story" in [heading.value for heading in page.subheader]
    (row,) = next(table for table in tables_of(page) if "What it cannot show" in table).to_dict("records")
    assert (row["Source"], row["What it cannot show"]) == ("Loans of a library", "It cannot say who read it.")
    assert row["Rows"] == str(2 * len(library.asked))


def test_an_answer_that_is_none_is_said_in_its_name_and_nothing_is_kept(
    library: Loopback, capsys: pytest.CaptureFixture[str]
) -> None:
    library.answers("/loans", Answer(b'["closed on Mondays"]'))
    assert typed("refresh", "us-2016", "--source", "library") == 1
    assert "The library has changed its answer: it is no table of loans." in capsys.readouterr().err
    assert kept_answers() == ()


def test_a_story_for_which_nothing_was_fetched_lists_no_such_source(library: Loopback) -> None:
    page = AppTest.from_file(str(ROOT / "pages" / "sources_and_methods.py"), default_timeout=60).run()
    assert not page.exception
    assert "Asked for this story" not in [heading.value for heading in page.subheader]
    assert library.asked == []


@pytest.mark.slow
def test_the_page_of_searches_offers_to_ask_it_and_draws_what_comes(
    library: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    sit_at_this_machine(monkeypatch)
    page = AppTest.from_file(str(ROOT / "pages" / "search_trends.py"), default_timeout=60)
    page.session_state["look-wikimedia"] = True
    page.run()
    assert any("**Loans of a library.** Each bar is how often" in told.value for told in page.markdown)
    page.button(key="ask-library").click().run()
    assert not page.exception
    assert len(library.asked) == 2
    assert len(kept_answers()) == 2
    assert "Loans of Immigration to Canada stood at 41 loans a day" in page.get("plotly_chart")[-1].proto.alt
