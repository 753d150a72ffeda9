"""Where a chart at a view is served: its document, its images and data, its share page, its oEmbed answer."""

from __future__ import annotations

from urllib.parse import urlencode

from components.embeds.embed import Embed


def form_address(embed: Embed, form: str = "", **options: str | int) -> str:
    """Where this very view is served in a form, the document if none is named; empty without a site.

    `options` are further parameters, such as `shape="social"`.
    """
    path, _, query = embed.address.partition("?")
    more = {"theme": embed.theme} if embed.theme != "auto" else {}
    return _joined(f"{path}.{form}" if form else path, query, more | options) if path else ""


def share_address(embed: Embed) -> str:
    """The page to paste into a chat or a CMS; empty without a site."""
    page = f"{embed.site}/embed/"
    return form_address(embed).replace(page, f"{embed.site}/s/", 1) if embed.site else ""


def oembed_address(embed: Embed) -> str:
    """Where an oEmbed consumer asks for this view; empty without a site."""
    return _joined(f"{embed.site}/oembed", "", {"url": form_address(embed), "format": "json"}) if embed.site else ""


def from_share_page(embed: Embed, address: str) -> str:
    """An address of the same server as a share page links it, so that it holds behind any prefix or proxy."""
    return f"../..{address.removeprefix(embed.site)}"


def _joined(path: str, query: str, more: dict[str, str | int]) -> str:
    parts = [query] if query else []
    parts += [urlencode(more, safe=":,")] if more else []
    return f"{path}?{'&'.join(parts)}" if parts else path
