"""What a Google Trends export says, once it is understood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from data.sources.trends_csv.cells import ColumnHead, Value

Kind = Literal["over_time", "regions", "related"]
#: More columns than a website export has; people paste exports side by side.
MAX_TERMS = 100

DATES_ONLY = "dates only"
UTC_ZONE = "UTC"
NOT_STATED = "not stated: the clock of whoever exported the file"

ASK_ZONE = "The times have no zone: the website prints them by the clock of whoever exported the file; say which."


@dataclass(frozen=True, slots=True)
class Export:
    """One export as the file has it; nothing is filled in, scaled or moved to another zone.

    `rows` by kind:
    over_time  time, term, value, censored, missing, fold. `time` is the start of the bin as printed: a wall time
               without a zone unless `zone` is "UTC"; `fold` is 1 in an hour that a clock change repeats.
    regions    region, term, value, censored, missing. Values are an index of 0-100, or with `unit` "share" the
               percentage each term has of all of them in that region.
    related    term, section (top or rising), value (index of 0-100, or growth in percent), breakout, censored,
               missing, interest, growth: the last two are what newer exports print beside each other.
    `value` is NaN where the file has no number; `censored` is "<1", "0" or "": both are below resolution, never none.
    """

    kind: Kind
    terms: tuple[str, ...]
    #: Place and dates as the file prints them, in its language; "" where it is silent.
    geo: str
    #: ISO 8601 duration of a bin, from the distances of the times.
    step: str | None
    #: "UTC", "dates only", or "not stated: ...", which somebody has to be asked; "" where there is no time.
    zone: str
    rows: pd.DataFrame
    #: Lines of data: bins, regions or related queries. A line has a value for each term.
    lines: int
    #: Cells that are "<1" or 0, and cells that are blank.
    censored: int
    missing: int
    first: pd.Timestamp | None = None
    last: pd.Timestamp | None = None
    dates: str = ""
    category: str = ""
    unit: Literal["index", "share"] = "index"
    warnings: tuple[str, ...] = field(default=())


def bins_start(moment: pd.Timestamp | None, zone: str) -> str | None:
    """An ISO 8601 text of a bin's start, no sharper than the file: a date, a wall time, or UTC."""
    if moment is None:
        return None
    return moment.date().isoformat() if zone == DATES_ONLY else moment.isoformat()


def counted(count: int, noun: str) -> str:
    """ "1 row", "2 rows"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def name_terms(labels: Sequence[ColumnHead]) -> tuple[tuple[str, ...], list[str]]:
    """A name for each column that no other has, and a note where the keywords alone do not tell them apart."""
    keywords = [label.term for label in labels]
    if len(set(keywords)) == len(keywords):
        return tuple(keywords), []
    full = [f"{label.term} ({label.inside})" if label.inside else label.term for label in labels]
    if len(set(full)) == len(full):
        return tuple(full), []
    seen: dict[str, int] = {}
    for place, name in enumerate(full):
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            full[place] = f"{name} [{seen[name]}]"
    twins = next(name for name, count in seen.items() if count > 1)
    return tuple(full), [f"Several columns are called {twins!r}, perhaps as a term and as a topic; the file is silent."]


def as_columns(values: list[Value]) -> dict[str, object]:
    """The columns value, censored and missing of these cells."""
    censored = ["<1" if value.kind == "less" else "0" if value.number == 0 else "" for value in values]
    return {
        "value": np.array([value.number for value in values], dtype=float),
        "censored": np.array(censored, dtype=object),
        "missing": np.array([value.kind == "blank" for value in values], dtype=bool),
    }
