"""Markup as a browser's parser reads it."""

from __future__ import annotations

from html.parser import HTMLParser


class Tags(HTMLParser):
    """Every tag of a page, a drawing or a piece of code, with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def only(self, tag: str) -> dict[str, str | None]:
        (found,) = (attributes for name, attributes in self.found if name == tag)
        return found
