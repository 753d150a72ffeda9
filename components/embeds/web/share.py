"""The page of a chart to paste into a chat or a CMS: its picture and sources, and what machines read of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from components.charts.as_of_notes import corrected
from components.charts.phrases.caution import TITLE
from components.embeds.documents.document import DRAWN, NO_ICON, ground, page_style
from components.embeds.documents.lines import Piece, lines_of
from components.embeds.documents.parts import element, link, panel, script_safe, test_band, text
from components.embeds.embed import Embed, form_address, from_share_page, oembed_address, share_address
from components.embeds.web.answers import only
from components.embeds.web.oembed import THUMBNAIL
from components.render.svg import svg
from components.render.svg.sheet import tag
from components.render.words import describe
from components.text import visible
from components.view.address import utc_text
from data.core.model import Source
from data.story.tables import Correction

#: Characters of a preview; networks cut at about as many.
_PREVIEW = 300
#: The words of Schema.org for text that a table or a script reads.
_DATA_FILES = {"csv": "text/csv", "json": "application/json"}


def head_links(embed: Embed) -> str:
    """Canonical address, oEmbed discovery, Open Graph and Twitter card. The embed has a site."""
    title = text(lines_of(embed).headline)
    metas = "".join(_metas(embed))
    return (
        f'<link rel="canonical" href="{text(share_address(embed))}">'
        f'<link rel="alternate" type="application/json+oembed" href="{text(oembed_address(embed))}" title="{title}">'
        f"{metas}"
    )


def _metas(embed: Embed) -> Iterator[str]:
    lines, words = lines_of(embed), describe(embed.chart, embed.clock)
    picture, (width, height) = form_address(embed, "png", shape="social"), THUMBNAIL
    about = lines.summary_within(_PREVIEW)
    yield f'<meta name="description" content="{text(about)}">'
    graph = {
        "type": "article", "site_name": "Nightdesk", "title": lines.headline, "description": about,
        "url": share_address(embed), "locale": "en_US", "image": picture, "image:type": "image/png",
        "image:width": str(width), "image:height": str(height), "image:alt": words.alt,
    }  # fmt: skip
    for name, said in graph.items():
        yield f'<meta property="og:{name}" content="{text(said)}">'
    if embed.as_of:
        yield f'<meta property="article:modified_time" content="{utc_text(embed.as_of)}">'
    card = {"card": "summary_large_image", "title": lines.headline, "description": about, "image": picture}
    for name, said in (card | {"image:alt": words.alt}).items():
        yield f'<meta name="twitter:{name}" content="{text(said)}">'


def linked_data(embed: Embed) -> str:
    """The chart's data as a Dataset of Schema.org, in a block that no browser runs."""
    return tag("script", script_safe(_dataset(embed)), type="application/ld+json")


def _dataset(embed: Embed) -> dict[str, object]:
    lines, window, credit = lines_of(embed), embed.chart.window, embed.story.about.credit
    found: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": lines.headline,
        "description": f"{visible(embed.clock.say(embed.story.about.dek))} {lines.summary}",
        "url": share_address(embed),
        "image": form_address(embed, "png", shape="social"),
        "temporalCoverage": f"{utc_text(window.start)}/{utc_text(window.end)}",
        "isAccessibleForFree": True,
        "creator": {"@type": "Organization", "name": visible(credit.newsroom)},
        "license": {"@type": "CreativeWork", "name": visible(credit.licence)},
        "citation": [_cited(source) for source in embed.chart.sources],
        "distribution": [
            {"@type": "DataDownload", "encodingFormat": kind, "contentUrl": form_address(embed, form)}
            for form, kind in _DATA_FILES.items()
        ],
    }
    found |= {"dateModified": utc_text(embed.as_of)} if embed.as_of else {}
    corrections = [_corrected(embed, row) for row in embed.story.corrections]
    return found | ({"correction": corrections} if corrections else {})


def _cited(source: Source) -> dict[str, object]:
    said: dict[str, object] = {"@type": "CreativeWork", "name": visible(source.title), "url": source.url}
    said["publisher"] = {"@type": "Organization", "name": visible(source.org)}
    return said | ({"datePublished": source.published} if source.published else {})


def _corrected(embed: Embed, row: Correction) -> dict[str, object]:
    said = visible(embed.clock.say(corrected(row)))
    return {"@type": "CorrectionComment", "text": said, "datePublished": utc_text(row.corrected)}


