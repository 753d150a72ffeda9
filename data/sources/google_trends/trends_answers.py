"""What Google Trends answers: interest over time. Nothing is filled in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import NoReturn, TypeVar

import numpy as np
import pandas as pd

from data.analysis.draws import step_of
from data.core.errors import DataError, SourceChanged, SourceUnavailable
from data.sources.trends_csv.export import counted
from data.story.faults import quoted

#: Google puts this before its JSON, so that no foreign page can run it as a script.
GUARD = b")]}'"
#: What stands between the guard and the first brace: a line end here, a comma and a line end there.
_MOST_BETWEEN = 16
_PAGES = (b"<!doctype", b"<html", b"<head", b"<body", b"<?xml")

Checked = TypeVar("Checked")


def read_answer(data: bytes) -> dict[str, object]:
    """The object in an answer, as Google sent it.

    Raises SourceUnavailable where the answer is empty or breaks off, which may pass, and SourceChanged where it is a
    web page, has another guard, or is not JSON.
    """
    text = data.removeprefix(b"\xef\xbb\xbf").strip()
    if not text:
        raise SourceUnavailable("Google Trends answered with nothing at all; the same request may work later.")
    _refuse_pages(text)
    if not text.startswith(GUARD):
        raise SourceChanged(f"The answer does not begin as those of Google Trends do, but with {_start(text)}.")
    between, brace, rest = text[len(GUARD) :].partition(b"{")
    if len(between) > _MOST_BETWEEN or between.strip(b", \t\r\n"):
        raise SourceChanged(f"After its first four characters, the answer has no object but {_start(between)}.")
    if not brace:
        raise _broken_off(data)
    return _parsed(data, brace + rest)


def _parsed(data: bytes, body: bytes) -> dict[str, object]:
    try:
        answer = json.loads(body.decode("utf-8"), parse_constant=_no_constant)
    except json.JSONDecodeError as fault:
        if not body.endswith(b"}") or fault.pos >= len(fault.doc):
            raise _broken_off(data) from fault
        raise SourceChanged(f"The answer from Google Trends is not JSON: {fault.msg} at {fault.pos:,}.") from fault
    except UnicodeDecodeError as fault:
        if fault.end == len(body):
            raise _broken_off(data) from fault
        raise SourceChanged(f"The answer from Google Trends is not UTF-8 text (byte {fault.start:,}).") from fault
    except (ValueError, RecursionError) as fault:
        raise SourceChanged("The answer from Google Trends holds numbers or lists that are far too long.") from fault
    return expect(answer, dict, "the answer")


def _no_constant(name: str) -> NoReturn:
    raise SourceChanged(f"The answer from Google Trends has {name} where a number belongs.")


def _broken_off(data: bytes) -> DataError:
    return SourceUnavailable(f"The answer from Google Trends breaks off after {len(data):,} bytes; it may work later.")


def _refuse_pages(text: bytes) -> None:
    head = text[:4_000].lower()
    if not head.startswith(_PAGES):
        return
    if b"consent" in head or b"before you continue" in head:
        raise SourceChanged(
            "Google Trends answered with a page that asks for consent to cookies instead of data; open "
            "trends.google.com once in a browser on this network, or draw from another one."
        )
    if b"too many requests" in head or b"unusual traffic" in head or b"429" in head:
        raise SourceUnavailable("Google Trends answered with a page that asks for fewer requests instead of data.")
    raise SourceChanged(f"Google Trends answered with a web page instead of data; it begins with {_start(text)}.")


def _start(text: bytes) -> str:
    return quoted(text[:40].decode("utf-8", errors="replace"))


def expect(value: object, kind: type[Checked], what: str) -> Checked:
    """The value, if it is of this kind (a bool is no int). Raises SourceChanged, naming what is not as it was."""
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise SourceChanged(f"Google Trends has changed its answers: {what} is {quoted(value)}.")
    return value


def inside(value: object, key: str, what: str) -> object:
    """What an object holds under a key. Raises SourceChanged where it is no object or lacks the key."""
    fields = expect(value, dict, what)
    if key not in fields:
        had = quoted(", ".join(sorted(map(str, fields))[:6])) if fields else "nothing"
        raise SourceChanged(f"Google Trends has changed its answers: {what} lacks {key!r} and has {had}.")
    return fields[key]


def listed(value: object, key: str, what: str) -> list[object]:
    """The list an object holds under a key. Raises SourceChanged where there is none."""
    return expect(inside(value, key, what), list, f"{key} of {what}")


#: Seconds since 1970 between which a bin may start: Google's series begin in 2004.
_FIRST, _LAST = 1_072_000_000, 7_258_118_400
#: More bins than any answer has: 4 hours of minutes are 241, 9 months of days 270.
MOST_BINS = 10_000
#: A request has at most five terms.
MOST_TERMS = 5
BELOW = "<1"


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """One answer over time.

    `rows`: time (UTC start of the bin, uncertain by one bin), column (place of the term in the request, from 0),
    value (0 to 100 of the answer's own maximum), censored ("<1", "0" or "": both are below what Google shows, never
    none), has_data (what Google says; False is below its privacy floor). `step` is the commonest distance between
    bins, None where there are fewer than two. `partial` are the starts of bins that were not over yet, left out of
    `rows`. `notes` are sentences for readers.
    """

    rows: pd.DataFrame
    columns: int
    step: timedelta | None
    partial: tuple[datetime, ...]
    notes: tuple[str, ...]

    def values(self, column: int) -> pd.Series[float]:
        """One term's values by the UTC start of each bin."""
        own = self.rows[self.rows["column"] == column]
        return pd.Series(own["value"].to_numpy(dtype=float), index=pd.DatetimeIndex(own["time"]))


