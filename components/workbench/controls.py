"""The one control bar: story, range by name, time or box, clock, caller and lanes, over what the address says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from components.cache.cached import load_made
from components.charts.events import said_of
from components.clock import Clock
from components.text import markdown
from components.view.address import EARLIEST, LANES, LATEST, known_zone
from components.view.view_state import LONGEST, ViewState, parse_slug, view_link
from components.workbench.address_bar import change, stories_here, story_named, titles_here
from components.workbench.menus import show_menu
from components.workbench.notices import show_done, show_problems, tell_next_run, waiting_notices
from components.workbench.visitor_address import asked_query, change_view, current_view
from data.core.errors import DataError
from data.core.model import Window
from data.story.story import Story

OWN, TWO_DAYS, WEEK, MONTH, ALL = "Story range", "48 hours", "Week", "Month", "All"
_DAY = timedelta(days=1)
#: Whole days before the story's first day at which a range begins, and its length in days.
_DAYS = {TWO_DAYS: (0, 2), WEEK: (3, 7), MONTH: (14, 30)}


def named_ranges(story: Story) -> dict[str, Window]:
    """Each named range as a UTC window. Those of whole days begin at midnight on the story's own clock."""
    clock = Clock(story.about.clock)
    first = clock.naive(story.window.start).date()
    days = {
        name: Window(_midnight(clock, first - before * _DAY), _midnight(clock, first + (length - before) * _DAY))
        for name, (before, length) in _DAYS.items()
    }
    return {OWN: story.window, **days, ALL: everything(story)}


def _midnight(clock: Clock, day: date) -> datetime:
    return clock.instant(datetime.combine(day, time()), skipped="later")


def everything(story: Story) -> Window:
    """The whole days, on the story's own clock, from the first to the last instant of which it holds a row."""
    moments = [story.window.start, story.window.end, *_moments(story)]
    clock = Clock(story.about.clock)
    first, last = (clock.naive(moment).date() for moment in (min(moments), max(moments)))
    return Window(_midnight(clock, first), _midnight(clock, last + _DAY))


def _moments(story: Story) -> Iterator[datetime]:
    for timed in (*story.calls, *story.withdrawals, *story.milestones, *story.observations):
        yield from (moment for moment in (timed.at, timed.earliest, timed.latest) if moment)
        if timed.date:
            yield _start_of(timed.date)
    yield from (row.at for row in story.series)
    for week in story.interest:
        yield from (_start_of(week.start), _start_of(week.end))


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


Edge = Literal["from", "to"]
#: The earliest and latest wall time that a typed range may have, whatever the zone.
_TYPED = (EARLIEST.replace(day=2, tzinfo=None), LATEST.replace(year=2100, month=12, day=30, tzinfo=None))


def choose_named_range(story: Story, view: ViewState) -> None:
    ranges = load_made(named_ranges, story)

    def chosen() -> None:
        if name := st.session_state["choose-range"]:
            change(story, lambda now: now.with_window(ranges[name]))

    st.session_state["choose-range"] = next((name for name, window in ranges.items() if window == view.window), None)
    st.segmented_control(
        "Range", list(ranges), key="choose-range", on_change=chosen, label_visibility="collapsed", wrap=True
    )


def choose_exact_range(story: Story, view: ViewState, zone: str) -> None:
    clock = Clock(view.clock)
    with st.popover(clock.span(view.window), key="choose-exact", icon=":material/schedule:", width="content"):
        for edge, label, moment in (("from", "From", view.start), ("to", "To", view.end)):
            st.session_state[f"choose-{edge}"] = clock.naive(moment)
            st.datetime_input(
                f"{label}, {markdown(zone)}",
                key=f"choose-{edge}",
                min_value=_TYPED[0],
                max_value=_TYPED[1],
                format="YYYY-MM-DD",
                step=60,
                on_change=_take_edge,
                args=(story, edge),
            )
        st.caption("Or drag a box on any chart.")


def _take_edge(story: Story, edge: Edge) -> None:
    typed: datetime | None = st.session_state[f"choose-{edge}"]
    view, _ = current_view(story)
    if typed is None:
        return
    try:
        moment = Clock(view.clock).instant(typed)
    except ValueError as skipped:
        tell_next_run(str(skipped))
        return
    start, end = (moment, view.end) if edge == "from" else (view.start, moment)
    if start >= end:
        tell_next_run("That range would end before it starts, so the range stays as it was; move its other end first.")
        return
    if end - start > LONGEST:
        tell_next_run("That range would be longer than 50 years, so the range stays as it was.")
        return
    change(story, lambda now: now.with_window(Window(start, end)))


def adopt_selection(event: Mapping[str, Any], clock: Clock, window: Window) -> Window | None:
    """The range of a box drawn on a chart whose axis shows `window` on `clock`; None where there is no usable box."""
    boxes = event.get("selection", {}).get("box") or []
    places = boxes[0].get("x", ()) if boxes else ()
    if len(places) != 2:
        return None
    try:
        start, end = sorted(_minute(clock.moment(str(place), window)) for place in places)
        return Window(max(start, EARLIEST), min(end, LATEST))
    except ValueError:
        return None


def take_selection(chart: str, story: Story, clock: Clock, window: Window) -> Callable[[], None]:
    """An on_select callback for the Plotly chart with key `chart`, drawn on `clock` over `window`.

    A box becomes the page's range at the moment it is drawn, and only then: a box that a chart still remembers can
    never overrule a chip that was pressed later.
    """

    def take() -> None:
        if chosen := adopt_selection(st.session_state[chart], clock, window):
            change(story, lambda now: now.with_window(chosen))

    return take


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


