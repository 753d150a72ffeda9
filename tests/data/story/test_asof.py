"""A story told up to a moment: what stands by then, in the order of happening and of publication."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.core.model import Order
from data.core.settings import Settings
from data.evidence.calls import load_calls
from data.evidence.outages import load_observations
from data.story.as_of import known_by, moments_of, published_to_the_minute, story_at
from data.story.store import find_story, story_store
from data.story.story import Story
from data.story.tables import Control, Figure, Observation
from data.story.time_tokens import told_times
from data.story.totals import call_when, is_complete, totals_at
from tests.support.captured import keep_captures
from tests.support.cases import examples
from tests.support.imported import newsroom
from tests.support.tables import table

EVERY_STORY = ("us-2016", "uk-2016", "us-2020", "us-2024", "uk-2019", "revoke-2019")


@cache
def night(slug: str = "us-2016") -> Story:
    return find_story(slug, Settings())


def eastern(text: str) -> datetime:
    """A time of the night of 8 November 2016 in New York, like "8 22:50"."""
    day, clock = text.split()
    return datetime.fromisoformat(f"2016-11-{int(day):02d}T{clock}:00-05:00").astimezone(UTC)


def contests_at(text: str, order: Order = Order.HAPPENED) -> set[str]:
    return {call.contest for call in story_at(night(), eastern(text), order).calls if call.caller == "AP"}


def test_a_call_stands_from_its_minute_on() -> None:
    assert "US-FL" not in contests_at("8 22:49")
    assert "US-FL" in contests_at("8 22:50")
    assert "US-FL" in contests_at("8 22:50", Order.KNOWN), "a call is published as it is made"


def test_a_call_of_which_only_bounds_are_known_is_possible_between_them() -> None:
    """AP called Ohio by 10:39 p.m.; polls there had closed at 7:30 p.m."""
    early = story_at(night(), eastern("8 22:00"))
    (ohio,) = [call for call in early.possible if (call.caller, call.contest) == ("AP", "US-OH")]
    assert "US-OH" not in contests_at("8 22:00")
    assert call_when(ohio, early).open and call_when(ohio, early).earliest == eastern("8 19:30")
    late = story_at(night(), eastern("8 22:39"))
    assert "US-OH" in contests_at("8 22:39")
    assert not [call for call in late.possible if (call.caller, call.contest) == ("AP", "US-OH")]


def test_in_the_order_of_publication_nothing_is_possible() -> None:
    assert story_at(night(), eastern("8 22:00"), Order.KNOWN).possible == ()


@pytest.mark.parametrize(
    ("at", "clinton", "trump"),
    [
        pytest.param("8 22:43", 131, 168, id="10.43 p.m."),
        pytest.param("8 22:50", 131, 197, id="Florida"),
        pytest.param("8 23:00", 190, 201, id="11 p.m."),
        pytest.param("9 01:35", 215, 264, id="Pennsylvania"),
        pytest.param("9 02:29", 218, 276, id="Wisconsin"),
    ],
)
def test_totals_so_far_are_those_that_ap_printed(at: str, clinton: int, trump: int) -> None:
    found = totals_at(story_at(night(), eastern(at)), eastern(at), caller="AP").totals
    assert found == totals_at(night(), eastern(at), caller="AP").totals
    assert found and (found["D"][0], found["R"][0]) == (clinton, trump)


def test_a_caller_that_never_had_a_total_has_none_at_a_moment() -> None:
    cut = story_at(night(), eastern("8 22:50"))
    assert is_complete(cut, "AP") and not is_complete(cut, "CNN")


def test_a_report_of_the_next_morning_stands_at_its_own_time_and_at_its_publication() -> None:
    """Global News saw slow pages at 1:02 a.m. and printed it in that minute; the documents of 2 p.m. came in 2017."""

    def rows(at: str, order: Order) -> set[str]:
        return {row.id for row in story_at(night(), eastern(at), order).observations}

    assert "cbc-documents-2pm" in rows("8 18:00", Order.HAPPENED)
    assert "cbc-documents-2pm" not in rows("9 07:00", Order.KNOWN)
    assert "global-news-102am" not in rows("9 01:01", Order.HAPPENED) | rows("9 01:01", Order.KNOWN)
    assert "global-news-102am" in rows("9 01:02", Order.HAPPENED) & rows("9 01:02", Order.KNOWN)


def test_a_day_of_publication_counts_as_its_end() -> None:
    (row,) = [row for row in night().observations if row.id == "isitdownrightnow-midnight"]
    assert row.published == "2016-11-09"
    assert known_by(row, night(), Order.HAPPENED) == eastern("9 00:00")
    assert known_by(row, night(), Order.KNOWN) == eastern("10 00:00"), "in the story's own zone, which ends last"


def test_few_publications_of_the_night_are_known_to_the_minute() -> None:
    dated = [row for row in night().observations if known_by(row, night(), Order.HAPPENED)]
    assert sum(published_to_the_minute(row, night()) for row in dated) == 4


def test_a_machine_record_that_was_fetched_stands_as_it_happened_and_was_never_published(tmp_path: Path) -> None:
    settings = newsroom(tmp_path)
    story = find_story("us-2016", settings)
    stories = story_store(settings)
    keep_captures(story, settings, [(eastern("8 21:15"), 503)])
    told = {
        order: {
            row.credit for row in load_observations(story_at(story, eastern("8 22:50"), order), stories=stories).rows
        }
        for order in Order
    }
    assert "The Internet Archive" in told[Order.HAPPENED]
    assert "The Internet Archive" not in told[Order.KNOWN]


def test_a_state_that_lasted_is_told_as_far_as_it_had() -> None:
    """The Globe's reading of a status page: unreachable from midnight to 12:13 a.m."""
    (row,) = [
        row for row in story_at(night(), eastern("9 00:05")).observations if row.id == "isitdownrightnow-midnight"
    ]
    assert row.until == eastern("9 00:05")


