"""One chart at one view, as an article gets it: a preview, the code, files and words."""

import streamlit as st

from components.workbench.controls import choose_story, control_bar
from components.workbench.notices import explained_failures
from components.workbench.parts.embed_code import (
    choose_embed,
    choose_permanence,
    show_codes,
    show_downloads,
    show_preview,
    show_words,
)

with explained_failures():
    story = choose_story()
    st.title("Embed & export", anchor=False)
    view = control_bar(story, lanes=True, moment=True)
    embed = choose_embed(story, view)
    show_preview(embed)
    published = choose_permanence(embed)
    show_codes(embed, published)
    show_downloads(embed)
    show_words(embed, published)
