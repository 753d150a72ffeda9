"""An event study in one sentence fit to print: what rose against what, and how often chance does as much."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import timedelta

from data.analysis.event_study import EACH_CALL, Study, agree, hull, refused

_SPELT = {8: "eight", 9: "nine", 10: "ten"}


_DEPENDS = (
    "Cannot tell: the answer depends on whether Google’s stamps mark the start or the end of a bin. "
    "Both answers are in the JSON file of the study."
)


def sentence(*readings: Study) -> str:
    """What the study found, or why it says nothing; every percentage names the window that it is measured against.

    `readings`: one study, or one for each thing that a stamp may mark. Only what all of them find is said, with bounds
    that hold the interval of each and the largest p.
    """
    if why := refused(readings):
        return why
    if not agree(readings):
        return _DEPENDS
    study = readings[0]
    often = _share(max(one.p for one in readings))
    chance = f"comparison minutes moved as clearly, up or down, {often} of the time, in {study.placebos} draws"
    across = f"Across {_either(str(one.n) for one in readings)} minutes with calls{_coarse(study)}"
    found = _moved(readings) if study.detectable else _unmoved(readings)
    return f"{across}{', search interest ' if study.detectable else ': '}{found}; {chance}."


def control_sentence(term: str, used: Sequence[int], readings: Sequence[Study]) -> str:
    """What searches for a control term did in the minutes that a study used: `used` says how many, for each reading."""
    study, few = readings[0], [one.n for one in readings] != list(used)
    found = _either(str(one.n) for one in readings)
    minutes = f"In {found} of the same {_either(map(str, used))} minutes" if few else "In the same minutes"
    searches = f"searches for “{term}”"
    if not agree(readings):
        return f"{minutes}, how {searches} moved depends on whether Google’s stamps mark the start or the end of a bin."
    found = _moved(readings) if study.detectable else f"showed {_unmoved(readings)}"
    return f"{minutes} {searches} {found}."


def _over(study: Study) -> str:
    return f"in the {_minutes(study.span)} after a call"


def _bounds(readings: Sequence[Study]) -> str:
    low, high = hull(readings)
    interval = "95% interval" if len(readings) == 1 else "95% interval, whichever edge of a bin Google’s stamps mark,"
    return f"{interval} {_percent(low)} to {_percent(high)}"


def _moved(readings: Sequence[Study]) -> str:
    """Which way, how far by each reading, and within which bounds."""
    sizes = _either(_percent(abs(_grown(one.effect)), log=False) for one in readings)
    way = "rose" if readings[0].effect > 0 else "fell"
    return f"{way} {sizes} ({_bounds(readings)}) beyond the evening’s trend {_over(readings[0])}"


def _unmoved(readings: Sequence[Study]) -> str:
    return f"no detectable change beyond the evening’s rise {_over(readings[0])} ({_bounds(readings)})"


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
