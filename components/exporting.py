"""What can be taken away from the page Embed & export: files of the view in force, and the words that go with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from components.charts.sheet import PLAYED
from components.charts.words import describe
from components.embeds.codes import cite, credit
from components.embeds.embed import Embed, Theme
from components.embeds.formats import ANIMATED, file_name, render
from components.embeds.freezing import frozen
from components.embeds.pictures.animation import WIDTH
from data.http import utc_now

#: Label -> how it is drawn.
_PICTURES: dict[str, dict[str, Any]] = {
    "PNG 1200 × 630": {"shape": "social"},
    "PNG 1200 × 630 @2x": {"shape": "social", "scale": 2},
    "PNG square": {"shape": "square"},
    "PNG square @2x": {"shape": "square", "scale": 2},
}
_TYPES = {
    "html": "text/html",
    "png": "image/png",
    ANIMATED: "image/webp",
    "svg": "image/svg+xml",
    "pdf": "application/pdf",
    "csv": "text/csv",
    "json": "application/json",
}


def show_downloads(embed: Embed) -> None:
    """Every form of the view in force, each made only when it is asked for."""
    st.subheader("Files of exactly this view", anchor=False)
    paper = embed.theme if embed.theme != "auto" else "light"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        tone: Theme = st.segmented_control(
            "Pictures", ("light", "dark"), default=paper, format_func=str.capitalize, key=f"tone-{paper}", required=True
        )
    drawn = replace(embed, theme=tone or paper)
    with st.container(key="pictures", horizontal=True):
        for label, options in _PICTURES.items():
            _offer(label, drawn, "png", options=options)
        if embed.chart.slug == PLAYED:
            _offer("Animated WebP 720 px", drawn, ANIMATED)
            _offer("Its still, PNG 720 px", drawn, "png", options={"width": WIDTH})
        _offer("SVG", drawn, "svg")
        _offer("PDF", drawn, "pdf")
    with st.container(key="files", horizontal=True):
        _offer("CSV", embed, "csv")
        _offer("JSON with sources", embed, "json")
        _offer("Frozen document", embed, "html", make=partial(_frozen_document, embed))


def _offer(
    label: str,
    embed: Embed,
    form: str,
    *,
    options: dict[str, Any] | None = None,
    make: Callable[[], bytes] | None = None,
) -> None:
    st.download_button(
        label,
        make or partial(_rendered, embed, form, options or {}),
        file_name(embed, form, **{name: value for name, value in (options or {}).items() if name != "width"}),
        _TYPES[form],
        key=f"get-{label}",
        on_click="ignore",
        icon=":material/download:",
    )


def _rendered(embed: Embed, form: str, options: dict[str, Any]) -> bytes:
    return render(embed, form, **options).body


def _frozen_document(embed: Embed) -> bytes:
    """Stamped with the moment at which it was asked for."""
    return _rendered(frozen(embed, now=utc_now()), "html", {})


def show_words(embed: Embed, published: str) -> None:
    """Citation, credit and alternative text, ready to copy."""
    now = utc_now()
    words = {
        "Citation": cite(embed, address=published, now=now),
        "Credit line": credit(embed, now=now),
        "Alternative text": describe(embed.chart, embed.clock).alt,
    }
    st.subheader("Words that go with it", anchor=False)
    for name, text in words.items():
        with st.container(key=f"copy-{name.split()[0].lower()}"):
            st.markdown(f"**{name}**")
            st.code(text, language=None, wrap_lines=True)
