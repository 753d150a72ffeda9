"""The alphabet of a text that is not in Unicode: the one in which its letters are likeliest those of a language."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from data.sources.trends_csv.cells import CATEGORY, PLACES, RISING, STEPS, TABLE, TOP, folded

#: Letters beyond ASCII of the languages whose spreadsheets write an encoding, the commonest first.
_ALPHABETS = TABLE["letters"]
#: Encodings of one byte a letter; of two that read a text alike the first wins. mac_roman: Excel on a Mac.
_LETTERS: Mapping[str, Sequence[str]] = {
    "cp1252": _ALPHABETS["western"],
    "cp1251": _ALPHABETS["cyrillic"],
    "cp1250": _ALPHABETS["central"],
    **{name: _ALPHABETS[name] for name in ("cp1254", "cp1253", "cp1255", "cp1256", "cp1257", "cp1258", "cp874")},
    "iso8859_2": _ALPHABETS["central"],
    "mac_roman": _ALPHABETS["western"],
}
#: Whether the letters of an encoding replace those of ASCII in its languages, or are a few beside them.
_WHOLE = {"cp1251", "cp1253", "cp1255", "cp1256", "cp874"}
_BESIDE = 0.15  # the share of such few letters among all
_SIGNS = frozenset("“”‘’„‚–—…«»·°€£×©®\xa0、。，：；（）「」・～！？％")
_SIGN, _MISS = math.log(0.01), math.log(1e-7)
_ASCII = math.log(1 / 26)  # a letter of ASCII, where it is not the second byte of another
_ODD = -6.0  # a capital within a word, a word of two scripts, a mark on nothing
_KNOWN = 25.0  # a word that exports print
_RARER = 0.5  # how much rarer each language of an encoding is met than the one before
_KANA = math.log(1 / 120)
#: What is met more often, or less.
_COMMON = {"cp1252": 1.5, "cp1250": 1.0, "cp1251": 1.0, "iso8859_2": -2.0, "mac_roman": -2.0}
_READ = 6_000  # bytes that are judged
_LINES = 20  # lines that may begin with a word that exports print
_PRINTED = frozenset((*STEPS, *PLACES, *CATEGORY, *TOP, *RISING))
#: A small letter before a capital, letters of two scripts beside each other, a Thai mark that no consonant bears.
_ODD_SHAPES = re.compile(
    "[a-zß-öø-ÿа-џά-ώ](?=[A-ZÀ-ÖØ-ÞЀ-ЯΆΈ-Ϋ])|[A-Za-z](?=[\u0370-\u0e7f])|[\u0370-\u0e7f](?=[A-Za-z])"
    "|(?<![\u0e01-\u0e2e\u0e30-\u0e4e])[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]"
)


class Decoded(NamedTuple):
    """A text, the encoding it was read in, and whether words that exports print bear it out."""

    text: str
    encoding: str
    known: bool


def decode_legacy(data: bytes) -> Decoded | None:
    """The text in the likeliest encoding that a spreadsheet writes besides Unicode; None if it is in none of them."""
    found: list[tuple[float, Decoded]] = []
    for encoding in (*_LETTERS, *_TWO_BYTES):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        start = data[:_READ].decode(encoding, "ignore")
        known = _known_words(start)
        whole = unicodedata.normalize("NFC", text) if encoding == "cp1258" else text
        likelihood = _likelihood(start, encoding) + _KNOWN * known + _COMMON.get(encoding, 0.0)
        found.append((likelihood, Decoded(whole, encoding, known > 0)))
    return max(found, key=lambda pair: pair[0])[1] if found else None


def _known_words(text: str) -> int:
    """How many of the first lines begin with a word, with a letter beyond ASCII in it, that exports print."""
    starts = (re.split(r'[,;\t:："]', line.strip(' "'))[0] for line in text.splitlines()[:_LINES])
    return sum(not word.isascii() and folded(word) in _PRINTED for word in starts)


def _likelihood(text: str, encoding: str) -> float:
    """The logarithm of how likely these letters are in the language of this encoding that fits them best."""
    two = _TWO_BYTES.get(encoding)
    judges = [two] if two else [_letter_of(letters, encoding in _WHOLE) for letters in _LETTERS[encoding]]
    counts = Counter(
        char.lower() if len(char.lower()) == 1 else char for char in text if char.isalpha() or not char.isascii()
    )
    likeliest = max(
        sum(count * judge(char) for char, count in counts.items()) - _RARER * place
        for place, judge in enumerate(judges)
    )
    return likeliest + _ODD * len(_ODD_SHAPES.findall(text))


@lru_cache(maxsize=64)
def _letter_of(letters: str, whole: bool) -> Callable[[str], float]:
    """How likely a letter is: by its rank in the language, as Zipf has it."""
    share = 1.0 if whole else _BESIDE
    total = sum(1 / (rank + 2) for rank in range(len(letters)))
    known = {letter: math.log(share / (rank + 2) / total) for rank, letter in enumerate(letters)}

    def judge(char: str) -> float:
        return _ASCII if char.isascii() else _SIGN if char in _SIGNS else known.get(char, _MISS)

    return judge


def _of_two_bytes(encoding: str, common: range, letters: str, chance: float) -> Callable[[str], float]:
    """As `_letter_of`, where the first byte tells common characters from rare ones; `letters` are more of these."""

    def judge(char: str) -> float:
        if char.isascii() or char in _SIGNS:
            return _ASCII if char.isascii() else _SIGN
        if re.fullmatch(letters, char):
            return _KANA
        packed = char.encode(encoding, "replace")
        return math.log(chance) if len(packed) == 2 and packed[0] in common else _MISS

    return judge


#: Encodings of two bytes a character, and which of them are common: the first level of each national standard.
_TWO_BYTES: Mapping[str, Callable[[str], float]] = {
    "cp932": _of_two_bytes("cp932", range(0x88, 0x98), "[ぁ-んァ-ヶー]", 1 / 2_500),
    "cp949": _of_two_bytes("euc_kr", range(0xB0, 0xC9), "", 1 / 1_200),
    "gb18030": _of_two_bytes("gb2312", range(0xB0, 0xD8), "", 1 / 2_000),
    "big5": _of_two_bytes("big5", range(0xA4, 0xC7), "", 1 / 2_500),
}
