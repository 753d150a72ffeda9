"""A failure is one sentence for the reader, and a traceback for the log."""

from __future__ import annotations

import logging

import pytest
from streamlit.testing.v1 import AppTest

from components.workbench.notices import UNEXPECTED


def page_that_fails(kind: str) -> None:
    import streamlit as st

    from components.workbench.notices import explained_failures
    from data.core.errors import SourceUnavailable, StoryInvalid

    failures = {
        "retryable": SourceUnavailable("The source did not answer; try again in a minute."),
        "invalid": StoryInvalid("calls.csv, line 3: found <b>x</b>, expected [a time]."),
        "ours": ZeroDivisionError("secret"),
    }
    with explained_failures():
        raise failures[kind]
    st.write("the rest of the page")


def run(kind: str) -> AppTest:
    app = AppTest.from_function(page_that_fails, args=(kind,), default_timeout=30).run()
    assert not app.exception
    assert app.markdown[-1].value == "the rest of the page"
    return app


def test_what_may_work_later_is_a_warning_in_its_own_words() -> None:
    (warning,) = run("retryable").warning
    assert warning.value.replace("\\", "") == "The source did not answer; try again in a minute."


def test_what_will_not_is_an_error_and_its_words_are_never_markup() -> None:
    (error,) = run("invalid").error
    assert error.value == r"calls.csv, line 3\: found \<b\>x\</b\>, expected \[a time\]."


def test_our_own_fault_goes_to_the_log_and_the_reader_gets_one_sentence(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, logger="nightdesk"):
        (error,) = run("ours").error
    assert error.value == UNEXPECTED
    assert "ZeroDivisionError: secret" in caplog.text
