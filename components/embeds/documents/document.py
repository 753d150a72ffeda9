"""One chart at one view as one static page: complete without a script, asking nothing of any server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from components.charts.grammar import Line, Tiles, anchor
from components.embeds.documents.lines import SIGNS, EmbedMoments, Lines, lines_of
from components.embeds.documents.parts import element, link, panel, script_safe, test_band, text
from components.embeds.documents.player_frames import moments_list, night_of, then
from components.embeds.documents.policy import NO_ICON, policy
from components.embeds.documents.stage import HERE, asset, header, page_style, rules, stage
from components.embeds.embed import Embed
from components.player import ASSETS as PLAYER
from components.view.address import utc_text

__all__ = ["draw_document", "policy"]

#: Minutes that have a sentence: events first, then marks. A night has some eighty.
_MOST_MOMENTS = 160
#: Scripts of a document that is read, and of one that is played.
READ_BY = (HERE / "reading.js", HERE / "hosting.js")
PLAYED_BY = (PLAYER / "player.js", HERE / "playing.js", HERE / "hosting.js")
#: Ahead of these where many units are drawn in one.
UNPACKED_BY = (PLAYER / "units.js", HERE / "unpacking.js")
#: And where calls were taken back.
LIVED_BY = (PLAYER / "lives.js", HERE / "living.js")


def draw_document(embed: Embed) -> str:
    """The page as HTML text in UTF-8, the same for the same embed on every machine at any time."""
    lines = lines_of(embed)
    night = night_of(embed) if embed.chart.played else None
    read = (
        _scripted("nd-night", night, _played_by(night)) if night else _scripted("nd-moments", _moments(embed), READ_BY)
    )
    return (
        f'<!doctype html>\n<html lang="en"><head>{"".join(_head(embed, lines))}</head>\n'
        f"<body>{_figure(embed, lines, night)}\n"
        f"{read}"
        "</body></html>\n"
    )


def _played_by(night: dict[str, Any]) -> tuple[Path, ...]:
    unpacked, lived = UNPACKED_BY if "units" in night else (), LIVED_BY if "lives" in night else ()
    return (*unpacked, *lived, *PLAYED_BY)


def _scripted(name: str, data: object, scripts: tuple[Path, ...]) -> str:
    """Data, and the scripts that read it, as one: each without its comments and without what makes it a module."""
    code = "\n".join(asset(script) for script in scripts)
    return f'<script type="application/json" id="{name}">{script_safe(data)}</script>\n<script>{code}</script>'


def _head(embed: Embed, lines: Lines) -> Iterator[str]:
    yield '<meta charset="utf-8">'
    yield f"<title>{text(lines.headline)}</title>{NO_ICON}"
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
    yield f"<style>{page_style(embed, rules(embed))}</style>"


def _figure(embed: Embed, lines: Lines, night: dict[str, Any] | None) -> str:
    folded = "\n".join(
        f'<details id="{name}"><summary>{text(said)}</summary>{_panel(embed, lines, name, night)}</details>'
        for name, said in lines.folded
    )
    foot = "".join(f"<bdi>{link(piece)}</bdi>" if piece.link else link(piece) for piece in lines.foot)
    folded += then() if night else ""
    footer = f'<footer><div class="nd-more">{folded}</div><p class="nd-foot">{foot}</p></footer>'
    return element(
        "figure",
        f"{test_band(embed)}{header(embed, lines)}\n{stage(embed, lines)}\n{footer}",
        class_="nd nd-played" if night else "nd",
        id="nightdesk",
        aria_labelledby="nd-title",
        data_story=embed.story.slug,
        data_chart=embed.chart.slug,
    )


def _panel(embed: Embed, lines: Lines, name: str, night: dict[str, Any] | None) -> str:
    if name == SIGNS:
        return element("div", element("p", text(lines.keys)), class_="nd-panel")
    return moments_list(night) if night and name == "nd-list" else panel(embed, name)


Moment = tuple[str, str, int]


def _moments(embed: Embed) -> list[Moment]:
    """A sentence for every event and mark of the window, by time: UTC, what is on record by then, the event's number.

    What does not stand over the clock, like a tile, has none. An event is told at its latest bound, which is when it
    had surely happened.
    """
    chart, words = embed.chart, EmbedMoments(embed)
    events = [(event.when.latest, number) for number, event in chart.numbered]
    marks = {
        anchor(item.when)
        for lane in chart.lanes
        for mark, item in lane.items
        if not isinstance(mark, Line | Tiles) and chart.window.start <= anchor(item.when) <= chart.window.end
    }
    left = sorted(marks - {moment for moment, _ in events})
    chosen = sorted([*events, *((moment, 0) for moment in left)][:_MOST_MOMENTS])
    return [(utc_text(moment), words.sentence(moment), number) for moment, number in chosen]
