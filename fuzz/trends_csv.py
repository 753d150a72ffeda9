"""Feeds broken exports to the importer until one of them is answered with anything but an Export or one sentence.

    python -m fuzz.trends_csv [--inputs 100000] [--seed 0]

Each input is a recording of the tests with up to six faults: bytes and lines lost, repeated, swapped or spliced with
those of another recording, and pieces of text that mean something to the importer put in anywhere.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from data.core.errors import DataError
from data.sources.trends_csv.export import Export
from data.sources.trends_csv.reader import as_json, parse_export

RECORDINGS = Path(__file__).parents[1] / "tests" / "recordings" / "trends_csv"
SLOWEST = 2.0  # seconds of processor time for an input; all of them are small
_PIECES = """\
 |,|;|\t|"|""\"|'|:|: (|)|（|<1|< 1|<|1 未満|100|100%|+3,750%|+1.200 %|-1|101|1e9|NaN|0,5|٣|１|²|½|%|Breakout|TOP|RISING
Category: All categories|Week|isPartial|True|2016-11|2016-11-08|2016-11-08T18|2016-11-08 18:00:00Z|+99:99|11/8/16
8.11.2016|Nov-16|2016-11-06 - 2016-11-12|0000-00-00|9999-12-31|29.02.2015|sep=;|\ufeff|\u200e|\u2028|\x85|\0|\r|\r\n
term: (1/1/20 - 2/1/20, Ohio)|query,search interest,increase percent|\ud7ff|\U0010ffff|a,b,c,d,e,f,g,h"""
PIECES = [
    *(piece.encode() for line in _PIECES.split("\n") for piece in line.split("|") if piece),
    *(b"|", b"\n", b"\n\n", b"\xff", b"\xfe\xff", b"\xed\xa0\x80"),
]

Fault = Callable[[bytes, random.Random, Sequence[bytes]], bytes]


def _span(data: bytes, rng: random.Random) -> tuple[int, int]:
    start = rng.randint(0, len(data))
    return start, min(len(data), start + rng.choice((1, 1, 2, 5, 20, 200)))


def _lines(data: bytes, rng: random.Random, change: Callable[[list[bytes], int, int], None]) -> bytes:
    lines = data.split(b"\n")
    change(lines, rng.randrange(len(lines)), rng.randrange(len(lines)))
    return b"\n".join(lines)


def lose(data: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    start, end = _span(data, rng)
    return data[:start] + data[end:]


def repeat(data: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    start, end = _span(data, rng)
    return data[:end] + data[start:end] * rng.choice((1, 2, 50)) + data[end:]


def scramble(data: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    start, end = _span(data, rng)
    return data[:start] + rng.randbytes(end - start) + data[end:]


def put_in(data: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    start, end = _span(data, rng)
    return data[:start] + rng.choice(PIECES) + data[rng.choice((start, end)) :]


def put_in_everywhere(data: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    return data.replace(rng.choice((b",", b";", b"-", b"1", b'"', b"\n", b" ")), rng.choice(PIECES))


def swap_lines(data: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    def change(lines: list[bytes], one: int, two: int) -> None:
        lines[one], lines[two] = lines[two], lines[one]

    return _lines(data, rng, change)


def repeat_line(data: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    return _lines(data, rng, lambda lines, one, two: lines.insert(one, lines[two]))


def splice(data: bytes, rng: random.Random, others: Sequence[bytes]) -> bytes:
    other = rng.choice(others)
    return data[: rng.randint(0, len(data))] + other[rng.randint(0, len(other)) :]


def recode(data: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    text = data.decode("utf-8", errors="replace")
    return text.encode(rng.choice(("utf-16", "utf-8-sig", "cp1252", "utf-32", "cp932")), errors="replace")


FAULTS: tuple[Fault, ...] = (
    *(lose, repeat, scramble, put_in, put_in, put_in, put_in_everywhere),
    *(swap_lines, repeat_line, splice, recode),
)


def broken(rng: random.Random, recordings: Sequence[bytes]) -> bytes:
    """A recording with some faults."""
    data = rng.choice(recordings)
    for _ in range(rng.randint(1, 6)):
        data = rng.choice(FAULTS)(data, rng, recordings)[:100_000]
    return data


def answer(data: bytes) -> str:
    """The kind of the export, or "refused". Raises AssertionError for an answer that is neither."""
    try:
        export = parse_export(data)
    except DataError as error:
        if not str(error) or "\n" in str(error):
            raise AssertionError(f"this is not one sentence: {str(error)!r}") from error
        return "refused"
    check(export)
    return export.kind


def check(export: Export) -> None:
    """Raises AssertionError where an export contradicts itself."""
    rows, said = export.rows, as_json(export)
    held = {
        "a line for each term": len(rows) == export.lines * max(len(export.terms), 1) or export.kind == "related",
        "values from 0 to 100": export.kind == "related" or not ((rows["value"] < 0) | (rows["value"] > 100)).any(),
        "missing cells have no value": not rows.loc[rows["missing"], "value"].notna().any(),
        "censored cells are 0": (rows.loc[rows["censored"] != "", "value"] == 0).all(),
        "the counts are those of the rows": export.missing == rows["missing"].sum(),
        "times only in a series": (said["first"] is not None) == (export.kind == "over_time"),
    }
    if wrong := [what for what, holds in held.items() if not holds]:
        raise AssertionError(f"{wrong[0]}: not so in {said}")


def main(argv: Sequence[str] | None = None) -> int:
    """Print how the inputs were answered; 1, and the input, at the first that is answered wrongly or late."""
    parser = argparse.ArgumentParser(prog="python -m fuzz.trends_csv", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same inputs")
    wanted = parser.parse_args(argv)
    rng = random.Random(wanted.seed)  # noqa: S311  faults, not secrets
    recordings = [path.read_bytes() for path in sorted(RECORDINGS.glob("*.csv"))]
    answers: Counter[str] = Counter()
    slowest = 0.0
    for number in range(wanted.inputs):
        data, before = broken(rng, recordings), time.process_time()
        try:
            answers[answer(data)] += 1
        except Exception:
            sys.stderr.write(f"Input {number} of seed {wanted.seed}: {data!r}\n")
            raise
        slowest = max(slowest, time.process_time() - before)
        if slowest > SLOWEST:
            sys.stderr.write(f"Input {number} of seed {wanted.seed} took {slowest:.1f} s: {data!r}\n")
            return 1
    told = ", ".join(f"{count:,} {kind}" for kind, count in sorted(answers.items()))
    sys.stdout.write(f"{wanted.inputs:,} inputs, no uncaught error: {told}; the slowest took {slowest:.2f} s\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
