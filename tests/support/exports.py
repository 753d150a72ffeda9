"""Exports of Google Trends as hypothesis makes them: series and lists, with blanks and values below resolution."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta

from hypothesis import strategies as st

_CELLS = st.sampled_from(["<1", "", "0", "1", "42", "100"])
_WORDS = st.text("abc é日я'%$:<*_[(", min_size=1, max_size=12).map(str.strip).filter(
    lambda word: any(char.isalpha() for char in word) and not word.startswith("<")
)  # fmt: skip
_STEPS = (timedelta(minutes=1), timedelta(minutes=8), timedelta(hours=1), timedelta(days=1), timedelta(days=7))


def _text(*rows: list[str], separator: str = ",") -> bytes:
    lines = io.StringIO()
    csv.writer(lines, delimiter=separator, lineterminator="\r\n").writerows([["Category: All categories"], [], *rows])
    return lines.getvalue().encode()


@st.composite
def series(draw: st.DrawFn) -> bytes:
    """Interest over time of one to three terms, in bins of a minute to a week."""
    terms = draw(st.lists(_WORDS, min_size=1, max_size=3, unique_by=str.casefold))
    step = draw(st.sampled_from(_STEPS))
    first = draw(st.datetimes(datetime(2016, 11, 1), datetime(2016, 11, 5)))  # noqa: DTZ001  wall times
    first = first.replace(hour=0, minute=0, second=0, microsecond=0)
    times = [first + step * place for place in range(draw(st.integers(2, 40)))]
    form = "%Y-%m-%d" if step >= timedelta(days=1) else "%Y-%m-%dT%H:%M:%S"
    rows = [[f"{time:{form}}", *draw(st.lists(_CELLS, min_size=len(terms), max_size=len(terms)))] for time in times]
    rows[0][1] = "100"
    return _text(["Time", *(f"{term}: (Ohio)" for term in terms)], *rows, separator=draw(st.sampled_from(",;\t")))


@st.composite
def regions(draw: st.DrawFn) -> bytes:
    """Interest by region of one to three terms."""
    terms = draw(st.lists(_WORDS, min_size=1, max_size=3, unique_by=str.casefold))
    count = draw(st.integers(1, 30))
    rows = [
        [f"Place {place}", *draw(st.lists(_CELLS, min_size=len(terms), max_size=len(terms)))] for place in range(count)
    ]
    return _text(["Region", *(f"{term}: (11/8/16 - 11/9/16)" for term in terms)], *rows)


@st.composite
def related(draw: st.DrawFn) -> bytes:
    """Related queries, at the top and rising."""
    top = [[word, draw(_CELLS)] for word in draw(st.lists(_WORDS, min_size=1, max_size=5))]
    growth = st.sampled_from(["+40%", "+3,750%", "Breakout", "-50%"])
    rising = [[word, draw(growth)] for word in draw(st.lists(_WORDS, min_size=1, max_size=5))]
    return _text(["bread: (11/8/16 - 11/9/16, Ohio)"], [], ["TOP"], *top, [], ["RISING"], *rising)


exports = series() | regions() | related()
