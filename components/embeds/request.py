"""What a request asks of a chart: read strictly, and refused in one sentence where it cannot be meant."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar
from urllib.parse import parse_qsl

from components.charts.catalogue import KINDS
from components.charts.kinds import ChartKind
from components.embeds.embed import THEMES, Theme
from components.embeds.formats import ANIMATED, FORMS, SHAPES, forms_of
from components.view.address import Problem, Problems, Query, misread, quote, utc_text, value_of
from components.view.view_state import NAMES, ViewState, judge_view
from data.story.story import Story

#: Bytes of a query; an honest one has some 200.
LONGEST_QUERY = 4_096
#: Pixels, and how many of them a picture has for each of its own.
WIDTHS, SCALES = (320, 2_400), (1, 4)
DRAWING = ("theme", "width", "scale", "shape")
#: Names that hosts, newsletters and networks append to any address, whatever their value.
APPENDED = frozenset(
    {"fbclid", "gclid", "initialWidth", "childId", "parentTitle", "parentUrl", "amp", "secret"},
)
_KNOWN = (*sorted(NAMES - {"story"}), *DRAWING)
_WHOLE = re.compile(r"[0-9]{1,9}")
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,3})?")
_PICTURES = ("svg", "png", "pdf")
_Name = TypeVar("_Name", bound=str)


class Refused(Exception):
    """A request that is answered with a status and one sentence, which `problem` carries."""

    def __init__(self, status: int, problem: Problem) -> None:
        super().__init__(problem.refusal)
        self.status, self.problem = status, problem


@dataclass(frozen=True, slots=True)
class Asked:
    """A chart of a story in one form at one view. `width` is in pixels, None for the form's own.

    What a form does not use has its default, so that two requests for the same answer are equal.
    """

    story: str
    chart: str
    form: str
    view: ViewState
    theme: Theme = "auto"
    width: int | None = None
    scale: float = 1
    shape: str = "natural"


def asked(name: str, query: str, *, story: Story, forms: Collection[str] = FORMS) -> Asked:
    """What the last part of a path ("timeline.svg") and a raw query ask of this story.

    Refused with 404 for a chart or form that is not there, with 400 for any value that cannot be meant.
    """
    kind, form = _named(name, forms)
    values = read_query(query)
    view, found = judge_view(values, story)
    problems: Problems = [*_unknown(values), *found, *_untellable(kind, view)]
    theme = _one_of(values, "theme", THEMES, problems)
    shape = _one_of(values, "shape", SHAPES, problems)
    width = _number(values, "width", _WHOLE, WIDTHS, problems)
    scale = _number(values, "scale", _NUMBER, SCALES, problems) or 1
    if problems:
        raise Refused(400, problems[0])
    across = int(width) if width else None
    view = view.asking(kind.asks)
    return _only_what_counts(Asked(story.slug, kind.slug, form, view, theme, across, scale, shape))


def unknown_story(slug: str, slugs: Collection[str]) -> Refused:
    """The refusal of a story that is not there."""
    wants = f"one of {', '.join(slugs)}" if slugs else "a story, but this server has none"
    return Refused(404, Problem("story", quote(slug), f"There is no story {quote(slug)} here", wants, ""))


def unknown_other(slug: str, slugs: Collection[str]) -> Refused:
    """The refusal of a story to compare with that is not there."""
    wants = f"one of {', '.join(slugs)}" if slugs else "another story, but this server has none"
    said = f"There is no story {quote(slug)} to compare with here"
    return Refused(404, Problem("with", quote(slug), said, wants, ""))


def read_query(query: str) -> Query:
    """The values of a raw query by name, without what hosts append; Refused with 400 if it is too long."""
    if len(query) > LONGEST_QUERY:
        said = f"The query is {len(query):,} bytes long"
        raise Refused(400, Problem("query", f"{len(query):,} bytes", said, f"at most {LONGEST_QUERY:,} bytes", ""))
    values: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in APPENDED and not name.startswith("utm_"):
            values.setdefault(name, []).append(value)
    return values


def pixels(values: Query, name: str, most: int, problems: Problems) -> int | None:
    """The whole number from 1 to `most` under this name, `most` for a larger one; None where there is none."""
    found = _number(values, name, _WHOLE, (1, math.inf), problems)
    return min(int(found), most) if found else None


def _named(name: str, forms: Collection[str]) -> tuple[ChartKind, str]:
    """The chart and the form that the last part of a path names."""
    chart, dot, form = name.rpartition(".") if forms else (name, "", "")
    if not dot:
        chart, form = name, "html"
    if chart not in KINDS:
        said, wants = f"There is no chart {quote(chart)} here", f"one of {', '.join(KINDS)}"
        raise Refused(404, Problem("chart", quote(chart), said, wants, ""))
    kind = KINDS[chart]
    held = forms_of(kind) if forms else ()
    if dot and form not in held:
        said, wants = f"There is no form {quote(form)} of a chart here", f"one of {', '.join(held)}"
        raise Refused(404, Problem("form", quote(form), said, wants, ""))
    return kind, form


def _unknown(values: Query) -> Problems:
    """A problem for each name that means nothing here."""
    wants = f"left out: known are {', '.join(_KNOWN)}"
    said = "The query has {}, which means nothing here"
    return [
        Problem(quote(name), quote(name), said.format(quote(name)), wants, "") for name in values if name not in _KNOWN
    ]


def _untellable(kind: ChartKind, view: ViewState) -> Problems:
    """A moment that was asked of a chart which is not told up to one."""
    if not view.at or kind.is_told:
        return []
    said = f"The chart {kind.slug} weighs whole nights, so it stands at no moment"
    told = ", ".join(kind.slug for kind in KINDS.values() if kind.is_told)
    return [Problem("at", utc_text(view.at), said, f"left out, or a chart of one night: {told}", "")]


def _one_of(values: Query, name: str, known: Sequence[_Name], problems: Problems) -> _Name:
    """The known value under this name; the first of them where there is none, or none that is known."""
    text = value_of(values, name, problems)
    if text and text not in known:
        problems.append(misread(name, text, "which is not one of its values", wants=f"one of {', '.join(known)}"))
    return next((value for value in known if value == text), known[0])


def _number(
    values: Query, name: str, pattern: re.Pattern[str], bounds: tuple[float, float], problems: Problems
) -> float | None:
    """The number under this name; None where there is none, or none that can be meant."""
    text = value_of(values, name, problems)
    low, high = bounds
    if not text or (pattern.fullmatch(text) and low <= float(text) <= high):
        return float(text) if text else None
    kind = "a whole number" if pattern is _WHOLE else "a number"
    ends = f"from {low:,} to {high:,}" if math.isfinite(high) else f"of {low:,} or more"
    problems.append(misread(name, text, "which cannot be drawn", wants=f"{kind} {ends}"))
    return None


def _only_what_counts(whole: Asked) -> Asked:
    """The same without what its form does not look at."""
    if whole.form not in _PICTURES:
        theme: Theme = whole.theme if whole.form in ("html", ANIMATED) else "auto"
        return replace(whole, theme=theme, width=None, scale=1, shape="natural")
    width = whole.width if whole.shape == "natural" else None
    scale = whole.scale if whole.form == "png" else 1
    return replace(whole, width=width, scale=scale)
