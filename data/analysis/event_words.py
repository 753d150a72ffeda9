"""An event study in one sentence fit to print: what rose against what, and how often chance does as much."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import timedelta

from data.analysis.event_study import EACH_CALL, Study
from data.analysis.stamps import agree, hull, refused

_SPELT = {8: "eight", 9: "nine", 10: "ten"}


_DEPENDS = (
    "Cannot tell: the answer depends on whether Google’s stamps mark the start or the end of a bin. "
    "Both answers are in the JSON file of the study."
)


def sentence(*readings: Study) -> str:
    """What the study found, or why it says nothing; every percentage names the window that it is measured against.

    `readings`: one study, or one for each thing that a stamp may mark. Only what all of them find is said, with bounds
    that hold the interval of each.
    """
    if why := refused(readings):
        return why
    if not agree(readings):
        return _DEPENDS
    study, (low, high) = readings[0], hull(readings)
    span = _minutes(study.span)
    over = f"in the {span} after a call, against the {span} before it"
    interval = "95% interval" if len(readings) == 1 else "95% interval, whichever edge of a bin Google’s stamps mark,"
    bounds = f"{interval} {_percent(low)} to {_percent(high)}"
    often = _either(_share(one.p_same_way) for one in readings)
    chance = f"placebo minutes did as much {often} of the time, in {study.placebos} draws"
    across = f"Across {_either(str(one.n) for one in readings)} minutes with calls{_coarse(study)}"
    if not study.detectable:
        return f"{across}: no detectable change beyond the evening’s rise {over} ({bounds}); {chance}."
    sizes = _either(_percent(abs(_grown(one.effect)), log=False) for one in readings)
    moved = f"{'rose' if study.effect > 0 else 'fell'} {sizes}"
    return f"{across}, search interest {moved} ({bounds}) beyond the evening’s trend {over}; {chance}."


def _either(said: Iterable[str]) -> str:
    """Both where they differ, one where they do not."""
    return " or ".join(dict.fromkeys(said))


def _coarse(study: Study) -> str:
    return "" if study.step <= EACH_CALL else f", in whole bins of {_minutes(study.step)}"


def _minutes(span: timedelta) -> str:
    minutes = round(span / timedelta(minutes=1))
    return f"{_SPELT.get(minutes, minutes)} minutes"


def _grown(jump: float) -> float:
    return math.expm1(jump)


def _percent(value: float, *, log: bool = True) -> str:
    whole = round(100 * (_grown(value) if log else value))
    return f"−{-whole}%" if whole < 0 else f"{whole}%"


def _share(p: float) -> str:
    return f"{100 * p:.1f}%" if p < 0.1 else f"{100 * p:.0f}%"
