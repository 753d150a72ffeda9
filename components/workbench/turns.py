"""Turns of clients: what takes a processor is done for a few at a time, for one client after the other."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from contextvars import ContextVar
from functools import wraps

import streamlit as st
from streamlit.runtime.scriptrunner import RerunData, ScriptRunner, get_script_run_ctx

from components.cache.cached import RUNS
from components.cache.render_cache import Busy
from data.net.addresses import client_of

#: Seconds after which a page that waits for something else keeps nobody from a turn.
_LONGEST = 3.0
_REFUSED: ContextVar[bool] = ContextVar("refused", default=False)
Run = Callable[[ScriptRunner, RerunData], None]


def session_here() -> str:
    """The name of this session; empty where none is."""
    context = get_script_run_ctx()
    return context.session_id if context else ""


def client_here() -> str:
    """Who has turns: the client at the other end, and on this machine each session for itself."""
    return client_of(st.context.ip_address or "") or session_here()


def is_refused() -> bool:
    """Whether so many pages wait already that this one has no turn, and has to say so instead of being drawn."""
    return _REFUSED.get()


def in_turn(run: Run) -> Run:
    """As `run`, a session's whole run of a page, once it is its client's turn.

    Many at the same time keep each other and all embeds from theirs. What Streamlit does before and after a page, for
    fragments too, is within the turn: threads of twelve sessions that all begin keep the event loop waiting for some
    milliseconds each time it asks for the interpreter.
    """

    @wraps(run)
    def run_in_turn(runner: ScriptRunner, asked: RerunData) -> None:
        with ExitStack() as turn:
            try:
                turn.enter_context(RUNS.turn(client_here(), seconds=_LONGEST))
            except Busy:
                turn.callback(_REFUSED.reset, _REFUSED.set(True))
            run(runner, asked)

    return run_in_turn


def started_elsewhere(start: Callable[[ScriptRunner], None]) -> Callable[[ScriptRunner], None]:
    """As `start`, which starts the thread of a run, in a thread of ours.

    A thread that is started keeps whoever starts it waiting until it has had the interpreter; the event loop, which
    answers everybody, would wait so for each page.
    """
    starting = ThreadPoolExecutor(1, thread_name_prefix="starting-runs")

    @wraps(start)
    def start_elsewhere(runner: ScriptRunner) -> None:
        if type(runner) is ScriptRunner:
            starting.submit(start, runner).add_done_callback(Future.result)  # what it raises goes to the log
        else:  # one of a test, which waits for its end
            start(runner)

    return start_elsewhere


def bound_runs() -> None:
    """Have every run of a page made in its turn, however the server is started; the same however often it is called."""
    if hasattr(ScriptRunner._run_script, "__wrapped__"):
        return
    ScriptRunner.start = started_elsewhere(ScriptRunner.start)  # type: ignore[method-assign, assignment]
    ScriptRunner._run_script = in_turn(ScriptRunner._run_script)  # type: ignore[method-assign, assignment]
