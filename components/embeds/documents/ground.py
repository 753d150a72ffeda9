"""The ground that our pages stand on: colours and type of a theme as CSS, for documents and share pages alike."""

from __future__ import annotations

from components.charts import svg
from components.charts.theme import DARK, LIGHT, SANS, SERIF, TEST_GROUND, TEST_INK, Theme
from components.embeds.embed import Embed

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
    return found + rules + (TEST_RULES if embed.chart.banner else "") + svg.style(theme, adaptive=adaptive)


def _variables(theme: Theme) -> str:
    colours = {
        "paper": theme.paper, "ink": theme.ink, "quiet": theme.quiet,
        "rule": theme.rule, "band": theme.band, "accent": _ACCENTS[theme.name],
    }  # fmt: skip
    return ";".join(f"--{name}:{colour}" for name, colour in colours.items())
