"""A study as files: the answer, every input minute and bin, and what it takes to work it out again."""

from __future__ import annotations

import csv
import io
import json
import math
import platform
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from importlib.metadata import version
from typing import Any

import pandas as pd

from data.analysis.event_study import QUANTILES
from data.analysis.event_words import sentence
from data.analysis.jumps import AFTER, MOST_ZEROS
from data.analysis.placebos import FARTHEST, NEAREST
from data.http import VERSION
from data.model import Source, as_utc
from data.story import Story
from data.study import SEED, RoseAfter

#: Named in every file. A later schema has another number; within a number, fields are only added.
SCHEMA = "nightdesk-study/1"
COLUMNS = ("minute", "calls", "used", "left_out_because", "jump", "growth", "rank", "placebos")
Data = dict[str, Any]


def record_text(story: Story, rose: RoseAfter) -> str:
    """`record_of` as JSON text, the same for the same study."""
    return json.dumps(record_of(story, rose), ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def record_of(story: Story, rose: RoseAfter) -> Data:
    """The study as plain values; times are ISO 8601 in UTC, jumps are on the log scale, null where there is none.

    `question`  story, caller, series, and whether the minutes were fixed in the story file
    `answer`    the sentence; effect, low, high (95 %), p; how many minutes; why it is refused, if it is
    `minutes`   each with its calls ("calls:id"), J, placebo rank (1-minute bins only) or why it was left out
    `method`    windows, placebo shifts, draws, seed, quantiles of the pooled J of placebo draws, versions
    `nights`    other nights at the same clock minutes, null where none is held
    `bins`      every bin of the series: start and value; `sources` where minutes and series can be checked
    """
    study, held = rose.study, rose.held
    return {
        "schema": SCHEMA,
        "question": {
            "story": story.slug,
            "caller": rose.caller,
            "series": held.name,
            "term": held.term,
            "geo": held.geo,
            "minutes_fixed_in_story": rose.listed,
        },
        "answer": {
            "sentence": sentence(study),
            **{name: _number(getattr(study, name)) for name in ("effect", "low", "high", "p")},
            "minutes_used": study.n,
            "refused": study.refused or None,
        },
        "minutes": [dict(zip(COLUMNS, row, strict=True)) for row in _rows(rose)],
        "method": _method(rose),
        "nights": asdict(rose.nights) | {"p": rose.nights.p} if rose.nights else None,
        "bins": [
            [_iso(pd.Timestamp(str(at)).to_pydatetime()), _number(float(value))] for at, value in held.values.items()
        ],
        "sources": [asdict(source) for source in (held.source, *_sources(story, rose))],
    }


def minutes_csv(rose: RoseAfter) -> str:
    """The listed minutes as CSV with COLUMNS: one row each, used or left out with its reason."""
    out = io.StringIO()
    sheet = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    sheet.writerow(COLUMNS)
    sheet.writerows(["" if cell is None else " ".join(cell) if isinstance(cell, list) else cell for cell in row]
                    for row in _rows(rose))  # fmt: skip
    return out.getvalue()


def _rows(rose: RoseAfter) -> Iterator[tuple[object, ...]]:
    used = {minute.at: minute for minute in rose.study.used}
    reasons = {minute.at: minute.reason for minute in rose.study.left_out}
    for minute in rose.minutes:
        calls = [f"calls:{call.id}" for call in minute.calls]
        if found := used.get(minute.at):
            jump, rank = _number(found.jump), _number(found.rank)
            yield _iso(minute.at), calls, "yes", None, jump, _number(found.growth), rank, found.placebos
        else:
            why = reasons.get(minute.at) or "refused"
            yield _iso(minute.at), calls, "no", why, None, None, None, None


def _method(rose: RoseAfter) -> Data:
    study = rose.study
    return {
        "step_seconds": study.step.total_seconds(),
        "window_seconds": study.span.total_seconds(),
        "wanted_window_seconds": AFTER.total_seconds(),
        "placebo_shift_minutes": [NEAREST, FARTHEST],
        "most_bins_below_1": MOST_ZEROS,
        "placebo_draws": study.placebos,
        "seed": SEED,
        "placebo_quantiles": {f"{level:g}": value for level, value in zip(QUANTILES, study.chance, strict=False)},
        "versions": {
            "nightdesk": VERSION,
            "python": platform.python_version(),
            "numpy": version("numpy"),
            "pandas": version("pandas"),
        },
    }


def _sources(story: Story, rose: RoseAfter) -> tuple[Source, ...]:
    named = {name for minute in rose.minutes for call in minute.calls for name in call.source.split()}
    return tuple(source for source in story.sources if source.id in named)


def _iso(moment: datetime) -> str:
    return as_utc(moment).isoformat(timespec="seconds").replace("+00:00", "Z")


def _number(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else value
