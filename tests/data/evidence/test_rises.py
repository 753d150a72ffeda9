"""What is said of a series in which no rise was found: whether the detector could look at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from data.core.frames import SourcedFrame
from data.core.model import Window
from data.evidence.rises import rises

NIGHT = datetime(2016, 11, 9, tzinfo=UTC)


def held(*, earlier: int, night: int = 3, step: timedelta = timedelta(minutes=8)) -> SourcedFrame:
    """A level series with so many bins before the night and so many in it."""
    times = pd.date_range(NIGHT - earlier * step, periods=earlier + night, freq=step)
    told = {"series": "drawn-0a1b", "term": "move to canada", "geo": "US", "source": "trends"}
    return SourcedFrame(pd.DataFrame({**told, "start": times, "end": times + step, "value": 20.0}), ())


def said(drawn: SourcedFrame) -> str:
    (subject,) = rises(drawn, Window(NIGHT, NIGHT + timedelta(days=1)))
    assert subject.accounts == ()
    return subject.lacks


@pytest.mark.parametrize("step", [1, 8, 60, 1440])
def test_without_24_earlier_bins_nobody_could_look(step: int) -> None:
    few = held(earlier=21, night=3 if step < 1440 else 1, step=timedelta(minutes=step))
    count = 23 if step < 1440 else 21
    assert said(few).startswith(f"Too few earlier bins to tell a rise (24 are needed, there are {count})")


def test_a_series_that_begins_in_the_night_can_hold_no_rise() -> None:
    assert "no rise stands out on this night" in said(held(earlier=0, night=40))
    assert "(24 are needed, there are 9)" in said(held(earlier=0, night=10))


@pytest.mark.parametrize("step", [1, 8, 60, 1440])
def test_with_24_earlier_bins_no_rise_stands_out(step: int) -> None:
    enough = held(earlier=24, night=1, step=timedelta(minutes=step))
    assert "no rise stands out on this night" in said(enough)


def test_bins_without_a_value_and_bins_long_gone_do_not_count() -> None:
    gaps = held(earlier=40)
    gaps.frame.loc[:29, "value"] = float("nan")
    assert "(24 are needed, there are 12)" in said(gaps)
    old = held(earlier=40)
    early = old.frame.index < 35
    old.frame.loc[early, ["start", "end"]] -= timedelta(days=3)
    assert "(24 are needed, there are 7)" in said(old)
