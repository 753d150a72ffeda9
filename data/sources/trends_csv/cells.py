"""What one cell says: a value, how it is censored, a name, a place or dates; in any language of Google's site."""

from __future__ import annotations

import math
import re
import tomllib
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

#: The words of Google's site, in its languages.
TABLE = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))


def folded(text: str) -> str:
    """The text without case, accents or the shape of its characters, so that two spellings of a word compare."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"\s+", " ", "".join(char for char in plain if not unicodedata.combining(char))).strip(" .:")


def _words(text: str) -> frozenset[str]:
    return frozenset(word for part in text.replace("\n", "").split("|") if (word := folded(part)))


#: What the first column of a series is called -> the step the word speaks of, "" where it speaks of none.
STEPS = {word: step for step, text in TABLE["steps"].items() for word in _words(text)}
_LISTS = {name: _words(text) for name, text in TABLE["words"].items()}
PLACES, TOP, RISING, BREAKOUT = (_LISTS[name] for name in ("places", "top", "rising", "breakout"))
CATEGORY, ALL_CATEGORIES, LESS_THAN, TRUE = (
    _LISTS[name] for name in ("category", "all_categories", "less_than", "true")
)


def _beginnings() -> dict[str, int]:
    found: dict[str, set[int]] = {}
    months = {int(month): [folded(name) for name in names.split()] for month, names in TABLE["months"].items()}
    for month, names in months.items():
        for name in names:
            for length in range(3, len(name) + 1):
                found.setdefault(name[:length], set()).add(month)
    whole = {name: month for month, names in months.items() for name in names}
    return {name: months.copy().pop() for name, months in found.items() if len(months) == 1} | whole


#: Month numbers by their names and unmistakable abbreviations, folded.
MONTHS = _beginnings()


_LONGEST_VALUE = 60  # characters; "sprunghafter Anstieg" has 20
_LONGEST_LABEL = 1_000  # characters; the website takes keywords of 100
#: Marks of direction and width that browsers and spreadsheets leave around a text.
_INVISIBLE = "\ufeff\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069"
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(?:[., '’]\d{3})+")
_IN_WORDS = re.compile(r"([+-]?)\s*(\d[\d., '’]*)")
_OPENING = re.compile(r"[:：]\s*[(（]")
_COLON = re.compile(r"[:：]")


class Value(NamedTuple):
    """A cell of values: `kind` is number, percent, less (below 1), blank or word; `number` is NaN where it has none."""

    kind: str
    number: float = math.nan
    text: str = ""


class ColumnHead(NamedTuple):
    """The head of a column: `keyword: (inside)`, whose inside is a place or, for regions, the dates."""

    term: str
    inside: str = ""

    @property
    def dated(self) -> bool:
        """Whether the brackets hold dates rather than a place."""
        return any(char.isdecimal() for char in self.inside)


def trimmed(cell: str) -> str:
    """The cell without white space and invisible marks around it."""
    return cell.strip(_INVISIBLE + " \t\xa0\u3000\u202f")


def plain(text: str) -> str:
    """The text with ASCII digits and the common forms of signs, for reading numbers and dates."""
    if text.isascii():
        return text.strip()
    text = unicodedata.normalize("NFKC", trimmed(text)).translate({0x2212: "-", 0x066A: "%", 0x066B: ".", 0x066C: ","})
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text).strip()


@lru_cache(maxsize=4_096)
def read_value(cell: str) -> Value:
    """What a cell of values says; a word is given back as `text`."""
    if len(cell) > _LONGEST_VALUE:
        return Value("word", text=cell)
    text = plain(cell).removeprefix("'")
    if folded(text) in {"", "na", "n/a", "nan"}:
        return Value("blank")
    if _is_less(text):
        return Value("less", 0.0)
    if "%" in text:
        return _percent(text)
    if _GROUPED.fullmatch(text) or _NUMBER.fullmatch(text):
        return Value("number", _number(text))
    return Value("word", text=cell)


def is_value(cell: str) -> bool:
    """Whether the cell holds a value that is not blank and not a word."""
    return read_value(cell).kind in {"number", "percent", "less"}


def _is_less(text: str) -> bool:
    """ "<1", "< 1", "<1%", "&lt;1", "1 未満", "menos de 1": below the resolution of the index."""
    sign = text.replace("&lt;", "<").rstrip("% ").replace(" ", "")
    if sign in {"<1", "1>", "‹1"}:
        return True
    digits = re.findall(r"\d+", text)
    return digits == ["1"] and folded(text.replace("1", " ", 1).replace("%", "")) in LESS_THAN


def _percent(text: str) -> Value:
    """ "+3,750%", "Mais 2.000%", "+1 200 %", "%750": the digits around or beside the sign."""
    found = _IN_WORDS.findall(text)
    if len(found) != 1:
        return Value("word", text=text)
    sign, digits = found[0]
    digits = digits.strip(" .,'’")
    if not (_GROUPED.fullmatch(digits) or _NUMBER.fullmatch(digits)):
        return Value("word", text=text)
    return Value("percent", _number(digits) * (-1 if sign == "-" else 1))


def _number(text: str) -> float:
    """A number with either decimal sign, or grouped in thousands."""
    if _GROUPED.fullmatch(text):
        return float(re.sub(r"[., '’]", "", text))
    return float(text.replace(",", "."))


def read_label(cell: str) -> ColumnHead:
    """A keyword and what its brackets say; the keyword may hold colons, brackets, commas and quotation marks."""
    if len(cell) <= _LONGEST_LABEL and cell.endswith((")", "）")):
        openings = list(_OPENING.finditer(cell))
        if openings:
            last = openings[-1]
            return ColumnHead(trimmed(cell[: last.start()]), trimmed(cell[last.end() : -1]))
    return ColumnHead(cell)


def read_place_alone(cell: str) -> str:
    """The place in "Geo: Ohio", the head of a column that has no keyword; "" for any other head."""
    head, *rest = _COLON.split(cell, maxsplit=1)
    return trimmed(rest[0]) if rest and folded(head) in PLACES else ""


def dates_and_place(inside: str) -> tuple[str, str]:
    """The two halves of "3/5/20 - 3/5/21, Philadelphia PA": as printed, "" for the half that is not there."""
    last = max((place for place, char in enumerate(inside) if char.isdecimal()), default=-1)
    if last < 0:
        return "", inside
    comma = re.search(r"[,，،、]", inside[last:])
    if not comma:
        return inside, ""
    return trimmed(inside[: last + comma.start()]), trimmed(inside[last + comma.end() :])
