"""The bench of methods measures what the app does: its minutes, its readings, and what its sentence says."""

from __future__ import annotations

import numpy as np
import pytest

from bench.methods.bursts import LEVELS, MINUTE, START, Kind, make
from bench.methods.choices import RISES, VARIANTS, changed, try_rise
from bench.methods.detectors import DETECTORS
from bench.methods.evenings import STARTS, minutes_inside, used_minutes
from bench.methods.event_rivals import RIVALS
from bench.methods.events import CELLS, FELL, NOTHING, OPEN, ORACLES, ROSE, TUNED, Cell, try_evening
from bench.methods.naive_tests import NAIVE
from bench.methods.oracle import answer, learned
from data.core.model import When
from data.evidence.claims import Verdict, span_of
from data.evidence.study import minutes_of
from data.story.store import read_story
from tests.support.imported import US_2016

SEED = np.random.SeedSequence(2016)


@pytest.mark.parametrize(
    ("slug", "outside"),
    [
        pytest.param("us-2016", 0, id="every call of 2016"),
        pytest.param("us-2020", 2, id="all but Michigan and Pennsylvania, on later days"),
        pytest.param("us-2024", 3, id="all but Wisconsin, Michigan and Arizona, after the evening"),
    ],
)
def test_the_evenings_have_the_minutes_of_the_apps_study(slug: str, outside: int) -> None:
    story = read_story(US_2016.parent / slug)
    assert used_minutes(slug) == minutes_of(story, "AP")
    assert len(minutes_inside(slug)) == len(minutes_of(story, "AP")) - outside


@pytest.mark.parametrize(
    ("cells", "families"),
    [
        pytest.param(CELLS, {"first", "second"}, id="what is judged"),
        pytest.param(TUNED, {"third"}, id="what choices are made on"),
    ],
)
def test_every_night_with_a_list_is_tried_with_and_without_a_rise(cells: tuple[Cell, ...], families: set[str]) -> None:
    tried = {(cell.slug, cell.rise > 0, cell.family) for cell in cells}
    assert tried == {(slug, rise, family) for slug in STARTS for rise in (True, False) for family in families}


def test_a_strong_rise_is_said_in_minutes_and_hangs_on_the_stamps_in_longer_bins() -> None:
    told = try_evening(Cell(50.0, 1.0), SEED)
    assert told[ROSE]
    assert all(told[name] for name in ORACLES)
    assert told[f"8-minute bins: {OPEN}"]


def test_every_rival_gives_a_p_of_the_same_minutes() -> None:
    told = try_evening(Cell(20.0, 1.0), SEED)
    for name in (*RIVALS, *NAIVE):
        assert told[f"{name}: p 0.05 or less"] >= told[f"{name}: and rose"], name
    assert told["so, every minute alike: and rose"]
    assert told["Poisson regression on a trend, among moved calls: and rose"]


@pytest.mark.parametrize("bins", ["", "8-minute bins: "])
def test_each_evening_is_told_in_one_way(bins: str) -> None:
    for seed in SEED.spawn(3):
        told = try_evening(Cell(50.0, 0.35), seed)
        assert sum(told[bins + name] for name in (ROSE, FELL, NOTHING, OPEN)) == 1


@pytest.mark.parametrize("family", sorted(LEVELS))
def test_a_clear_burst_is_placed_by_both_oracles_and_no_bin_before_is_stranger_to_a_detector(family: str) -> None:
    kind, began = Kind(MINUTE, 240, 20, 60, family), 190
    made = make(kind, began, np.random.default_rng(1))
    for name, score in DETECTORS.items():
        told = score(made.shown, MINUTE)
        assert told[began : began + 20].max() >= told[:began].max() > np.median(told[:began]), name
    for minute, said in ((began - 5, Verdict.AFTER), (began, Verdict.CANNOT_TELL), (began + 5, Verdict.BEFORE)):
        event = span_of(When.at(START + minute * MINUTE))
        for oracle in (answer, learned):
            assert oracle(kind, made, 0 * MINUTE, event, most_wrong=0.01) is said


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_choice_changes_the_detector_on_the_same_night_and_nothing_after_it(variant: str) -> None:
    before = {(module, name): getattr(module, name) for one in VARIANTS.values() for module, name in one}
    with changed(VARIANTS[variant]):
        assert all(getattr(module, name) == value for (module, name), value in VARIANTS[variant].items())
    far, *_ = try_rise(variant, RISES[0], SEED)
    assert far == try_rise("ours", RISES[0], SEED)[0]
    assert {(module, name): getattr(module, name) for module, name in before} == before
