"""The lines above the columns of an export: its category, and in older ones its place and dates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from data.faults import quoted
from data.sources.trends_words import ALL_CATEGORIES, CATEGORY, folded

_COLON = re.compile(r"\s*[:：]\s*")


@dataclass(slots=True)
class Preamble:
    """`found` says whether a line is one that only Google Trends prints; the texts are as printed."""

    found: bool = False
    category: str = ""
    geo: str = ""
    dates: str = ""
    notes: list[str] = field(default_factory=list)


def texts(rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines that hold anything, each as one text: a comma in a line of prose is no separator."""
    return [text for row in rows if (text := ", ".join(cell for cell in row if cell))]


def read_preamble(rows: Sequence[Sequence[str]]) -> Preamble:
    """What the lines say; lines in an unknown language are kept as printed and prove nothing."""
    preamble, lines = Preamble(), texts(rows)
    for text in lines:
        head, *rest = _COLON.split(text, maxsplit=1)
        if rest and folded(head) in CATEGORY:
            preamble.found, preamble.category = True, rest[0]
        elif rest and text == lines[0] and "interest" in folded(head):
            preamble.found = True  # "Web Search interest: bread", until 2016
        elif preamble.found and re.search(r";.*\d{4}", text):
            preamble.geo, preamble.dates = (part.strip() for part in text.split(";", maxsplit=1))
    if preamble.category and folded(preamble.category) not in ALL_CATEGORIES:
        said = quoted(preamble.category)
        preamble.notes.append(
            f"The file is of the category {said}: unless that means all, it counts only part of them."
        )
    return preamble
