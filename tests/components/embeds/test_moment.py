"""A view told up to a moment says which moment it is, and rests on what was there by then."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

from components.embeds.documents.document import draw_document
from components.embeds.embed import Embed, embed_of
from components.embeds.formats import render
from components.view.view_state import default_view
from data.core.model import Order
from data.core.settings import Settings
from data.story.store import find_story
from tests.support.later import rows_of

STORY = find_story("us-2016", Settings())
SITE = "https://charts.example.org"


@cache
def at_moment(slug: str, at: datetime, order: Order) -> Embed:
    return embed_of(STORY, slug, replace(default_view(STORY), at=at, order=order), site=SITE)


def test_a_document_says_the_moment_it_stands_at() -> None:
    page = draw_document(at_moment("timeline", datetime(2016, 11, 9, 3, 50, tzinfo=UTC), Order.KNOWN))
    page = page.replace("\u00a0", " ")
    assert re.search(r"<h1[^>]*>10:50 p\.m\.: [^<]* at 10:50 p\.m\. EST</h1>", page)
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
    assert headings == ["Lag", "Base rate", "Other nights"], "claims about the cause came later"
    assert caution["motto"] is None, "CNN wrote it that night"
    assert "Super Tuesday" in json.dumps(caution) and "2023" not in json.dumps(caution)


def test_at_the_end_of_the_night_no_mark_is_missing() -> None:
    last = at_moment("timeline", STORY.window.end, Order.HAPPENED).chart
    whole = embed_of(STORY, "timeline", default_view(STORY)).chart
    drawn = [{item.row for lane in chart.lanes for _, item in lane.items} for chart in (last, whole)]
    later = {row.name for row in rows_of(STORY, STORY.window.end, Order.HAPPENED) if not row.stands}
    assert drawn[1] - drawn[0] - later == set()
