"""What a share page says to machines: previews for chats and networks, and the data set for search engines."""

from __future__ import annotations

import json
from collections.abc import Iterator

from components.address import utc_text
from components.charts.sheet import tag
from components.charts.standing import corrected
from components.charts.text import visible
from components.charts.words import describe, whole
from components.embeds.documents.lines import lines_of
from components.embeds.documents.parts import text
from components.embeds.embed import Embed
from components.embeds.web.addresses import form_address, oembed_address, share_address
from components.embeds.web.oembed import THUMBNAIL
from data.model import Source
from data.tables import Correction

#: Characters of a preview; networks cut at about as many.
_PREVIEW = 300
#: The words of Schema.org for text that a table or a script reads.
_FILES = {"csv": "text/csv", "json": "application/json"}


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
    about = whole(lines.summary, _PREVIEW)
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


def script_safe(value: object) -> str:
    """JSON that no parser of HTML takes for anything else."""
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        written = written.replace(sign, f"\\u{ord(sign):04x}")
    return written


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
            for form, kind in _FILES.items()
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
