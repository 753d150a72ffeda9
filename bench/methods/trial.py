"""One night put to every method: what each says the peak was worth, and whether its band holds the truth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd

from bench.methods.nights import SPAN, TIMES, Answer, Night, ask, make_night, within
from bench.methods.rivals import RECIPES
from data.analysis.draws import Draw, Floats
from data.analysis.ladder import find_spike, plan_windows
from data.analysis.scales import Coverage, Sample, combine
from data.analysis.stitching import stitch
from data.core.errors import DataError
from data.core.model import Window

OURS, NO_COARSE, FIRST = "ours", "ours, without the coarse series", "ours, so, 4 across, no bridges"
BASE_ONLY = "ours, so, base windows only"
KNOWN = "(scales known to nature)"
BUDGET = ", as many requests as ours"
EQUAL = ("ratio of sums", "coarse: windows to day sums")
METHODS = (OURS, NO_COARSE, FIRST, BASE_ONLY, *RECIPES, *(name + BUDGET for name in EQUAL), KNOWN)


@dataclass(frozen=True, slots=True)
class Cell:
    """What its nights have in common; `parts`: whether ours is also tried with parts of it left out."""

    shape: str
    lam: float
    draws: int
    replicates: int
    parts: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """`ratio` is said / true, NaN where the method says nothing; `covers` None without a band."""

    method: str
    ratio: float
    covers: bool | None
    requests: int
    bins_covered: float = float("nan")


def try_night(cell: Cell, seed: np.random.SeedSequence) -> list[Outcome]:
    """Every method's outcome on one fresh night. Methods that share a window share its draws."""
    rng = np.random.default_rng(seed)
    night = make_night(cell.shape, cell.lam, rng)
    coarse = ask(night, SPAN, rng, hours=24).draw
    answers: dict[Window, list[Answer]] = {}

    def drawn(windows: Sequence[Window], times: int = cell.draws) -> list[Answer]:
        for window in windows:
            kept = answers.setdefault(window, [])
            kept.extend(ask(night, window, rng) for _ in range(times - len(kept)))
        return [answer for window in windows for answer in answers[window][:times]]

    base = plan_windows(SPAN, bridges=False)
    day, hour = _spike(coarse, [answer.draw for answer in drawn(base)])
    near = Window(day.start - timedelta(days=1), day.end + timedelta(days=1))
    plan = plan_windows(SPAN, spikes=[hour])
    first = plan_windows(SPAN, spikes=[hour], bridges=False, across=4)
    ours = drawn(plan)
    out = [_ours(OURS, ours, (coarse,), night, near, rng, cell.replicates)]
    if cell.parts:
        tried = ((NO_COARSE, ours), (FIRST, drawn(first)), (BASE_ONLY, drawn(base)))
        out.extend(_ours(method, answers, (), night, near, rng, 1) for method, answers in tried)
    out.extend(_rivals(night, near, coarse, drawn(base), ""))
    out.extend(_rivals(night, near, coarse, drawn(base, -(-len(ours) // len(base))), BUDGET))
    return [*out, _known(night, near, ours)]


def _spike(coarse: Draw, base: Sequence[Draw]) -> tuple[Window, Window]:
    day = find_spike(coarse) or SPAN
    holding = [draw for draw in base if draw.window.start <= day.start and draw.window.end >= day.end]
    hour = find_spike((holding or list(base))[0], within=day)
    return day, hour or Window(day.start, day.start + timedelta(hours=1))


def _ours(
    method: str,
    answers: Sequence[Answer],
    coarse: Sequence[Draw],
    night: Night,
    near: Window,
    rng: np.random.Generator,
    replicates: int,
) -> Outcome:
    requests = len(answers) + len(coarse)
    try:
        draws = [answer.draw for answer in answers]
        found = stitch(draws, rng=rng, coarse=coarse, baseline=night.ordinary, spike=near, replicates=replicates)
    except DataError:
        return Outcome(method, float("nan"), None, requests)
    said, band = found.multiple, found.band
    if said is None or band is None or said.low is None or said.high is None:
        return Outcome(method, float("nan"), None, requests)
    true = night.rate / night.rate[within(night.ordinary)].mean() * (100 / said.value)
    held = float(((band["low"] <= true) & (true <= band["high"])).mean())
    covers = said.low <= night.truth <= said.high if replicates > 1 else None
    return Outcome(method, said.value / night.truth, covers, requests, held)


def _rivals(night: Night, near: Window, coarse: Draw, base: Sequence[Answer], budget: str) -> Iterator[Outcome]:
    windows = list(dict.fromkeys(answer.draw.window for answer in base))
    draws = [_mean([answer.draw for answer in base if answer.draw.window == window]) for window in windows]
    for method, recipe in RECIPES.items():
        if not budget or method in EQUAL:
            ratio = _multiple(recipe(draws, coarse), night, near) / night.truth
            yield Outcome(method + budget, ratio, None, len(base) + ("coarse" in method))


def _mean(draws: Sequence[Draw]) -> Draw:
    values = pd.concat([draw.values for draw in draws], axis=1).mean(axis=1)
    return Draw(draws[0].window, draws[0].drawn_at, values)


def _known(night: Night, near: Window, answers: Sequence[Answer]) -> Outcome:
    """The same draws, had nature told each one's scale: what no stitching could better."""
    grid = np.array([answer.draw.values.reindex(TIMES).to_numpy(dtype=float) for answer in answers])
    unit = np.array([answer.unit for answer in answers])
    layout = Coverage(
        (~np.isnan(grid)).astype(float), np.zeros((len(TIMES), 0)), np.zeros((len(grid), 0)), np.zeros(0), True
    )
    x = combine(layout, Sample(np.nan_to_num(grid), np.zeros(0)), unit, unit).x
    return Outcome(KNOWN, _multiple(x, night, near) / night.truth, None, len(answers))


def _multiple(x: Floats, night: Night, near: Window) -> float:
    return float(np.nanmax(x[within(near)]) / np.nanmean(x[within(night.ordinary)]))
