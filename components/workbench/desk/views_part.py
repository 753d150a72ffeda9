"""Saved views: a chart as an article shows it, under a name, with the articles that use it."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import streamlit as st

from components.clock import Clock
from components.text import markdown
from components.view.view_state import parse_view
from components.workbench.desk.place import Place
from components.workbench.desk.seat import Seat, act
from components.workbench.evidence_table import Cell, Table, show_table
from components.workbench.notices import tell_done
from components.workbench.page_links import PLACES
from data.core.program import utc_now
from data.desk.values import Action, View
from data.story.story import Story


def query_of(link: str, story: Story) -> str:
    """What of a copied link shows a view of this story: page and query. ValueError, in one sentence, for another."""
    parts = urlsplit(link.strip())
    query = parse_qs(parts.query)
    place = parts.path.strip("/").rpartition("/")[2]
    if not parts.scheme or place not in PLACES:
        raise ValueError("Paste what “Copy link” on a page of the story copied.")
    if query.get("story", [story.slug]) != [story.slug]:
        raise ValueError(f"This is a link to another story; here are the views of {story.slug}.")
    if problems := parse_view(query, story)[1]:
        raise ValueError(problems[0])
    return f"{place}?{parts.query}"


def show_views(seat: Seat, place: Place, clock: Clock) -> None:
    """Every view with its version, a form for a new one, and one that says which article uses which."""
    here = (st.context.url or "").rpartition("/")[0]
    views, uses = seat.desk.views.all(place.story), seat.desk.views.uses(place.story)
    rows = tuple(
        (
            Cell(view.name),
            Cell(str(view.version), sort=float(view.version)),
            Cell(links=(("Open", f"{here}/{view.query}"),)),
            Cell(f"{seat.name_of(view.by)}, {clock.stamp(view.at)}", sort=view.at.isoformat()),
            Cell(links=tuple((f"{use.article} (version {use.version})", use.article)
                             for use in uses if use.name == view.name)),
        )
        for view in views
    )  # fmt: skip
    columns = ("View", "Version", "Chart", "Saved by", "Used in")
    show_table(Table(columns, rows), key="desk-views", label=f"Saved views of {place.story}")
    if not views:
        st.caption("No view is saved yet.")
    _show_save(seat, place)
    if views:
        _show_use(seat, place, views)


def _show_save(seat: Seat, place: Place) -> None:
    st.subheader("Save a view", anchor=False)
    with st.form("save-view", border=False):
        name = st.text_input("Name", max_chars=80, key="view-name")
        link = st.text_input("Its link, as “Copy link” on the page copies it", key="view-link")
        if st.form_submit_button("Save the view", key="save-view-button"):
            try:
                query = query_of(link, seat.desk.story(place.story))
            except ValueError as wrong:
                st.error(markdown(str(wrong)))
                return
            if found := act(
                Action.VIEW,
                lambda who, origin: seat.desk.views.save(who, place.story, name, query, utc_now(), origin),
            ):
                tell_done(f"{found.name} is saved as version {found.version}.")
                st.rerun()


def _show_use(seat: Seat, place: Place, views: tuple[View, ...]) -> None:
    st.subheader("An article uses a view", anchor=False)
    with st.form("use-view", border=False):
        name = st.selectbox("View", [view.name for view in views])
        article = st.text_input("Address of the article")
        if st.form_submit_button("Write it down", key="use-view-button"):
            used = act(
                Action.VIEW,
                lambda who, origin: seat.desk.views.use(who, place.story, name, article.strip(), utc_now(), origin),
                done=f"{article} uses {name}.",
            )
            if used:
                st.rerun()
