"""An app on a free port of this machine, for as long as a measurement takes."""

from __future__ import annotations

import math
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from os import environ
from pathlib import Path
from typing import NamedTuple

import psutil

ROOT = Path(__file__).resolve().parents[1]
UNIT = ROOT / "deploy" / "nightdesk@.service"
_START_SECONDS = 60


class Server(NamedTuple):
    """Where a running server answers, and the process that it is."""

    address: str
    process: psutil.Process

    @property
    def megabytes(self) -> float:
        """Memory that it holds now, in MB of 1,000,000 bytes."""
        return float(self.process.memory_info().rss) / 1_000_000

    @property
    def megabytes_in_all(self) -> float:
        """Memory that it and the processes that it has started hold now, in MB; what they share counts for each."""
        found = self.megabytes
        for child in self.process.children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                found += child.memory_info().rss / 1_000_000
        return found


@contextmanager
def running(
    command: Sequence[str],
    *,
    health: str,
    folder: Path = ROOT,
    environment: Mapping[str, str] | None = None,
    own_session: bool = False,
) -> Iterator[Server]:
    """A server that Python starts with these arguments, `{port}` filled in, once `health` answers.

    In a session of its own, as services of systemd are, it has its share of processors beside all of ours.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    filled = [part.format(port=port) for part in command]
    server = subprocess.Popen(
        [sys.executable, *filled],
        cwd=folder,
        env=environ | dict(environment or {}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=own_session,
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}{health}")
        yield Server(f"http://127.0.0.1:{port}", psutil.Process(server.pid))
    finally:
        server.terminate()
        server.wait(timeout=20)


@contextmanager
def serving(
    script: Path,
    *options: str,
    folder: Path = ROOT,
    environment: Mapping[str, str] | None = None,
    own_session: bool = False,
) -> Iterator[Server]:
    """`streamlit run` for this script, with these options and the configuration in this folder."""
    command = ["-m", "streamlit", "run", str(script), "--server.port={port}", "--server.address=127.0.0.1", *options]
    with running(
        command, health="/_stcore/health", folder=folder, environment=environment, own_session=own_session
    ) as server:
        yield server


def weigh_session(process: int, weight: int) -> None:
    """Give the session of this process the processors as `CPUWeight=` would; not where Linux does not weigh sessions.

    What it is given is nearest in the kernel's own steps, each a quarter more than the one below it.
    """
    session = Path(f"/proc/{process}/autogroup")
    if session.exists() and session.read_text(encoding="ascii"):
        session.write_text(str(steps_below(weight)), encoding="ascii")


def steps_below(weight: int) -> int:
    """How many steps of `nice` are nearest to this weight, 100 being that of all others; 19 at most."""
    return min(round(math.log(100 / weight, 1.25)), 19)


def shipped_weight() -> int:
    """How a replica of deploy/ is weighed where all want a processor: `CPUWeight=` of its unit."""
    (weight,) = re.findall(r"^CPUWeight=(\d+)$", UNIT.read_text(encoding="utf-8"), re.MULTILINE)
    return int(weight)


@contextmanager
def stock_streamlit() -> Iterator[Server]:
    """Streamlit with a bare page and no configuration but what keeps it from asking questions."""
    with tempfile.TemporaryDirectory() as folder:
        page = shutil.copy(ROOT / "bench" / "bare.py", folder)
        quiet = ("--server.headless=true", "--browser.gatherUsageStats=false")
        with serving(Path(page), *quiet, folder=Path(folder)) as server:
            yield server


@contextmanager
def idle() -> Iterator[Server]:
    """A process that has nothing to do: what is waited for it, the machine takes."""
    command = ["-m", "uvicorn", "bench.idle:app", "--lifespan", "off", "--log-level", "error", "--port", "{port}"]
    with running(command, health="/", own_session=True) as server:
        yield server


@contextmanager
def beside_us() -> Iterator[Server]:
    """The app's server with what it is measured against beside it: see `bench/beside.py`."""
    command = ["-m", "uvicorn", "bench.beside:app", "--log-level", "error", "--no-access-log", "--port", "{port}"]
    with running(command, health="/bare") as server:
        yield server


def _wait_for(address: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
