"""Menus of the controls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, TypeVar

import streamlit as st

T = TypeVar("T")


def show_menu(
    name: str,
    label: str,
    options: Sequence[T],
    chosen: T,
    take: Callable[[T], None],
    *,
    named: Callable[[T], str] = str,
    width: int,
    labelled: bool = True,
    search: Literal["fuzzy"] | None = None,
) -> None:
    """A menu that shows `chosen`; `take` gets what a visitor picks, before the page runs again.

    `labelled` shows the label above it, `search` lets the visitor type to find an option.
    """
    key = f"choose-{name}"
    st.session_state[key] = chosen
    st.selectbox(
        label,
        options,
        format_func=named,
        key=key,
        on_change=lambda: take(st.session_state[key]),
        label_visibility="visible" if labelled else "collapsed",
        filter_mode=search,
        width=width,
    )
