"""One chart at one view, as an article gets it: code with a preview, pictures, data and words."""

import streamlit as st

from components.workbench.controls import choose_story, control_bar
from components.workbench.notices import explained_failures
from components.workbench.parts.embed_code import (
    choose_embed,
    choose_permanence,
    show_codes,
    show_files,
    show_pictures,
    show_preview,
    show_words,
)

with explained_failures():
    story = choose_story()
    st.title("Embed & export", anchor=False)
    view = control_bar(story, lanes=True, moment=True)
    embed = choose_embed(story, view)
    code, image, data, words = st.tabs(["Embed", "Image", "Data", "Cite"])
    with code:
        codes = st.container()
        show_preview(embed)
        published = choose_permanence(embed)
        with codes:
            show_codes(embed, published)
    with image:
        show_pictures(embed)
    with data:
        show_files(embed)
    with words:
        show_words(embed, published)
