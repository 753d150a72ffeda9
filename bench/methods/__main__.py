"""`python -m bench.methods`: every method on the same made-up nights, in one table."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from functools import partial

import numpy as np

from bench.methods import choices, claims, events, nab, petitions, spikes
from bench.methods.nights import SHAPES
from bench.methods.rivals import RECIPES
from bench.methods.shares import share
from bench.methods.trial import BUDGET, EQUAL, KNOWN, METHODS, OURS, Cell, Outcome, try_night

#: At 20 searches an hour: the median and 90th percentile of the error, and the band's coverage.
TARGET_LAMBDA, MOST_MEDIAN, MOST_P90, COVERS = 20.0, 0.035, 0.10, (0.92, 0.98)
LAMBDAS = (2.0, 20.0, 200.0)
#: The families of made-up nights by which claims and events are judged.
JUDGED = ("first", "second")
Table = Callable[[argparse.Namespace, np.random.SeedSequence, Executor], list[str]]
RIVALS = (*RECIPES, *(name + BUDGET for name in EQUAL))


def errors(outcomes: Iterable[Outcome]) -> np.ndarray:
    """exp(|ln(said / true)|) - 1, so that half and double are as wrong; nothing said is left out, nonsense is not."""
    ratio = np.array([outcome.ratio for outcome in outcomes])
    with np.errstate(divide="ignore"):
        return np.asarray(np.expm1(np.abs(np.log(ratio[~np.isnan(ratio)]))))


def nearer(these: Sequence[Outcome], those: Sequence[Outcome]) -> float:
    """Share of the nights on which these came nearer to the truth: a median alone wavers by a tenth of itself."""
    both = zip(these, those, strict=True)
    won = [abs(np.log(a.ratio)) < abs(np.log(b.ratio)) for a, b in both if not np.isnan(a.ratio + b.ratio)]
    return float(np.mean(won))


def covered(outcomes: Iterable[Outcome]) -> tuple[float, float, float]:
    """Share of bands that hold the truth, with its 95 % Wilson interval."""
    return share(outcome.covers for outcome in outcomes if outcome.covers is not None)


def show(lam: float, table: dict[tuple[str, str], list[Outcome]]) -> None:
    """One block of the table: methods by shapes, median / p90 of the error in percent, and the bands' coverage."""
    print(f"\nlambda = {lam:g} searches an hour in Google's sample: median / p90 of the error of peak over baseline, %")
    print(f"{'':53}{'requests':>9}" + "".join(f"{shape:>19}" for shape in SHAPES))
    for method in (method for method in METHODS if (next(iter(SHAPES)), method) in table):
        cells = []
        for shape in SHAPES:
            error = errors(table[shape, method])
            cells.append(f"{100 * np.median(error):10.1f} /{100 * np.quantile(error, 0.9):7.1f}" if len(error) else "-")
        asked = np.mean([outcome.requests for shape in SHAPES for outcome in table[shape, method]])
        print(f"{method:53}{asked:9.0f}" + "".join(f"{cell:>19}" for cell in cells))
    bands = [covered(table[shape, OURS]) for shape in SHAPES]
    print(f"{'band covers, ours (95 % interval)':62}" + "".join(f"{p:8.3f} {lo:.3f}-{hi:.3f}" for p, lo, hi in bands))
    bins = [np.nanmean([outcome.bins_covered for outcome in table[shape, OURS]]) for shape in SHAPES]
    print(f"{'band covers, ours, bin by bin':62}" + "".join(f"{share:19.3f}" for share in bins))
    silent = [np.mean([np.isnan(outcome.ratio) for outcome in table[shape, OURS]]) for shape in SHAPES]
    if any(silent):
        print(f"{'no stable baseline: ours gives no multiple':62}" + "".join(f"{share:19.3f}" for share in silent))


def stitching(chosen: argparse.Namespace, root: np.random.SeedSequence, pool: Executor) -> list[str]:
    """Print how well windows are stitched; return what falls short."""
    print(f"\nStitching: {chosen.nights} nights for each shape and lambda, {chosen.draws} draw(s) of a window")
    short = list[str]()
    for lam in chosen.lambdas:
        table: dict[tuple[str, str], list[Outcome]] = {}
        for shape in SHAPES:
            cell = Cell(shape, lam, chosen.draws, chosen.replicates, parts=lam == TARGET_LAMBDA)
            nights = pool.map(partial(try_night, cell), root.spawn(chosen.nights), chunksize=5)
            for outcome in (outcome for night in nights for outcome in night):
                table.setdefault((shape, outcome.method), []).append(outcome)
        show(lam, table)
        short.extend(f"lambda {lam:g}, {miss}" for miss in misses(lam, table))
    return short


