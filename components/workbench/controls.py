"""The one control bar: story, range by name, time or box, and more behind a button, over what the address says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import streamlit as st

from components.cache.cached import load_calls, load_chart, load_made, load_nightly, load_series, load_told
from components.charts.night_pairs import night_name
from components.clock import Clock
from components.embeds.embed import Embed
from components.embeds.formats import file_name
from components.text import capital, markdown
from components.view.address import EARLIEST, LATEST, known_zone
from components.view.view_state import LONGEST, ViewState, parse_slug, view_link
from components.workbench.address_bar import can_undo, change, draft_drawn, stories_here, story_named, titles_here, undo
from components.workbench.copy_link import copy_link
from components.workbench.downloads import ARROW, form_of, show_download
from components.workbench.menus import show_menu
from components.workbench.notices import show_done, show_problems, tell_next_run, waiting_notices
from components.workbench.story_cards import show_cards
from components.workbench.typed_time import read_time
from components.workbench.visitor_address import asked_embedding, asked_query, current_view
from data.core.errors import DataError
from data.core.model import Window
from data.story.story import Story, caller_name

NIGHT, DECISIVE, TWO_DAYS, ALL = "The night", "First to decisive call", "48 hours", "All"
_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)
#: What stands free on either side of the first and the decisive call, as a share of the time between them.
_MARGIN = 1 / 20


def named_ranges(story: Story, caller: str) -> dict[str, Window]:
    """Each named range as a UTC window. Those of whole days begin at midnight on the story's own clock.

    From the first to the decisive call is a range of its own where this caller has both.
    """
    clock = Clock(story.about.clock)
    first = clock.naive(story.window.start).date()
    calls = decisive_calls(story, caller)
    return {
        NIGHT: story.window,
        **({DECISIVE: _around(calls)} if calls else {}),
        TWO_DAYS: Window(_midnight(clock, first), _midnight(clock, first + 2 * _DAY)),
        ALL: everything(story),
    }


def decisive_calls(story: Story, caller: str) -> Window | None:
    """From the first to the decisive call of a caller; None where it lacks one of them, or both are one."""
    ends = {anchor.key: anchor.when for anchor in load_nightly(story, caller)}
    first, last = ends.get("first-call"), ends.get("decisive-call")
    return Window(first.earliest, last.latest) if first and last and first.earliest < last.latest else None


def _around(calls: Window) -> Window:
    """These calls with some room on either side, to whole five minutes."""
    step = timedelta(minutes=5)
    room = max(calls.length * _MARGIN, step) // step * step
    return Window(_minute(calls.start - room), _minute(calls.end + room))


def _midnight(clock: Clock, day: date) -> datetime:
    return clock.instant(datetime.combine(day, time()), skipped="later")


def everything(story: Story) -> Window:
    """The whole days, on the story's own clock, from the first to the last instant of which it holds a row."""
    moments = [story.window.start, story.window.end, *_moments(story)]
    clock = Clock(story.about.clock)
    first, last = (clock.naive(moment).date() for moment in (min(moments), max(moments)))
    return Window(_midnight(clock, first), _midnight(clock, last + _DAY))


def _moments(story: Story) -> Iterator[datetime]:
    for timed in (
        *story.calls,
        *story.withdrawals,
        *story.projections,
        *story.counts,
        *story.milestones,
        *story.observations,
    ):
        yield from (moment for moment in (timed.at, timed.earliest, timed.latest) if moment)
        if timed.date:
            yield _start_of(timed.date)
    yield from (row.at for row in story.series)
    for week in story.interest:
        yield from (_start_of(week.start), _start_of(week.end))


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def choose_named_range(story: Story, view: ViewState) -> None:
    ranges = load_made(named_ranges, story, view.caller)
    calls, clock = load_made(decisive_calls, story, view.caller), Clock(view.clock)
    times = {DECISIVE: f" {_times(clock, calls)}"} if calls else {}

    def chosen() -> None:
        if name := st.session_state["choose-range"]:
            change(story, lambda now: now.with_window(ranges[name]))

    st.session_state["choose-range"] = next((name for name, window in ranges.items() if window == view.window), None)
    st.segmented_control(
        "Range",
        list(ranges),
        format_func=lambda name: f"{name}{times.get(name, '')}",
        key="choose-range",
        on_change=chosen,
        label_visibility="collapsed",
        wrap=False,
    )


