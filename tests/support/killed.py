"""Run as a script: publishers that are killed at random moments, and after each what a reader would find.

`python -m tests.support.killed SIZE KILLS TARGET...` kills so many in each target, and prints one line of JSON for each
kill; SIZE is large or small.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
from collections.abc import Callable
from datetime import timedelta

from components.embeds.bundles.publishing import store_of
from tests.support import bundles


def child(work: Callable[[], object]) -> int:
    """The process id of a fork that does this work and ends at once."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        work()
        code = 0
    finally:
        os._exit(code)


def ended(work: Callable[[], object], after: float = 0) -> tuple[bool, float]:
    """Whether a fork that does this work was killed after so many seconds of CPU, and how many it had.

    A clock on the wall would kill it early in its work where the machine is busy. The system's own timer kills it: no
    line of Python runs any more.
    """

    def timed() -> None:
        signal.setitimer(signal.ITIMER_PROF, after)
        work()

    _, status, used = os.wait4(child(timed), 0)
    assert os.WIFSIGNALED(status) or not status
    return os.WIFSIGNALED(status), used.ru_utime + used.ru_stime


def publishing(target: str, number: int, files: dict[str, bytes] | None) -> Callable[[], object]:
    now = bundles.NOW + timedelta(seconds=number)
    return lambda: bundles.published(store_of(target), f"edition {number}", files=files, now=now)


def main(size: str, kills: int, *targets: str) -> None:
    files = bundles.baked("all editions hold these") if size == "large" else None
    when = random.Random(2016)
    for place, target in enumerate(targets):
        kill_in(target, kills, files, first=1_000 * place, when=when)


def kill_in(target: str, kills: int, files: dict[str, bytes] | None, *, first: int, when: random.Random) -> None:
    """Editions from the number `first` on: two whole ones, and then those that are killed."""
    # The second of the whole ones says how long one takes when everything is warm.
    for number in (first, first + 1):
        _, seconds = ended(publishing(target, number, files))
    while kills:
        number += 1
        if not ended(publishing(target, number, files), when.uniform(0.001, seconds * 1.2))[0]:
            continue  # it had ended before
        kills -= 1
        store = store_of(target)
        found = {"shown": bundles.shown(store).version, "faults": bundles.faults_of_latest(store)}
        sys.stdout.write(f"{json.dumps(found)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:])
