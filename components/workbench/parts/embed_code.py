"""The page Embed & export: which chart in which theme, the code for an article, and files to take away."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import streamlit as st

from components.cache.cached import load_chart, load_told
from components.charts.catalogue import KINDS
from components.embeds.codes import HEIGHTS_AT, STEPS, cite, credit, frozen, publish_command, snippets
from components.embeds.embed import THEMES, Embed, Theme, form_address
from components.embeds.formats import ANIMATED, MEDIA_TYPES, file_name
from components.embeds.pictures.animation import WIDTH
from components.render.words import describe
from components.text import markdown
from components.view.address import quote
from components.view.view_state import ViewState
from components.workbench.address_bar import story_named
from components.workbench.appearance import figures_in_sight
from components.workbench.cached_embeds import load_heights, load_titles
from components.workbench.downloads import ARROW, form_of, show_download
from components.workbench.menus import show_menu
from components.workbench.notices import show_problems
from components.workbench.parts.compare import pair_here
from components.workbench.visitor_address import asked_extra, change_extra
from data.core.program import utc_now
from data.core.settings import read_settings
from data.story.story import Story

#: Pixels: a phone, a column of text, a page.
PREVIEWS = (320, 640, 1200)
_FIRST = 640
_THEME_NAMES: dict[Theme, str] = {"auto": "Like the reader’s device", "light": "Light", "dark": "Dark"}


def choose_embed(story: Story, view: ViewState) -> Embed:
    """The chart and theme that the address names at the view in force; what it cannot mean is said and replaced."""
    views = _views(story, view)
    pair = next((found for found in views.values() if found.other), view)
    titles = load_titles(story, tuple(views.items()), _beside(pair))
    offered = [*titles]
    slug = _asked("chart", offered, what="chart that can be embedded at this view")
    theme = next(name for name in THEMES if name == _asked("theme", THEMES, what="theme"))
    with st.container(key="choose-embed", horizontal=True, vertical_alignment="bottom", gap="small"):
        take = partial(_take, "chart", offered[0])
        show_menu("chart", "Chart", offered, slug, take, named=titles.__getitem__, width=380)
        st.session_state["choose-theme"] = theme
        st.segmented_control(
            "Light or dark",
            THEMES,
            format_func=_THEME_NAMES.__getitem__,
            key="choose-theme",
            on_change=lambda: _take("theme", THEMES[0], st.session_state["choose-theme"]),
        )
    asked, other = views[slug], _beside(views[slug])
    told = load_told(story, asked)
    return Embed(told, load_chart(told, slug, asked, other=other), asked, theme, public_site(), other=other)


def _views(story: Story, view: ViewState) -> dict[str, ViewState]:
    """What each chart asks of this view; none of a pair where this server has no night to hold beside this one."""
    pair = pair_here(story, view)
    asked = {slug: pair if kind.is_pair else view for slug, kind in KINDS.items()}
    return {slug: found.asking(KINDS[slug].asks) for slug, found in asked.items() if found}


def _beside(view: ViewState) -> Story | None:
    """The story that a view names beside its own."""
    return story_named(view.other) if view.other else None


def _asked(name: str, known: list[str] | tuple[Theme, ...], *, what: str) -> str:
    """The known value that the address names, else the first one, which is said."""
    asked = asked_extra(name)
    if asked and asked not in known:
        show_problems([f"There is no {what} called {quote(asked)}; showing {known[0]}."])
    return asked if asked in known else known[0]


def _take(name: str, default: str, chosen: str | None) -> None:
    change_extra(name, "" if chosen in (None, default) else str(chosen))


def public_site() -> str:
    """Where readers reach this server: as its settings say, else as this visitor does; empty where neither is known."""
    return read_settings(os.environ).public_url or _own_site()


def _own_site() -> str:
    """This page's own address without the page."""
    own = st.context.url or ""
    return own.partition("?")[0].rstrip("/").rpartition("/")[0] if own else ""


def show_preview(embed: Embed) -> None:
    """The very document, in a frame as wide as is chosen, from this server."""
    # What is wider than a phone's window would be cut off there.
    first = PREVIEWS[0] if figures_in_sight() == ("narrow",) else _FIRST
    width = st.segmented_control(
        "Preview, as wide as",
        PREVIEWS,
        default=first,
        format_func="{} px".format,
        key="choose-preview",
        required=True,
    )
    width = width or first
    height = load_heights(embed, (*PREVIEWS, *HEIGHTS_AT))[width]
    own = replace(embed, site=_own_site() or "http://localhost")
    parts = urlsplit(form_address(own))
    with st.container(key="preview"):
        st.iframe(
            f"{parts.path}?{parts.query}", width=width, height=height, tab_index=0, alt=f"Preview, {width} px wide"
        )
    st.caption(f"The document itself, {width} px wide and at most {height} px high while its lists are closed.")


def choose_permanence(embed: Embed) -> str:
    """Both ways to keep a chart side by side; answers with the published address that was typed in, if any."""
    with st.expander("A copy that never changes, or the server’s own address", key="permanence"):
        return _choose_permanence(embed)