def _times(clock: Clock, calls: Window) -> str:
    """6:59 p.m.–2:29 a.m.; of a day and more its days, Nov. 3–7, which say which of them are meant."""
    if calls.length < _DAY:
        return f"{clock.short(calls.start)}–{clock.short(calls.end)}"
    first, last = clock.day(calls.start), clock.day(calls.end)
    month, _, day = last.rpartition(" ")
    return f"{first}–{day if first.startswith(month) else last}"


_OPEN, _ASKED = "choose-exact", "exact-asked"


def choose_exact_range(story: Story, view: ViewState, zone: str) -> None:
    """The range in force, and behind it two fields that take a time as a person writes it."""
    clock = Clock(view.clock)
    shown = {edge: f"{clock.short(at)} {clock.date(at)}" for edge, at in (("from", view.start), ("to", view.end))}
    one_year = clock.naive(view.start).year == clock.naive(view.end).year
    label = f"{clock.dated(view.start)} to {clock.dated(view.end)}" if one_year else " to ".join(shown.values())
    with st.popover(label, key=_OPEN, width="content", on_change="rerun") as opened:
        if not opened.open:
            # What was typed and never applied is gone when the fields are opened again.
            st.session_state[_ASKED] = st.session_state.get(_ASKED, 0) + 1
            return
        keys = {edge: f"choose-{edge}-{st.session_state.get(_ASKED, 0)}" for edge in shown}
        with st.form("exact-times", border=False):
            for edge, name in (("from", "From"), ("to", "To")):
                st.text_input(f"{name}, {markdown(zone)}", shown[edge], key=keys[edge], max_chars=40)
            st.form_submit_button("Apply", key="apply-exact", on_click=lambda: _apply(story, view, keys, shown))
        st.caption("For example, “8 pm” or “Nov. 9, 1:30 am”.")


def _apply(story: Story, view: ViewState, keys: Mapping[str, str], shown: Mapping[str, str]) -> None:
    """Take both fields as the range; what cannot be meant is said, and the range stays as it was."""
    clock, typed = Clock(view.clock), {edge: str(st.session_state[key]).strip() for edge, key in keys.items()}
    # Where the night is looked at, a bare time is one of the night.
    night = story.window if view.window.overlaps(story.window.start, story.window.end) else view.window
    try:
        start = view.start if typed["from"] == shown["from"] else read_time(typed["from"], clock, after=night.start)
        end = view.end if typed["to"] == shown["to"] else read_time(typed["to"], clock, after=start + _MINUTE)
        chosen = checked_range(start, end)
    except ValueError as wrong:
        tell_next_run(f"{wrong} The range stays as it was.")
        return
    st.session_state[_OPEN] = False
    change(story, lambda now: now.with_window(chosen))


def checked_range(start: datetime, end: datetime) -> Window:
    """These ends as a range; ValueError with one sentence where they are none that can be shown."""
    if start >= end:
        raise ValueError("That range would end before it starts.")
    if end - start > LONGEST:
        raise ValueError("That range would be longer than 50 years.")
    return Window(start, end)


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
    """The story that the address names, else the server's first; the draft, where a page is drawn of one."""
    if draft := draft_drawn():
        return draft
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
    chart: str = "",
    linked: Callable[[Story, ViewState], ViewState] = lambda _, view: view,
) -> ViewState:
    """One slim bar, and the view in force. `lanes` adds the choice of lanes, `ranges` is off
    where a page's chart chooses its own range, `moment` keeps the one the address names up to which the story is told,
    which means nothing elsewhere, `chart` names the one whose data the bar offers, `linked` writes out for Copy link
    what a page chooses by itself.

    Widgets take their values from the address and write back into it; what cannot be meant is said below the bar. That
    of a draft leads to nothing that readers have.
    """
    view, problems = current_view(story)
    view = view if moment else view.whole
    with st.container(key="controls", horizontal=True, vertical_alignment="center", gap="xsmall"):
        if not story.draft:
            choose_other_story(story)
        if ranges:
            choose_named_range(story, view)
            choose_exact_range(story, view, zone_label(view.clock, story))
        with st.popover("More", key="choose-more", width="content"):
            _choose_clock(story, view)
            if story.about.callers:
                _choose_caller(story, view)
            if lanes:
                _choose_lanes(story, view)
        if ranges:
            _take_back(story, view)
        if chart:
            _offer_data(story, chart, view)
        if not story.draft:
            copy_link(view_link(st.context.url or "", "", linked(story, view)) + asked_embedding())
    show_done()
    show_problems((*waiting_notices(), *problems))
    return view


