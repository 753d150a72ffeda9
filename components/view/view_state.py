"""What is being looked at: story, range, clock, caller, lanes and moment, as an address says and writes it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

# LANES and utc_text are as much of an address's form as what is here, and asked of this module.
from components.view.address import (
    Problem,
    Problems,
    Query,
    caller_of,
    canonical_lanes,
    instant_of,
    key_of,
    lanes_of,
    match,
    order_of,
    quote,
    utc_text,
    value_of,
    zone_of,
)
from data.core.model import Order, Window
from data.story.as_of import story_at
from data.story.story import Story

#: Names in an address -> fields of a view, for what only some charts ask: what rose or failed and the event it is
#: held against; the other night and where both their clocks start.
QUESTIONS = {"series": "series", "event": "event", "with": "other", "t0": "t0"}
#: The same for the moment up to which a story is told, and in which order.
TELLING = {"at": "at", "when": "order"}
#: Fields of a view that are its range.
RANGE = ("start", "end")


@dataclass(frozen=True, slots=True)
class ViewState:
    """What is being looked at. Instants are UTC; no lanes means all of them.

    `at` lies within the range: the story is told up to it, in an `order`. None tells the whole.

    `series`, `event`, `other` and `t0` are keys as an address holds them, empty for whatever the chart's default is;
    whether a story has what they name is for the chart to say. `region` is chosen on a page and in no address.
    """

    story: str
    start: datetime
    end: datetime
    clock: str
    caller: str
    lanes: tuple[str, ...] = ()
    at: datetime | None = None
    order: Order = Order.HAPPENED
    series: str = ""
    event: str = ""
    other: str = ""
    t0: str = ""
    region: str = ""

    @property
    def window(self) -> Window:
        """The range, as loaders and builders take it."""
        return Window(self.start, self.end)

    @property
    def whole(self) -> ViewState:
        """The same view of the story as a whole, told up to no moment."""
        return replace(self, at=None, order=Order.HAPPENED)

    def with_window(self, window: Window) -> ViewState:
        """The same view of another range; a moment that falls outside it is let go."""
        at = self.at if self.at and window.start <= self.at <= window.end else None
        return replace(self, start=window.start, end=window.end, at=at)

    def asking(self, fields: Collection[str]) -> ViewState:
        """The same view with no other moment or question than these fields, as an address of a chart writes it out."""
        unasked: dict[str, Any] = dict.fromkeys(set(QUESTIONS.values()).difference(fields), "")
        return replace(self if "at" in fields else self.whole, **unasked)


def default_view(story: Story) -> ViewState:
    """What a bare address shows."""
    return ViewState(
        story.slug,
        story.window.start,
        story.window.end,
        clock=story.about.clock,
        caller=story.about.caller,
    )


def told(story: Story, view: ViewState) -> Story:
    """The story as this view tells it: up to its moment, in its order, else the whole."""
    return story_at(story, view.at, view.order) if view.at else story


NAMES = frozenset({"story", "from", "to", "clock", "caller", "lanes", *TELLING, *QUESTIONS})
LONGEST, SHORTEST = timedelta(days=50 * 366), timedelta(minutes=1)


def parse_slug(query: Query, slugs: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The story an address names among `slugs`, the first of which is the default; and what was wrong, in sentences."""
    problems: Problems = []
    asked = value_of(query, "story", problems)
    found = match(asked, slugs)
    if asked and not found:
        said = f"There is no story {quote(asked)} here"
        wants = f"one of {', '.join(slugs)}"
        problems.append(Problem("story", quote(asked), said, wants, f"; showing {slugs[0]}"))
    return found or slugs[0], tuple(problem.notice for problem in problems)


def parse_view(query: Query, story: Story) -> tuple[ViewState, tuple[str, ...]]:
    """The view that an address asks of this story, and what was wrong with it, one sentence each. Never raises.

    Every value that cannot be meant is replaced by the story's default. A range without data is a good range.
    """
    view, problems = judge_view(query, story)
    return view, tuple(problem.notice for problem in problems)


def judge_view(query: Query, story: Story) -> tuple[ViewState, tuple[Problem, ...]]:
    """The view that an address asks of this story, and each problem of it, for a route to refuse. Never raises."""
    problems: Problems = []
    default = default_view(story)
    start, end = _range(query, default, problems)
    callers = {caller.id: caller.selectable for caller in story.about.callers}
    view = ViewState(
        story.slug,
        start,
        end,
        clock=zone_of(query, default.clock, problems),
        caller=caller_of(query, callers, default.caller, problems),
        lanes=lanes_of(query, problems),
        at=_at(query, start, end, problems),
        order=order_of(query, problems),
        **{field: key_of(query, name, problems) for name, field in QUESTIONS.items()},
    )
    return view, tuple(problems)


def _range(query: Query, default: ViewState, problems: Problems) -> tuple[datetime, datetime]:
    heard = len(problems)
    start = instant_of(query, "from", problems) or default.start
    end = instant_of(query, "to", problems) or default.end
    if len(problems) > heard:
        return default.start, default.end
    wrong = _wrong_with(start, end)
    if not wrong:
        return start, end
    name = "to" if query.get("to") else "from"
    wants = f"a time {'after' if name == 'to' else 'before'} the other end, by a minute to 50 years"
    asked = f"from {utc_text(start)} to {utc_text(end)}"
    problems.append(Problem(name, asked, f"The range {asked} {wrong}", wants, "; showing this story's own range"))
    return default.start, default.end


def _wrong_with(start: datetime, end: datetime) -> str:
    if start >= end:
        return "ends before it starts"
    if end - start > LONGEST:
        return "is longer than 50 years"
    return "is shorter than a minute" if end - start < SHORTEST else ""


def _at(query: Query, start: datetime, end: datetime, problems: Problems) -> datetime | None:
    at = instant_of(query, "at", problems)
    if at and not start <= at <= end:
        said, wants = f"The moment {utc_text(at)} is outside the range shown", f"{utc_text(start)} to {utc_text(end)}"
        problems.append(Problem("at", utc_text(at), said, wants, ", so none is picked out"))
        return None
    return at


def view_query(view: ViewState, story: Story, *, default_story: str = "") -> dict[str, str]:
    """The address of a view in this app: what differs from the story's defaults. Reads back as the same view."""
    default = default_view(story)
    written = locked_query(view)
    plain = locked_query(default) | {"story": default_story}
    return {name: value for name, value in written.items() if plain.get(name) != value}


def locked_query(view: ViewState) -> dict[str, str]:
    """The address of a view with everything written out, so that no later default or other zone can change it."""
    query = {
        "story": view.story,
        "from": utc_text(view.start),
        "to": utc_text(view.end),
        "clock": view.clock,
        "caller": view.caller,
    }
    if lanes := canonical_lanes(view.lanes):
        query["lanes"] = ",".join(lanes)
    if view.at:
        query["at"] = utc_text(view.at)
    if view.order is not Order.HAPPENED:
        query["when"] = view.order.value
    return query | {name: key for name, field in QUESTIONS.items() if (key := getattr(view, field))}


def view_link(base_url: str, path: str, view: ViewState) -> str:
    """An absolute address that shows exactly this view on any machine, in any zone."""
    address = "/".join(part for part in (base_url.rstrip("/"), path.strip("/")) if part)
    return f"{address}?{urlencode(locked_query(view), safe=':/,')}"
