"""The general election of 2019: 650 declarations to the minute, eleven parties, and the minute of the majority."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from data.core.model import Precision
from data.story.store import SHIPPED
from data.story.totals import is_complete, totals_at

UK = SHIPPED.read("uk-2019")


def morning(time: str) -> datetime:
    return datetime.fromisoformat(f"2019-12-13T{time}:00").replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "seats"),
    [
        pytest.param("05:04", 325, id="one short of a majority"),
        pytest.param("05:05", 327, id="two seats in the minute that makes the majority"),
        pytest.param("14:51", 364, id="before St Ives"),
        pytest.param("14:52", 365, id="with St Ives, the last"),
    ],
)
def test_the_conservatives_seats_at_a_minute(at: str, seats: int) -> None:
    totals = totals_at(UK, morning(at), caller="Official").totals
    assert totals is not None
    assert totals["Con"] == (seats, seats)


def test_the_night_ends_with_the_seats_of_eleven_parties() -> None:
    assert Counter(call.party for call in UK.calls) == {
        "Con": 365, "Lab": 202, "SNP": 48, "LD": 11, "DUP": 8, "SF": 7, "PC": 4, "SDLP": 2, "Green": 1, "Alliance": 1,
        "Speaker": 1,
    }  # fmt: skip
    assert is_complete(UK, "Official")


def test_every_seat_has_the_minute_of_its_declaration() -> None:
    assert {call.precision for call in UK.calls} == {Precision.MINUTE}
    stated = sorted(call.at for call in UK.calls if call.at)
    assert (len(stated), stated[0], stated[-1]) == (
        650, datetime(2019, 12, 12, 23, 27, tzinfo=UTC), morning("14:52"),
    )  # fmt: skip


def test_eighty_one_seats_changed_hands() -> None:
    assert sum(call.note.startswith("Gained from") for call in UK.calls) == 81


def test_the_exit_poll_projected_368_seats_and_is_in_no_total() -> None:
    assert {row.party: row.value for row in UK.projections} == {
        "Con": 368, "Lab": 191, "SNP": 55, "LD": 13, "PC": 3, "Green": 1,
    }  # fmt: skip
    totals = totals_at(UK, datetime(2019, 12, 12, 23, tzinfo=UTC), caller="Official").totals
    assert totals is not None
    assert totals["Con"] == (0, 0)
