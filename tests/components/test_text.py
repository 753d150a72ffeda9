"""Text that a drawing can carry safely, and widths that hold without a browser."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.text import fitted, plain, short_forms, text_width, visible, wrap, xml


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [
        pytest.param("<script>alert(1)</script>", "‹script›alert(1)‹/script›", id="a tag"),
        pytest.param('<a href="x">y</a>', '‹a href="x"›y‹/a›', id="a link that Plotly would let through"),
        pytest.param("$\\href{https://e.example}{x}$", "\\href{https://e.example}{x}", id="mathematics"),
        pytest.param("&lt;b&gt;", "and lt;b and gt;", id="entities"),
        pytest.param("S&P 500 futures", "S&P 500 futures", id="an ampersand"),
        pytest.param("<1 of 100", "‹1 of 100", id="less than one keeps its meaning"),
        pytest.param("lost $5", "lost $5", id="a price"),
        pytest.param("$5 or $6", "USD 5 or USD 6", id="several dollars keep their meaning"),
        pytest.param("a\u202eb\u2066c\u200fd", "abcd", id="bidi controls"),
        pytest.param("a\x00b\x1bc\ufffed\ud800e", "abcde", id="NUL, escape, noncharacter, surrogate"),
        pytest.param(" two\n\tlines ", "two lines", id="line breaks"),
        pytest.param("רשומה", "רשומה", id="right-to-left letters stay"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_plain_text_is_inert_and_keeps_its_meaning(given_text: str, shown: str) -> None:
    assert plain(given_text) == shown


@given(st.text())
def test_plain_text_has_no_markup_no_controls_and_an_end(text: str) -> None:
    shown = plain(text)
    assert not set(shown) & set("<>\n\r\t")
    assert not re.search(r"&#?\w+;|\$.*\$", shown)
    assert not [char for char in shown if unicodedata.category(char).startswith("C")]
    assert len(shown) <= 200


def test_a_long_text_is_cut_with_an_ellipsis() -> None:
    assert plain("W" * 10_000) == "W" * 199 + "…"


def test_text_for_xml_is_escaped_and_has_no_character_that_xml_forbids() -> None:
    assert xml('<b> "&" \x00\ud800') == "&lt;b&gt; &quot;&amp;&quot;"


def test_visible_text_keeps_everything_that_has_a_shape() -> None:
    assert visible("“Fla.” 10:50 p.m. – 29 é 日 רש") == "“Fla.” 10:50 p.m. – 29 é 日 רש"


@pytest.mark.parametrize(
    ("text", "size", "in_browser"),
    [
        pytest.param("Fla. 10:50 p.m.", 12, 80.2, id="a label"),
        pytest.param("Electoral votes called by AP", 14, 172.5, id="a title"),
        pytest.param("WWMM@@", 12, 67.0, id="wide letters"),
    ],
)
def test_widths_are_at_least_what_a_browser_measures_in_arial(text: str, size: float, in_browser: float) -> None:
    assert in_browser <= text_width(text, size) <= in_browser * 1.15


@given(st.text(max_size=40), st.text(max_size=40))
def test_more_text_is_never_narrower(one: str, other: str) -> None:
    assert text_width(one + other, 12) >= text_width(one, 12)


@given(st.text(alphabet="ab .,WiMé日", max_size=200), st.integers(40, 400))
def test_wrapped_lines_fit_and_lose_no_short_word(text: str, width: int) -> None:
    lines = wrap(text, 12, width)
    assert all(text_width(line, 12) <= width for line in lines)
    if not any("…" in line for line in lines):
        assert " ".join(lines).split() == text.split()


def test_no_line_breaks_between_a_clock_time_and_its_half_of_the_day() -> None:
    lines = wrap("on record from about 2 p.m. EST; AP called Florida at 10:50 p.m. EST, Nov. 8", 20, 200)
    assert lines == [
        "on record from",
        "about 2 p.m. EST;",
        "AP called Florida at",
        "10:50 p.m. EST,",
        "Nov. 8",
    ]


def test_the_last_of_the_lines_allowed_says_that_there_was_more() -> None:
    assert wrap("one two three four five six", 12, 50, lines=2)[1].endswith("…")


def test_a_text_that_does_not_fit_is_cut_to_what_does() -> None:
    assert fitted("Wisconsin", 12, 40) == "Wisc…"
    assert fitted("Wisconsin", 12, 0) == "…"
    assert fitted("W" * 100_000, 12, 40) == fitted("WWWWW", 12, 40) == "WW…"


def test_a_label_gets_shorter_by_whole_clauses() -> None:
    assert list(short_forms("Failing: Error page seen, CTV News, via Newsmax")) == [
        "Failing: Error page seen, CTV News, via Newsmax",
        "Error page seen, CTV News, via Newsmax",
        "Error page seen, CTV News",
        "Error page seen",
    ]


def test_a_label_is_not_cut_inside_a_quotation() -> None:
    assert list(short_forms("“no, not yet”, NPR"))[-1] == "“no, not yet”"
