"""The five realTweets series of the Numenta Anomaly Benchmark: our scores as NAB counts them, one setting for all."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from bench.methods.detectors import DETECTORS
from data.analysis.draws import Floats
from data.analysis.levels import DAY, JUST_BEFORE, WEEK, usual
from data.analysis.spikes import detect, read_values, surprises

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "bench" / "nab"

#: (weight of a window found, of a false alarm, of a window missed): Lavin and Ahmad (2015), config/profiles.json.
PROFILES = {"standard": (1.0, 0.11, 1.0), "low FP": (1.0, 0.22, 1.0), "low FN": (1.0, 0.11, 2.0)}
#: Rows that are not judged: 15 %, of 5,000 at most.
PROBATION, PROBATION_ROWS = 0.15, 750
#: Asked for, in the standard profile: the mean over series, each at the threshold that suits the others.
LEAST_HELD_OUT = 75.0
#: Thresholds tried on the others: as many of their highest scores.
TRIED = 300
STEP = timedelta(minutes=5)
#: Published over all ten series, with thresholds fitted to them; the plain one re-derived by others.
YARDSTICKS = {
    "KNN-CAD, as published": (64.3, 42.2, 73.5),
    "Twitter ADVec, as published": (59.6, 35.8, 69.0),
    "7-day median/MAD, as first derived": (60.0, 46.8, 66.5),
}
Score = Callable[["pd.Series[float]"], Floats]


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """A series and its judged rows: `window` numbers the labelled window of a row (-1: none), `worth` is unweighted."""

    values: pd.Series[float]
    window: np.ndarray
    worth: Floats
    probation: int


def weight(position: Floats) -> Floats:
    """NAB's scaled sigmoid: near 1 at the left edge of a window (-1), 0 at its right edge, -1 far behind it."""
    return np.where(position > 3, -1.0, 2 / (1 + np.exp(5 * np.minimum(position, 3))) - 1)


def label(values: pd.Series[float], windows: list[list[str]]) -> Labelled:
    """Where each row stands to the windows, as NAB's sweeper has it."""
    n, times = len(values), pd.DatetimeIndex(values.index)
    position, window = np.full(n, np.inf), np.full(n, -1)
    edges = [tuple(int(times.searchsorted(pd.Timestamp(edge, tz="UTC"))) for edge in pair) for pair in windows]
    for number, (left, right) in enumerate(edges):
        rows = np.arange(left, n)
        width = right - left + 1
        inside = rows <= right
        window[left:] = np.where(inside, number, -1)
        position[left:] = np.where(inside, -(right - rows + 1) / width, (rows - right) / (width - 1))
    return Labelled(values, window, weight(position), min(int(PROBATION * n), PROBATION_ROWS))


def nab_score(data: Mapping[str, Labelled], scores: Mapping[str, Floats], profile: str) -> float:
    """0-100 at the one threshold for all series that suits them best: 0 finds nothing, 100 is perfect."""
    found, false_alarm, missed = PROFILES[profile]
    windows, first = [], 0
    for one in data.values():
        windows.append(np.where(one.window >= 0, one.window + first, -1)[one.probation :])
        first += int(one.window.max()) + 1
    score = np.concatenate([scores[name][one.probation :] for name, one in data.items()])
    worth = np.concatenate([one.worth[one.probation :] for one in data.values()])
    order = np.argsort(-score, kind="stable")
    score, worth, window = score[order], worth[order], np.concatenate(windows)[order]
    gain, best = np.where(window < 0, worth * false_alarm, 0.0), np.full(first, -missed)
    for row in np.flatnonzero(window >= 0):
        if (hit := worth[row] / float(weight(np.array(-1.0))) * found) > best[window[row]]:
            gain[row], best[window[row]] = hit - best[window[row]], hit
    last_of_threshold = np.append(score[1:] != score[:-1], True)
    return float(100 * max(gain.cumsum()[last_of_threshold].max(), 0) / (first * (found + missed)))


def plain(values: pd.Series[float]) -> Floats:
    """Distance from the trailing week's median, in its MAD."""
    week = values.rolling("7D", closed="left", min_periods=12)
    apart = values - week.median()
    spread = 1.4826 * apart.abs().rolling("7D", closed="left", min_periods=12).median()
    return np.asarray((apart / spread.clip(lower=0.5)).fillna(0), dtype=np.float64)


