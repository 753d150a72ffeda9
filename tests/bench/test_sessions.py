"""Servers that are measured have the processors as services have them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from bench.server import ROOT, running, steps_below, weigh_session


def _nice(process: int) -> int | None:
    """Of the session of this process, as Linux tells it; None where it is not weighed."""
    told = Path(f"/proc/{process}/autogroup")
    # Nothing stands in it for a process that began where sessions were not weighed, as in some containers.
    words = told.read_text(encoding="ascii").split() if told.exists() else []
    return int(words[-1]) if words else None


def test_a_server_is_a_session_of_its_own(tmp_path: Path) -> None:
    with running(
        ["-m", "http.server", "--bind", "127.0.0.1", "{port}"], health="/", folder=tmp_path, own_session=True
    ) as server:
        assert os.getsid(server.process.pid) == server.process.pid


def test_its_session_is_weighed_and_that_of_its_reader_is_not(tmp_path: Path) -> None:
    before = _nice(os.getpid())
    with running(
        ["-m", "http.server", "--bind", "127.0.0.1", "{port}"], health="/", folder=tmp_path, own_session=True
    ) as server:
        is_weighed = _nice(server.process.pid) is not None
        weigh_session(server.process.pid, 20)
        assert _nice(server.process.pid) == (7 if is_weighed else None)
    assert _nice(os.getpid()) == before


@pytest.mark.parametrize(("weight", "steps"), [(100, 0), (80, 1), (20, 7), (1, 19)])
def test_a_weight_is_the_nearest_step_of_the_kernel(weight: int, steps: int) -> None:
    assert steps_below(weight) == steps


#: A bench that serves a folder until it is ended.
_MEASURING = """
import time
from pathlib import Path
from bench.server import running
from bench.table import measure

def lines():
    served = ["-m", "http.server", "--bind", "127.0.0.1", "{port}"]
    with running(served, health="/", folder=Path(FOLDER), own_session=True) as server:
        print("serving", server.process.pid, flush=True)
        time.sleep(60)
        yield

measure({"all": lines}, program="", about="", mark="")
"""


@pytest.mark.parametrize("ended", [signal.SIGTERM, signal.SIGHUP], ids=lambda one: one.name)
def test_a_server_in_its_own_session_ends_with_the_measurement(tmp_path: Path, ended: signal.Signals) -> None:
    command = [sys.executable, "-c", _MEASURING.replace("FOLDER", repr(str(tmp_path)))]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as bench:
        assert bench.stdout
        served = next(int(line.split()[1]) for line in bench.stdout if line.startswith("serving"))
        bench.send_signal(ended)
        bench.wait(30)
    assert not psutil.pid_exists(served)
