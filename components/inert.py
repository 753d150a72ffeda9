"""Text of a story or an address, made to mean only itself in Markdown."""

from __future__ import annotations

from components.charts.text import visible

_SIGNS = frozenset(r"\`*_{}[]<>()#+!|$~:^")


def markdown(text: str) -> str:
    """The text as Markdown in which no link, formula, icon, list or tag comes alive."""
    return "".join(f"\\{sign}" if sign in _SIGNS else sign for sign in visible(text))
