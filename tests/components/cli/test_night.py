"""The recorders of a night together: what ends is started again, what fails stops no other, and one signal ends all."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from data.core.errors import DataError
from data.recorders.night_config import read_config
from tests.support.live_nights import called, live_night, rows, table

ROOT = Path(__file__).parents[3]


def test_the_example_of_deploy_reads_and_says_three_command_lines() -> None:
    assert list(read_config(ROOT / "deploy/night.toml").commands("us-2028")) == [
        (
            "feed-table",
            ("follow", "us-2028", "--feed", "table", "--url", "https://desk.example.org/calls.csv", "--every", "60.0"),
        ),
        ("probe", ("probe", "us-2028", "--every", "60", "--place", "newsroom")),
        ("searches", ("record", "us-2028", "--every", "600")),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "names no recorder"),
        ("follow = [", "is not TOML"),
        ('[[follow]]\nfeed = "table"\nevry = 5\n', r"follow\.0\.evry: Extra inputs are not permitted"),
        ("[probe]\nevery = 0\n", r"probe\.every: Input should be greater than or equal to 1"),
    ],
)
def test_a_config_that_says_none_is_refused_in_a_sentence(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "night.toml"
    path.write_text(text)
    with pytest.raises(DataError, match=said):
        read_config(path)


@pytest.mark.slow
def test_a_recorder_that_is_killed_goes_on_and_one_that_cannot_stops_no_other(tmp_path: Path) -> None:
    settings = live_night(tmp_path)
    sheet, config = tmp_path / "calls.csv", tmp_path / "night.toml"
    sheet.write_bytes(table(called("OH", "")))
    config.write_text(
        f'[[follow]]\nfeed = "table"\nurl = "{sheet}"\nevery = 1\n'
        '[[follow]]\nfeed = "ap"\nurl = "no/such/file"\nevery = 1\n'
        "[probe]\nevery = 60\n"
    )
    environ = os.environ | {
        "NIGHTDESK_STORIES": str(settings.stories[0]), "NIGHTDESK_RECORDS": str(settings.records),
        "NIGHTDESK_CACHE": str(settings.cache),
    }  # fmt: skip
    run = "import sys; from components.cli import main; sys.exit(main())"
    process = subprocess.Popen(
        [sys.executable, "-c", run, "night", "night", "--config", str(config)],
        cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout
    told: list[str] = []
    killed = 0
    for line in process.stdout:
        told.append(line)
        started = re.search(r"feed-table: started, process (\d+)", line)
        if "feed-table: Following" in line and not killed:
            killed = int(
                next(found[1] for one in told if (found := re.search(r"feed-table: started, process (\d+)", one)))
            )
            os.kill(killed, signal.SIGKILL)
        elif started and killed:
            sheet.write_bytes(table(called("OH")))
        elif "AP OH: A" in line:
            break
    process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    rest = process.stdout.read()
    assert (process.wait(), rest.splitlines()[-1].partition(" ")[2]) == (0, "night: all recorders have ended")
    assert time.monotonic() - began < 20
    text = "".join(told)
    assert "feed-table: ended with -9; it restarts in 1 s" in text
    assert "probe: night has no site to watch" in text
    assert [row["contest"] for row in rows(settings, "calls.csv")] == ["OH"]
