"""A view told up to a moment holds nothing later, in whatever form it is taken, and says which moment it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import pytest

from components.charts.catalogue import CHARTS
from components.embeds.documents.document import draw_document
from components.embeds.embed import Embed, embed_of
from components.embeds.formats import render
from components.embeds.web.share import draw_share
from components.view import default_view
from data.asof import known_by, moments_of
from data.model import Order
from data.settings import Settings
from data.story import find_story
from data.totals import call_when

STORY = find_story("us-2016", Settings())
SITE = "https://charts.example.org"
#: Of a whole view, which a moment does not shorten; and when a source or a statement about the page is from.
_ABOUT_THE_VIEW = {"from", "to", "as_of", "published", "corrected"}
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@cache
def at_moment(slug: str, at: datetime, order: Order) -> Embed:
    return embed_of(STORY, slug, replace(default_view(STORY), at=at, order=order), site=SITE)


def moments(order: Order) -> list[datetime]:
    return [moment for moment in moments_of(STORY, order) if moment in STORY.window]


def rows_after(at: datetime, order: Order) -> set[str]:
    """Names of rows that stand later than this."""
    found = {f"calls:{call.id}" for call in STORY.calls if call_when(call, STORY).earliest > at}
    for table in ("observations", "figures"):
        for row in getattr(STORY, table):
            moment = known_by(row, STORY, order)
            found |= {f"{table}:{row.id}"} if moment is None or moment > at else set()
    return found


def times_in(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from () if key in _ABOUT_THE_VIEW else times_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from times_in(part)
    elif isinstance(value, str):
        yield from _ISO.findall(value)


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("slug", CHARTS)
def test_no_data_of_a_moment_is_later(slug: str, order: Order) -> None:
    # The timeline at every moment of the night, the others at every fourth.
    for at in moments(order)[:: 1 if slug == "timeline" else 4]:
        text = render(at_moment(slug, at, order), "json").body.decode()
        held = json.loads(text)
        known = f"{at:%Y-%m-%dT%H:%M:%SZ}"
        assert [time for time in times_in(held["lanes"] + held["events"] + held["outside"]) if time > known] == []
        assert [row for row in rows_after(at, order) if f'"{row}"' in text] == []


@pytest.mark.parametrize("order", Order)
def test_no_document_of_a_moment_tells_what_comes_later(order: Order) -> None:
    for at in moments(order)[::4]:
        embed = at_moment("timeline", at, order)
        page = draw_document(embed) + draw_share(embed) + render(embed, "csv").body.decode()
        assert [row for row in rows_after(at, order) if re.search(rf"{re.escape(row)}[\"' ,]", page)] == []
        sure = {call.contest for call in STORY.calls if call_when(call, STORY).latest <= at}
        for code in {"US-FL", "US-WI", "US-AK", "US-MI"} - sure:
            assert STORY.contest(code).name not in page, f"{code} at {at}"
        assert STORY.about.title not in page and STORY.about.dek not in page


def test_a_document_says_the_moment_it_stands_at() -> None:
    page = draw_document(at_moment("timeline", datetime(2016, 11, 9, 3, 50, tzinfo=UTC), Order.KNOWN))
    page = page.replace("\u00a0", " ")
    assert "<h1" in page and re.search(r"<h1[^>]*>10:50 p\.m\. EST: ", page)
    assert "Told up to 10:50 p.m. EST, Nov. 8, 2016, in the order in which it was published" in page


def test_the_order_of_publication_says_what_was_public_as_it_happened() -> None:
    notes = at_moment("timeline", datetime(2016, 11, 9, 3, 50, tzinfo=UTC), Order.KNOWN).chart.notes
    assert notes[0].endswith(
        "nothing later is here. Calls and milestones happened in public and stand as they happened."
    )


def test_a_series_of_a_moment_says_that_its_scale_is_the_whole_ones() -> None:
    """By 12 June 2016 the highest week of these searches, that of the referendum, was still to come."""
    story = find_story("uk-2016", Settings())
    view = replace(default_view(story), at=datetime(2016, 6, 12, tzinfo=UTC), start=datetime(2016, 1, 1, tzinfo=UTC))
    chart = embed_of(story, "interest", view).chart
    assert max(item.value or 0 for lane in chart.lanes for _, item in lane.items) < 50
    assert chart.notes[0].endswith("Levels are on the scale of their whole series, whose 100 may come later.")


def test_a_file_of_a_moment_is_named_after_it() -> None:
    made = render(at_moment("timeline", datetime(2016, 11, 9, 3, 50, tzinfo=UTC), Order.KNOWN), "csv")
    assert made.file_name == "nightdesk-us-2016-timeline-20161108T1800Z-20161109T1200Z-at-20161109T0350Z-known.csv"


def test_the_cautions_of_a_moment_rest_on_what_was_there() -> None:
    early = at_moment("timeline", datetime(2016, 11, 9, 3, 50, tzinfo=UTC), Order.HAPPENED)
    caution = json.loads(render(early, "json").body)["caution"]
    headings = [part["heading"] for part in caution["parts"]]
    assert headings == ["Lag", "Base rate", "Placebo nights"], "claims about the cause came later"
    assert caution["motto"] is None, "CNN wrote it that night"
    assert "Super Tuesday" in json.dumps(caution) and "2023" not in json.dumps(caution)


def test_at_the_end_of_the_night_no_mark_is_missing() -> None:
    last = at_moment("timeline", STORY.window.end, Order.HAPPENED).chart
    whole = embed_of(STORY, "timeline", default_view(STORY)).chart
    drawn = [{item.row for lane in chart.lanes for _, item in lane.items} for chart in (last, whole)]
    inside = {row for row in drawn[1] if row not in rows_after(STORY.window.end, Order.HAPPENED)}
    assert inside - drawn[0] == set()