@dataclass(frozen=True, slots=True)
class _Bin:
    time: int
    values: tuple[int, ...]
    censored: tuple[str, ...]
    has_data: tuple[bool, ...]
    partial: bool


def parse_multiline(data: bytes) -> Timeline:
    """The bins of an answer to "interest over time", without those that were not over yet; maybe none.

    Raises SourceUnavailable for an empty or broken-off answer and SourceChanged, with one sentence, for any other
    that is not of the known shape, has a time twice, goes back in time or leaves 0 to 100.
    """
    default = inside(read_answer(data), "default", "the answer")
    given = listed(default, "timelineData", "the answer")
    if len(given) > MOST_BINS:
        raise SourceChanged(f"The answer has {len(given):,} bins, more than any of Google Trends.")
    bins = [_read_bin(row, f"bin {place}") for place, row in enumerate(given, 1)]
    _refuse_disorder(bins)
    kept = [one for one in bins if not one.partial]
    times = pd.DatetimeIndex([_moment(one) for one in kept], tz=UTC).as_unit("s")
    step = step_of(times) if len(times) > 1 else None
    columns = len(bins[0].values) if bins else 0
    partial = tuple(_moment(one) for one in bins if one.partial)
    return Timeline(_frame(kept, times, columns), columns, step, partial, _notes(bins, kept, step))


def _moment(one: _Bin) -> datetime:
    return datetime.fromtimestamp(one.time, UTC)


def _read_bin(row: object, what: str) -> _Bin:
    fields = expect(row, dict, what)
    values = tuple(_value(one, what) for one in listed(row, "value", what))
    if not 1 <= len(values) <= MOST_TERMS:
        raise SourceChanged(f"Google Trends has changed its answers: {what} has {len(values)} values.")
    shown = listed(row, "formattedValue", what) if "formattedValue" in fields else [str(one) for one in values]
    has = listed(row, "hasData", what) if "hasData" in fields else [True] * len(values)
    if not len(values) == len(shown) == len(has):
        raise SourceChanged(f"Google Trends has changed its answers: {what} has lists of several lengths.")
    texts = [expect(one, str, f"formattedValue of {what}") for one in shown]
    censored = tuple(_censored(value, text, what) for value, text in zip(values, texts, strict=True))
    partial = expect(fields.get("isPartial", False), bool, f"isPartial of {what}")
    time = _seconds(inside(row, "time", what), what)
    return _Bin(time, values, censored, tuple(expect(one, bool, f"hasData of {what}") for one in has), partial)