def _choose_permanence(embed: Embed) -> str:
    updating, frozen = st.columns(2)
    with updating, st.container(key="copy-updating"):
        st.subheader("Updating: the server’s address", anchor=False)
        st.caption("Always shows what this server holds now, corrections included. It lives as long as the server.")
        st.code(form_address(embed), language=None, wrap_lines=True)
    with frozen, st.container(key="copy-frozen"):
        st.subheader("Frozen: a file of exactly this view", anchor=False)
        st.caption(
            "Stamped with its version; it never changes and needs no server. Only an address where it has been "
            "published is permanent. This publishes exactly this view, to a folder or a bucket in place of TARGET:"
        )
        st.code(publish_command(embed, site=embed.site), language=None, wrap_lines=True)
        published = st.text_input(
            "Its published address", placeholder="https://…/timeline.html", key="choose-published"
        )
    return _checked(published.strip())


def _checked(published: str) -> str:
    parts = urlsplit(published)
    if not published or (parts.scheme in ("https", "http") and parts.netloc and parts.path.endswith(".html")):
        return published
    show_problems(
        [f"{quote(published)} is not a published document: its address begins with https:// and ends in .html."]
    )
    return ""


def _warn_if_local(embed: Embed, published: str) -> None:
    known = published or read_settings(os.environ).public_url
    if not known and is_local(urlsplit(embed.site).hostname or ""):
        st.warning("These addresses work on this machine only; set NIGHTDESK_PUBLIC_URL to the public address.")


def is_local(host: str) -> bool:
    """Whether a host is named by readers of this machine or network only: loopback, private, or a bare name."""
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".local")) or "." not in host
    return not address.is_global


def show_codes(embed: Embed, published: str) -> None:
    """The four ways into an article, each ready to copy; `published` makes them lead to a frozen copy."""
    if not (embed.site or published):
        st.info("This server does not know its own address: set NIGHTDESK_PUBLIC_URL, or publish the chart.")
        return
    found = load_heights(embed, (*PREVIEWS, *HEIGHTS_AT))
    heights = {width: found[width] for width in HEIGHTS_AT}
    _warn_if_local(embed, published)
    codes = snippets(embed, heights=heights, published=published)
    st.caption("It shows the published copy." if published else "It shows what this server has, with its updates.")
    told = ", ".join(f"{height} px at {width} px" for width, height in heights.items() if width in STEPS)
    tabs = {
        "Iframe + listener": (
            codes.listener,
            "The frame takes the height of what it holds, also when lists are opened.",
        ),
        "Link": (codes.link, "For systems that make an embed of a link by themselves (oEmbed), and for chats."),
        "Iframe only": (codes.plain, f"No script. As high as the column is wide needs: {told}."),
        "Image + caption": (codes.image, "A picture with its words and a link, for newsletters and strict systems."),
    }
    for tab, (name, (code, note)) in zip(st.tabs(list(tabs)), tabs.items(), strict=True):
        with tab, st.container(key=f"copy-code-{name.split()[-1].lower()}"):
            st.caption(markdown(note))
            st.code(code, language=None, wrap_lines=True)


#: Label -> how it is drawn.
_PICTURES: dict[str, dict[str, Any]] = {
    "PNG 1200 × 630": {"shape": "social"},
    "PNG 1200 × 630 @2x": {"shape": "social", "scale": 2},
    "PNG square": {"shape": "square"},
    "PNG square @2x": {"shape": "square", "scale": 2},
}


def show_pictures(embed: Embed) -> None:
    """The view in force as pictures, each made only when it is asked for."""
    paper = embed.theme if embed.theme != "auto" else "light"
    tone: Theme = st.segmented_control(
        "Light or dark",
        ("light", "dark"),
        default=paper,
        format_func=str.capitalize,
        key=f"tone-{paper}",
        required=True,
    )
    drawn = replace(embed, theme=tone or paper)
    with st.container(key="pictures", horizontal=True):
        for label, options in _PICTURES.items():
            _offer(label, drawn, "png", options=options)
        if embed.chart.played:
            _offer("Animated WebP 720 px", drawn, ANIMATED)
            _offer("Its still, PNG 720 px", drawn, "png", options={"width": WIDTH})
        _offer("SVG", drawn, "svg")
        _offer("PDF", drawn, "pdf")


def show_files(embed: Embed) -> None:
    """The facts of the view in force as files, and the document itself, each made only when it is asked for."""
    st.caption(
        "CSV: one row for each fact, times in UTC, a source in every row. JSON: the same with every source whole."
    )
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
    show_download(
        label,
        make or form_of(embed, form, **options or {}),
        file_name(embed, form, **{name: value for name, value in (options or {}).items() if name != "width"}),
        MEDIA_TYPES[form].partition(";")[0],
        key=f"get-{label}",
        icon=ARROW,
    )


def _frozen_document(embed: Embed) -> bytes:
    """Stamped with the moment at which it was asked for."""
    return form_of(frozen(embed, now=utc_now()), "html")()


def show_words(embed: Embed, published: str) -> None:
    """Citation, credit and alternative text, ready to copy."""
    now = utc_now()
    words = {
        "Citation": cite(embed, address=published, now=now),
        "Credit line": credit(embed, now=now),
        "Alternative text": describe(embed.chart, embed.clock).alt,
    }
    for name, text in words.items():
        with st.container(key=f"copy-{name.split()[0].lower()}"):
            st.markdown(f"**{name}**")
            st.code(text, language=None, wrap_lines=True)
