"""An app on a free port of this machine, for as long as a measurement takes."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_START_SECONDS = 60


@contextmanager
def running(command: Sequence[str], *, health: str, folder: Path = ROOT) -> Iterator[str]:
    """The address of a server that Python starts with these arguments, `{port}` filled in, once `health` answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    filled = [part.format(port=port) for part in command]
    server = subprocess.Popen(
        [sys.executable, *filled], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}{health}")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=20)


@contextmanager
def serving(script: Path, *options: str, folder: Path = ROOT) -> Iterator[str]:
    """The address of `streamlit run` for this script, with these options and the configuration in this folder."""
    command = ["-m", "streamlit", "run", str(script), "--server.port={port}", "--server.address=127.0.0.1", *options]
    with running(command, health="/_stcore/health", folder=folder) as address:
        yield address


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
