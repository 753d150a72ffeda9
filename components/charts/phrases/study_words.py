"""A study of the minutes after calls in words: what it may say of a series, what it used, and what it left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from components.charts.events import listed
from components.clock import Clock
from data.analysis.event_study import ALL_CALLS, EACH_CALL, LeftOut, Minute
from data.analysis.event_words import control_sentence
from data.analysis.other_nights import Nights
from data.core.frames import SourcedFrame
from data.evidence.rises import bins_said
from data.evidence.searches import step_of
from data.evidence.study import RoseAfter
from data.story.story import Story, caller_name

#: Contests of one minute that a table names; of more it counts the rest.
_NAMED = 3
_REASONS = {
    "edge": "too near an end of the series",
    "gap": "bins around it are missing",
    "censored": "more than a fifth of the bins around it are below Google’s resolution",
    "same bin": "in the same bin as an earlier one",
    "no placebos": "too few comparison minutes around it",
}
#: What the table of single minutes says over its columns.
COLUMNS = ("Minute", "Called", "Beyond trend, the ten minutes after against the ten before", "Rose as much by chance")


def no_series(story: Story, weekly: SourcedFrame) -> str:
    """Why there is no answer where only published reports, or a story's own coarse series, are held."""
    said = "Not answered: of this night only published reports are on record, and reports are never tested."
    step = step_of(weekly.frame)
    if step <= ALL_CALLS:
        return said
    where = "The series that the story holds is" if len(story.about.searches) <= 1 else "The series on record are"
    return f"{said} {where} {bins_said(step)}, which says nothing about the minutes after a call."


def single_calls_refused(step: timedelta) -> str:
    """Why bins of this length say nothing about one call; empty where they do."""
    if step <= EACH_CALL:
        return ""
    if step <= ALL_CALLS:
        return (
            f"Nothing is said about a single call: {bins_said(step)} answer for all calls together only, "
            "one call takes bins of a minute."
        )
    return f"Nothing is said about any call: bins as long as these ({bins_said(step)}) hold it and the time around it."


def minutes_said(story: Story, rose: RoseAfter, clock: Clock) -> str:
    """How many minutes were used, whose and by which rule, and which were left out for what reason."""
    calls = sum(len(minute.calls) for minute in rose.minutes)
    rule = (
        "as the story file fixes them"
        if rose.listed
        else f"every minute that is known for a call by {caller_name(story, rose.caller)}"
    )
    said = f"{len(rose.minutes)} distinct minutes with {calls} calls, {rule}."
    if rose.refused and not rose.study.left_out:
        return said
    used = f"{said} Used: {rose.study.n}. Left out: {len(rose.study.left_out)}{_left_out(rose.study.left_out, clock)}."
    if len({study.left_out for study in rose.readings}) == 1:
        return used
    ends = rose.readings[1]
    return (
        f"{used} If Google’s stamps mark the ends of bins, used: {ends.n}, left out: {len(ends.left_out)}"
        f"{_left_out(ends.left_out, clock)}."
    )


def _left_out(minutes: tuple[LeftOut, ...], clock: Clock) -> str:
    reasons: dict[str, list[str]] = {}
    for minute in minutes:
        reasons.setdefault(minute.reason, []).append(clock.short(minute.at))
    said = (f"{listed(times)} ({_REASONS.get(reason, reason)})" for reason, times in reasons.items())
    return f": {'; '.join(said)}" if reasons else ""


def compared_said(rose: RoseAfter) -> tuple[str, ...]:
    """The second comparison: other nights, then every control term; nothing where the study has no answer."""
    return () if rose.refused else (nights_said(rose), *_terms_said(rose))


def nights_said(rose: RoseAfter) -> str:
    """The comparison with the same clock minutes of other nights; why there is none where there is none."""
    if rose.refused:
        return ""
    if not rose.nights:
        without = "." if rose.beside else ", so there is no second comparison."
        return f"No other night of these searches is on record in such bins{without}"
    if not all(nights.compared for nights in rose.nights):
        return "Other nights of these searches are on record, with too few of these minutes to compare."
    return _by_reading(rose, rose.nights, _nights_compared)


def _terms_said(rose: RoseAfter) -> Iterator[str]:
    """What searches for each control term did in the same minutes, and how many of them rose as much."""
    used = [study.n for study in rose.readings]
    for one in rose.terms:
        if one.held:
            yield control_sentence(one.term, used, one.readings)
        else:
            yield f"No series of “{one.term}”, a control term, is on record for these minutes in such bins."
    if rose.beside and all(nights.compared for nights in rose.beside):
        yield _by_reading(rose, rose.beside, _terms_compared)


def _by_reading(rose: RoseAfter, each: tuple[Nights, ...], said_of_one: Callable[[Nights, bool], str]) -> str:
    """One sentence where stamps read both ways say the same, else one for each."""
    both = zip(each, rose.readings, strict=True)
    said = list(dict.fromkeys(said_of_one(nights, study.effect < 0) for nights, study in both))
    return said[0] if len(said) == 1 else f"{said[0]} If Google’s stamps mark the ends of bins: {said[1]}"


def _nights_compared(nights: Nights, fell: bool) -> str:
    few = "" if not nights.left_out else f" Left out, with too few minutes in common: {len(nights.left_out)}."
    count = len(nights.compared)
    others = "another night that is" if count == 1 else f"{count} other nights that are"
    least, as_much = _as_much(nights, fell)
    return f"The same clock minutes on {others} on record, {least} of them at least: {as_much}.{few}"


def _terms_compared(nights: Nights, fell: bool) -> str:
    least, as_much = _as_much(nights, fell)
    return f"Of the control terms on record, {as_much} over the minutes in common, {least} at least."


def _as_much(nights: Nights, fell: bool) -> tuple[int, str]:
    """The fewest minutes that were compared, and how many moved as far the way the searches did."""
    compared = nights.compared
    far = sum(one.control <= one.effect if fell else one.control >= one.effect for one in compared)
    return min(one.n for one in compared), f"{far} of {len(compared)} {'fell' if fell else 'rose'} as much"


def call_rows(story: Story, rose: RoseAfter, clock: Clock) -> list[tuple[str, ...]]:
    """One row of COLUMNS for each minute that was used, where bins allow a rank; no stars, nothing is singled out."""
    calls = rose.calls
    return [
        (
            clock.time(minute.at),
            _called([story.contest(call.contest).name for call in calls[minute.at]]),
            percent(minute.growth),
            f"{as_much(minute)} of {minute.placebos} comparison minutes",
        )
        for minute in rose.study.used
        if minute.rank is not None
    ]


def _called(names: list[str]) -> str:
    return listed(names if len(names) <= _NAMED else [*names[: _NAMED - 1], f"{len(names) - _NAMED + 1} more"])


def as_much(minute: Minute) -> int:
    """How many of a minute's own placebos rose at least as much; `rank` counts the minute itself among them."""
    return round((minute.rank or 0) * (1 + minute.placebos)) - 1


def percent(share: float) -> str:
    """+12%, 0% or −3%: always beside the window that it is measured against."""
    whole = round(100 * share)
    return f"−{-whole}%" if whole < 0 else f"+{whole}%" if whole else "0%"
