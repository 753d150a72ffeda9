"""One chart at one view as one static page: complete without a script, asking nothing of any server."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from components.charts.grammar import Chart
from components.embeds.documents.lines import Lines, lines_of
from components.embeds.documents.parts import element, link, panel, script_safe, test_band, text
from components.embeds.documents.player_frames import moments_list, night_of, packed, play_bar, table_moments, then
from components.embeds.embed import Embed
from components.player import ASSETS as PLAYER
from components.render.layout.scene import Teller
from components.render.layout.theme import DARK, LIGHT, SANS, SERIF, TEST_GROUND, TEST_INK, Theme
from components.render.layout.tile_layout import apart
from components.render.svg import svg
from components.text import unbroken

#: Firefox and WebKit ask for /favicon.ico where a page names no icon, and its policy would refuse it.
NO_ICON = '<link rel="icon" href="data:,">'
#: Lets that in, and no address.
ICON_RULE = "img-src data:"
_NOTHING = "'none'"
#: The texts of a page's own styles, and of those scripts that run: data has a type.
_STYLES = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)
_SCRIPTS = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def policy(document: str, *, hosts: Sequence[str] = ()) -> str:
    """The Content-Security-Policy of a document: its own inline texts by hash, nothing else; `hosts` may frame it."""
    rules = [
        "default-src 'none'",
        f"script-src {inline(_SCRIPTS.findall(document)) or _NOTHING}",
        f"style-src {inline(_STYLES.findall(document)) or _NOTHING}",
        ICON_RULE,
        "base-uri 'none'",
        "form-action 'none'",
        "sandbox allow-scripts allow-popups allow-popups-to-escape-sandbox allow-downloads",
        f"frame-ancestors {' '.join(hosts) or '*'}",
    ]
    return "; ".join(rules)


def inline(texts: Iterable[str]) -> str:
    """What lets a page use these very texts of styles or scripts; empty for none."""
    digests = (b64encode(hashlib.sha256(said.encode()).digest()).decode() for said in texts)
    return " ".join(dict.fromkeys(f"'sha256-{digest}'" for digest in digests))


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
#: Of the one for print: a page of A4 or Letter within its margins.
ON_PAPER = 710
#: Of those on a page of the app, as page.css shows them: in a window in which charts have their narrow figure, and in
#: one in which they have their wide one.
ON_PAGE = {"narrow": (320, 520), "wide": (900,)}
_ROW = re.compile(r' data-(?:row|event)="[^"]*"')
#: Comments and indentation of a script; none of ours has a string of several lines.
_REMARK = re.compile(r"^\s*//.*\n|^[ ]+", re.MULTILINE)
#: What a script has spaces around, and ends lines with, for its readers; none of ours has that in a string.
_AIRY = re.compile(r" (=>|[!=]==?|&&|\|\||\?\??|:|[<>]=?|[{}]) |(?<=[{;,])\n")
_COMMENT = re.compile(r"/\*.*?\*/\s*", re.DOTALL)
_SPACED = re.compile(r"\s*([{};,>])\s*")


@cache
def asset(path: Path) -> str:
    """A script or a style without its comments and spaces, a script without what makes it a module."""
    said = path.read_text(encoding="utf-8")
    if path.suffix == ".js":
        return _AIRY.sub(lambda sign: sign[1] or "", _REMARK.sub("", said).replace("export const", "const"))
    return _SPACED.sub(r"\1", _COMMENT.sub("", said))


def rules(embed: Embed) -> str:
    """The style of a document, and of the bar where it is played."""
    return asset(HERE / "document.css") + (asset(PLAYER / "player.css") if embed.chart.played else "")


def header(embed: Embed, lines: Lines, *, level: str = "h1") -> str:
    """The headline and the summary, in which a player tells its moment."""
    long = "nd-title nd-long" if lines.long else "nd-title"
    title = element(level, unbroken(text(lines.headline)), class_=long, dir="auto", id="nd-title")
    return element("header", title + f'<p class="nd-told" dir="auto">{unbroken(text(lines.summary))}</p>')


def stage(embed: Embed, drawn: Sequence[int] = DRAWN, *, alone: bool = False, teller: Teller | None = None) -> str:
    """The drawings over the clock, of which the width chooses one; of what is played its tally too.

    Those for one class of windows `alone` are shown in any.
    """
    own = embed.listed.own
    chart = over_the_clock(embed.chart)
    draw = partial(_drawing, embed, chart, own=own, teller=teller or Teller(chart, embed.clock))
    drawings = "\n".join(f'<div class="nd-{width}">{draw(width)}</div>' for width in drawn)
    found = element(
        "div",
        drawings + ("" if embed.chart.played else _paper(embed)),
        class_="nd-stage nd-alone" if alone else "nd-stage",
    )
    return f"{play_bar(embed)}{found}{_tally(embed, own)}" if embed.chart.played else found


def _paper(embed: Embed) -> str:
    """The drawing for print, with numbers on marks and what they stand for; nothing of a chart that has no clock."""
    if not apart(embed.chart.lanes)[1] and not embed.chart.events:
        return ""
    theme, adaptive = ground(embed)
    chart, own = over_the_clock(embed.chart), embed.listed.own
    drawn = svg.draw(
        *(chart, embed.clock), width=ON_PAPER, theme=theme, adaptive=adaptive, brief=True, own=own, paper=True,
        within=True,
    )  # fmt: skip
    return element("div", _ROW.sub("", drawn), class_="nd-paper")


def _drawing(embed: Embed, chart: Chart, width: int, *, own: frozenset[str] | None, teller: Teller) -> str:
    """One drawing without what stands in the page already: its rules, and the sentence of each mark."""
    theme, adaptive = ground(embed)
    return svg.draw(
        *(chart, embed.clock), width=width, theme=theme, adaptive=adaptive, brief=True, own=own, teller=teller,
        within=True,
    )  # fmt: skip


def over_the_clock(chart: Chart) -> Chart:
    """What a document draws for each class of width: of what is played all but its tally, which stands once."""
    return replace(chart, lanes=tuple(apart(chart.lanes)[1])) if chart.played else chart


def _tally(embed: Embed, own: frozenset[str] | None) -> str:
    theme, adaptive = ground(embed)
    found = svg.draw_tally(embed.chart, embed.clock, theme=theme, adaptive=adaptive, own=own)
    if not found:
        return ""
    sums, units = element("div", found.sums, class_="nd-sums"), "" if found.lettered else " nd-units"
    return element("div", sums + element("div", found.map, class_=f"nd-map{units}"), class_="nd-tally")


def played_part(embed: Embed, figures: Sequence[str] = tuple(ON_PAGE), *, teller: Teller | None = None) -> str:
    """The open part of a document as an element that a page of the app can hold in a root of its own.

    It has the drawings for windows in which charts have these `figures`. Whoever tells of its marks besides has one
    `teller` for both.
    """
    lines = lines_of(embed)
    style = (
        page_style(embed, rules(embed) + asset(HERE / "page.css")).replace(":root", ":host").replace("body{", ":host{")
    )
    drawn = [width for name in figures for width in ON_PAGE[name]]
    figure = header(embed, lines, level="h2") + stage(embed, drawn, alone=len(figures) < len(ON_PAGE), teller=teller)
    return f"<style>{style}</style>{element('figure', figure, class_='nd nd-played', aria_labelledby='nd-title')}"


#: Scripts of a document that is read, and of one that is played.
READ_BY = (PLAYER / "cards.js", HERE / "reading.js", HERE / "hosting.js")
PLAYED_BY = (PLAYER / "cards.js", HERE / "reading.js", PLAYER / "player.js", HERE / "playing.js", HERE / "hosting.js")
#: Ahead of these where many units are drawn in one.
UNPACKED_BY = (PLAYER / "units.js", HERE / "unpacking.js")
#: And where calls were taken back.
LIVED_BY = (PLAYER / "lives.js", HERE / "living.js")


def draw_document(embed: Embed) -> str:
    """The page as HTML text in UTF-8, the same for the same embed on every machine at any time."""
    lines = lines_of(embed)
    night = night_of(embed) if embed.chart.played else None
    read = _scripted(_played_by(night) if night else READ_BY)
    return (
        f'<!doctype html>\n<html lang="en"><head>{"".join(_head(embed, lines))}</head>\n'
        f"<body>{_figure(embed, lines, night)}\n"
        f"{read}"
        "</body></html>\n"
    )


def _played_by(night: dict[str, Any]) -> tuple[Path, ...]:
    unpacked, lived = UNPACKED_BY if "units" in night else (), LIVED_BY if "lives" in night else ()
    return (*unpacked, *lived, *PLAYED_BY)


def _scripted(scripts: tuple[Path, ...]) -> str:
    """Scripts as one: each without its comments and without what makes it a module."""
    return f"<script>{chr(10).join(map(asset, scripts))}</script>"


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
    moments = table_moments(embed, night) if night else {}

    def inside(name: str) -> str:
        return moments_list(night) if night and name == "nd-list" else panel(embed, name, moments)

    folded = "\n".join(
        f'<details id="{name}"><summary>{text(said)}</summary>{inside(name)}</details>' for name, said in lines.folded
    )
    foot = "".join(f"<bdi>{link(piece)}</bdi>" if piece.link else link(piece) for piece in lines.foot)
    if night:
        # Ahead of the words that its sentences repeat: what lies close to its like packs smaller.
        data = script_safe(packed(night, moments))
        folded = f'<script type="application/json" id="nd-night">{data}</script>{folded}{then()}'
    footer = f'<footer><div class="nd-more">{folded}</div><p class="nd-foot">{foot}</p></footer>'
    return element(
        "figure",
        f"{test_band(embed)}{header(embed, lines)}\n{stage(embed)}\n{footer}",
        class_="nd nd-played" if night else "nd",
        id="nightdesk",
        aria_labelledby="nd-title",
        data_story=embed.story.slug,
        data_chart=embed.chart.slug,
    )
