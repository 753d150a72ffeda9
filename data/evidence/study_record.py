"""A study as files: the answer, every input minute and bin, and what it takes to work it out again."""

from __future__ import annotations

import csv
import io
import json
import math
import platform
from collections.abc import Iterator
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

import pandas as pd

from data.analysis.event_study import (
    AFTER,
    FARTHEST,
    MOST_ZEROS,
    NEAREST,
    QUANTILES,
    READINGS,
    STARTS,
    Study,
    agree,
    hull,
    refused,
)
from data.analysis.event_words import sentence
from data.analysis.other_nights import Nights
from data.core.model import Source, iso_text
from data.core.program import VERSION
from data.evidence.study import SEED, ControlTerm, RoseAfter
from data.story.story import Story

#: Named in every file. A later schema has another number; within a number, fields are only added.
SCHEMA = "nightdesk-study/5"
COLUMNS = ("minute", "calls", "used", "left_out_because", "jump", "share", "growth", "rank", "placebos", "stamps_mark")
#: The numbers of one reading; p is directed at rises.
NUMBERS = ("effect", "low", "high", "p")
Data = dict[str, Any]


def record_text(story: Story, rose: RoseAfter) -> str:
    """`record_of` as JSON text, the same for the same study."""
    return json.dumps(record_of(story, rose), ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def record_of(story: Story, rose: RoseAfter) -> Data:
    """The study as plain values; times are ISO 8601 in UTC, effects and jumps are logs, null where there is none.

    `question`  story, caller, series, and whether the minutes were fixed in the story file
    `answer`    the sentence; effect, low, high (95 %), p (directed, .05 or less where low to high leaves 0 out); how
                many minutes; why it is refused, if it is. In bins longer than a minute effect is null, low and high
                bound both readings and p is the larger one, all null where these find different things
    `readings`  the same numbers by what a stamp of Google is taken to mark, the start or the end of its bin
    `minutes`   each, in each reading, with its calls ("calls:id"), J, the share of its ten minutes in the effect, which
                can lie below 0 where calls crowd, placebo rank (1-minute bins only) or why it was left out
    `method`    windows, placebo shifts, draws, seed, quantiles of placebo draws less the effect's echo, versions
    `nights`    other nights at the same clock minutes, null where none is held; `nights_by_reading` both ways
    `control_terms`  the story's own, each in the minutes used here: term, its series (null where none is held),
                and the numbers of each reading; `control_terms_by_reading` their effect beside that of the searches
    `weighed`   each bin of the regression, in each reading: its level, and the influence of its log. The effect is the
                sum of influence x (log of level + value / level - 1)
    `bins`      every bin of the series: start and value; `sources` where minutes and series can be checked
    """
    held = rose.held
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
        "answer": _answer(rose.readings),
        "readings": [_reading(mark, study) for mark, study in zip(READINGS, rose.readings, strict=False)],
        "minutes": [dict(zip(COLUMNS, row, strict=True)) for row in _rows(rose)],
        "method": _method(rose),
        "nights": _compared(rose.nights).get(STARTS),
        "nights_by_reading": _compared(rose.nights),
        "control_terms": [_control(one) for one in rose.terms],
        "control_terms_by_reading": _compared(rose.beside),
        "weighed": [_weighed(mark, study) for mark, study in zip(READINGS, rose.readings, strict=False)],
        "bins": [
            [iso_text(pd.Timestamp(str(at)).to_pydatetime()), _number(float(value))]
            for at, value in held.values.items()
        ],
        "sources": [asdict(source) for source in dict.fromkeys((held.source, *rose.sources, *_sources(story, rose)))],
    }


def _answer(readings: tuple[Study, ...]) -> Data:
    """The numbers of the one reading; of two, only the bounds that hold both, and those only where both agree."""
    numbers = _numbers(readings[0])
    if len(readings) > 1:
        told = not refused(readings) and agree(readings)
        low, high = hull(readings) if told else (None, None)
        p = max(study.p for study in readings) if told else None
        numbers = dict.fromkeys(NUMBERS) | {"low": low, "high": high, "p": p}
    return {
        "sentence": sentence(*readings),
        **numbers,
        "minutes_used": min(study.n for study in readings),
        "refused": refused(readings) or None,
    }


def _reading(mark: str, study: Study) -> Data:
    return {
        "stamps_mark": mark,
        **_numbers(study),
        "minutes_used": study.n,
        "refused": study.refused or None,
        "placebo_quantiles": _quantiles(study),
    }


def _weighed(mark: str, study: Study) -> Data:
    return {"stamps_mark": mark, "bins": [[iso_text(one.at), one.level, one.influence] for one in study.weighed]}


def _quantiles(study: Study) -> Data:
    return {f"{level:g}": value for level, value in zip(QUANTILES, study.chance, strict=False)}


def _numbers(study: Study) -> Data:
    return {name: _number(getattr(study, name)) for name in NUMBERS}


def _control(one: ControlTerm) -> Data:
    readings = [_reading(mark, study) for mark, study in zip(READINGS, one.readings, strict=False)]
    return {"term": one.term, "series": one.held.name if one.held else None, "readings": readings}


def _compared(compared: tuple[Nights, ...]) -> Data:
    """By reading, as plain values. They have no p: nights and terms that somebody held are no draws."""
    return {mark: asdict(nights) for mark, nights in zip(READINGS, compared, strict=False)}


def minutes_csv(rose: RoseAfter) -> str:
    """The listed minutes as CSV with COLUMNS: a row for each in each reading, used or left out with its reason."""
    out = io.StringIO()
    sheet = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    sheet.writerow(COLUMNS)
    sheet.writerows(["" if cell is None else " ".join(cell) if isinstance(cell, list) else cell for cell in row]
                    for row in _rows(rose))  # fmt: skip
    return out.getvalue()


def _rows(rose: RoseAfter) -> Iterator[tuple[object, ...]]:
    for mark, study in zip(READINGS, rose.readings, strict=False):
        for row in _rows_of(rose, study):
            yield *row, mark


def _rows_of(rose: RoseAfter, study: Study) -> Iterator[tuple[object, ...]]:
    used = {minute.at: minute for minute in study.used}
    reasons = {minute.at: minute.reason for minute in study.left_out}
    for minute in rose.minutes:
        calls = [f"calls:{call.id}" for call in minute.calls]
        if found := used.get(minute.at):
            yield (
                *(iso_text(minute.at), calls, "yes", None, _number(found.jump), _number(found.share)),
                *(_number(found.growth), _number(found.rank), found.placebos),
            )
        else:
            why = reasons.get(minute.at) or "refused"
            yield iso_text(minute.at), calls, "no", why, *[None] * 5


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
        "placebo_quantiles": _quantiles(study),
        "versions": {
            "nightdesk": VERSION,
            "python": platform.python_version(),
            "numpy": version("numpy"),
            "pandas": version("pandas"),
        },
    }


def _sources(story: Story, rose: RoseAfter) -> tuple[Source, ...]:
    return story.cited(name for minute in rose.minutes for call in minute.calls for name in call.source.split())


def _number(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else value