def test_what_was_written_when_it_was_over_is_left_out() -> None:
    cut = story_at(night(), eastern("8 22:50"))
    assert cut.about.title == cut.about.kicker
    assert (cut.about.known, cut.about.settle, cut.results, cut.corrections) == ((), (), (), ())
    assert all(claim.on.isoformat() < "2016-11-09" for claim in cut.about.claims)


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="has no zone"):
        story_at(night(), datetime(2016, 11, 9, 3, 50))  # noqa: DTZ001 - that it has none is the point


def texts(row: object) -> Iterator[str]:
    yield from (value for value in vars(row).values() if isinstance(value, str))


@pytest.mark.slow
@pytest.mark.parametrize("slug", EVERY_STORY)
@pytest.mark.parametrize("order", Order)
def test_nothing_of_a_story_is_later_than_any_of_its_moments(slug: str, order: Order) -> None:
    story = night(slug)
    for at in moments_of(story, order)[::3]:
        cut = story_at(story, at, order)
        assert all(call_when(call, story).latest <= at for call in cut.calls)
        assert all(call_when(call, cut).earliest <= at for call in cut.possible)
        rows: tuple[Observation | Figure | Control, ...] = (*cut.observations, *cut.figures, *cut.controls)
        assert all((moment := known_by(row, cut, order)) and moment <= at for row in rows)
        assert all(row.until <= at for row in rows if isinstance(row, Observation) and row.until)
        assert all(moment <= at for row in rows for text in texts(row) for moment in told_times(text))


@given(st.data())
@examples(40)
def test_a_later_moment_holds_all_that_an_earlier_one_does(data: st.DataObject) -> None:
    story = night(data.draw(st.sampled_from(EVERY_STORY)))
    order = data.draw(st.sampled_from(Order))
    minutes = st.integers(0, int(story.window.length / timedelta(minutes=1)))
    first, second = sorted(story.window.start + timedelta(minutes=data.draw(minutes)) for _ in range(2))
    one, other = story_at(story, first, order), story_at(story, second, order)
    for name in ("calls", "milestones", "observations", "figures", "interest"):
        assert {row.id if hasattr(row, "id") else row for row in getattr(one, name)} <= {
            row.id if hasattr(row, "id") else row for row in getattr(other, name)
        }


@given(st.data())
@examples(40)
def test_between_two_moments_nothing_changes(data: st.DataObject) -> None:
    """Replay steps over the moments: none may be missing from them."""
    story = night(data.draw(st.sampled_from(EVERY_STORY)))
    order = data.draw(st.sampled_from(Order))
    moments = moments_of(story, order)
    place = data.draw(st.integers(0, len(moments) - 2))
    last = moments[place + 1] - timedelta(seconds=1)
    if last <= moments[place]:
        return
    one, other = story_at(story, moments[place], order), story_at(story, last, order)
    assert (one.calls, one.possible, one.milestones, one.figures) == (
        other.calls,
        other.possible,
        other.milestones,
        other.figures,
    )
    assert [row.id for row in one.observations] == [row.id for row in other.observations]


def test_loaders_give_possible_calls_only_when_asked() -> None:
    cut = story_at(night(), eastern("8 22:00"))
    assert "ap-oh" not in set(table(load_calls(cut, caller="AP"))["id"])
    assert "ap-oh" in set(table(load_calls(cut, caller="AP", possible=True))["id"])


def test_braces_that_no_clock_could_read_tell_no_time() -> None:
    florida = datetime(2016, 11, 9, 3, 50, tzinfo=UTC)
    assert told_times("{time:2016-99-99T00:00Z} {time:2016-11-09T03:50:00Z}") == (florida,)
