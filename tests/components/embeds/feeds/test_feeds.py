"""A night as feeds: every call and withdrawal once, with its bounds and source, in forms that other readers accept."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import pytest
from icalendar import Calendar, Event

from components.embeds.feeds.entries import entries_of
from components.embeds.feeds.feed_texts import FeedPlace, atom
from data.core.settings import Settings
from data.desk.values import Change
from data.story.store import SHIPPED, FolderStore
from tests.support.asking import SITE, Desk
from tests.support.desks import ANA, FROM, NOW, PAT, SLUG, a_desk, a_night
from tests.support.rehearsing import rehearsal_at
from tests.support.small_story import at, call, contest, files

_STORIES = SHIPPED.slugs()


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    asked = Desk()
    yield asked
    asked.close()


@pytest.mark.parametrize("slug", _STORIES)
def test_a_reader_of_atom_accepts_the_feed_of_every_story(slug: str, desk: Desk) -> None:
    reply = desk.ask(f"/feeds/{slug}.atom")
    read = feedparser.parse(reply.body)
    assert (reply.status, reply.headers["content-type"]) == (200, "application/atom+xml; charset=utf-8")
    assert (read.bozo, read.version) == (False, "atom10")
    assert [entry.id for entry in read.entries if not (entry.title and entry.updated and entry.link)] == []
    assert len({entry.id for entry in read.entries}) == len(read.entries) == min(200, len(read.entries))
    assert read.feed.id and read.feed.updated and read.feed.author
    assert next(link.href for link in read.feed.links if link.rel == "self") == f"{SITE}/feeds/{slug}.atom"


@pytest.mark.parametrize("slug", _STORIES)
def test_the_json_feed_says_the_same_as_atom(slug: str, desk: Desk) -> None:
    read, told = (
        feedparser.parse(desk.ask(f"/feeds/{slug}.atom").body),
        json.loads(desk.ask(f"/feeds/{slug}.json").body),
    )
    assert told["version"] == "https://jsonfeed.org/version/1.1"
    assert {"title", "home_page_url", "feed_url", "items"} <= told.keys()
    assert [(item["id"], item["title"]) for item in told["items"]] == [
        (entry.id, entry.title) for entry in read.entries
    ]


def test_ohio_is_told_with_its_bounds_and_with_its_source(desk: Desk) -> None:
    told = json.loads(desk.ask("/feeds/us-2016.json").body)
    ohio = next(item for item in told["items"] if item["id"].endswith("#calls:ap-oh"))
    assert ohio["title"] == "AP called Ohio for Trump"
    assert ohio["date_published"] == "2016-11-09T03:39:00Z"
    assert ohio["content_text"].startswith("by 10:39 p.m. Nov. 8. ")
    assert ohio["content_text"].endswith(
        "; The Guardian, Presidential election updates: the night’s timeline, https://www.theguardian.com/us-news/2016/"
        "nov/08/presidential-election-updates-trump-clinton-news."
    )
    assert ohio["tags"] == ["call"]


def test_the_same_feed_costs_no_bytes_twice(desk: Desk) -> None:
    first = desk.ask("/feeds/us-2016.atom")
    again = desk.ask("/feeds/us-2016.atom", if_none_match=first.headers["etag"])
    assert (first.status, again.status, again.body) == (200, 304, b"")


def test_a_call_taken_back_is_an_entry_of_its_own(tmp_path: Path) -> None:
    back = {"id": "back", "call": "one", "at": at("02:30"), "precision": "minute", "source": "s"}
    again = call("two", "fl", "B", "03:00")
    content = files({
        "contests": [contest("fl", 29)], "calls": [call("one", "fl", "A", "01:00"), again], "withdrawals": [back],
    })  # fmt: skip
    stories = FolderStore((tmp_path,))
    stories.write("night", content)
    entries = entries_of(stories.read("night"), stories)
    assert [(entry.kind, entry.at.hour, entry.title) for entry in entries] == [
        ("call", 3, "AP called fl for Ben"),
        ("withdrawal", 2, "AP withdrew its call of fl for Ann"),
        ("call", 1, "AP called fl for Ann"),
    ]


def test_a_rehearsal_says_test_in_every_title(tmp_path: Path) -> None:
    story = rehearsal_at(tmp_path)
    read = feedparser.parse(atom(story, entries_of(story, FolderStore((tmp_path,))), FeedPlace("https://d.example")))
    assert len(read.entries) > 5
    assert [entry.title for entry in [read.feed, *read.entries] if not entry.title.startswith("TEST: ")] == []


def test_a_hub_is_named_where_the_settings_name_one() -> None:
    asked = Desk(Settings(hub="https://hub.example/"))
    reply = asked.ask("/feeds/us-2016.atom")
    asked.close()
    links = {link.rel: link.href for link in feedparser.parse(reply.body).feed.links}
    assert links["hub"] == "https://hub.example"
    assert reply.headers["link"] == (
        f'<{SITE}/feeds/us-2016.atom>; rel="self", <https://hub.example>; rel="hub"'
    )  # fmt: skip


def test_closings_of_polls_are_a_calendar(desk: Desk) -> None:
    reply = desk.ask("/feeds/us-2016.ics")
    events = [one for one in Calendar.from_ical(reply.body).walk("VEVENT") if isinstance(one, Event)]
    assert reply.headers["content-type"] == "text/calendar; charset=utf-8"
    first = min(events, key=lambda event: str(event.start))
    assert first.start == datetime(2016, 11, 9, 0, tzinfo=UTC)
    assert "Georgia" in str(first["SUMMARY"])
    assert len({str(event["UID"]) for event in events}) == len(events)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/feeds/us-2017.atom", "us-2017"),
        ("/feeds/us-2016.rss", "There is no feed in the form"),
        ("/feeds/uk-2016.ics", "has no closings of polls"),
        ("/feeds/", "There is nothing at"),
    ],
)
def test_what_is_not_there_is_said_in_a_sentence(address: str, said: str, desk: Desk) -> None:
    reply = desk.ask(address)
    assert (reply.status, said in reply.text) == (404, True)


def test_what_a_desk_publishes_is_in_embeds_and_feeds_within_five_seconds(tmp_path: Path) -> None:
    desk = a_desk(tmp_path, a_night())
    asked = Desk(desk.settings)
    both = (f"/embed/{SLUG}/timeline.csv", f"/feeds/{SLUG}.json")
    assert not any("calls:c2" in asked.ask(target).text for target in both)
    cells = {name: str(cell) for name, cell in call("c2", "two", "B", "02:00").items()}
    desk.write(ANA, SLUG, Change("calls.csv", cells), NOW, FROM)
    desk.publish(PAT, SLUG, NOW, FROM)
    published = looked = time.monotonic()
    while not all("calls:c2" in asked.ask(target).text for target in both):
        assert looked < published + 5
        time.sleep(0.05)
        looked = time.monotonic()
    asked.close()
