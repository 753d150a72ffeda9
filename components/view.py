"""What an address says: story, range, clock, caller, lanes and moment, read and written here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from components.address import Problems, Query, instant_of, known_zone, match, quote, value_of
from data.model import Window
from data.story import Story

LANES = ("interest", "outages", "results")
NAMES = frozenset({"story", "from", "to", "clock", "caller", "lanes", "at"})
LONGEST, SHORTEST = timedelta(days=50 * 366), timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ViewState:
    """What is being looked at. Instants are UTC; no lanes means all of them; `at` lies within the range."""

    story: str
    start: datetime
    end: datetime
    clock: str
    caller: str
    lanes: tuple[str, ...] = ()
    at: datetime | None = None

    @property
    def window(self) -> Window:
        """The range, as loaders and builders take it."""
        return Window(self.start, self.end)

    def with_window(self, window: Window) -> ViewState:
        """The same view of another range; a moment that falls outside it is let go."""
        at = self.at if self.at and window.start <= self.at <= window.end else None
        return replace(self, start=window.start, end=window.end, at=at)


def utc_text(moment: datetime) -> str:
    """2016-11-08T23:00Z, with seconds only where there are any: the form that addresses hold."""
    moment = moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    return moment.isoformat(timespec="seconds" if moment.second else "minutes") + "Z"


def default_view(story: Story) -> ViewState:
    """What a bare address shows."""
    return ViewState(
        story.slug,
        story.window.start,
        story.window.end,
        clock=story.about.clock,
        caller=story.about.caller,
    )


def parse_slug(query: Query, slugs: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The story an address names among `slugs`, the first of which is the default; and what was wrong, in sentences."""
    problems: Problems = []
    asked = value_of(query, "story", problems)
    found = match(asked, slugs)
    if asked and not found:
        problems.append(f"There is no story {quote(asked)} here; showing {slugs[0]}.")
    return found or slugs[0], tuple(problems)


def parse_view(query: Query, story: Story) -> tuple[ViewState, tuple[str, ...]]:
    """The view that an address asks of this story, and what was wrong with it, one sentence each. Never raises.

    Every value that cannot be meant is replaced by the story's default. A range without data is a good range.
    """
    problems: Problems = []
    default = default_view(story)
    start, end = _range(query, default, problems)
    callers = {caller.id: caller.selectable for caller in story.about.callers}
    view = ViewState(
        story.slug,
        start,
        end,
        clock=_clock(value_of(query, "clock", problems), default, problems),
        caller=_caller(value_of(query, "caller", problems), callers, default, problems),
        lanes=_lanes(value_of(query, "lanes", problems), problems),
        at=_at(query, start, end, problems),
    )
    return view, tuple(problems)


def _range(query: Query, default: ViewState, problems: Problems) -> tuple[datetime, datetime]:
    heard = len(problems)
    start = instant_of(query, "from", problems) or default.start
    end = instant_of(query, "to", problems) or default.end
    asked = f"from {utc_text(start)} to {utc_text(end)}"
    if len(problems) > heard:
        return default.start, default.end
    if start >= end:
        problems.append(f"The range {asked} ends before it starts; showing this story's own range.")
    elif end - start > LONGEST:
        problems.append(f"The range {asked} is longer than 50 years; showing this story's own range.")
    elif end - start < SHORTEST:
        problems.append(f"The range {asked} is shorter than a minute; showing this story's own range.")
    else:
        return start, end
    return default.start, default.end


def _at(query: Query, start: datetime, end: datetime, problems: Problems) -> datetime | None:
    at = instant_of(query, "at", problems)
    if at and not start <= at <= end:
        problems.append(f"The moment {utc_text(at)} is outside the range shown, so none is picked out.")
        return None
    return at


def _clock(asked: str, default: ViewState, problems: Problems) -> str:
    if not asked:
        return default.clock
    zone = known_zone(asked)
    if not zone:
        problems.append(f"In the address, clock is {quote(asked)}, which is no time zone; showing {default.clock}.")
    return zone or default.clock


def _caller(asked: str, callers: Mapping[str, bool], default: ViewState, problems: Problems) -> str:
    found = match(asked, callers)
    if asked and not found:
        problems.append(
            f"In the address, caller is {quote(asked)}, who is no caller in this story; showing {default.caller}."
        )
    elif found and not callers[found]:
        problems.append(f"{found} is listed but cannot be chosen as a caller; showing {default.caller}.")
        found = None
    return found or default.caller


def _lanes(asked: str, problems: Problems) -> tuple[str, ...]:
    wanted = [part.strip() for part in asked.split(",") if part.strip()]
    found = {lane for part in wanted if (lane := match(part, LANES))}
    if unknown := [part for part in wanted if not match(part, LANES)]:
        shown = "showing the others" if found else "showing all of them"
        problems.append(f"There is no lane {quote(', '.join(unknown))}, only {', '.join(LANES)}; {shown}.")
    return _canonical_lanes(found)


def _canonical_lanes(lanes: Iterable[str]) -> tuple[str, ...]:
    chosen = tuple(lane for lane in LANES if lane in set(lanes))
    return () if chosen == LANES else chosen


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
    if lanes := _canonical_lanes(view.lanes):
        query["lanes"] = ",".join(lanes)
    if view.at:
        query["at"] = utc_text(view.at)
    return query


def view_link(base_url: str, path: str, view: ViewState) -> str:
    """An absolute address that shows exactly this view on any machine, in any zone."""
    address = "/".join(part for part in (base_url.rstrip("/"), path.strip("/")) if part)
    return f"{address}?{urlencode(locked_query(view), safe=':/,')}"


def asked_query() -> dict[str, list[str]]:
    """What the visitor's address says about the view, repeated keys and all."""
    # Imported where it is used: routes and command lines read addresses without a workbench.
    import streamlit as st

    return {name: st.query_params.get_all(name) for name in st.query_params if name in NAMES}


def current_view(story: Story) -> tuple[ViewState, tuple[str, ...]]:
    """The view that the visitor's address asks of this story, and what was wrong with it, one sentence each."""
    return parse_view(asked_query(), story)


def change_view(view: ViewState, story: Story, *, default_story: str = "") -> None:
    """Write this view into the visitor's address; the page that follows reads it there."""
    import streamlit as st

    query = view_query(view, story, default_story=default_story)
    if asked_query() != {name: [value] for name, value in query.items()}:
        st.query_params.from_dict(query)
