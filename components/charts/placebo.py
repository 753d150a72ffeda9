"""What the same minutes of other nights and of other terms say, for the caution of a chart that calls stand on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from components.charts.events import said_of
from components.charts.loaders import Loaders
from components.charts.model import Placebo
from components.charts.study_words import compared_said
from data.analysis.event_study import refusal
from data.series import is_control
from data.story import Story
from data.study import RoseAfter, rose_after
from data.study_series import held_of_the_night, held_series

_OPEN = "So nobody can tell from this chart how often things stand this close together by chance."
#: What is said where nothing is held that could be compared.
NONE_HELD = f"None is held: no night without results has been read in the same way, minute by minute. {_OPEN}"
_NO_NIGHT = "None is compared: of this night no series of searches is held in bins of 16 minutes or less."
_ASKED = (
    "Compared: how far searches moved in the minutes after the calls of {caller}, beyond the evening’s trend and "
    "against the minutes before."
)
_LIMIT = "What is held was not sampled: it does not say how often searches move as far by chance."


def placebo_of(nights: Iterable[tuple[Story, str]], load: Loaders) -> tuple[Placebo, ...]:
    """For each story with a caller of it; nothing where none of them holds a series in short bins."""
    found = tuple(_placebo(story, caller, load) for story, caller in nights)
    return found if any(one.text for one in found) else ()


def _placebo(story: Story, caller: str, load: Loaders) -> Placebo:
    drawn = load.drawn(story)
    if all(refusal(held.step) for held in held_series(drawn)):
        return Placebo("")
    rise = load.rise or (lambda story, name, caller: rose_after(story, drawn, name, caller))
    night = (held for held in held_of_the_night(story, drawn) if not refusal(held.step))
    rises = [rise(story, held.name, caller) for held in night if not is_control(story, held.term)]
    sources = (source for rose in rises for source in (rose.held.source, *rose.sources))
    return Placebo("\n".join(_lines(story, caller, rises)), tuple(dict.fromkeys(sources)))


def _lines(story: Story, caller: str, rises: Sequence[RoseAfter]) -> Iterator[str]:
    """What is said of each series, its name before its first line; why there is no comparison, or what it lacks."""
    if not rises:
        yield f"{_NO_NIGHT} {_OPEN}"
        return
    beside = any(rose.nights or rose.beside for rose in rises)
    yield _ASKED.format(caller=said_of(story, caller)) if beside else "None is compared."
    for rose in rises:
        first, *others = compared_said(rose) or (rose.refused,)
        yield f"{rose.held.said}: {first}"
        yield from others
    yield _LIMIT if beside else _OPEN
