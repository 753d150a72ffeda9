"""Many visitors at once: each reads a page, waits, and reads on, as people do."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import NamedTuple

from bench.visitor import Visitor
from components.view.address import utc_text
from data.core.settings import Settings
from data.story.store import find_story

#: Seconds that a visitor takes at least to look at what is there.
LOOK_SECONDS = 5.0
#: Page and query of one address.
Place = tuple[str, str]


_RANGES = 12
#: As readers go: the front page most, then the same night larger, then the rest.
_PAGES = (
    *("",) * 4, *("timeline",) * 3,
    "search-trends", "outage-reports", "compare-nights", "check-a-claim", "sources-and-methods",
)  # fmt: skip


def places() -> list[Place]:
    """Every page with the default range and with a dozen others: few enough that caches fill and then stay full."""
    window = find_story("us-2016", Settings()).window
    starts = (window.start + timedelta(minutes=minute) for minute in range(1, _RANGES + 1))
    queries = ["", *(f"from={utc_text(start)}&to={utc_text(window.end)}" for start in starts)]
    return [(page, query) for page in _PAGES for query in queries]


class Seen(NamedTuple):
    """One rerun of one visitor: when it began and how long it took, in seconds; `failed` where it showed an error."""

    at: float
    seconds: float
    failed: bool


def visit(address: str, places: Sequence[Place], *, until: float, seed: int, stay: int = 20) -> list[Seen]:
    """Read pages at a pace until this time (monotonic seconds); after `stay` pages another visitor comes.

    A visitor's first page is told apart by nothing here: who measures reruns leaves the first ones out.
    """
    order, seen = random.Random(seed), list[Seen]()
    time.sleep(order.uniform(0, LOOK_SECONDS))
    while time.monotonic() < until:
        with Visitor(address) as visitor:
            for _ in range(stay):
                if time.monotonic() >= until:
                    break
                start = time.monotonic()
                try:
                    run = visitor.open(*order.choice(places))
                except (OSError, TimeoutError):
                    seen.append(Seen(start, time.monotonic() - start, True))
                    break
                seen.append(Seen(start, run.seconds, run.failures > 0))
                time.sleep(order.uniform(LOOK_SECONDS, LOOK_SECONDS + 2))
    return seen


def crowd(address: str, places: Sequence[Place], *, visitors: int, seconds: float, stay: int = 20) -> list[Seen]:
    """Everything that so many visitors saw in this time, in the order in which it began."""
    until = time.monotonic() + seconds
    with ThreadPoolExecutor(visitors) as threads:
        found = [threads.submit(visit, address, places, until=until, seed=seed, stay=stay) for seed in range(visitors)]
    return sorted(seen for visited in found for seen in visited.result())