LANE_NAMES = {"interest": "Search interest", "outages": "The site"}


def choose_story() -> Story:
    """The story that the address names, else the server's first."""
    slug, problems = parse_slug(asked_query(), stories_here())
    show_problems(problems)
    try:
        return story_named(slug)
    except DataError as fault:
        sound = next(iter(titles_here()), "")
        if not sound:
            raise
        show_problems([f"The story {slug} cannot be shown: {fault} Showing {sound} instead."])
        return story_named(sound)


def control_bar(
    story: Story,
    *,
    lanes: bool = False,
    ranges: bool = True,
    moment: bool = False,
    linked: Callable[[Story, ViewState], ViewState] = lambda _, view: view,
) -> ViewState:
    """The same bar on every page, and the view in force. `lanes` adds the choice of lanes, `ranges` is off
    where a page's chart chooses its own range, `moment` keeps the one the address names up to which the story is told,
    which means nothing elsewhere, `linked` writes out for Copy link what a page chooses by itself.

    Widgets take their values from the address and write back into it; what cannot be meant is said below the bar.
    """
    view, problems = current_view(story)
    view = view if moment else view.whole
    with st.container(key="controls", gap="xsmall"):
        with _row("controls-when"):
            _choose_other_story(story)
            if ranges:
                choose_named_range(story, view)
                choose_exact_range(story, view, zone_label(view.clock, story))
        with _row("controls-how"):
            if lanes:
                _choose_lanes(story, view)
            _choose_clock(story, view)
            if story.about.callers:
                _choose_caller(story, view)
            _copy_link(linked(story, view))
    show_done()
    show_problems((*waiting_notices(), *problems))
    return view


def zone_label(zone: str, story: Story) -> str:
    """How the bar names a zone: the story's own words for it, else the clock's name and the IANA name."""
    told = {clock.zone: clock.label for clock in story.about.clocks}
    name = Clock(zone).name
    return told.get(zone) or (zone if name == zone else f"{name} ({zone})")


def _row(key: str) -> DeltaGenerator:
    return st.container(key=key, horizontal=True, vertical_alignment="center", gap="xsmall")


def _choose_other_story(story: Story) -> None:
    titles = titles_here()
    slugs = list(titles)
    if len(slugs) < 2:
        return

    def chosen(slug: str) -> None:
        other = story_named(slug)
        now, _ = current_view(other)
        change_view(now.of_story(slug).with_window(other.window), other, default_story=slugs[0])

    show_menu("story", "Story", slugs, story.slug, chosen, named=titles.__getitem__, width=350, labelled=False)


def _choose_clock(story: Story, view: ViewState) -> None:
    own = _own_zone()
    zones = list(dict.fromkeys((*(clock.zone for clock in story.about.clocks), *own, view.clock)))

    def named(zone: str) -> str:
        yours = zone in own and zone not in {clock.zone for clock in story.about.clocks}
        return f"Your clock: {zone_label(zone, story)}" if yours else f"Clock: {zone_label(zone, story)}"

    def chosen(zone: str) -> None:
        change(story, lambda now: replace(now, clock=zone))

    show_menu("clock", "Clock", zones, view.clock, chosen, named=named, width=290, labelled=False)


def _own_zone() -> tuple[str, ...]:
    """The visitor's own zone, where the browser names one that is known here."""
    zone = known_zone(st.context.timezone or "")
    return (zone,) if zone else ()


def _choose_caller(story: Story, view: ViewState) -> None:
    callers = [caller.id for caller in story.about.callers if caller.selectable]

    def named(caller: str) -> str:
        return f"By {said_of(story, caller)}" if story.about.verb == "declared" else f"Calls by {caller}"

    def chosen(caller: str) -> None:
        change(story, lambda now: replace(now, caller=caller))

    width = 180 if story.about.verb == "called" else 215
    show_menu("caller", "Calls by", callers, view.caller, chosen, named=named, width=width, labelled=False)


def _choose_lanes(story: Story, view: ViewState) -> None:
    offered = [lane for lane in LANES if lane != "results" or story.about.callers]

    def chosen() -> None:
        lanes = tuple(st.session_state["choose-lanes"])
        if not lanes:
            tell_next_run("One lane stays on, so the last one was left as it was.")
            return
        change(story, lambda now: replace(now, lanes=() if len(lanes) == len(offered) else lanes))

    st.session_state["choose-lanes"] = [lane for lane in view.lanes or LANES if lane in offered]
    st.pills(
        "Lanes",
        offered,
        selection_mode="multi",
        format_func=_lane_names(story).__getitem__,
        key="choose-lanes",
        on_change=chosen,
        label_visibility="collapsed",
    )


def _lane_names(story: Story) -> dict[str, str]:
    """What each choice of lanes is called: the first is the story's own series where it watches no search."""
    series = next((row.name for row in story.series), "") if not story.about.searches else ""
    first = {"interest": markdown(series)} if series else {}
    return {**LANE_NAMES, **first, "results": markdown(story.about.unit.capitalize())}


def _copy_link(view: ViewState) -> None:
    with st.popover("Copy link", icon=":material/link:", width="content"), st.container(key="copy-link"):
        st.code(view_link(st.context.url or "", "", view), language=None, wrap_lines=True)
        st.caption("Opens this very range, on this clock, with this caller's calls, on any machine in any zone.")
