"""Buttons whose files are made when they are pressed, in the queues of what addresses ask for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st
from streamlit.runtime import exists, get_instance

from components.cache.cached import PAGES, PICTURES
from components.cache.render_cache import RenderCache
from components.embeds.drawing_process import DRAWING
from components.embeds.embed import Embed
from components.embeds.formats import SLOW, body_of
from components.workbench.address_bar import draft_drawn
from components.workbench.turns import client_here, session_here

ARROW = ":material/download:"


def show_download(
    label: str, make: Callable[[], bytes], file_name: str, media_type: str, *, key: str, icon: str | None = None
) -> None:
    """A button for the file that `make` makes once it is pressed, a picture in its turn among all pictures.

    None on the page of a draft: nothing of it is taken away.
    """
    if draft_drawn():
        return
    queue = PICTURES if file_name.rpartition(".")[2] in SLOW else PAGES
    wanted = partial(_made, queue, make, session_here(), client_here())
    st.download_button(label, wanted, file_name, media_type, key=key, on_click="ignore", icon=icon)


def form_of(embed: Embed, form: str, **options: Any) -> Callable[[], bytes]:
    """What makes a form of a chart, as `render` does with these options."""
    return partial(DRAWING, partial(body_of, embed, form, **options))


def _made(queue: RenderCache, make: Callable[[], bytes], session: str, client: str) -> bytes:
    """The file; nothing where the session has ended before its turn. Busy where too much waits already."""

    def made() -> bytes:
        return make() if not exists() or get_instance().is_active_session(session) else b""

    return queue.wait(made, client)
