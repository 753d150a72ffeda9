"""The chart of a night that plays: in the browser, and the moment at which it pauses is the page's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from components.cache.cached import load_chart
from components.embeds.embed import Embed, print_addresses
from components.view.address import read_instant, utc_text
from components.view.view_state import ViewState
from components.workbench.address_bar import change
from components.workbench.appearance import ask_both_figures, figures_in_sight, theme_in_force
from components.workbench.cached_embeds import load_played
from components.workbench.page_component import page_component
from components.workbench.parts.prose import show_moment
from components.workbench.show_chart import show_chart, show_rest
from data.core.model import Order, Window
from data.story.as_of import is_in_progress
from data.story.story import Story

_KEY = "replay"


def show_replay(story: Story, view: ViewState) -> None:
    """The whole story of this range, ready to be played from the view's moment on; nothing of a night in progress.

    While it plays, the browser alone moves it; a pause, a step or the end of a drag writes its moment into the
    address, and the page is told up to there. Where the window comes to have a width whose drawings were not sent, they
    are asked for.
    """
    if is_in_progress(story):
        return
    chart = load_chart(story, "replay", view)
    embed = Embed(story, chart, view.whole, theme_in_force())
    played = load_played(embed, figures_in_sight())
    player = page_component("player", html='<div class="nd-mount"></div>', js="component.js")
    player(
        key=_KEY,
        data={
            **played,
            "paper": print_addresses(embed),
            "at": utc_text(view.at) if view.at else None,
            "order": view.order.value,
        },
        on_moment_change=lambda: _take(story),
        on_range_change=lambda: _take_range(story),
        on_other_change=ask_both_figures,
    )


def show_around(story: Story, view: ViewState) -> None:
    """What belongs to the chart that plays, as far as it is told; of a night in progress the chart and its map."""
    if is_in_progress(story):
        show_chart(story, "timeline", view)
        show_chart(story, "map", view)
        show_moment(story, view)
    else:
        show_rest(Embed(story, load_chart(story, "replay", view), view, "light"), _KEY)


def _take(story: Story) -> None:
    """Write the moment that the player came to stand at into the address; anything else it may say is let go."""
    said: Mapping[str, Any] = st.session_state.get(_KEY, {}).get("moment") or {}
    at, order = said.get("at"), said.get("order")
    moment = read_instant(at) if isinstance(at, str) else None
    wanted = Order(order) if order in set(Order) else Order.HAPPENED
    change(story, lambda now: replace(now, at=_within(now, moment), order=wanted) if moment else now.whole)


def _take_range(story: Story) -> None:
    """The stretch over which a mouse was drawn becomes the page's range; what is no range is let go."""
    said: Mapping[str, Any] = st.session_state.get(_KEY, {}).get("range") or {}
    start, end = (read_instant(said[name]) if isinstance(said.get(name), str) else None for name in ("from", "to"))
    if start and end and start < end:
        change(story, lambda now: now.with_window(Window(start, end)))


def _within(view: ViewState, moment: Any) -> Any:
    return min(max(moment, view.start), view.end)
