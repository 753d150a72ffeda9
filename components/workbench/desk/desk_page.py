"""The desk of one story: who is at it, the parts of its desk, and the one that is open."""

from __future__ import annotations

import streamlit as st

from components.clock import Clock
from components.text import markdown
from components.workbench.desk.audit_part import show_audit
from components.workbench.desk.draft_part import show_draft
from components.workbench.desk.forms import ROW_TYPES, form_of, title_of
from components.workbench.desk.history_part import show_history
from components.workbench.desk.limits_part import show_limits
from components.workbench.desk.live import keep_up
from components.workbench.desk.pasted import show_paste
from components.workbench.desk.place import NEW, PARTS, Place, go
from components.workbench.desk.publish_part import show_publish
from components.workbench.desk.rows_part import ONE, show_rows
from components.workbench.desk.seat import Seat
from components.workbench.desk.stories_part import show_state
from components.workbench.desk.twice import show_twice
from components.workbench.desk.views_part import show_views
from components.workbench.desk.waiting_part import show_waiting
from components.workbench.desk.words_part import show_words
from components.workbench.notices import show_done
from components.workbench.page_links import DESK, page_at
from data.core.program import utc_now
from data.story.story_checks import Examined


def show_story(seat: Seat, place: Place) -> None:
    """The head of a story's desk and its open part."""
    seat.desk.catch_up(place.story, utc_now())
    state, draft = seat.desk.state(place.story), seat.desk.examine(place.story)
    clock = Clock(draft.read.about.clock) if draft.read.about else Clock("UTC")
    with st.container(key="desk-head", gap="xsmall"):
        st.page_link(page_at(DESK), label="All stories of the desk", icon=":material/arrow_back:", query_params={})
        st.title(markdown(clock.say(state.title)), anchor=False)
        show_state(seat, state, clock)
        keep_up(seat, place.story, where(seat, place, draft))
    _choose_part(place)
    show_done()
    _show_part(seat, place, draft, clock)


def where(seat: Seat, place: Place, draft: Examined) -> str:
    """What others read of where somebody is: "a new call", "the call Florida (US-FL)"; "here" where they only look."""
    if place.part == "words":
        return "the words"
    if place.part != "rows" or not place.row:
        return "here"
    if place.row == NEW:
        return f"a new {ONE[place.table]}"
    rows = seat.desk.rows(place.story, ROW_TYPES[place.table].file)
    cells = next((row.cells for row in rows if row.id == place.row), None)
    named = title_of(form_of(place.table, draft, cells), cells).partition(" · ")[0] if cells else ""
    return f"the {ONE[place.table]} {named}".rstrip()


def _choose_part(place: Place) -> None:
    st.session_state["desk-part"] = place.part
    st.segmented_control(
        "Part of the desk",
        list(PARTS),
        format_func=PARTS.__getitem__,
        required=True,
        key="desk-part",
        on_change=lambda: go(part=st.session_state["desk-part"], row=""),
        label_visibility="collapsed",
    )


def _show_part(seat: Seat, place: Place, draft: Examined, clock: Clock) -> None:
    match place.part:
        case "rows":
            show_waiting(seat, place.story, draft)
            show_twice(seat, place.story, draft)
            show_rows(seat, place, draft)
        case "words":
            show_words(seat, place, draft)
        case "paste":
            show_paste(seat, place)
        case "draft":
            show_draft(seat, place, clock)
        case "publish":
            show_twice(seat, place.story, draft)
            show_publish(seat, place, draft, clock)
        case "views":
            show_views(seat, place, clock)
        case "limits":
            show_limits(seat, place)
        case "history":
            show_history(seat, place, clock)
        case "audit":
            show_audit(seat, place.story, clock)
