"""Every number, count, "no", "at least", time and name that is served agrees with a reference made from the tables."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.support.random_cases import ask, ask_claim, bundled_nights, random_case, small_night
from tests.support.sentences import KINDS, Reading
from tests.support.small_nights import Served

#: Kinds of sentence that bundled nights hold none of, or few: small nights and `make fuzz` meet them.
RARE = (
    "withdrawn",
    "withdrawal in a table",
    "withdrawal",
    "none",
    "nothing",
    "no",
    "reading",
    "no total stands",
    "time of two",
    "no observation",
    "moment, time",
    "time before the first call",
    "a series",
    "observations",
    "apart",
    "open",
    "claim without a call",
    "for nobody",
    "no winner stood",
    "outcome",
    "outcome of an event",
    "projection",
    "projections",
    "projection in a table",
    "label of a projection",
    "count",
    "counts",
    "count in a table",
    "label of a count",
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stories")


@pytest.fixture(scope="module")
def served(root: Path) -> Iterator[Served]:
    found = Served(root)
    yield found
    found.close()


@pytest.mark.slow
def test_what_is_served_of_the_bundled_nights_is_true(served: Served) -> None:
    rng, reading = Random(20161108), Reading()
    nights = bundled_nights()
    for _ in range(70):
        slug = rng.choice(sorted(nights))
        ask(rng, served, reading, random_case(rng, slug, nights[slug]))
    assert not reading.false, "\n".join(reading.false[:5])
    common = [kind for kind in KINDS if not kind.endswith(RARE) and "account" not in kind and "reported" not in kind]
    assert len(common) > 20 and [kind for kind in common if not reading.met[kind]] == []


def test_verdicts_on_claims_follow_from_the_bounds_of_the_tables(served: Served) -> None:
    rng, reading = Random(2), Reading()
    for night in bundled_nights().values():
        for _ in range(8):
            ask_claim(rng, served, reading, night)
    assert not reading.false, "\n".join(reading.false[:5])
    assert reading.met["verdict on an account"] > 20


_NUMBERS = count()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(seed=286)  # a projection just past the window, after another of the same side
@example(seed=5066)  # a projection at the very end of what is played
@example(seed=16043)  # most calls without a minute, one of them perhaps withdrawn when the last contest is called
@given(seed=st.integers(0, 2**32 - 1))
def test_what_is_served_of_any_small_night_is_true(seed: int, root: Path, served: Served) -> None:
    rng, reading, slug = Random(seed), Reading(), f"small-{next(_NUMBERS)}"
    night = small_night(rng, root, slug)
    for _ in range(3):
        ask(rng, served, reading, random_case(rng, slug, night))
    assert not reading.false, "\n".join(reading.false[:5])
