"""What did not work, or is not there, said to the person in one sentence."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import streamlit as st

from components.text import markdown
from data.core.errors import DataError

_LOG = logging.getLogger("nightdesk")
_WAITING = "waiting-notices"
_DONE = "done-notices"

UNEXPECTED = (
    "Something went wrong on our side, so this part of the page cannot be shown; the details are in the server's log."
)


@contextmanager
def explained_failures() -> Iterator[None]:
    """Turn a failure into a sentence; what follows on the page still shows.

    A DataError is a warning where trying again may help, else an error, in its own words. Anything else is our
    fault: it goes to the log with its traceback, and the reader gets one sentence without it.
    """
    try:
        yield
    except DataError as failure:
        say = st.warning if failure.retryable else st.error
        say(markdown(str(failure)))
    except Exception:  # noqa: BLE001 - the last line of defence: a reader never meets a traceback
        _LOG.exception("a page failed")
        st.error(UNEXPECTED)


def unexpected_failure(failure: Exception) -> bool:
    """What st.App does with an exception that no page explained; True, for it has been said."""
    _LOG.error("a script failed", exc_info=failure)
    st.error(UNEXPECTED)
    return True


def show_problems(problems: Iterable[str]) -> None:
    """What was wrong with the address or a control, one notice for all of it."""
    if lines := [markdown(problem) for problem in problems]:
        st.warning(lines[0] if len(lines) == 1 else "\n".join(f"- {line}" for line in lines))


def show_empty(what: str, *, nearest: str = "") -> None:
    """An empty result, so that nobody takes it for a zero: `what` finishes "There is no ... in this range."."""
    hint = f" {nearest}" if nearest else ""
    st.info(markdown(f"There is no {what} in this range.{hint}"))


def tell_next_run(sentence: str) -> None:
    """Keep a sentence from a callback, which runs before the page, until the page can show it."""
    st.session_state.setdefault(_WAITING, []).append(sentence)


def tell_done(sentence: str) -> None:
    """Keep a sentence that says what was done until the next run can show it."""
    st.session_state.setdefault(_DONE, []).append(sentence)


def show_done() -> None:
    """What was done since the last run; showing takes the sentences."""
    done: list[str] = st.session_state.pop(_DONE, [])
    for sentence in done:
        st.success(markdown(sentence))


def waiting_notices() -> list[str]:
    """The sentences that callbacks left for this run; asking takes them."""
    waiting: list[str] = st.session_state.pop(_WAITING, [])
    return waiting
