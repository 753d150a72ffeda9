"""Every number, count, "no", "at least", time and name that is served agrees with a reference made from the tables."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from random import Random
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.random_cases import ask, bundled_nights, random_case, small_night
from tests.support.sentences import Reading
from tests.support.small_nights import Served

#: Kinds of sentence that the random questions below always meet.
KINDS = (
    "headline of totals",
    "headline of calls",
    "summary of totals",
    "card title of totals",
    "card description of totals",
    "moment, last call",
    "moment, time",
    "moment, total",
    "replay, happened, total",
    "replay, known, total",
    "total in a table",
    "events counted",
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stories")


@pytest.fixture(scope="module")
def served(root: Path) -> Iterator[Served]:
    found = Served(root)
    yield found
    found.close()


def test_what_is_served_of_the_bundled_nights_is_true(served: Served) -> None:
    rng, reading = Random(20161108), Reading()
    nights = bundled_nights()
    for _ in range(70):
        slug = rng.choice(sorted(nights))
        ask(rng, served, reading, random_case(rng, slug, nights[slug]))
    assert not reading.false, "\n".join(reading.false[:5])
    assert [kind for kind in KINDS if not reading.met[kind]] == []


def test_verdicts_on_claims_follow_from_the_bounds_of_the_tables(served: Served) -> None:
    rng, reading = Random(2), Reading()
    for slug, night in bundled_nights().items():
        for _ in range(8):
            caller = rng.choice(night.callers)
            contest = rng.choice(night.of(caller)).row["contest"]
            address = f"/embed/{slug}/claim.json?event={contest}&caller={quote(caller)}"
            reading.claim(night, address, contest, caller, served.text(address))
    assert not reading.false, "\n".join(reading.false[:5])
    assert reading.met["verdict on an account"] > 20


_NUMBERS = count()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1))
def test_what_is_served_of_any_small_night_is_true(seed: int, root: Path, served: Served) -> None:
    rng, reading, slug = Random(seed), Reading(), f"small-{next(_NUMBERS)}"
    night = small_night(rng, root, slug)
    for _ in range(3):
        ask(rng, served, reading, random_case(rng, slug, night))
    assert not reading.false, "\n".join(reading.false[:5])
