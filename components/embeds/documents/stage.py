"""What a document shows open: its words, its drawings and, where it is played, the bar; for pages and the app alike."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from components.charts import svg
from components.embeds.documents.ground import ground, page_style
from components.embeds.documents.lines import Lines, lines_of
from components.embeds.documents.parts import element, held, text
from components.embeds.documents.playing import is_played, play_bar
from components.embeds.embed import Embed
from components.player import ASSETS as PLAYER

HERE = Path(__file__).resolve().parent
#: Widths of the three drawings in pixels. A reader meets each at 0.95 to 1.6 times its size.
DRAWN = (320, 480, 800)
_TITLE = re.compile(r"<title>[^<]*</title>")
_STYLE = re.compile(r"<style>([^<]*)</style>")
#: Comments and indentation of a script; none of ours has a string of several lines.
_REMARK = re.compile(r"^\s*//.*\n|^[ ]+", re.MULTILINE)
_COMMENT = re.compile(r"/\*.*?\*/\s*", re.DOTALL)


@cache
def asset(path: Path) -> str:
    """A script or a style without its comments, a script without what makes it a module."""
    said = path.read_text(encoding="utf-8")
    return _REMARK.sub("", said).replace("export const", "const") if path.suffix == ".js" else _COMMENT.sub("", said)


def rules(embed: Embed) -> str:
    """The style of a document, and of the bar where it is played."""
    return asset(HERE / "document.css") + (asset(PLAYER / "player.css") if is_played(embed) else "")


def header(embed: Embed, lines: Lines, *, level: str = "h1") -> str:
    """The headline and the summary, in which a player tells its moment."""
    long = "nd-title nd-long" if lines.long else "nd-title"
    title = element(level, held(text(lines.headline)), class_=long, dir="auto", id="nd-title")
    return element("header", title + f'<p class="nd-told" dir="auto">{held(text(lines.summary))}</p>')


def stage(embed: Embed, lines: Lines) -> str:
    """The drawings, of which the width chooses one, and what their signs mean."""
    drawings = "\n".join(f'<div class="nd-{width}">{_drawing(embed, width)}</div>' for width in DRAWN)
    found = f'<div class="nd-stage">{drawings}<p id="nd-moment" aria-live="polite" dir="auto"></p></div>'
    keys = element("p", text(lines.keys), class_="nd-signs") if lines.keys else ""
    return (play_bar(embed) if is_played(embed) else "") + found + keys


def _drawing(embed: Embed, width: int) -> str:
    """One drawing without what stands in the page already: its rules, and the sentence of each mark."""
    theme, adaptive = ground(embed)
    drawn = svg.draw(embed.chart, embed.clock, width=width, theme=theme, adaptive=adaptive, brief=True)
    return _TITLE.sub("", _STYLE.sub("", drawn, count=1))


def played_part(embed: Embed) -> str:
    """The open part of a document as an element that a page of the app can hold in a root of its own."""
    lines = lines_of(embed)
    style = page_style(embed, rules(embed)).replace(":root", ":host").replace("body{", ":host{")
    figure = header(embed, lines, level="h2") + stage(embed, lines)
    return f"<style>{style}</style>{element('figure', figure, class_='nd nd-played', aria_labelledby='nd-title')}"
