"""Text of a story or an address, made to mean only itself in Markdown."""

from __future__ import annotations

import re

from components.charts.text import visible

#: Streamlit turns :material/home: and :smile: into pictures even where the colon is escaped; a sign without width
#: between colon and word keeps them words.
_NAMED, _JOINER = re.compile(r":(?=[A-Za-z_+-][\w+/-]*[:\[])"), "\u2060"
# A sentence takes 15 microseconds; sign by sign it took 25.
_SIGNS = re.compile(r"[\\`*_{}\[\]<>()#+!|$~:^]")


def markdown(text: str) -> str:
    """The text as Markdown in which no link, formula, icon, list or tag comes alive."""
    text = _NAMED.sub(f":{_JOINER}", visible(text))
    return _SIGNS.sub(r"\\\g<0>", text)