def misses(lam: float, table: dict[tuple[str, str], list[Outcome]]) -> list[str]:
    """What falls short, with what the known scales say about the reason."""
    said = list[str]()
    for shape in SHAPES:
        ours, known = errors(table[shape, OURS]), errors(table[shape, KNOWN])
        for rival in RIVALS:
            theirs = errors(table[shape, rival])
            if np.median(theirs) < np.median(ours):
                closer = nearer(table[shape, rival], table[shape, OURS])
                said.append(
                    f"{shape}: {rival} has the smaller median, {_percent(theirs)} against {_percent(ours)}; "
                    f"it is nearer on {closer:.0%} of the nights"
                )
        if lam != TARGET_LAMBDA:
            continue
        for what, limit, at in (("median", MOST_MEDIAN, 0.5), ("p90", MOST_P90, 0.9)):
            if (got := float(np.quantile(ours, at))) > limit:
                said.append(
                    f"{shape}: {what} {got:.1%} is over {limit:.1%}; with every scale known, the same draws "
                    f"give {np.quantile(known, at):.1%}: that much is the samples' own noise"
                )
        share, least, most = covered(table[shape, OURS])
        if not COVERS[0] <= share <= COVERS[1]:
            said.append(f"{shape}: the band covers {share:.3f} ({least:.3f}-{most:.3f}), not {COVERS[0]}-{COVERS[1]}")
    return said


def _percent(error: np.ndarray) -> str:
    return f"{np.median(error):.1%}"


def _chosen(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.methods", description=__doc__)
    parser.add_argument("--only", choices=TABLES, help="one table instead of all")
    parser.add_argument("--nights", type=int, default=200, help="nights for each shape and lambda (default 200)")
    parser.add_argument("--draws", type=int, default=1, help="draws of each window (default 1)")
    parser.add_argument("--replicates", type=int, default=99, help="bootstrap replicates of a band (default 99)")
    parser.add_argument("--lambdas", type=float, nargs="+", default=LAMBDAS, help="searches an hour (default 2 20 200)")
    parser.add_argument("--evenings", type=int, default=2000, help="evenings for each line of events (default 2000)")
    parser.add_argument("--claims", type=int, default=500, help="nights for each line of claims (default 500)")
    parser.add_argument("--choices", type=int, default=200, help="nights for each line of choices (default 200)")
    parser.add_argument("--family", choices=JUDGED, help="of events and claims one family alone (default: both)")
    parser.add_argument("--seed", type=int, help="repeat a run (default: fresh nights)")
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1))
    return parser.parse_args(arguments)


def _families(chosen: argparse.Namespace) -> tuple[str, ...]:
    return (chosen.family,) if chosen.family else JUDGED


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = _chosen(arguments)
    root = np.random.SeedSequence(chosen.seed)
    print(f"seed {root.entropy}")
    began, short = time.monotonic(), list[str]()
    with ProcessPoolExecutor(chosen.workers) as pool:
        for name in [chosen.only] if chosen.only else TABLES:
            short += TABLES[name](chosen, root, pool)
    print(f"\n{time.monotonic() - began:.0f} s. " + ("Short of its targets:" if short else "Every target is met."))
    for miss in short:
        print(f"- {miss}")
    return 0


#: Every table by its name, in the order in which they are printed.
TABLES: dict[str, Table] = {
    "stitching": stitching,
    "nab": lambda *_: nab.table(),
    "spikes": lambda chosen, root, _: spikes.table(chosen.nights, root),
    "petitions": lambda *_: petitions.table(),
    "events": lambda chosen, root, pool: events.table(chosen.evenings, root, pool, _families(chosen)),
    "claims": lambda chosen, root, pool: claims.table(chosen.claims, root, pool, _families(chosen)),
    "choices": lambda chosen, _, pool: choices.table(chosen.choices, pool),
}


if __name__ == "__main__":
    # One thread for each process: the matrices are small, and BLAS threads would wait for each other.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sys.exit(main())
