"""What all tests share: the app as a real server on this machine; and with --no-skips, no test that did not run."""

from __future__ import annotations

import gc
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

import pytest
from hypothesis import HealthCheck, settings

# As app.py has it, and before anything imports NumPy; what tests start has it from here.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

from tests.support.forked import Forked, Process, fork_from, start_for_all
from tests.support.read_once import look_for_packages_once, read_stories_once

# Timings are no matter of tests, nor how long examples take to make; and a change is judged on the same examples every
# time, while each run on a desk looks at new ones. `make quick` looks at few.
settings.register_profile("desk", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("desk"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")
settings.register_profile("quick", max_examples=10)

read_stories_once()

ROOT = Path(__file__).resolve().parents[1]
#: Of the browser's files, those that take longest, from the longest on: they start first, so that no worker ends long
#: after the other.
LONGEST = (
    "test_shell.py",
    "test_pages_everywhere.py",
    "test_rehearsal.py",
    "test_live.py",
    "test_compare_page.py",
    "test_sign_in.py",
    "test_documents.py",
    "test_desk.py",
    "test_hosts.py",
    "test_documents_everywhere.py",
    "test_print.py",
    "test_embed_page.py",
    "test_replay_page.py",
    "test_replay.py",
    "test_stranger.py",
    "test_claim_page.py",
    "test_replicas.py",
    "test_rises.py",
    "test_chart_reader.py",
    "test_long_series.py",
)
_START_SECONDS = 180


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--no-skips", action="store_true", help="fail when any test is skipped (make test does)")


def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are cores, for those that wait for a browser; with more than four, servers wait."""
    return min((os.cpu_count() or 1) + 1, 4)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: their driver keeps an event loop running in this thread, where asyncio.run then refuses.

    So too with workers: each is handed files in this order, and none gets another test after a browser's.
    """
    for item in items:
        if {"browser", "engines"} & {*item.path.parts}:
            item.add_marker("browser")
    turns = {name: turn for turn, name in enumerate(LONGEST)}
    items.sort(key=lambda item: (item.get_closest_marker("browser") is not None, turns.get(item.path.name, len(turns))))


@cache
def _were_compiled() -> bool:
    """Whether tests were compiled, and their assertions taken apart, before this run."""
    return any((ROOT / "tests").rglob("__pycache__/test_*-pytest-*.pyc"))


@cache
def _forked_from() -> str:
    return start_for_all()


def pytest_configure_node(node: Any) -> None:
    node.workerinput["waits"] = not _were_compiled() and node.gateway.id != "gw0"
    config = node.config
    # Of the quick tests, and of a few files, hardly any forks; one that does has a process of its worker's own.
    all_of_them = config.args_source is config.ArgsSource.TESTPATHS and "not slow" not in config.option.markexpr
    node.workerinput["forked_from"] = _forked_from() if all_of_them else ""


def pytest_configure(config: pytest.Config) -> None:
    worker = getattr(config, "workerinput", None)
    if worker and worker["forked_from"]:
        fork_from(worker["forked_from"])


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Where no test was compiled, the first worker does so for all: it is half of the work of collecting them."""
    worker = getattr(session.config, "workerinput", None)
    if worker and worker["waits"]:
        deadline = time.monotonic() + _START_SECONDS
        while not _collected(worker).exists() and time.monotonic() < deadline:
            time.sleep(0.1)


def _collected(worker: Mapping[str, Any]) -> Path:
    """The file that says that the first worker of this run has collected."""
    return Path(tempfile.gettempdir()) / f"nightdesk-collected-{worker['testrunuid']}"


def pytest_collectstart() -> None:
    gc.disable()


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is imported by now is never garbage, and looking through it again and again took a tenth of all time."""
    worker = getattr(session.config, "workerinput", None)
    if worker and worker["workerid"] == "gw0":
        _collected(worker).touch()
    look_for_packages_once()
    gc.enable()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if worker := getattr(session.config, "workerinput", None):
        _collected(worker).unlink(missing_ok=True)
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and session.config.getoption("--no-skips") and (skipped := reporter.stats.get("skipped")):
        reporter.write_line(f"{len(skipped)} skipped: every test must run here", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def sends_by_gzip(cache: Path) -> None:
    """A server that keeps its cache here sends Streamlit's files by gzip, as if Brotli had packed all of them already.

    Brotli's best takes 46 s of a core, beside the tests. tests/components/server/test_compression.py tests it.
    """
    packed = cache / "packed" / f"streamlit-{version('streamlit')}"
    packed.mkdir(parents=True, exist_ok=True)
    (packed / "whole").touch()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class _Ports:
    """Ports of servers, each again once its server has ended: what a browser has compiled from there it has still."""

    def __init__(self) -> None:
        self._left: list[int] = []
        #: How many servers have ended.
        self.ended = 0

    def take(self) -> int:
        """A port that nobody has."""
        while self._left:
            port = self._left.pop()
            with socket.socket() as probe, suppress(OSError):
                # As servers do: connections of the one before may still be winding down.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", port))
                return port
        return free_port()

    def leave(self, port: int) -> None:
        """Its server has ended."""
        self._left.append(port)
        self.ended += 1


PORTS = _Ports()


@contextmanager
def serving(command: list[str] | None = None, **environ: str) -> Iterator[str]:
    """The address of an app as `started` has it."""
    with started(command, **environ) as (address, _):
        yield address


@contextmanager
def started(
    command: list[str] | None = None, from_nothing: bool = False, /, **environ: str
) -> Iterator[tuple[str, Process]]:
    """The app on a free port of this machine, as `streamlit run` starts it or as `command` does: address and process.

    `{port}` in the command is the port. The server reaches nothing beyond this machine: its proxy is a closed door.
    Where it does not start `from_nothing` it is forked from a process that has imported and made ready all of it.
    """
    port = PORTS.take()
    command = command or ["-m", "streamlit", "run", "app.py", "--server.port", "{port}"]
    own = {name: value for name, value in os.environ.items() if not name.startswith("NIGHTDESK_")}
    nowhere = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9")
    # What it says goes to a file: a pipe that nobody empties would stop it once 64 KiB are full.
    with tempfile.NamedTemporaryFile("w+") as said, tempfile.TemporaryDirectory() as cache:
        given = {"STREAMLIT_SERVER_ADDRESS": "127.0.0.1", "PORT": str(port), "NIGHTDESK_CACHE": cache, **nowhere}
        given |= environ
        sends_by_gzip(Path(given["NIGHTDESK_CACHE"]))
        words = [part.format(port=port) for part in command]
        server: Process
        if from_nothing:
            server = subprocess.Popen(
                [sys.executable, *words], cwd=ROOT, env=own | given, stdout=said, stderr=subprocess.STDOUT
            )
        else:
            server = Forked(words, own | given, said.name)
        address = f"http://127.0.0.1:{port}"
        try:
            _wait_for(address, server, said)
            yield address, server
        finally:
            server.terminate()
            _end(server)
            PORTS.leave(port)


def _end(server: Process) -> None:
    try:
        server.wait(_START_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _wait_for(address: str, server: Process, said: IO[str]) -> None:
    def words() -> str:
        said.seek(0)
        return said.read()

    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError(f"the server ended at once:\n{words()}")
        try:
            with opener.open(f"{address}/healthz", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"no answer within {_START_SECONDS} s:\n{words()}")


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of one server that all tests of a run may share; none of them changes it."""
    with serving() as address:
        yield address


@pytest.fixture(scope="session")
def serve() -> Callable[..., AbstractContextManager[str]]:
    """For tests that want a server of their own: `with serve(TZ="Asia/Tokyo") as address`."""
    return serving
