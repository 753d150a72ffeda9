"""What the same minutes of other nights and of other terms say, for the caution of a chart that calls stand on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from components.charts.grammar import Placebo
from components.charts.loaders import Loaders
from components.charts.phrases.study_words import compared_said
from data.analysis.event_study import refusal
from data.core.frames import SourcedFrame
from data.evidence.series import is_control
from data.evidence.study import RoseAfter, held_series, is_of_the_night, rose_after
from data.story.story import Story, caller_name

Rise = Callable[[Story, str, str], RoseAfter]

_OPEN = "So nobody can tell from this chart how often things stand this close together by chance."
#: What is said where nothing is held that could be compared.
NONE_HELD = f"None is on record: no night without results has been read in the same way, minute by minute. {_OPEN}"
_NO_NIGHT = "None is compared: of this night no series of searches is on record in bins of 16 minutes or less."
_ASKED = (
    "Compared: how far searches moved in the minutes after the calls of {caller}, beyond the evening’s trend and "
    "against the minutes before."
)
_LIMIT = "What is on record was not sampled: it does not say how often searches move as far by chance."


def placebo_of(nights: Iterable[tuple[Story, str]], load: Loaders) -> tuple[Placebo, ...]:
    """For each story with a caller of it; nothing where none of them holds a series in short bins."""
    make = load.placebo or (lambda story, caller: night_placebo(story, caller, load.drawn(story)))
    found = tuple(make(story, caller) for story, caller in nights)
    return found if any(one.text for one in found) else ()


def night_placebo(story: Story, caller: str, drawn: SourcedFrame, *, rise: Rise | None = None) -> Placebo:
    """What one story says of a caller, in every range the same; empty where it holds no series in short bins.

    `rise` gives what `rose_after` does of a story, the name of a series and a caller, for whoever holds it.
    """
    short = [held for held in held_series(drawn) if not refusal(held.step)]
    if not short:
        return Placebo("")
    rise = rise or (lambda story, name, caller: rose_after(story, drawn, name, caller))
    night = (held for held in short if is_of_the_night(story, held) and not is_control(story, held.term))
    rises = [rise(story, held.name, caller) for held in night]
    sources = (source for rose in rises for source in (rose.held.source, *rose.sources))
    return Placebo("\n".join(_lines(story, caller, rises)), tuple(dict.fromkeys(sources)))


def _lines(story: Story, caller: str, rises: Sequence[RoseAfter]) -> Iterator[str]:
    """What is said of each series, its name before its first line; why there is no comparison, or what it lacks."""
    if not rises:
        yield f"{_NO_NIGHT} {_OPEN}"
        return
    beside = any(rose.nights or rose.beside for rose in rises)
    yield _ASKED.format(caller=caller_name(story, caller)) if beside else "None is compared."
    for rose in rises:
        first, *others = compared_said(rose) or (rose.refused,)
        yield f"{rose.held.said}: {first}"
        yield from others
    yield _LIMIT if beside else _OPEN