_RULES = re.compile(r"<style>[^<]*</style>")
_FILES = {"png": "PNG", "svg": "SVG", "pdf": "PDF", "csv": "Table (CSV)", "json": "Data with sources (JSON)"}


def draw_share(embed: Embed) -> str:
    """The page as HTML text, complete without a script, whose links hold behind any prefix. The embed has a site."""
    lines = lines_of(embed)
    head = (
        f'<meta charset="utf-8"><title>{text(lines.headline)} · Nightdesk</title>{NO_ICON}'
        f'<meta name="viewport" content="width=device-width,initial-scale=1">{_unlisted(embed)}{head_links(embed)}'
        f"<style>{_style(embed)}</style>{linked_data(embed)}"
    )
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>{_body(embed)}</body></html>\n'


def _unlisted(embed: Embed) -> str:
    """No search engine keeps a test."""
    return '<meta name="robots" content="noindex">' if embed.chart.banner else ""


def share_policy(embed: Embed) -> str:
    """The Content-Security-Policy of the page: its one style text, nothing else, in nobody's frame."""
    return only(styles=[_style(embed)], more="frame-ancestors 'none'")


@cache
def _rules() -> str:
    return (Path(__file__).resolve().parent / "share.css").read_text(encoding="utf-8")


def _style(embed: Embed) -> str:
    schemes = "light dark" if embed.theme == "auto" else embed.theme
    return page_style(embed, _rules(), first=f"color-scheme:{schemes};")


def _body(embed: Embed) -> str:
    lines, about = lines_of(embed), embed.story.about
    home, here = from_share_page(embed, f"{embed.site}/"), from_share_page(embed, embed.app_address)
    top = tag("header", tag("a", "Nightdesk", href=home), class_="top")
    main = (
        tag("p", text(about.kicker), class_="kicker")
        + tag("h1", text(lines.headline))
        + tag("p", text(lines.summary), class_="about")
        + _picture(embed)
        + _caution(embed)
        + tag("a", "Open this view in Nightdesk", href=here, class_="open")
        + tag("ul", "".join(_file(embed, form) for form in _FILES), class_="files", aria_label="Downloads")
        + _corrections(embed)
        + _embedding(embed)
        + _sources(embed)
    )
    return test_band(embed) + top + tag("main", main) + _end(embed)


def _picture(embed: Embed) -> str:
    (theme, adaptive), own = ground(embed), embed.listed.own
    drawn = {
        width: svg.draw(embed.chart, embed.clock, width=width, theme=theme, adaptive=adaptive, brief=True, own=own)
        for width in DRAWN
    }
    # Their rules stand in the page already.
    return tag(
        "figure", "".join(tag("div", _RULES.sub("", drawing), class_=f"w{width}") for width, drawing in drawn.items())
    )


def _file(embed: Embed, form: str) -> str:
    address = from_share_page(embed, form_address(embed, form))
    return tag("li", tag("a", _FILES[form], href=address))


def _caution(embed: Embed) -> str:
    """The panel that stands under the chart in the document, if it has one."""
    said = panel(embed, "nd-caution")
    return element("details", element("summary", text(TITLE)) + said, id="caution", class_="caution") if said else ""


def _corrections(embed: Embed) -> str:
    """What this story had wrong, when it was put right, and what it says now, the latest first."""
    rows = sorted(embed.story.corrections, key=lambda row: row.corrected, reverse=True)
    said = "".join(tag("li", text(embed.clock.say(corrected(row)))) for row in rows)
    return tag("section", tag("h2", "Corrections") + tag("ul", said), id="corrections") if rows else ""


def _embedding(embed: Embed) -> str:
    said = (
        "Paste this page’s address into a content system that knows oEmbed, or take code and heights from the "
        "Embed & export page of Nightdesk."
    )
    address = tag("code", text(share_address(embed)))
    return tag("section", tag("h2", "Use it in an article") + tag("p", text(said)) + address, class_="embed")


def _sources(embed: Embed) -> str:
    if not embed.chart.sources:
        return ""
    rows = "".join(map(_source, embed.chart.sources))
    return tag("section", tag("h2", "Sources") + tag("ul", rows, class_="sources"))


def _source(source: Source) -> str:
    return tag("li", f"{text(source.org)}: {link(Piece(source.title, source.url))}")


def _end(embed: Embed) -> str:
    credit = embed.story.about.credit
    said = f"{embed.clock.say(credit.note)} {credit.newsroom}; {credit.licence}.".strip()
    said += f" As of {embed.clock.date(embed.as_of)}." if embed.as_of else ""
    return tag("footer", tag("p", text(said)), class_="end")
