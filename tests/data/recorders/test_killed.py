"""A recorder that is killed again and again, mid-write or mid-answer, ends with the ledger of one that never was."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data.recorders.ap_playback import playback
from data.recorders.attempts import read_rows
from data.recorders.follow import Asked
from data.story.store import SHIPPED, FolderStore
from tests.support.cases import cases
from tests.support.loopback import Answer, loopback
from tests.support.loopback import Asked as Request
from tests.support.rehearsing import NAME, rehearsal_at

_RUN = "import sys; from components.cli import main; sys.exit(main())"
#: Seconds of the night in one second of the test.
_SPEED = 1_800.0


@pytest.mark.slow
@pytest.mark.parametrize("kills", cases(6, long=[20]))
def test_after_kills_nothing_is_lost_and_nothing_comes_twice(tmp_path: Path, kills: int) -> None:
    story = SHIPPED.read("us-2016")
    rehearsal_at(tmp_path / "stories", story.window.start)
    environ = os.environ | {
        f"NIGHTDESK_{name.upper()}": str(tmp_path / name) for name in ("stories", "records", "cache")
    }
    began = time.monotonic()
    first = story.window.start

    def answer(asked: Request) -> Answer:
        passed = (time.monotonic() - began) * _SPEED
        moment = min(first.timestamp() + passed, story.window.end.timestamp())
        query = "&".join(f"{name}={value[0].replace('+', '%2B')}" for name, value in asked.params.items())
        body = playback(story, query, datetime.fromtimestamp(moment, UTC), f"{server.url}/v3")
        return Answer(body)

    chance = random.Random(2016)
    with loopback() as server:
        server.answers("/v3", answer)
        feed = ["--feed", "ap", "--url", f"{server.url}/v3"]
        command = [sys.executable, "-c", _RUN, "follow", NAME, *feed]
        for _ in range(kills):
            process = subprocess.Popen(
                [*command, "--every", "1"], env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            time.sleep(chance.uniform(0.5, 1.2))
            process.send_signal(signal.SIGKILL)
            process.wait()
        began -= 24 * 3600 / _SPEED
        done = subprocess.run([*command, "--once"], env=environ, capture_output=True, text=True, timeout=60, check=True)
    record = tmp_path / "records" / NAME / "feeds/ap/asked.csv"
    assert [row.why for row in read_rows(record, Asked) if row.outcome == "failed"] == [], done.stderr
    night = FolderStore((tmp_path / "stories",)).read(NAME)
    made = [(call, call.interval(story.about.clock)) for call in story.calls if call.role == "primary"]
    ledger = [(call.contest, call.party) for call, when in made if when and when.latest <= story.window.end]
    assert sorted((call.contest, call.party) for call in night.calls) == sorted(ledger)
