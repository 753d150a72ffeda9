"""What a newsroom pastes: a link, an iframe in two ways, a picture, the words that go with them, a frozen copy."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from math import ceil
from urllib.parse import urlencode

from components.embeds.documents.document import draw_document
from components.embeds.documents.lines import caution_line
from components.embeds.embed import Embed, form_address, share_address
from components.embeds.formats import ANIMATED
from components.embeds.pictures.animation import WIDTH
from components.render.words import brief, describe
from components.text import visible
from components.view.view_state import locked_query
from data.core.model import as_utc

#: Hexadecimal digits of the checksum in a version, as many as a published version has.
_DIGITS = 12


def frozen(embed: Embed, *, now: datetime) -> Embed:
    """The same chart as a frozen copy: 20261108T035000Z-0123456789ab, when it was made (UTC) and of what content."""
    content = draw_document(replace(embed, version=""))
    moment = as_utc(now).replace(tzinfo=None).isoformat(timespec="seconds").replace("-", "").replace(":", "")
    return replace(embed, version=f"{moment}Z-{hashlib.sha256(content.encode()).hexdigest()[:_DIGITS]}")


#: Pixels; the picture that the code asks for.
PICTURE = (1200, 630)


def picture_code(embed: Embed, published: str, alt: str) -> str:
    """The card; of a night that is played its animation, and a still for whoever wants no motion."""
    if embed.chart.played and not published:
        still = escape(form_address(embed, "png", width=WIDTH))
        moving = _img(form_address(embed, ANIMATED), alt, f'width="{WIDTH}"')
        return f'<picture><source srcset="{still}" media="(prefers-reduced-motion: reduce)">{moving}</picture>'
    # A bundle has the picture beside its document, under the same name.
    card = f"{published.removesuffix('.html')}@2x.png" if published else ""
    width, height = PICTURE
    card = card or form_address(embed, "png", shape="social", scale=2)
    return _img(card, alt, f'width="{width}" height="{height}"')


def _img(address: str, alt: str, size: str) -> str:
    where, said = escape(address), escape(alt)
    return f'<img src="{where}" alt="{said}" {size} style="max-width: 100%; height: auto" loading="lazy">'


#: What an embedded document may do: run its one script, open links, save a file. It has no origin and no storage.
SANDBOX = "allow-scripts allow-popups allow-popups-to-escape-sandbox allow-downloads"
#: Pixels: where the code without a listener gives the frame another height.
STEPS = (320, 480, 640, 760, 900)
#: Pixels: the first and the last width of each step, at which heights are wanted; no document is wider than the last.
HEIGHTS_AT = (320, 479, 480, 639, 640, 759, 760, 899, 900, 1040)
_MIDDLING = 640
#: Characters of a frame's title, which is read aloud whole.
_TITLE = 200
#: Sources that a caption names.
_CREDITED = 4
#: What an address keeps unescaped: readable, and safe in a query.
_SAFE = ":/,"


@dataclass(frozen=True, slots=True)
class Codes:
    """The four ways into an article; the first is plain text.

    `listener` and `plain` are HTML whose attributes are escaped, `image` too.
    """

    link: str
    listener: str
    plain: str
    image: str


def snippets(embed: Embed, *, heights: Mapping[int, int], published: str = "") -> Codes:
    """The codes of this chart at this view. `heights` are those of the closed document, px by width in px.

    `published` is the address of a frozen document of a bundle: then every code leads to it and not to the server.
    ValueError where there is neither such an address nor a server's.
    """
    if not (published or embed.site):
        raise ValueError("this chart has no public address: set NIGHTDESK_PUBLIC_URL, or publish it")
    if not heights:
        raise ValueError("no height of the document is given")
    address = published or form_address(embed)
    return Codes(
        link=published or share_address(embed),
        listener=_listener(embed, address, heights, published),
        plain=_plain(embed, address, heights),
        image=_image(embed, address, published),
    )


def publish_command(embed: Embed, *, site: str = "") -> str:
    """The command that publishes exactly this view, for a shell; whoever runs it puts their own target in."""
    query = {"chart": embed.chart.slug, **locked_query(embed.view)}
    del query["story"]
    query |= {"theme": embed.theme} if embed.theme != "auto" else {}
    parts = ["nightdesk", "publish", embed.story.slug]
    parts += ["--view", urlencode(query, safe=_SAFE), *(["--site", site] if site else []), "--to", "TARGET"]
    return shlex.join(parts)


def _frame(embed: Embed, address: str, height: int, *, mark: str = "") -> str:
    title = visible(brief(embed.chart, embed.clock, _TITLE))
    return (
        f'<iframe{mark} src="{escape(address)}" title="{escape(title)}" width="100%" height="{height}" '
        f'loading="lazy" frameborder="0" sandbox="{SANDBOX}"></iframe>'
    )


def _listener(embed: Embed, address: str, heights: Mapping[int, int], published: str) -> str:
    """The frame with the height it needs in a column of middling width, until the listener knows better."""
    script = f"{embed.site}/embed/listener.js" if embed.site else f"{_folder(published)}/listener.js"
    frame = _frame(
        embed, address, heights[min(heights, key=lambda width: abs(width - _MIDDLING))], mark=" data-nightdesk"
    )
    return f'{frame}\n<script src="{escape(script)}" async></script>'


def _folder(address: str) -> str:
    return address.rpartition("/")[0]


def _plain(embed: Embed, address: str, heights: Mapping[int, int]) -> str:
    """The frame in a box that asks how wide itself is: a column is not as wide as a screen.

    Where a content system drops the styles, the height attribute stays: the tallest, so that nothing is cut off.
    """
    name = f"nightdesk-{embed.story.slug}-{embed.chart.slug}"
    rules = [f".{name} {{ container-type: inline-size; }}"]
    for low, height in height_steps(heights):
        rules.append(f"@container (min-width: {low}px) {{ .{name} iframe {{ height: {height}; }} }}")
    frame = _frame(embed, address, max(heights.values()))
    return "\n".join([f'<div class="{name}">{frame}</div>', "<style>", *rules, "</style>"])


def height_steps(heights: Mapping[int, int]) -> tuple[tuple[int, str], ...]:
    """For each of STEPS of which a height is given, from which width on it holds, and the CSS length there.

    A drawing grows with its column, so the length runs straight from the first width of a step to its last one.
    """
    found: list[tuple[int, str]] = []
    for low, end in zip(STEPS, [*STEPS[1:], max(heights) + 1], strict=True):
        inside = sorted(width for width in heights if low <= width < end)
        if not inside:
            continue
        first, last = inside[0], inside[-1]
        slope = (heights[last] - heights[first]) / (last - first) if last > first else 0.0
        # Between the two ends text may need one line more than a straight line foresees.
        above = max(heights[width] - heights[first] - slope * (width - first) for width in inside)
        base = heights[first] + ceil(above)
        run = f"{base}px + (min(100cqw, {last}px) - {first}px) * {slope:.4f}"
        found.append((low if found else 0, f"calc({run})" if slope else f"{base}px"))
    return tuple(found)


def _image(embed: Embed, address: str, published: str) -> str:
    """A picture with its words, which links to the app where there is one, else to the document."""
    words = describe(embed.chart, embed.clock)
    orgs, takeaway = _credited(embed), visible(words.takeaway).rstrip(".")
    caution = f"{said} " if (said := caution_line(embed)) else ""
    target = embed.app_address or address
    return (
        f'<figure>\n<a href="{escape(target)}">{picture_code(embed, published, visible(words.alt))}</a>\n'
        f"<figcaption>{escape(takeaway)}. {caution}{f'Sources: {escape(orgs)}. ' if orgs else ''}"
        f'Chart: <a href="{escape(address)}">Nightdesk</a></figcaption>\n</figure>'
    )


def cite(embed: Embed, *, address: str = "", now: datetime | None = None) -> str:
    """A reference for a list of sources: what, in which story, whose, as of when, where; `now` is when it was read."""
    clock, where = embed.clock, address or embed.app_address
    parts = [
        f"“{clock.say(embed.chart.title)}, {clock.span(embed.chart.window)}”",
        clock.say(embed.story.about.title),
        _newsroom(embed),
        f"Data as of {clock.date(embed.as_of)}" if embed.as_of else "",
        f"Version {embed.version}" if embed.version else "",
        f"Accessed {clock.date(now)}" if now else "",
    ]
    return ". ".join(visible(part) for part in parts if part) + (f". {where}" if where else ".")


def credit(embed: Embed, *, now: datetime | None = None) -> str:
    """A credit in the way of a news agency, for the line under a picture or the end of a paragraph."""
    clock = embed.clock
    said = f"as of {clock.time(embed.as_of)} {clock.date(embed.as_of)}" if embed.as_of else "undated"
    seen = f"; accessed {clock.date(now)}" if now else ""
    chart = f"{embed.chart.said.label}{_newsroom(embed)} chart"
    return visible(f"{chart} of figures from {_credited(embed) or 'the story'}, {said}{seen}")


def _credited(embed: Embed) -> str:
    """Who published most of what the chart shows; the rest is named in the document."""
    orgs = list(dict.fromkeys(source.org for source in embed.chart.sources))
    more = f" and {len(orgs) - _CREDITED} more" if len(orgs) > _CREDITED else ""
    return visible("; ".join(orgs[:_CREDITED])) + more


def _newsroom(embed: Embed) -> str:
    name = embed.story.about.credit.newsroom
    return name if name == "Nightdesk" else f"{name}, with Nightdesk"
