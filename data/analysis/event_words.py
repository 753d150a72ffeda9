"""An event study in one sentence fit to print: what rose against what, and how often chance does as much."""

from __future__ import annotations

import math
from datetime import timedelta

from data.analysis.event_study import EACH_CALL, Study

_SPELT = {8: "eight", 9: "nine", 10: "ten"}


def sentence(study: Study) -> str:
    """What the study found, or why it says nothing; every percentage names the window that it is measured against."""
    if study.refused:
        return study.refused
    span, high = _minutes(study.span), _percent(study.high)
    over = f"in the {span} after a call, against the {span} before it"
    bounds = f"95% interval {_percent(study.low)} to {high}"
    chance = f"placebo minutes did as much {_share(study.p)} of the time, in {study.placebos} draws"
    across = f"Across {study.n} calls (calls of one minute counted once){_coarse(study)}"
    if not study.detectable:
        return f"{across}: no detectable change beyond the evening’s rise {over} ({bounds}); {chance}."
    moved = f"{'rose' if study.effect > 0 else 'fell'} {_percent(abs(_grown(study.effect)), log=False)}"
    return f"{across}, search interest {moved} ({bounds}) beyond the evening’s trend {over}; {chance}."


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
