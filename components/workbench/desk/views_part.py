"""Saved views: a chart as an article shows it, under a name, with the articles that use it."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qs, urlencode, urlsplit

import streamlit as st

from components.clock import Clock
from components.embeds.bundles.bundle import saved_view
from components.text import markdown
from components.view.view_state import locked_query
from components.workbench.desk.place import Place
from components.workbench.desk.seat import Seat, act, act_and_draw
from components.workbench.desk.told_row import as_far_as_it_holds
from components.workbench.evidence_table import Cell, Table, show_table
from components.workbench.notices import tell_done
from components.workbench.page_links import PLACES
from data.core.errors import DataError
from data.core.program import utc_now
from data.desk.values import Action, View, ViewUse
from data.story.story import Story


def query_of(link: str, story: Story) -> str:
    """What of a copied link shows a view of this story: page and query. ValueError, in one sentence, for another."""
    parts = urlsplit(link.strip())
    *_, kind, slug, place = ("", "", *parts.path.strip("/").split("/"))
    query = parse_qs(parts.query)
    if kind in ("embed", "s"):  # a document's own address, or its share page's
        query, place = {**query, "story": [slug], "chart": [place]}, "embed-and-export"
    if not parts.scheme or place not in PLACES:
        raise ValueError("Paste what “Copy link” on a page of the story copied, or the address of an embed.")
    if query.get("story", [story.slug]) != [story.slug]:
        raise ValueError(f"This is a link to another story; here are the views of {story.slug}.")
    found = f"{place}?{urlencode({**query, 'story': [story.slug]}, doseq=True, safe=':,')}"
    try:
        saved_view(story, found)
    except DataError as wrong:
        raise ValueError(str(wrong)) from wrong
    return found


def show_views(seat: Seat, place: Place, clock: Clock) -> None:
    """Every view with its version; for who may, a form for a new one, and one that says which article uses which."""
    story = as_far_as_it_holds(place.story, seat.desk.examine(place.story))
    if story is None:
        st.warning("A fault of the draft keeps its charts from being drawn: mend it first.")
        return
    views, uses = seat.desk.views.kept(place.story), seat.desk.views.uses(place.story)
    columns = ("View", "Version", "Chart", "In the bundle", "Saved by", "Used in")
    rows = tuple(_row(seat, story, view, uses, clock) for view in views)
    table = Table(columns, rows).without_empty()
    show_table(table, key="desk-views", label=f"Saved views of {place.story}")
    if not views:
        st.caption("No view is saved yet.")
    elif seat.desk.settings.bundle:
        st.caption("The next publication puts a new view into the bundle.")
    if not seat.who.role.may(Action.VIEW):
        return
    _show_save(seat, place, story)
    if views:
        _show_use(seat, place, views)


def _row(seat: Seat, story: Story, view: View, uses: Sequence[ViewUse], clock: Clock) -> tuple[Cell, ...]:
    here = (st.context.url or "").rpartition("/")[0]
    try:
        shown = saved_view(story, view.query)
        code = urlencode({**locked_query(shown.view), "chart": shown.chart, "theme": shown.theme}, safe=":,")
        links = (("Open", f"{here}/{view.query}"), ("Embed code", f"{here}/embed-and-export?{code}"))
        chart, file = Cell(links=links), f"{shown.stem}.html"
    except DataError as wrong:
        chart, file = Cell(str(wrong)), ""
    articles = [use.article for use in uses if (use.name, use.version) == (view.name, view.version)]
    return (
        Cell(view.name),
        Cell(str(view.version), sort=float(view.version)),
        chart,
        Cell(file if seat.desk.settings.bundle else ""),
        Cell(f"{seat.name_of(view.by)}, {clock.stamp(view.at)}", sort=view.at.isoformat()),
        Cell(links=tuple((article, article) for article in articles)),
    )


def _show_save(seat: Seat, place: Place, story: Story) -> None:
    st.subheader("Save a view", anchor=False)
    with st.form("save-view", border=False):
        name = st.text_input("Name", max_chars=80, key="view-name")
        link = st.text_input("Its link, as “Copy link” on the page copies it", key="view-link")
        if st.form_submit_button("Save the view", key="save-view-button"):
            try:
                query = query_of(link, story)
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
        name = st.selectbox("View", list(dict.fromkeys(view.name for view in views)), key="use-view")
        article = st.text_input("Address of the article", key="use-article")
        if st.form_submit_button("Write it down", key="use-view-button"):
            act_and_draw(
                Action.VIEW,
                lambda who, origin: seat.desk.views.use(who, place.story, name, article.strip(), utc_now(), origin),
                f"{article} uses {name}.",
            )
