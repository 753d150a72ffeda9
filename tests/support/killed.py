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
import time
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
        start = time.monotonic()
        assert os.waitpid(child(publishing(target, number, files)), 0)[1] == 0
        seconds = time.monotonic() - start
    while kills:
        number += 1
        pid = child(publishing(target, number, files))
        time.sleep(when.uniform(0, seconds * 1.2))
        os.kill(pid, signal.SIGKILL)
        if not os.WIFSIGNALED(os.waitpid(pid, 0)[1]):
            continue  # it had ended before
        kills -= 1
        store = store_of(target)
        found = {"shown": bundles.shown(store).version, "faults": bundles.faults_of_latest(store)}
        sys.stdout.write(f"{json.dumps(found)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:])
