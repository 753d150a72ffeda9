"""A total that changes after the night, as when electors vote for others, is said, and in no total of its calls."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from components.charts.catalogue import chart_of
from components.charts.grammar import Chart
from components.charts.running_totals import sums
from components.clock import Clock
from components.embeds.documents.document import draw_document
from components.embeds.embed import embed_of
from components.embeds.passport import data_of
from components.view.view_state import default_view
from data.story.as_of import story_at
from data.story.story import Story
from data.story.totals import totals_at
from tests.support.small_story import call, contest, files, story_of

SAID = "Dec. 19, 2030: Electors voted 28 for Ann, 30 for Ben and 2 for others. No total of the night’s calls has this."
CONTESTS = [contest("One", 30, 0), contest("Two", 30, 1)]
CALLS = [call("one", "One", "A", "01:00"), call("two", "Two", "B", "02:00")]
#: Two of Ann's electors voted for others, six weeks after the night.
ELECTORS = {
    "id": "electors",
    "label": "Electors voted 28 for Ann, 30 for Ben and 2 for others",
    "kind": "later total",
    "at": "",
    "date": "2030-12-19",
    "precision": "day",
    "source": "s",
}


def night() -> Story:
    return story_of(files({"contests": CONTESTS, "calls": CALLS, "milestones": [ELECTORS]}))


def chart(slug: str) -> Chart:
    return chart_of(night(), slug, default_view(night()))


@pytest.mark.parametrize("slug", ["results", "map", "replay"])
def test_charts_of_totals_say_it_in_a_note(slug: str) -> None:
    assert SAID in [Clock("UTC").say(note) for note in chart(slug).notes]


def test_no_total_has_it() -> None:
    after = datetime(2030, 12, 31, tzinfo=UTC)
    assert totals_at(night(), after, caller="AP").totals == {"A": (30, 30), "B": (30, 30)}
    drawn = chart("results")
    assert [(side.low, side.high) for side in sums(drawn.lanes[0], drawn.window)] == [(30, 30), (30, 30)]


def test_it_lies_outside_the_night_and_is_named_there() -> None:
    assert [event.label for event in chart("results").outside] == [ELECTORS["label"]]


def test_plain_values_and_documents_say_it() -> None:
    shown = embed_of(night(), "results", default_view(night()))
    assert SAID in data_of(shown)["passport"]["methods"]
    assert "No total of the night’s calls has this." in draw_document(shown)


def test_a_story_up_to_a_moment_of_the_night_says_nothing_of_it() -> None:
    told = story_at(night(), datetime(2030, 11, 6, 5, tzinfo=UTC))
    assert not [note for note in chart_of(told, "results", default_view(told)).notes if "Electors" in note]
