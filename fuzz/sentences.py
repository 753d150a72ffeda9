"""Asks for random charts until a sentence of one says what the tables do not, and counts what was read.

    python -m fuzz.sentences [--cases 20000] [--seed 0]

Half of the cases are of the bundled nights, half of small ones made on the way.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from tests.support.random_cases import ask, bundled_nights, random_case, small_night
from tests.support.sentences import Reading
from tests.support.small_nights import Served

#: Questions to one small night, and how often every kind of sentence is to be met in a whole run.
_ASKED, _LEAST, _WHOLE = 5, 100, 20_000
_MOST_SHOWN = 20


def read(cases: int, seed: int) -> Reading:
    """What so many random cases say."""
    rng, reading, nights = Random(seed), Reading(), bundled_nights()  # noqa: S311  questions, not secrets
    with tempfile.TemporaryDirectory() as folder:
        for number in range(cases // (2 * _ASKED)):
            # A server of its own: stories that are over would be listed for ever.
            root = Path(folder) / str(number)
            served, slug = Served(root), f"small-{number}"
            root.mkdir()
            night = small_night(rng, root, slug)
            for _ in range(_ASKED):
                ask(rng, served, reading, random_case(rng, slug, night))
                known = rng.choice(sorted(nights))
                ask(rng, served, reading, random_case(rng, known, nights[known]))
            served.close()
    return reading


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=_WHOLE)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    started = time.monotonic()
    found = read(asked.cases, asked.seed)
    for kind, number in sorted(found.met.items()):
        sys.stdout.write(f"{number:>9,}  {kind}" + "\n")
    sys.stdout.write(
        f"{asked.cases:,} cases in {time.monotonic() - started:,.0f} s, {len(found.false):,} false sentences" + "\n"
    )
    for said in found.false[:_MOST_SHOWN]:
        sys.stdout.write(f"- {said}" + "\n")
    rare = [kind for kind, number in found.met.items() if number < _LEAST] if asked.cases >= _WHOLE else []
    if rare:
        sys.stdout.write(f"met less than {_LEAST} times: {', '.join(sorted(rare))}" + "\n")
    sys.exit(bool(found.false or rare))


if __name__ == "__main__":
    main()
