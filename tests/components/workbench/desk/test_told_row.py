"""What a row comes to: the sentence of the product's own charts, and the night around its mark."""

from __future__ import annotations

from datetime import datetime

from components.charts.loaders import Loaders
from components.clock import Clock
from components.workbench.desk.told_row import night_around, sentence_of
from data.story.store import SHIPPED
from tests.support.small_story import call, contest, files, story_of

UTC = Clock("UTC")
_CONTESTS = [contest("oh", 18), contest("fl", 29)]


def test_a_call_is_told_by_itself_though_others_share_its_minute() -> None:
    night = story_of(files({"contests": _CONTESTS, "calls": [
        call("one", "fl", "A", "01:10"), call("two", "oh", "B", "01:10"),
    ]}))  # fmt: skip
    assert sentence_of(night, "calls", "one", UTC) == "1:10 a.m. UTC, Nov. 6, 2030: AP called fl for Ann"


def test_a_withdrawal_is_told_of_its_call() -> None:
    back = {"id": "b", "call": "one", "at": "2030-11-06T02:00:00Z", "precision": "minute", "source": "s"}
    calls = [call("one", "fl", "A", "01:10"), call("two", "oh", "B", "01:20")]
    night = story_of(files({"contests": _CONTESTS, "calls": calls, "withdrawals": [back]}))
    assert sentence_of(night, "withdrawals", "b", UTC) == (
        "2 a.m. UTC, Nov. 6, 2030: AP withdrew its call of fl for Ann"
    )


def test_a_correction_is_told_as_it_stands_on_the_methods_page() -> None:
    row = {"id": "c", "corrected": "2030-11-07T02:00:00Z", "where": "Florida", "was": "1:10.", "now": "1:12.",
           "why": "AP says so."}  # fmt: skip
    night = story_of(files({"contests": _CONTESTS, "corrections": [row]}))
    assert sentence_of(night, "corrections", "c", UTC) == "Correction, Florida: 1:12. It said: 1:10. Why: AP says so."


def test_what_makes_no_mark_has_no_sentence() -> None:
    night = SHIPPED.read("us-2016")
    assert sentence_of(night, "calls", "cnn-oh-breitbart", Clock(night.about.clock)) == ""
    assert sentence_of(night, "calls", "no-such-row", Clock(night.about.clock)) == ""


def test_the_night_around_a_row_holds_its_neighbours() -> None:
    night = SHIPPED.read("us-2016")
    chart = night_around(night, "calls", "ap-fl", Loaders())
    assert chart is not None
    assert datetime.fromisoformat("2016-11-09T03:50:00Z") in chart.window
    assert len(chart.events) > 5
