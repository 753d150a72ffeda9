"""Entries written as Atom (RFC 4287) and JSON Feed 1.1, and closings of polls as iCalendar (RFC 5545)."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

from feedgenerator import Atom1Feed
from icalendar import Calendar, Event

from components.embeds.feeds.entries import Entry
from components.text import TEST
from data.core.model import iso_text
from data.story.story import Story


@dataclass(frozen=True, slots=True)
class FeedPlace:
    """Where a feed is: the public address of this server, and that of a WebSub hub, empty for none."""

    site: str
    hub: str = ""

    def of(self, story: Story, form: str) -> str:
        """The feed's own address."""
        return f"{self.site}/feeds/{story.slug}.{form}"

    def page(self, story: Story, entry: Entry | None = None) -> str:
        """The page of the night, at the row of an entry."""
        return f"{self.site}/s/{story.slug}/timeline" + (f"#{entry.key}" if entry else "")


class _Atom(Atom1Feed):  # type: ignore[misc]
    """Atom with the hub that tells subscribers, and a time that is the story's where nothing has happened yet."""

    def add_root_elements(self, handler: object) -> None:
        super().add_root_elements(handler)
        if self.feed["hub"]:
            handler.addQuickElement("link", "", {"rel": "hub", "href": self.feed["hub"]})  # type: ignore[attr-defined]

    def latest_post_date(self) -> datetime:
        return self.feed["changed"]  # type: ignore[no-any-return]


def changed_at(story: Story, entries: Sequence[Entry]) -> datetime:
    """When the feed last changed: the newest entry, or the story's own word for it, whichever is later."""
    return max([entry.at for entry in entries] + [story.about.updated or story.window.start])


def atom(story: Story, entries: Sequence[Entry], place: FeedPlace) -> bytes:
    """The feed as Atom; the same entries are the same bytes."""
    feed = _Atom(
        title=_title(story),
        link=place.page(story),
        description=story.about.kicker,
        language="en",
        author_name=story.about.credit.newsroom,
        feed_url=place.of(story, "atom"),
        feed_copyright=story.about.credit.licence,
        hub=place.hub,
        changed=changed_at(story, entries),
    )
    for entry in entries:
        feed.add_item(
            title=entry.title,
            link=place.page(story, entry),
            description=escape(entry.text),
            pubdate=entry.at,
            updateddate=entry.at,
            unique_id=place.page(story, entry),
            categories=[entry.kind],
        )
    return str(feed.writeString("utf-8")).encode()


def json_feed(story: Story, entries: Sequence[Entry], place: FeedPlace) -> bytes:
    """The feed as JSON Feed 1.1."""
    hubs = {"hubs": [{"type": "WebSub", "url": place.hub}]} if place.hub else {}
    items = [
        {
            "id": place.page(story, entry),
            "url": place.page(story, entry),
            "title": entry.title,
            "content_text": entry.text,
            "date_published": iso_text(entry.at),
            "tags": [entry.kind],
        }
        | ({"external_url": entry.url} if entry.url else {})
        for entry in entries
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _title(story),
        "home_page_url": place.page(story),
        "feed_url": place.of(story, "json"),
        "description": story.about.kicker,
        "language": "en",
        "authors": [{"name": story.about.credit.newsroom}],
        **hubs,
        "items": items,
    }
    return json.dumps(feed, ensure_ascii=False, indent=1).encode()


def poll_closings(story: Story, place: FeedPlace) -> bytes:
    """The scheduled closings of polls as a calendar, one event for each time; b"" for a story that has none."""
    at: dict[datetime, list[str]] = defaultdict(list)
    cited: dict[datetime, set[str]] = defaultdict(set)
    for row in story.poll_closings:
        at[row.last_close].append(story.contest(row.contest).name)
        cited[row.last_close].update(row.source.split())
    if not at:
        return b""
    calendar = Calendar()
    calendar.add("prodid", "-//Nightdesk//Poll closings//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"{_title(story)}: polls close")
    for moment, names in sorted(at.items()):
        event = Event()
        event.add("uid", f"{iso_text(moment)}@{place.of(story, 'ics')}")
        event.add("dtstamp", story.about.updated or story.window.start)
        event.add("dtstart", moment)
        event.add("duration", timedelta(0))
        event.add("summary", f"Polls close: {', '.join(names)}")
        sources = "; ".join(f"{one.org}, {one.title}, {one.url}" for one in story.cited(cited[moment]))
        event.add("description", f"Last scheduled closing. Source: {sources}")
        event.add("url", place.page(story))
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _title(story: Story) -> str:
    name = f"{story.about.short or story.about.kicker}: calls, withdrawals and the site"
    return TEST + re.sub(r"^TEST\W+", "", name) if story.about.rehearsal else name
