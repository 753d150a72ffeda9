"""The words in a story.toml: one is changed, two people's are put together by key, and every other letter stays."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any

import tomlkit
from tomlkit.items import AoT, Table

from data.story.new_story import toml_text

#: Where a text stands: ("title",), or ("known", 2, "text") of the third [[known]].
Where = tuple[str | int, ...]
Value = str | bool | int | datetime


def value_at(raw: Mapping[str, Any], where: Where) -> str:
    """The text at a place, empty where there is none."""
    found = _at(raw, where)
    return found if isinstance(found, str) else ""


def _at(raw: Mapping[str, Any], where: Where) -> Any:
    found: Any = raw
    for part in where:
        try:
            found = found[part]
        except (KeyError, IndexError):
            return ""
    return found


def with_value(toml: str, where: Where, value: Value) -> str:
    """The file with another value at this place, or without it where that is empty; all else as it was."""
    whole = tomlkit.parse(toml)
    if value == _at(whole, where):
        return toml
    holder: Any = whole
    for part in where[:-1]:
        holder = holder[part]
    if value == "":
        del holder[where[-1]]
    else:
        # A new key comes behind the last one, since a comment at the end of a table may speak of what follows.
        body = holder.value.body if isinstance(holder, Table) and where[-1] not in holder else []
        end = max((place for place, (key, _) in enumerate(body, 1) if key), default=len(body))
        after, body[end:] = body[end:], []
        holder[where[-1]] = value
        body += after
    return tomlkit.dumps(whole)


def with_entry(toml: str, name: str, entry: Mapping[str, Value]) -> str:
    """The file with a further entry of a list, after the last one of it."""
    whole = tomlkit.parse(toml)
    entries: Any = whole.setdefault(name, tomlkit.aot())
    new = tomlkit.item(dict(entry), _parent=entries)
    if entries and isinstance(entries, AoT):
        if not entries[-1].as_string().endswith("\n\n"):
            entries[-1].add(tomlkit.nl())
        if list(whole)[-1] != name:
            new.add(tomlkit.nl())
    entries.append(new)
    return tomlkit.dumps(whole)


def without_entry(toml: str, name: str, index: int) -> str:
    """The file without one entry of a list, and without the list where that was its last one."""
    whole = tomlkit.parse(toml)
    entries: Any = whole[name]
    del entries[index]
    if not entries:
        del whole[name]
    return tomlkit.dumps(whole)


@dataclass(frozen=True, slots=True)
class Clash:
    """A key that both changed, like "known 2 text", with what each makes of it; empty where one took it out."""

    key: str
    mine: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Merged:
    """Both versions in one text, in which theirs stands wherever the two clash."""

    text: str
    clashes: tuple[Clash, ...]


def merged(base: str, mine: str, theirs: str, *, own: Collection[str] = ()) -> Merged:
    """Their text with all that I changed of what we both began with; mine wins at the keys named in `own`.

    Entries of a list are told apart by what they say, so that one that came or went moves no change to another.
    """
    found = _Merging(frozenset(own))
    into = tomlkit.parse(theirs)
    found.tables(tomlkit.parse(base).unwrap(), tomlkit.parse(mine), into, ())
    return Merged(tomlkit.dumps(into), tuple(found.clashes))


@dataclass(slots=True)
class _Merging:
    """Puts one version into another; what both changed is gathered."""

    own: frozenset[str]
    clashes: list[Clash] = field(default_factory=list)

    def tables(self, base: Mapping[str, Any], mine: Any, theirs: Any, at: tuple[str, ...]) -> None:
        """Change `theirs` by what `mine` has otherwise than `base`."""
        for key in dict.fromkeys((*mine, *base)):
            was, own, other = base.get(key), mine.get(key), theirs.get(key)
            if _plain(own) in (was, _plain(other)):
                continue
            if isinstance(own, dict) and isinstance(other, dict):
                self.tables(was or {}, own, other, (*at, key))
            elif isinstance(own, AoT) and isinstance(other, AoT):
                theirs[key] = self._list(was or [], own, other, (*at, key))
            elif self._takes_mine((*at, key), was, own, other):
                if own is None:
                    del theirs[key]
                else:
                    theirs[key] = own

    def _takes_mine(self, at: tuple[str, ...], was: Any, own: Any, other: Any) -> bool:
        key = " ".join(at)
        if _plain(other) == was or key in self.own:
            return True
        self.clashes.append(Clash(key, _shown(own), _shown(other)))
        return False

    def _list(self, base: Sequence[Any], mine: AoT, theirs: AoT, at: tuple[str, ...]) -> AoT:
        ours, others = _aligned(base, mine), _aligned(base, theirs)
        found: list[Any] = []
        for place in range(len(base) + 1):
            if place:
                was = base[place - 1]
                entry = self._entry(was, ours.kept.get(place), others.kept.get(place), (*at, str(place)))
                if entry is not None:
                    found.append(entry)
            new = others.new.get(place, [])
            found += [*new, *(one for one in ours.new.get(place, []) if one not in new)]
        # As one that was read: blank lines are those of its entries.
        return AoT(found, parsed=True)

    def _entry(self, was: Any, own: Any, other: Any, at: tuple[str, ...]) -> Any:
        """What becomes of an entry that both began with; None where it goes."""
        if own is not None and other is not None:
            self.tables(was, own, other, at)
            return other
        if _plain(own) == was or own is other:
            return other
        return own if self._takes_mine(at, was, own, other) else other


@dataclass(frozen=True, slots=True)
class _Aligned:
    """By the place of a base entry, counted from 1, what it has become, and what came new behind it."""

    kept: Mapping[int, Any]
    new: Mapping[int, list[Any]]


def _aligned(base: Sequence[Any], entries: AoT) -> _Aligned:
    kept: dict[int, Any] = {}
    new: dict[int, list[Any]] = {}
    was, now = ([json.dumps(_plain(one), default=str) for one in side] for side in (base, entries))
    for _, start, end, first, last in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if end - start == last - first:
            kept |= {start + place + 1: entries[first + place] for place in range(end - start)}
        elif last > first:  # which of them became which cannot be told
            new[end] = entries[first:last]
    return _Aligned(kept, new)


def _plain(value: Any) -> Any:
    return value.unwrap() if hasattr(value, "unwrap") else value


def _shown(value: Any) -> str:
    plain = _plain(value)
    if isinstance(plain, dict):
        return tomlkit.dumps(plain).strip()
    if isinstance(plain, list):
        return tomlkit.item(plain).as_string().strip()
    return "" if plain is None else toml_text(plain)
