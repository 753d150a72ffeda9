"""What a drawing or a page may say: text made inert, measured without a browser, broken into lines, escaped."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from html import escape

from PIL import ImageFont

#: Longest text that a drawing carries; whole sentences are in the list and the table beside it.
PLAIN_CHARACTERS = 200
#: Arial and its kin run up to 6 % wider than Pillow's own face, and bold as much again; measured in a browser.
REGULAR, BOLD, SERIF_BOLD = 1.08, 1.15, 1.18
_UNIT = 100
_LATIN = 0x24F
_READ_AT_MOST = 4_000
#: Spaces that no line may break at: before a.m. and p.m., after an abbreviation and before its number.
_HELD = re.compile(r" (?=[ap]\.m\.)|(?<=[a-z]\.) (?=\d{1,2}\b)")
#: Begins the title and the takeaway of a chart that is no more than a test.
TEST = "TEST: "
#: Keeps two words on one line.
HARD_SPACE = "\u00a0"


def mark_of(banner: str) -> str:
    """What the marks over a drawing say: the word that its banner begins with, TEST or DRAFT."""
    return banner.partition(":")[0]


def plain(text: str, *, most: int = PLAIN_CHARACTERS) -> str:
    """One line without markup characters, control or bidi characters, at most `most` characters long.

    Plotly reads `<a href>`, entities and `$...$` in any text it is given. Angle brackets become ‹ ›, so that
    "<1" still says so; an ampersand that may begin an entity becomes "and", and of several dollars none stays a sign.
    """
    text = visible(text)
    # Looking first, and no translation table: a text without these signs, as a bin's is, takes an eighth of the time.
    if "&" in text:
        text = re.sub(r"\s*&(?=#?\w+;)", " and ", text)
    if text.count("$") > 1:
        text = re.sub(r"(?<![A-Za-z])\$(?=\d)", "USD ", text).replace("$", "")
    return _cut(" ".join(text.replace("<", "‹").replace(">", "›").split()), most)


def visible(text: str) -> str:
    """The text without characters that have no shape: controls, bidi marks, surrogates, unassigned code points."""
    if text.isprintable():
        return text[:_READ_AT_MOST]
    kept = (" " if char.isspace() else char for char in text[:_READ_AT_MOST])
    return "".join(char for char in kept if unicodedata.category(char)[0] != "C")


def xml(text: str, *, most: int = PLAIN_CHARACTERS) -> str:
    """Text for an XML element or attribute: invisible characters gone, the rest escaped, at most `most` long."""
    return escape(_cut(" ".join(visible(text).split()), most))


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


@cache
def _advance(char: str) -> float:
    """Width of a character in em. Pillow's face holds Latin; elsewhere a generous width by script stands in."""
    if ord(char) <= _LATIN or char in "–—‘’“”…‹›•":
        return ImageFont.load_default(_UNIT).getlength(char) / _UNIT
    if unicodedata.combining(char):
        return 0.0
    return 1.05 if unicodedata.east_asian_width(char) in "WF" else 0.72


@lru_cache(maxsize=20_000)
def _em(text: str) -> float:
    return sum(map(_advance, text))


def text_width(text: str, size: float, *, factor: float = REGULAR) -> float:
    """Width of a line in pixels, a little generous, the same on every machine."""
    return _em(text) * size * factor


def wrap(text: str, size: float, width: float, *, factor: float = REGULAR, lines: int = 99) -> list[str]:
    """The text broken at spaces into lines of at most `width` pixels, the last one cut where `lines` do not suffice."""
    unit, space = size * factor, _em(" ")
    found: list[str] = []
    used = 0.0
    for word in unbroken(text).replace("\n", " ").split(" "):
        if not word:
            continue
        length = _em(word)
        if found and (used + space + length) * unit <= width:
            found[-1] += f" {word}"
            used += space + length
        else:
            found.append(fitted(word, size, width, factor=factor))
            used = _em(found[-1])
    if len(found) > lines:
        found = [*found[: lines - 1], fitted(" ".join(found[lines - 1 :]), size, width, factor=factor)]
    return [line.replace(HARD_SPACE, " ") for line in found]


def short_forms(text: str) -> Iterator[str]:
    """The text, then shorter ones made of its whole clauses: without its lead-in ("State: "), then without its tail.

    "Failing: Error page seen, CTV News, via Newsmax" becomes "Error page seen, CTV News", then "Error page seen".
    """
    yield text
    _, colon, rest = text.partition(": ")
    rest = rest if colon else text
    yield rest
    while ", " in rest:
        rest = rest.rpartition(", ")[0]
        if rest.count("“") == rest.count("”"):
            yield rest


def first_fitting(forms: Sequence[str], size: float, width: float) -> str:
    """The first of these forms of a text that `width` pixels hold, else as much of the last one as they do."""
    return next((form for form in forms if text_width(form, size) <= width), fitted(forms[-1], size, width))


def shortened(text: str, limit: int) -> str:
    """The text, cut at a word and marked with an ellipsis where it is longer than `limit` characters."""
    return text if len(text) <= limit else text[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"


def whole(parts: Sequence[str], limit: int) -> str:
    """The parts of a text that `limit` characters hold, each with its own end; without the last ones where they do not.

    Cut at a word only where not even the first of them fits.
    """
    kept = "".join(parts[:1])
    for part in parts[1:]:
        if len(kept) + 1 + len(part) > limit:
            break
        kept += f" {part}"
    return shortened(kept.removesuffix(";"), limit)


def capital(text: str) -> str:
    """The text as it begins a sentence."""
    return text[:1].upper() + text[1:]


def fitted(text: str, size: float, width: float, *, factor: float = REGULAR) -> str:
    """The text, or as many of its characters as `width` pixels hold, with an ellipsis."""
    if text_width(text, size, factor=factor) <= width:
        return text
    held = bisect_right(range(len(text)), width, key=lambda most: text_width(text[:most] + "…", size, factor=factor))
    return text[: max(held - 1, 0)].rstrip() + "…"


#: Streamlit turns :material/home: and :smile: into pictures even where the colon is escaped; a sign without width
#: between colon and word keeps them words.
_NAMED, _JOINER = re.compile(r":(?=[A-Za-z_+-][\w+/-]*[:\[])"), "\u2060"
# A sentence takes 15 microseconds; sign by sign it took 25.
_SIGNS = re.compile(r"[\\`*_{}\[\]<>()#+!|$~:^]")


def unbroken(text: str) -> str:
    """The text with no line to break inside a time or a date: before a.m. and p.m., and between month and day."""
    return _HELD.sub(HARD_SPACE, text)


def markdown(text: str) -> str:
    """The text as Markdown in which no link, formula, icon, list or tag comes alive, and no time is broken."""
    text = unbroken(_NAMED.sub(f":{_JOINER}", visible(text)))
    return _SIGNS.sub(r"\\\g<0>", text)
