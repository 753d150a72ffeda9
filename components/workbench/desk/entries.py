"""The cast and the window of a story.toml as forms: a party, a caller, the start and end; what was typed as TOML."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from components.clock import Clock
from components.workbench.desk.forms import Asks, Field, Form, Typed, beside, shown, typed
from data.desk.sheets import WORDS
from data.desk.toml_words import Value, Where, with_entry, with_value
from data.story.colours import OTHERS, shades_of
from data.story.faults import Fault
from data.story.new_story import toml_text
from data.story.story_toml import SIDE_TONES, About

WINDOW = "window"
_KEY = Field("id", "Key", help="Rows and addresses name it: it changes only while no row does.")
_TYPED = "On the story’s own clock, like 8 p.m., Nov. 8, 2016."
#: The fields of each entry, as its part of story.toml names them.
ENTRIES: Mapping[str, tuple[Field, ...]] = {
    WINDOW: (Field("start", "Start", Asks.TIME, _TYPED), Field("end", "End", Asks.TIME, _TYPED)),
    "parties": (
        _KEY,
        Field("name", "Name"),
        Field("candidate", "What sentences call it", help="Who stands for it, or the party."),
        Field("short", "Label on a chart"),
        Field("colour", "Colour", help="Like #2166AC; empty for that of its look."),
        Field("tone", "Look", Asks.ONE, "Its shape, and its colour where none is named.",
              (("", "one that is free"), *((one, one) for one in (*SIDE_TONES, OTHERS)))),
        Field("to_win", "Wins with", help="Empty where all sides win with the same."),
    ),
    "callers": (
        _KEY,
        Field("name", "Name"),
        Field("said", "What sentences call it", help="Its key where empty."),
        Field("selectable", "Can readers choose it?", Asks.ONE, choices=(("yes", "yes"), ("no", "no"))),
    ),
}  # fmt: skip
_SWITCH = {"yes": True, "no": False}
#: The field beside which stands what the checker says of several keys together.
_TOGETHER = {WINDOW: "end", "parties": "id", "callers": "id", "caller": "selectable"}


def entry_form(name: str, clock: Clock, start: datetime) -> Form:
    """The form of an entry of this part; a time without a date is one of the day of `start`, or after it."""
    midnight = clock.naive(start).replace(hour=0, minute=0, second=0)
    return Form(name, ENTRIES[name], clock, clock.instant(midnight, skipped="later"))


def entry_values(form: Form, raw: Mapping[str, Any], where: Where) -> dict[str, str]:
    """What stands in each field of the entry at this place; of a new one, what it begins with."""
    found: Any = raw.get(str(where[0]), {})
    if len(where) > 1:
        found = found[where[1]] if int(where[1]) < len(found) else {"selectable": True}
    return shown(form, {one.name: _cell(found.get(one.name, "")) for one in form.fields})


def _cell(value: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else toml_text(value)


def typed_entry(form: Form, values: Mapping[str, str], *, now: datetime) -> Typed:
    """What was typed as cells; an end without a date is the first after the start."""
    found = typed(form, values, now=now)
    start = _value("start", found.cells.get("start", ""))
    if isinstance(start, datetime) and start.tzinfo:
        return typed(replace(form, after=start), {**values, "start": found.cells["start"]}, now=now)
    return found


def with_typed(
    toml: str, where: Where, was: Mapping[str, str], values: Mapping[str, str], cells: Mapping[str, str]
) -> str:
    """The file with the cells of the fields that `values` has otherwise than `was`; a new entry with all its cells."""
    changed = [name for name, value in values.items() if value.strip() != was.get(name, "").strip()]
    if changed and not has_entry(toml, where):
        return with_entry(toml, str(where[0]), {name: _value(name, cell) for name, cell in cells.items()})
    for name in changed:
        toml = with_value(toml, (*where, name), _value(name, cells.get(name, "")))
    return toml


def has_entry(toml: str, where: Where) -> bool:
    """Whether there is an entry of a list at this place; a part that is no list is always there."""
    return len(where) == 1 or int(where[1]) < len(tomllib.loads(toml).get(str(where[0]), []))


def entry_beside(form: Form, faults: Iterable[Fault]) -> tuple[dict[str, str], tuple[str, ...]]:
    """What the checker says of an entry, by field; and what it says that belongs to none of them."""
    listed = list(faults)
    found, others = beside(form, (replace(one, column=_named(form, one)) for one in listed if one.file == WORDS))
    return found, (*others, *(str(one) for one in listed if one.file != WORDS))


def _named(form: Form, fault: Fault) -> str:
    part, _, key = fault.column.partition(".")
    if part == form.table and key:
        return key
    return "to_win" if part == "parties" and "to_win" in fault.found else _TOGETHER.get(part, fault.column)


def drawn_otherwise(about: About | None, short: str) -> str:
    """Why a party’s colour is drawn as another, as the checker says it; empty where it is not."""
    shades = shades_of(about.parties) if about else ()
    return " ".join(f"{shade.says}." for shade in shades if shade.party == short and shade.why)


def _value(name: str, cell: str) -> Value:
    """A cell as TOML writes it; what is none of its kind as text, for the checker to say so."""
    if name == "selectable":
        return _SWITCH.get(cell, cell)
    if name == "to_win" and cell.isdecimal():
        return int(cell)
    try:
        return datetime.fromisoformat(cell) if name in ("start", "end") else cell
    except ValueError:
        return cell
