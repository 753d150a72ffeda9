"""What a document shows open: words, drawings and the bar of a replay, on the colours and type of a theme."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from components.embeds.documents.lines import Lines, lines_of
from components.embeds.documents.parts import element, held, text
from components.embeds.documents.player_frames import play_bar
from components.embeds.embed import Embed
from components.player import ASSETS as PLAYER
from components.render.layout.theme import DARK, LIGHT, SANS, SERIF, TEST_GROUND, TEST_INK, Theme
from components.render.svg import svg

#: The one accent, on light and on dark ground; the app's own.
_ACCENTS = {LIGHT.name: "#0B5457", DARK.name: "#7FD1CB"}


#: The band above a test, which stays in sight where its page is scrolled. heights.py foretells its height.
TEST_RULES = (
    f".nd-test{{position:sticky;top:0;z-index:2;margin:0;padding:.375rem .75rem;background:{TEST_GROUND};"
    f"color:{TEST_INK};font:700 .8125rem/1.3 var(--sans);text-align:center;print-color-adjust:exact}}"
    # The buttons of a document stand above the band at its drawing's foot.
    ".nd-test~.nd-stage .nd-step{bottom:2.75rem}"
)


def ground(embed: Embed) -> tuple[Theme, bool]:
    """The theme that a page is drawn in, and whether it turns dark with the reader's system."""
    return (DARK if embed.theme == "dark" else LIGHT), embed.theme == "auto"


def page_style(embed: Embed, rules: str, *, first: str = "") -> str:
    """The whole style text of a page: grounds and inks of the theme, its `rules`, and those of its drawings.

    `first` are declarations of the root before all others. Print is always light.
    """
    theme, adaptive = ground(embed)
    found = f":root{{{first}{_variables(theme)};--sans:{SANS};--serif:{SERIF}}}"
    if adaptive:
        found += f"@media screen and (prefers-color-scheme:dark){{:root{{{_variables(DARK)}}}}}"
    elif theme is DARK:
        found += f"@media print{{:root{{{_variables(LIGHT)}}}}}"
    drawn = svg.style(theme, embed.chart, adaptive=adaptive)
    return found + rules + (TEST_RULES if embed.chart.banner else "") + drawn


def _variables(theme: Theme) -> str:
    colours = {
        "paper": theme.paper, "ink": theme.ink, "quiet": theme.quiet,
        "rule": theme.rule, "band": theme.band, "accent": _ACCENTS[theme.name],
    }  # fmt: skip
    return ";".join(f"--{name}:{colour}" for name, colour in colours.items())


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
    return asset(HERE / "document.css") + (asset(PLAYER / "player.css") if embed.chart.played else "")


def header(embed: Embed, lines: Lines, *, level: str = "h1") -> str:
    """The headline and the summary, in which a player tells its moment."""
    long = "nd-title nd-long" if lines.long else "nd-title"
    title = element(level, held(text(lines.headline)), class_=long, dir="auto", id="nd-title")
    return element("header", title + f'<p class="nd-told" dir="auto">{held(text(lines.summary))}</p>')


def stage(embed: Embed, lines: Lines) -> str:
    """The drawings, of which the width chooses one, and what their signs mean."""
    own = embed.listed.own
    drawings = "\n".join(f'<div class="nd-{width}">{_drawing(embed, width, own)}</div>' for width in DRAWN)
    found = f'<div class="nd-stage">{drawings}<p id="nd-moment" aria-live="polite" dir="auto"></p></div>'
    keys = element("p", text(lines.keys), class_="nd-signs") if lines.keys else ""
    return (play_bar(embed) if embed.chart.played else "") + found + keys


def _drawing(embed: Embed, width: int, own: frozenset[str] | None) -> str:
    """One drawing without what stands in the page already: its rules, and the sentence of each mark."""
    theme, adaptive = ground(embed)
    drawn = svg.draw(embed.chart, embed.clock, width=width, theme=theme, adaptive=adaptive, brief=True, own=own)
    return _TITLE.sub("", _STYLE.sub("", drawn, count=1))


def played_part(embed: Embed) -> str:
    """The open part of a document as an element that a page of the app can hold in a root of its own."""
    lines = lines_of(embed)
    style = page_style(embed, rules(embed)).replace(":root", ":host").replace("body{", ":host{")
    figure = header(embed, lines, level="h2") + stage(embed, lines)
    return f"<style>{style}</style>{element('figure', figure, class_='nd nd-played', aria_labelledby='nd-title')}"
