"""The visitor's address: what it says about the view, and how a page writes it."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import quote

import streamlit as st

from components.view.view_state import NAMES, QUESTIONS, TELLING, ViewState, parse_view, view_query
from data.story.story import Story

#: What the page Embed & export adds to an address: which chart of the view, and in which theme.
EMBEDDING = ("chart", "theme")
#: What stays in an address when its view changes: that, and the part of the desk at which a draft is looked at.
_BESIDE = (*EMBEDDING, "part")


def asked_query() -> dict[str, list[str]]:
    """What the visitor's address says about the view, repeated keys and all."""
    return {name: st.query_params.get_all(name) for name in st.query_params if name in NAMES}


def carried_query(fields: Collection[str]) -> dict[str, list[str]]:
    """What of the visitor's address a link takes along to a page whose charts ask these fields of a view.

    On any other page a moment or a question means nothing.
    """
    lost = {name for name, field in (TELLING | QUESTIONS).items() if field not in fields}
    return {name: values for name, values in asked_query().items() if name not in lost}


def current_view(story: Story) -> tuple[ViewState, tuple[str, ...]]:
    """The view that the visitor's address asks of this story, and what was wrong with it, one sentence each."""
    return parse_view(asked_query(), story)


def change_view(view: ViewState, story: Story, *, default_story: str = "") -> None:
    """Write this view into the visitor's address; the page that follows reads it there."""
    query = view_query(view, story, default_story=default_story)
    if asked_query() != {name: [value] for name, value in query.items()}:
        kept = {name: value for name in _BESIDE if (value := asked_extra(name))}
        st.query_params.from_dict(query | kept)


def show_address() -> None:
    """Have the browser show the address that this run was asked for.

    Of a link to another address of the page that is open Streamlit tells the server alone: without this the next run
    would be of the address before it.
    """
    st.query_params.from_dict({name: st.query_params.get_all(name) for name in st.query_params})


def asked_extra(name: str) -> str:
    """What the visitor's address says under a name of its page alone; empty where it says nothing."""
    return st.query_params.get(name, "")


def asked_embedding() -> str:
    """What the address says of chart and theme, as more of a query; empty on a page that asks neither."""
    return "".join(f"&{name}={quote(value)}" for name in EMBEDDING if (value := asked_extra(name)))


def change_extra(name: str, value: str) -> None:
    """Write a name of its page alone into the visitor's address; an empty value takes it away."""
    st.query_params.from_dict({key: v for key, v in {**st.query_params.to_dict(), name: value}.items() if v})
