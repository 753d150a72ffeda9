"""Processes that need not import the app anew: each is forked from one that has imported it all and made it ready.

It is a process as any other, with an environment and an output of its own. How the app and the command start from
nothing is for the tests that start them so.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from multiprocessing import forkserver, resource_tracker
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from types import ModuleType
from typing import Protocol
from unittest.mock import patch

ROOT = Path(__file__).resolve().parents[2]


class Process(Protocol):
    """What tests ask of a process: a part of subprocess.Popen."""

    @property
    def pid(self) -> int: ...
    @property
    def returncode(self) -> int | None: ...
    def poll(self) -> int | None: ...
    def terminate(self) -> None: ...
    def kill(self) -> None: ...
    def wait(self, timeout: float | None = None) -> int: ...


class Forked:
    """A process that runs `python *command`, a file or `-m` a module, in the project's folder.

    The file `said` is told all it says.
    """

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], said: str | Path) -> None:
        given = (list(command), dict(environ), str(said))
        self._process: ForkServerProcess = _context().Process(target=_run, args=given)
        # Streamlit's AppTest leaves its script as the main module, which a new process would run first.
        with patch.dict(sys.modules, {"__main__": ModuleType("__main__")}):
            self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("a forked server", timeout or 0)
        return self._process.exitcode


def ended(processes: Sequence[Forked], seconds: float = 300) -> list[int]:
    """The exit status of each, once all have ended."""
    return [process.wait(seconds) for process in processes]


def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.support.preloaded"])
    return context


def start_for_all() -> str:
    """The address of the process that all workers of a run fork from, which ends with the process that calls this."""
    _context()
    forkserver.ensure_running()
    return str(vars(forkserver._forkserver)["_forkserver_address"])


def fork_from(address: str) -> None:
    """Fork from the process at this address, and start none of our own: to get ready takes it four seconds."""
    vars(forkserver._forkserver).update(
        _forkserver_address=address,
        _forkserver_alive_fd=os.pipe()[1],  # that of whoever started it keeps it alive
        ensure_running=resource_tracker.ensure_running,
    )


def _run(command: list[str], environ: dict[str, str], said: str) -> None:
    os.environ.clear()
    os.environ.update(environ)
    time.tzset()
    os.chdir(ROOT)
    output = os.open(said, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for number in (1, 2):
        os.dup2(output, number)
    sys.path.insert(0, str(ROOT))
    # As at a terminal: what is started in the background is deaf to Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        if command[0] == "-m":
            sys.argv = command[1:]
            runpy.run_module(command[1], run_name="__main__", alter_sys=True)
        else:
            sys.argv = list(command)
            runpy.run_path(command[0], run_name="__main__")
    finally:
        # Processes that multiprocessing starts run none of these.
        atexit._run_exitfuncs()
