"""Asks for random charts until a sentence of one says what the tables do not, and counts what was read.

    python -m fuzz.sentences [--cases 20000] [--seed 0] [--processes 2]
    python -m fuzz.sentences --server http://localhost:8501 --stories FOLDER [--cases 200]

Three of ten cases are of the bundled nights, the others of small ones made on the way. Every event of every bundled
night is read besides, by each of its callers, and so are claims. With a server it reads what that one, of any commit,
serves of the stories in this folder.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random
from urllib.error import HTTPError
from urllib.request import urlopen

from data.story.store import BUNDLED
from tests.support.random_cases import ask, ask_claim, bundled_nights, events_of, nights_in, random_case, small_night
from tests.support.sentences import KINDS, Reading
from tests.support.small_nights import Served

#: Questions to one small night and of bundled ones beside it.
_SMALL, _BUNDLED = 7, 3
#: How often every kind of sentence is to be met in a whole run.
_LEAST, _WHOLE = 100, 20_000
_MOST_SHOWN = 20
#: Cases that a process reads at a time.
_AT_A_TIME = 200


def read(cases: int, seed: int) -> Reading:
    """What so many random cases say."""
    rng, reading, nights = Random(seed), Reading(), bundled_nights()  # noqa: S311  questions, not secrets
    with tempfile.TemporaryDirectory() as folder:
        known = Served(Path(folder))
        for number in range(cases // (_SMALL + _BUNDLED)):
            # A server of its own: stories that are over would be listed for ever.
            root = Path(folder) / str(number)
            served, slug = Served(root), f"small-{number}"
            root.mkdir()
            night = small_night(rng, root, slug)
            for _ in range(_SMALL):
                ask(rng, served, reading, random_case(rng, slug, night))
            for _ in range(_BUNDLED):
                name = rng.choice(sorted(nights))
                ask(rng, known, reading, random_case(rng, name, nights[name]))
            ask_claim(rng, known, reading, nights[rng.choice(sorted(nights))])
            ask_claim(rng, served, reading, night)
            served.close()
        known.close()
    return reading


def read_events(slug: str) -> Reading:
    """What is said of every event of a bundled night, at its moment, by each caller."""
    rng, reading, night = Random(slug), Reading(), bundled_nights()[slug]  # noqa: S311
    with tempfile.TemporaryDirectory() as folder:
        served = Served(Path(folder))
        for case in events_of(slug, night):
            ask(rng, served, reading, case)
        served.close()
    return reading


@dataclass(frozen=True)
class Server:
    """A server that runs somewhere."""

    address: str

    def text(self, path: str) -> str:
        """The body of what stands there; nothing where it has no such chart or story."""
        try:
            with urlopen(self.address + path, timeout=60) as reply:  # noqa: S310  the address is typed by who asks
                return str(reply.read().decode())
        except HTTPError:
            return ""


def read_server(server: Server, stories: Path, cases: int, seed: int) -> Reading:
    """What a server says in so many random cases of the nights in a folder."""
    rng, reading, nights = Random(seed), Reading(), nights_in(stories)  # noqa: S311
    for _ in range(cases):
        slug = rng.choice(sorted(nights))
        ask(rng, server, reading, random_case(rng, slug, nights[slug]))
    return reading


def _read(part: tuple[int, int] | str) -> Reading:
    return read_events(part) if isinstance(part, str) else read(*part)


def read_all(cases: int, seed: int, processes: int) -> Reading:
    """What so many cases and every event say, read by so many processes; the same for the same seed."""
    parts: list[tuple[int, int] | str] = [
        (min(_AT_A_TIME, cases - begun), seed + begun) for begun in range(0, cases, _AT_A_TIME)
    ]
    parts += sorted(bundled_nights()) if cases >= _WHOLE else []
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        return sum(pool.imap_unordered(_read, parts), Reading())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=_WHOLE)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--server", type=Server)
    parser.add_argument("--stories", type=Path, default=BUNDLED)
    asked = parser.parse_args()
    started = time.monotonic()
    if asked.server:
        found = read_server(asked.server, asked.stories, asked.cases, asked.seed)
    else:
        found = read_all(asked.cases, asked.seed, asked.processes)
    for kind, number in sorted(found.met.items()):
        sys.stdout.write(f"{number:>9,}  {kind}" + "\n")
    sys.stdout.write(
        f"{asked.cases:,} cases in {time.monotonic() - started:,.0f} s, {len(found.false):,} false sentences" + "\n"
    )
    # One of each kind, the first that was found.
    for said in [*{said.partition(": /")[0]: said for said in reversed(found.false)}.values()][:_MOST_SHOWN]:
        sys.stdout.write(f"- {said}" + "\n")
    whole = asked.cases >= _WHOLE and not asked.server
    rare = [kind for kind in KINDS if found.met[kind] < _LEAST] if whole else []
    if rare:
        sys.stdout.write(f"met less than {_LEAST} times: {', '.join(sorted(rare))}" + "\n")
    sys.exit(bool(found.false or rare))


if __name__ == "__main__":
    main()