def _seconds(value: object, what: str) -> int:
    text = str(value) if isinstance(value, int) else expect(value, str, f"time of {what}")
    if not (text.isascii() and text.isdigit() and len(text) < 20 and _FIRST <= int(text) <= _LAST):
        raise SourceChanged(f"Google Trends has changed its answers: the time of {what} is {quoted(text)}.")
    return int(text)


def _value(value: object, what: str) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not 0 <= expect(value, int, f"value of {what}") <= 100:
        raise SourceChanged(f"The value of {what} is {quoted(str(value)[:20])}, and Google Trends counts to 100.")
    return int(expect(value, int, what))


def _censored(value: int, shown: str, what: str) -> str:
    """What stands in place of a number; "<1" comes with a value of 0, and other languages put a space in it."""
    if shown.replace(" ", "").replace("\N{NO-BREAK SPACE}", "").startswith("<"):
        if value > 1:
            raise SourceChanged(f"Google Trends contradicts itself: {what} is {value} and shown as {quoted(shown)}.")
        return BELOW
    return "0" if value == 0 else ""


def _refuse_disorder(bins: Sequence[_Bin]) -> None:
    for place, (one, two) in enumerate(pairwise(bins), 2):
        said = f"{_moment(two).replace(tzinfo=None).isoformat(timespec='minutes')} UTC"
        if two.time == one.time:
            raise SourceChanged(f"The answer has the time {said} twice, in bins {place - 1} and {place}.")
        if two.time < one.time:
            raise SourceChanged(f"The answer goes back in time, to {said} in bin {place}.")
        if len(one.values) != len(two.values):
            raise SourceChanged(f"Bin {place} of the answer has another number of terms than the one before.")


def _frame(bins: Sequence[_Bin], times: pd.DatetimeIndex, columns: int) -> pd.DataFrame:
    cells = [(one, column) for column in range(columns) for one in bins]
    return pd.DataFrame(
        {
            "time": times.append([times] * (columns - 1)) if columns else times,
            "column": np.repeat(np.arange(columns), len(bins)),
            # "<1" counts as 0, whatever number Google puts beside it: both are below what it shows.
            "value": np.array([0.0 if one.censored[at] else one.values[at] for one, at in cells], dtype=float),
            "censored": np.array([one.censored[at] for one, at in cells], dtype=object),
            "has_data": np.array([one.has_data[at] for one, at in cells], dtype=bool),
        }
    )


def _notes(bins: Sequence[_Bin], kept: Sequence[_Bin], step: timedelta | None) -> tuple[str, ...]:
    if not bins:
        return ("Google Trends has no bin to show: too few searches in this place and time.",)
    said, values = [], [value for one in kept for value in one.values]
    if partial := len(bins) - len(kept):
        said.append(f"{counted(partial, 'bin')} not over yet when it was drawn: left out.")
    if not any(values):
        said.append("Every value is 0 or <1: below what Google Trends shows, not none.")
    elif min(values) == 100:
        said.append("Every value is 100: nothing in this answer tells one bin from another.")
    elif max(values) < 100 and partial:
        said.append(f"The highest value left is {max(values)}: the 100 was in a bin that was not over yet.")
    elif max(values) < 100:
        said.append(f"The highest value is {max(values)}, not 100: a part of the request is not in the answer.")
    gaps = [two.time - one.time for one, two in pairwise(kept)] if step else []
    if step and (missing := sum(round(gap / step.total_seconds()) - 1 for gap in gaps)):
        said.append(f"{counted(missing, 'bin')} between the first and the last not in the answer.")
    return tuple(said)