def _take_back(story: Story, view: ViewState) -> None:
    """Undo the last change of the range; or all of them."""
    st.button(
        "Undo",
        key="undo",
        icon=":material/undo:",
        type="tertiary",
        disabled=not can_undo(story),
        on_click=lambda: undo(story),
    )
    st.button(
        "Reset",
        key="reset",
        icon=":material/restart_alt:",
        type="tertiary",
        disabled=view.window == story.window,
        on_click=lambda: change(story, lambda now: now.with_window(story.window)),
    )


def _offer_data(story: Story, slug: str, view: ViewState) -> None:
    told = load_told(story, view)
    embed = Embed(told, load_chart(told, slug, view), view, "light")
    name = file_name(embed, "csv")
    show_download("Download the data (CSV)", form_of(embed, "csv"), name, "text/csv", key="bar-csv", icon=ARROW)


def zone_label(zone: str, story: Story) -> str:
    """How the bar names a zone: the story's own words for it, else the clock's name and the IANA name."""
    told = {clock.zone: clock.label for clock in story.about.clocks}
    name = Clock(zone).name
    return told.get(zone) or (zone if name == zone else f"{name} ({zone})")


def choose_other_story(story: Story) -> None:
    """The stories of this server as cards, behind the name of the one that is shown."""
    if len(titles_here()) > 1:
        with st.popover(markdown(night_name(story)), key="choose-story", width="content"):
            show_cards(story, key="menu")


def _choose_clock(story: Story, view: ViewState) -> None:
    own = _own_zone()
    zones = list(dict.fromkeys((*(clock.zone for clock in story.about.clocks), *own, view.clock)))

    def named(zone: str) -> str:
        yours = zone in own and zone not in {clock.zone for clock in story.about.clocks}
        return f"Your clock: {zone_label(zone, story)}" if yours else zone_label(zone, story)

    def chosen(zone: str) -> None:
        change(story, lambda now: replace(now, clock=zone))

    show_menu("clock", "Clock", zones, view.clock, chosen, named=named, width=320)


def _own_zone() -> tuple[str, ...]:
    """The visitor's own zone, where the browser names one that is known here."""
    zone = known_zone(st.context.timezone or "")
    return (zone,) if zone else ()


def _choose_caller(story: Story, view: ViewState) -> None:
    callers = [caller.id for caller in story.about.callers if caller.selectable]
    called = {caller: len({row.contest for row in load_calls(story, caller=caller).rows}) for caller in callers}

    def named(caller: str) -> str:
        return f"{capital(caller_name(story, caller))}: {called[caller]} of {len(story.contests)}"

    def chosen(caller: str) -> None:
        change(story, lambda now: replace(now, caller=caller))

    label = "Declared by" if story.about.verb == "declared" else "Calls by"
    show_menu("caller", label, callers, view.caller, chosen, named=named, width=320)


def _choose_lanes(story: Story, view: ViewState) -> None:
    offered = story.lanes(drawn=len(load_series(story).frame) > 0)
    if len(offered) == 1:
        return

    def chosen() -> None:
        lanes = tuple(st.session_state["choose-lanes"])
        if not lanes:
            tell_next_run("A chart needs one lane, so the last one stays on.")
            return
        change(story, lambda now: replace(now, lanes=() if len(lanes) == len(offered) else lanes))

    st.session_state["choose-lanes"] = [lane for lane in view.lanes or offered if lane in offered]
    st.pills(
        "Lanes",
        offered,
        selection_mode="multi",
        format_func=_lane_names(story).__getitem__,
        key="choose-lanes",
        on_change=chosen,
    )


def _lane_names(story: Story) -> dict[str, str]:
    """What each choice of lanes is called: the first is the story's own series where it watches no search."""
    series = next((row.name for row in story.series), "") if not story.about.searches else ""
    first = {"interest": markdown(series)} if series else {}
    return {**LANE_NAMES, **first, "results": markdown(story.about.unit.capitalize())}
