"""The words of a story inside its story.toml: one is changed, added or taken out, and every other letter stays."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import tomli_w

from data.story.row_checks import AboutFile

#: Where a text stands: ("title",), or ("known", 2, "text") of the third [[known]].
Where = tuple[str | int, ...]
#: Texts of the whole story, with what a person calls them.
WORDS = {"title": "Headline", "kicker": "Kicker", "short": "Short name", "dek": "Summary"}
#: Lists of entries, with what one of them is called, and their keys.
LISTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "known": ("What we know", ("text", "source")),
    "unknown": ("What we don’t know", ("text", "source")),
    "settle": ("What would settle it", ("text", "source")),
}
_VALUE = re.compile(r'("""(?:[^"\\]|\\.|"{1,2}(?!"))*"""|\'\'\'.*?\'\'\'|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\')', re.DOTALL)
_HEADER = re.compile(r"^[ \t]*\[", re.MULTILINE)
#: Why a text is left to whoever edits the file whole.
BY_HAND = "story.toml writes this in a way that only the whole file can be edited for"


def value_at(raw: Mapping[str, Any], where: Where) -> str:
    """The text at a place, empty where there is none."""
    found: Any = raw
    for part in where:
        try:
            found = found[part]
        except (KeyError, IndexError):
            return ""
    return found if isinstance(found, str) else ""


def with_text(toml: str, where: Where, value: str) -> str:
    """The file with another text at this place, all else as it was. ValueError where that cannot be done safely."""
    wanted = tomllib.loads(toml)
    holder: Any = wanted
    for part in where[:-1]:
        holder = holder[part]
    there = where[-1] in holder
    holder[where[-1]] = value
    start = _line_start(toml, where if there else (*where[:-1], next(iter(holder))))
    written = tomli_w.dumps({str(where[-1]): value})
    if not there:
        return _sound(f"{toml[:start]}{written}{toml[start:]}", wanted)
    found = _VALUE.search(toml, toml.index("=", start))
    if found is None:
        raise ValueError(BY_HAND)
    return _sound(f"{toml[: found.start()]}{written.partition('=')[2].strip()}{toml[found.end() :]}", wanted)


def with_entry(toml: str, name: str, entry: Mapping[str, str | bool]) -> str:
    """The file with a further entry of a list, after the last one of it. ValueError as above."""
    wanted = tomllib.loads(toml)
    count = len(wanted.get(name, []))
    wanted.setdefault(name, []).append(dict(entry))
    block = f"[[{name}]]\n{tomli_w.dumps(dict(entry))}"
    end = _block(toml, name, count - 1)[1] if count else len(toml)
    before = toml[:end].rstrip("\n")
    return _sound(f"{before}\n\n{block}\n{toml[end:].lstrip(chr(10))}", wanted)


def without_entry(toml: str, name: str, index: int) -> str:
    """The file without one entry of a list. ValueError as above."""
    wanted = deepcopy(tomllib.loads(toml))
    del wanted[name][index]
    if not wanted[name]:
        del wanted[name]
    start, end = _block(toml, name, index)
    return _sound(toml[:start] + toml[end:], wanted)


def _block(toml: str, name: str, index: int) -> tuple[int, int]:
    """Where an entry of a list begins and ends."""
    headers = list(re.finditer(rf"^[ \t]*\[\[\s*{re.escape(name)}\s*\]\]", toml, re.MULTILINE))
    if index >= len(headers):
        raise ValueError(BY_HAND)
    after = _HEADER.search(toml, headers[index].end())
    return headers[index].start(), after.start() if after else len(toml)


def _line_start(toml: str, where: Where) -> int:
    """Where the line of a key begins."""
    line = AboutFile(None, toml).fault(where, "", "").row
    if line is None:
        raise ValueError(BY_HAND)
    return sum(map(len, toml.splitlines(keepends=True)[: line - 1]))


def _sound(toml: str, wanted: Mapping[str, Any]) -> str:
    """The new text, which says what is wanted and nothing else."""
    try:
        if tomllib.loads(toml) == wanted:
            return toml
    except tomllib.TOMLDecodeError:
        pass
    raise ValueError(BY_HAND)
