"""`nightdesk night`: the recorders of a story, each a process of its own that is started again when it ends."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from components.cli.exits import DONE, say
from components.cli.lookups import settings_here, story_named
from data.core.model import iso_text
from data.core.program import utc_now
from data.recorders.night_config import read_config

_RUN = "import sys; from components.cli import main; sys.exit(main())"
#: Seconds before a recorder that ended is started again, at first and at most; one that ran this long begins anew.
_FIRST_PAUSE, _LONGEST_PAUSE, _STEADY = 1.0, 60.0, 5.0
#: Seconds that a recorder has to end by itself.
_PATIENCE = 8.0
_ROOT = Path(__file__).resolve().parents[2]


def night(slug: str, config: Path) -> int:
    """Run the recorders that the file names until this process is stopped; DataError or OSError where it cannot."""
    story_named(slug, settings_here())
    asyncio.run(_supervise(list(read_config(config).commands(slug))))
    return DONE


async def _supervise(commands: Sequence[tuple[str, Sequence[str]]]) -> None:
    """Keep every command running; the end of one is no matter of the others. SIGTERM and Ctrl-C end all."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with asyncio.TaskGroup() as group:
        for name, argv in commands:
            group.create_task(_keep_running(name, argv, stop))
    _tell("night", "all recorders have ended")


async def _keep_running(name: str, argv: Sequence[str], stop: asyncio.Event) -> None:
    pause = _FIRST_PAUSE
    while not stop.is_set():
        began = asyncio.get_running_loop().time()
        code = await _run(name, argv, stop)
        if stop.is_set():
            return
        steady = asyncio.get_running_loop().time() - began >= _STEADY
        pause = _FIRST_PAUSE if steady else pause
        _tell(name, f"ended with {code}; it restarts in {pause:g} s")
        await _either(stop, pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


async def _run(name: str, argv: Sequence[str], stop: asyncio.Event) -> int:
    """The exit code of one run, whose lines are told as they come."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _RUN, *argv, cwd=_ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    _tell(name, f"started, process {process.pid}")
    reading = asyncio.create_task(_lines(name, process))
    ended, asked = asyncio.create_task(process.wait()), asyncio.create_task(stop.wait())
    await asyncio.wait({ended, asked}, return_when=asyncio.FIRST_COMPLETED)
    if not ended.done():
        process.terminate()
        try:
            await asyncio.wait_for(asyncio.shield(ended), _PATIENCE)
        except TimeoutError:
            process.kill()
    asked.cancel()
    await reading
    return await ended


async def _lines(name: str, process: asyncio.subprocess.Process) -> None:
    if process.stdout:
        async for line in process.stdout:
            _tell(name, line.decode(errors="replace").rstrip())


async def _either(stop: asyncio.Event, seconds: float) -> None:
    """Wait for this long, or until all is to end."""
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return


def _tell(name: str, what: str) -> None:
    say(f"{iso_text(utc_now())} {name}: {what}")
