"""Text of a story or an address, made to mean only itself in Markdown."""

from __future__ import annotations

import re

from components.charts.text import visible

#: Streamlit turns :material/home: and :smile: into pictures even where the colon is escaped; a sign without width
#: between colon and word keeps them words.
_NAMED, _JOINER = re.compile(r":(?=[A-Za-z_+-][\w+/-]*[:\[])"), "\u2060"
_SIGNS = frozenset(r"\`*_{}[]<>()#+!|$~:^")


def markdown(text: str) -> str:
    """The text as Markdown in which no link, formula, icon, list or tag comes alive."""
    text = _NAMED.sub(f":{_JOINER}", visible(text))
    return "".join(f"\\{sign}" if sign in _SIGNS else sign for sign in text)
