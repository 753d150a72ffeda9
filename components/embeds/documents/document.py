"""One chart at one view as one static page: complete without a script, asking nothing of any server."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

from components.charts import svg
from components.charts.geometry import anchor
from components.charts.model import Line
from components.embeds.documents.ground import ground, page_style
from components.embeds.documents.lines import Lines, Moments, lines_of
from components.embeds.documents.parts import element, held, link, panel, test_band, text
from components.embeds.documents.policy import policy
from components.embeds.embed import Embed
from components.view import utc_text

__all__ = ["draw_document", "policy"]

#: Widths of the three drawings in pixels. A reader meets each at 0.95 to 1.6 times its size.
DRAWN = (320, 480, 800)
#: Minutes that have a sentence: events first, then marks. A night has some eighty.
_MOST_MOMENTS = 160
_HERE = Path(__file__).resolve().parent
_TITLE = re.compile(r"<title>[^<]*</title>")
_STYLE = re.compile(r"<style>([^<]*)</style>")
_COMMENT = re.compile(r"/\*.*?\*/\s*", re.DOTALL)


def draw_document(embed: Embed) -> str:
    """The page as HTML text in UTF-8, the same for the same embed on every machine at any time."""
    lines = lines_of(embed)
    return (
        f'<!doctype html>\n<html lang="en"><head>{"".join(_head(embed, lines))}</head>\n'
        f"<body>{_figure(embed, lines)}\n"
        f'<script type="application/json" id="nd-moments">{_json(_moments(embed))}</script>\n'
        f"<script>{_asset('document.js')}</script></body></html>\n"
    )


@cache
def _asset(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _head(embed: Embed, lines: Lines) -> Iterator[str]:
    yield '<meta charset="utf-8">'
    yield f"<title>{text(lines.headline)}</title>"
    yield '<meta name="viewport" content="width=device-width,initial-scale=1">'
    # What it holds is found with the article that embeds it, not as a page of its own.
    yield '<meta name="robots" content="noindex,indexifembedded">'
    yield f'<meta name="description" content="{text(lines.summary)}">'
    yield '<meta name="referrer" content="strict-origin-when-cross-origin">'
    if embed.address:
        yield f'<link rel="canonical" href="{text(embed.address)}">'
        query = urlencode({"url": embed.address, "format": "json"})
        yield (
            f'<link rel="alternate" type="application/json+oembed" href="{text(f"{embed.site}/oembed?{query}")}" '
            f'title="{text(lines.headline)}">'
        )
    yield '<base target="_blank">'
    yield f"<style>{page_style(embed, _COMMENT.sub('', _asset('document.css')))}</style>"


def _figure(embed: Embed, lines: Lines) -> str:
    title = element("h1", held(text(lines.headline)), class_="nd-long" if lines.long else "", dir="auto", id="nd-title")
    header = element("header", title + f'<p dir="auto">{held(text(lines.summary))}</p>')
    drawings = "\n".join(f'<div class="nd-{width}">{_drawing(embed, width)}</div>' for width in DRAWN)
    name = "nd-stage nd-origin" if embed.chart.origin else "nd-stage"
    stage = f'<div class="{name}">{drawings}<p id="nd-moment" aria-live="polite" dir="auto"></p></div>'
    stage += element("p", text(lines.keys), class_="nd-signs") if lines.keys else ""
    folded = "\n".join(
        f'<details id="{name}"><summary>{text(said)}</summary>{panel(embed, name)}</details>'
        for name, said in lines.folded
    )
    foot = "".join(f"<bdi>{link(piece)}</bdi>" if piece.link else link(piece) for piece in lines.foot)
    footer = f'<footer><div class="nd-more">{folded}</div><p class="nd-foot">{foot}</p></footer>'
    return element(
        "figure",
        f"{test_band(embed)}{header}\n{stage}\n{footer}",
        class_="nd",
        id="nightdesk",
        aria_labelledby="nd-title",
        data_story=embed.story.slug,
        data_chart=embed.chart.slug,
    )


def _drawing(embed: Embed, width: int) -> str:
    """One drawing without what stands in the page already: its rules, and the sentence of each mark."""
    theme, adaptive = ground(embed)
    drawn = svg.draw(embed.chart, embed.clock, width=width, theme=theme, adaptive=adaptive, brief=True)
    return _TITLE.sub("", _STYLE.sub("", drawn, count=1))


Moment = tuple[str, str, int]


def _moments(embed: Embed) -> list[Moment]:
    """A sentence for every event and mark of the window, by time: UTC, what is on record by then, the event's number.

    An event is told at its latest bound, which is when it had surely happened.
    """
    chart, words = embed.chart, Moments(embed)
    events = [(event.when.latest, number) for number, event in chart.numbered]
    marks = {
        anchor(item.when)
        for lane in chart.lanes
        for mark, item in lane.items
        if not isinstance(mark, Line) and chart.window.start <= anchor(item.when) <= chart.window.end
    }
    left = sorted(marks - {moment for moment, _ in events})
    chosen = sorted([*events, *((moment, 0) for moment in left)][:_MOST_MOMENTS])
    return [(utc_text(moment), words.sentence(moment), number) for moment, number in chosen]


def _json(value: object) -> str:
    """JSON that no HTML or script parser takes for anything else."""
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        written = written.replace(sign, f"\\u{ord(sign):04x}")
    return written