def ours(values: pd.Series[float]) -> Floats:
    return np.asarray(detect(values, step=STEP).scores, dtype=np.float64)


def beside(*spans: timedelta) -> Score:
    """Ours with other levels to stand out from."""
    return lambda values: np.asarray(surprises(values, STEP, usual(values, STEP), spans), dtype=np.float64)


def _at_its_step(score: Callable[[pd.Series[float], timedelta], Floats]) -> Score:
    return lambda values: score(values, STEP)


def score_at(one: Labelled, scores: Floats, threshold: float, profile: str = "standard") -> tuple[float, int]:
    """What a series adds to NAB's sum at a threshold, and how many windows it has."""
    found, false_alarm, missed = PROFILES[profile]
    high = np.flatnonzero(scores[one.probation :] >= threshold) + one.probation
    windows = int(one.window.max()) + 1
    best = np.full(windows, -missed)
    inside = high[one.window[high] >= 0]
    np.maximum.at(best, one.window[inside], one.worth[inside] / float(weight(np.array(-1.0))) * found)
    return float(best.sum() + false_alarm * one.worth[high[one.window[high] < 0]].sum()), windows


def held_out(data: Mapping[str, Labelled], scores: Mapping[str, Floats]) -> dict[str, float]:
    """Each series' score, 0-100, at the threshold that suits the other series best."""
    told = {}
    for name, one in data.items():
        others = [other for other in data if other != name]
        tried = np.sort(np.concatenate([scores[other][data[other].probation :] for other in others]))[-TRIED:]
        sums = [sum(score_at(data[other], scores[other], level)[0] for other in others) for level in np.unique(tried)]
        gained, windows = score_at(one, scores[name], float(np.unique(tried)[int(np.argmax(sums))]))
        told[name] = 100 * (gained + windows) / (2 * windows)
    return told


def load(folder: Path = FOLDER) -> dict[str, Labelled]:
    """The labelled series beside the project; none where they are not."""
    held = folder / "windows.json"
    windows = json.loads(held.read_text(encoding="utf-8")) if held.is_file() else {}
    return {name: label(read_values(folder / name), pairs) for name, pairs in sorted(windows.items())}


def table() -> list[str]:
    """Print the scores; return what falls short of the yardsticks."""
    data, short = load(), list[str]()
    if not data:
        print(f"\nNAB realTweets: left out, there is no {FOLDER}")
        return short
    print(f"\nNAB realTweets, {len(data)} series, one setting and one threshold for all (0-100); published: of all ten")
    print(f"{'':58}" + "".join(f"{profile:>10}" for profile in PROFILES))
    methods: dict[str, Score] = {
        "ours: three hours and a week": ours,
        "so, the week alone": beside(WEEK),
        "so, three hours alone": beside(JUST_BEFORE),
        "so, a day besides": beside(JUST_BEFORE, DAY, WEEK),
        "7-day median/MAD, in this run": plain,
        **{f"{name}, in this run": _at_its_step(score) for name, score in DETECTORS.items()},
    }
    scores = {name: {file: method(one.values) for file, one in data.items()} for name, method in methods.items()}
    rows = {name: tuple(nab_score(data, told, p) for p in PROFILES) for name, told in scores.items()}
    for name, row in (rows | YARDSTICKS).items():
        print(f"{name:58}" + "".join(f"{figure:10.1f}" for figure in row))
    print(f"\n{'each series at the threshold of the others':58}{'mean':>10}{'worst':>10}")
    for name, told in scores.items():
        alone = held_out(data, told)
        mean = float(np.mean(list(alone.values())))
        each = ", ".join(f"{file.removesuffix('.csv')[-4:]} {score:.0f}" for file, score in alone.items())
        print(f"{name:58}{mean:10.1f}{min(alone.values()):10.1f}   {each}")
        if name in list(methods)[:1] and mean < LEAST_HELD_OUT:
            short.append(f"NAB, held out: {mean:.1f}, under {LEAST_HELD_OUT:g}")
    for name, row in YARDSTICKS.items():
        behind = [p for p, mine, theirs in zip(PROFILES, next(iter(rows.values())), row, strict=True) if mine < theirs]
        short.extend(f"NAB, {profile}: behind {name}" for profile in behind)
    return short
