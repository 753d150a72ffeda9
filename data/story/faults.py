"""Faults of a story, each said in one plain sentence: where it is, what was found there and what is wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

#: Faults listed of one file; the others are counted.
MOST_LISTED = 200
#: Characters of a cell that a sentence quotes.
LONGEST_QUOTED = 60
#: Characters of a sentence that a validator of story.toml says.
LONGEST_SAID = 300
#: Bits of a whole number that a sentence quotes; Python refuses to write out a really long one.
LONGEST_NUMBER_BITS = 200

_NAME = "a name of letters, digits and hyphens, at most 32"
_OUTLINES: Mapping[str, str] = MappingProxyType(
    {
        "id": "an id of lower-case letters, digits, dots and hyphens, at most 80, like us-fl-ap",
        **dict.fromkeys(("parties.id", "callers.id"), _NAME),
        "colour": "a colour like #2166AC",
        "case": "an id of lower-case letters, digits, dots and hyphens, at most 80, like census-2016",
        "code": "a code of capital letters, digits and hyphens, at most 16, like US-FL",
        **dict.fromkeys(("url", "picture"), "an address without spaces that starts with https:// or http://"),
    }
)
_PLAIN: Mapping[str, str] = MappingProxyType(
    {
        "missing": "a value",
        "literal_error": "one of {expected}",
        "enum": "one of {expected}",
        "extra_forbidden": "only keys that this part of story.toml has",
        "string_type": "a text in quotes",
        "string_too_short": "a value",
        "string_too_long": "at most {max_length:,} characters",
        "int_parsing": "a whole number",
        "int_type": "a whole number",
        "int_from_float": "a whole number",
        "int_parsing_size": "a smaller number",
        "float_parsing": "a number",
        "finite_number": "a number",
        "bool_type": "true or false",
        "greater_than_equal": "{ge:g} or more",
        "greater_than": "more than {gt:g}",
        "less_than_equal": "{le:g} or less",
        "too_short": "at least one entry",
        "tuple_type": "a list, or entries each under its own [[double brackets]]",
        "model_type": "one entry, under [single brackets]",
        "timezone_aware": "a time with its zone, like 2016-11-08T13:00:00-05:00",
        "datetime_type": "a time without quotes, like 2016-11-08T13:00:00-05:00",
        "date_type": "a date without quotes, like 2016-11-09",
        "datetime_from_date_parsing": "a time that exists, like 2016-11-09T03:50:00Z",
        "datetime_parsing": "a time that exists, like 2016-11-09T03:50:00Z",
        "date_from_datetime_parsing": "a date that exists, like 2016-11-09",
        "date_parsing": "a date that exists, like 2016-11-09",
    }
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend: `row` is the line of the file as an editor counts, `column` a column or a key of TOML.

    `wants` is empty where `found` already says both halves.
    """

    file: str
    row: int | None
    column: str
    found: str
    wants: str = ""

    def __str__(self) -> str:
        named = f"{'key' if self.file.endswith('.toml') else 'column'} {self.column}" if self.column else ""
        place = ", ".join(part for part in (self.file, f"line {self.row}" if self.row else "", named) if part)
        said = f"{place}: found {self.found}, expected {self.wants}" if self.wants else f"{place}: {self.found}"
        return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in said)


@dataclass(slots=True)
class Faults:
    """The faults of a folder as they are found; bounded, because one wrong column can fail 200,000 times."""

    count: int = 0
    _kept: dict[str, list[Fault]] = field(default_factory=dict)
    _more: dict[str, int] = field(default_factory=dict)

    def add(self, fault: Fault) -> None:
        """Keep the fault, or count it when its file already has enough."""
        if self.full(fault.file):
            self.add_unlisted(fault.file, 1)
        else:
            self.count += 1
            self._kept.setdefault(fault.file, []).append(fault)

    def full(self, file: str) -> bool:
        """Whether further faults of this file are only counted, so that nobody need work out what they say."""
        return len(self._kept.get(file, [])) >= MOST_LISTED

    def add_unlisted(self, file: str, more: int) -> None:
        """Count faults of a full file."""
        self.count += more
        self._more[file] = self._more.get(file, 0) + more

    def listed(self) -> tuple[Fault, ...]:
        """Every kept fault by file and line; a file with more of them ends with how many."""
        found: list[Fault] = []
        for file, kept in self._kept.items():
            found += sorted(kept, key=lambda fault: (fault.row is not None, fault.row or 0))
            if more := self._more.get(file):
                found.append(Fault(file, None, "", f"and {more:,} more fault{'s' if more > 1 else ''}"))
        return tuple(found)


def quoted(value: object) -> str:
    """The value as a sentence may quote it: short, on one line, control characters visible."""
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list | tuple):
        return f"a list of {len(value):,}"
    if isinstance(value, int) and value.bit_length() > LONGEST_NUMBER_BITS:
        return "a number of very many digits"
    if isinstance(value, date):
        return value.isoformat()
    text = repr(value) if not isinstance(value, str) else value
    short = text if len(text) <= LONGEST_QUOTED else text[: LONGEST_QUOTED - 1] + "…"
    return repr(short) if isinstance(value, str) else short


def told(detail: Mapping[str, Any], *, empty: str) -> tuple[str, str, str]:
    """The column or key of one error of pydantic, what was found there and what is wanted.

    `empty` is what to call a value that is not there. What is wanted may be empty, as in a Fault.
    """
    kind, context = detail["type"], detail.get("ctx", {})
    column = str(detail["loc"][-1]) if detail["loc"] else ""
    if kind == "cells":
        return context["column"], context["found"], context["wants"]
    found = {"missing": empty}.get(kind) or quoted(detail["input"])
    if kind == "value_error":
        said = str(context["error"])[:LONGEST_SAID]
        return (column, found, said.removeprefix("expected ")) if said.startswith("expected ") else (column, said, "")
    if kind == "string_too_long":
        found = f"{len(detail['input']):,} characters"
    if kind == "string_pattern_mismatch":
        return column, found, _OUTLINES.get(f"{detail['loc'][0]}.{column}") or _OUTLINES.get(column, _NAME)
    plain = _PLAIN.get(kind)
    return column, found, plain.format(**context) if plain else detail["msg"].removeprefix("Input should be ")
