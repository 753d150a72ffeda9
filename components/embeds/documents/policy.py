"""What a document may do: its Content-Security-Policy, read off the document itself."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Sequence
from html.parser import HTMLParser

#: Firefox and WebKit ask for /favicon.ico where a page names no icon, and its policy would refuse it.
NO_ICON = '<link rel="icon" href="data:,">'
#: Lets that in, and no address.
ICON_RULE = "img-src data:"


class _Inline(HTMLParser):
    """The texts of a page's own styles and scripts."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.styles: list[str] = []
        self.scripts: list[str] = []
        self._into: list[str] | None = None

    def handle_starttag(self, name: str, attrs: list[tuple[str, str | None]]) -> None:
        runs = name == "script" and dict(attrs).get("type") in (None, "text/javascript", "module")
        self._into = self.styles if name == "style" else self.scripts if runs else None
        if self._into is not None:
            self._into.append("")

    def handle_data(self, data: str) -> None:
        if self._into is not None:
            self._into[-1] += data

    def handle_endtag(self, name: str) -> None:
        self._into = None


def policy(document: str, *, hosts: Sequence[str] = ()) -> str:
    """The Content-Security-Policy of a document: its own inline texts by hash, nothing else; `hosts` may frame it."""
    found = _Inline()
    found.feed(document)
    rules = [
        "default-src 'none'",
        f"script-src {_hashes(found.scripts)}",
        f"style-src {_hashes(found.styles)}",
        ICON_RULE,
        "base-uri 'none'",
        "form-action 'none'",
        "sandbox allow-scripts allow-popups allow-popups-to-escape-sandbox allow-downloads",
        f"frame-ancestors {' '.join(hosts) or '*'}",
    ]
    return "; ".join(rules)


def _hashes(texts: Sequence[str]) -> str:
    digests = (b64encode(hashlib.sha256(said.encode()).digest()).decode() for said in texts)
    return " ".join(dict.fromkeys(f"'sha256-{digest}'" for digest in digests)) or "'none'"
