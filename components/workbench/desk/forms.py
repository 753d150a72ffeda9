"""A form for a row of any table of a story: its fields, their choices and words, made from the row's own type."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from itertools import islice
from types import MappingProxyType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import AwareDatetime

from components.clock import Clock
from components.workbench.desk.typed_when import COLUMNS, read_instant, read_when, say_instant, say_when, when_words
from data.story.faults import Fault
from data.story.story_checks import Examined
from data.story.table_rows import Clocked, Row
from data.story.tables import TABLES, Call, Contest, SourceRow

#: The one field that stands for all columns of COLUMNS.
WHEN = "when"


class Asks(StrEnum):
    """How a field is filled in."""

    TEXT = "text"
    LONG = "long text"
    ONE = "one of"
    SEVERAL = "several of"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form. `choices` are values with what a person reads; one that is not `first` is folded away."""

    name: str
    label: str
    asks: Asks = Asks.TEXT
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    first: bool = True


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a table's rows, and the clock on which its times are typed; `after` is when the night begins."""

    table: str
    fields: tuple[Field, ...]
    clock: Clock
    after: datetime

    def named(self, name: str) -> Field:
        """The field of this name; KeyError."""
        for one in self.fields:
            if one.name == name:
                return one
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed as cells of a row, and of each field that could not be read, why."""

    cells: Mapping[str, str]
    faults: Mapping[str, str] = field(default_factory=dict)


#: Tables by name, in the order in which a desk needs them; measured series come from files.
ROW_TYPES: Mapping[str, type[Row]] = MappingProxyType({row.file.removesuffix(".csv"): row for row in TABLES})
ON_DESK = (
    "calls", "withdrawals", "milestones", "observations", "corrections", "sources", "contests", "poll_closings",
    "counts", "projections", "results", "figures", "controls", "tiles",
)  # fmt: skip
_LABELS = {
    "party": "For",
    "contest": "Contest or place",
    "caller": "Called by",
    "basis": "Where the minute comes from",
    "role": "Kind of row",
    "source": "Sources",
    "call": "Which call",
    "label": "What happened",
    "what": "What was seen, in words",
    "short": "Label on a chart",
    "contests.short": "Short name",
    "service": "Site",
    "begins": "Does the source say that it began then?",
    "credit": "Who says so",
    "time_basis": "How the source states the time",
    "url": "Address",
    "picture": "Link of a picture",
    "org": "Who published it",
    "at": "Stated time",
    "earliest": "Not before",
    "latest": "Not after",
    "date": "Day",
    "precision": "How sharply it is known",
    "corrected": "When it was corrected",
    "where": "Where it stood",
    "was": "What it said",
    "now": "What it says now",
    "why": "Why",
    "id": "Id",
    WHEN: "When",
}
_HELPS = {
    WHEN: "now, 9:50 p.m., by 10 pm, between 9 and 9:10 pm, about 9 pm, on Nov. 8; empty if not known",
    "role": "primary: in the story’s own ledger; other: another outlet; corroboration: a second log of a call here.",
    "short": "At most 48 characters, without the time.",
    "status": "What was seen; “none” where a row says nothing about the state.",
    "grade": "A: a machine’s record; B: published by who runs it; C: seen by a person; D: told later.",
    "id": "Made for you; it stands in addresses and never changes.",
    "weight": "Its share of the story’s total.",
    "was": "The words or the value that were wrong.",
    "until": "Empty where only a moment was seen.",
    "base": "What a percentage compares with, in the source’s words.",
    "url": "A page, or a picture, that shows it.",
    "picture": "Where a picture of it is, such as of an error page: readers get it as a link.",
}
_LONG = ("what", "note", "was", "now", "why", "text", "title", "label")
#: Optional columns that stand among the first all the same.
_FIRST = ("party", "short", "value", "unit", "picture", WHEN)
#: By what a row is known in a list.
_SHOWN = {
    "calls": ("contest", "party", "caller", WHEN),
    "withdrawals": ("call", WHEN),
    "milestones": ("label", WHEN),
    "observations": ("service", "status", "what", WHEN),
    "sources": ("org", "title"),
    "contests": ("name", "weight"),
    "corrections": ("where", "now", "corrected"),
    "poll_closings": ("contest", "last_close"),
    "counts": ("contest", "party", "votes", WHEN),
    "projections": ("caller", "party", "value", "low", "high", WHEN),
    "results": ("contest", "party", "votes", "share"),
    "figures": ("label", "value", "unit"),
    "controls": ("title", "what", WHEN),
    "tiles": ("code", "column", "row"),
}
#: Of which columns the id of a new row is made.
_NAMED = {
    "calls": ("contest", "caller", "party"),
    "withdrawals": ("call",),
    "poll_closings": ("contest",),
    "milestones": ("label",),
    "observations": ("service", "what"),
    "corrections": ("where",),
    "sources": ("org", "title"),
    "projections": ("caller", "party"),
    "figures": ("metric", "label"),
    "controls": ("case", "what"),
}
_LONGEST_ID = 48
_NOT_GIVEN = "not given"


def form_of(table: str, draft: Examined, cells: Mapping[str, str] | None = None) -> Form:
    """The form of a table's rows in this draft; for a row whose time no words stand for, its five columns apart.

    KeyError for no table, ValueError while story.toml has a fault, since it says the clock.
    """
    about = draft.read.about
    if about is None:
        raise ValueError("story.toml has a fault, and no form can be made before it is mended")
    row_type, clock = ROW_TYPES[table], Clock(about.clock)
    fields = [_field(row_type, name, draft) for name in row_type.model_fields]
    if issubclass(row_type, Clocked) and (not cells or say_when(cells, clock) is not None):
        place = next(place for place, one in enumerate(fields) if one.name == "at")
        fields.insert(place, Field(WHEN, _LABELS[WHEN], help=_HELPS[WHEN]))
        fields = [one for one in fields if one.name not in COLUMNS]
    return Form(table, tuple(_ordered(table, fields)), clock, about.window.start)


def _ordered(table: str, fields: list[Field]) -> list[Field]:
    """What a call is typed by comes in the order in which it is heard; sources, notes and ids are last."""
    ahead = ("contest", "party", WHEN, "caller", "source", "basis") if table == "calls" else ()
    rank = {name: place for place, name in enumerate(ahead)}
    folded = ("role", "outcome") if table == "calls" else ()
    fields = [replace(one, first=False) if one.name in folded else one for one in fields]
    last = ("source", "note", "id")
    return sorted(fields, key=lambda one: (rank.get(one.name, len(rank)), one.name in last, one.name == "id"))


def _field(row_type: type[Row], name: str, draft: Examined) -> Field:
    info = row_type.model_fields[name]
    choices = _references(row_type.refers.get(name, ""), draft) or tuple(
        (one, _word(one)) for one in _literal(info.annotation)
    )
    asks = Asks.TEXT
    if name == "source":
        asks = Asks.SEVERAL
    elif choices:
        asks = Asks.ONE
    elif AwareDatetime in _parts(info.annotation):
        asks = Asks.TIME
    elif name in _LONG:
        asks = Asks.LONG
    if asks is Asks.ONE and not info.is_required() and choices[0][0]:
        choices = (("", _NOT_GIVEN), *choices)
    first = (info.is_required() and name != "id") or name in _FIRST
    return Field(name, _label(row_type, name), asks, _HELPS.get(name, ""), choices, first=first)


def _label(row_type: type[Row], name: str) -> str:
    own = _LABELS.get(f"{row_type.file.removesuffix('.csv')}.{name}")
    return own or _LABELS.get(name) or name.replace("_", " ").capitalize()


def _parts(annotation: Any) -> Iterator[Any]:
    """A type, and of a union or an annotated one the types it is made of."""
    if get_origin(annotation) in (Union, UnionType):
        for part in get_args(annotation):
            yield from _parts(part)
    elif get_origin(annotation) is Annotated:
        yield from _parts(get_args(annotation)[0])
    else:
        yield annotation


def _literal(annotation: Any) -> Iterator[str]:
    """The values of a Literal or of an enumeration, of an optional one too."""
    for part in _parts(annotation):
        if get_origin(part) is Literal:
            yield from map(str, get_args(part))
        elif isinstance(part, type) and issubclass(part, StrEnum):
            yield from (one.value for one in part)


def _word(value: str) -> str:
    return value.replace("_", " ") or _NOT_GIVEN


def _references(table: str, draft: Examined) -> tuple[tuple[str, str], ...]:
    """What a column may name, each with the words by which a person knows it."""
    about = draft.read.about
    match table:
        case "contests":
            return tuple((row.code, f"{row.name} ({row.code})") for row in draft.rows(Contest))
        case "sources":
            return tuple((row.id, f"{row.org}: {row.title}") for row in draft.rows(SourceRow))
        case "calls":
            names = {row.code: row.name for row in draft.rows(Contest)}
            return tuple((row.id, f"{names.get(row.contest, row.contest)}, {row.caller}, {row.party or row.outcome}")
                         for row in draft.rows(Call) if row.role != "corroboration")  # fmt: skip
    if about is None:
        return ()
    match table:
        case "callers":
            return tuple((one.id, one.name) for one in about.callers)
        case "parties":
            return tuple((one.id, f"{one.candidate} ({one.id})") for one in about.parties)
        case "sides":
            return (*((one.id, f"{one.candidate} ({one.id})") for one in about.parties), ("others", "all others"))
        case "services":
            return tuple((one.id, one.name) for one in about.services)
    return ()


def shown(form: Form, cells: Mapping[str, str]) -> dict[str, str]:
    """What stands in each field for a row that is there."""
    found = {}
    for one in form.fields:
        cell = cells.get(one.name, "")
        found[one.name] = say_instant(cell, form.clock) if one.asks is Asks.TIME and cell else cell
    if WHEN in found:
        found[WHEN] = say_when(cells, form.clock) or ""
    return found


def typed(form: Form, values: Mapping[str, str], *, now: datetime) -> Typed:
    """The row that these values of fields stand for; what cannot be read stays as it was typed."""
    cells: dict[str, str] = {}
    faults: dict[str, str] = {}
    for one in form.fields:
        value = values.get(one.name, "").strip()
        try:
            if one.name == WHEN:
                cells |= read_when(value, form.clock, after=form.after, now=now)
            elif one.asks is Asks.TIME:
                cells[one.name] = read_instant(value, form.clock, after=form.after, now=now)
            else:
                cells[one.name] = value
        except ValueError as wrong:
            faults[one.name], cells[one.name] = str(wrong), value
    cells.pop(WHEN, None)
    return Typed({name: cell for name, cell in cells.items() if cell}, faults)


def beside(form: Form, faults: Iterable[Fault]) -> tuple[dict[str, str], tuple[str, ...]]:
    """What the checker says of a row, by field; and what it says that belongs to none of them."""
    names = {one.name for one in form.fields}
    found: dict[str, list[str]] = {}
    others = []
    for fault in faults:
        name = WHEN if WHEN in names and fault.column in COLUMNS else fault.column
        if name in names:
            said = f"Found {fault.found}, expected {fault.wants}." if fault.wants else f"{fault.found}."
            if fault.wants and fault.found.startswith("an empty "):  # that nothing stands there is seen
                said = f"Expected {fault.wants}."
            found.setdefault(name, []).append(said)
        else:
            others.append(str(fault))
    return {name: " ".join(dict.fromkeys(said)) for name, said in found.items()}, tuple(others)


def title_of(form: Form, cells: Mapping[str, str]) -> str:
    """A row in a list: Florida (US-FL) · Donald Trump (R) · AP · 10:50 p.m. Nov. 8, 2016."""
    parts = [
        when_words(cells, form.clock) if name == WHEN else _read(form, name, cells.get(name, ""), nothing="")
        for name in _SHOWN.get(form.table, tuple(cells))
    ]
    return " · ".join(part for part in parts if part) or cells.get("id", "a row")


def with_id(form: Form, cells: Mapping[str, str], taken: Iterable[str]) -> dict[str, str]:
    """The cells with an id made of what they say, where the table wants one and none was typed."""
    if cells.get("id") or "id" not in ROW_TYPES[form.table].model_fields:
        return dict(cells)
    words = " ".join(cells.get(name, "") for name in _NAMED.get(form.table, ()))
    base = re.sub(r"[^a-z0-9]+", "-", words.casefold())[:_LONGEST_ID].strip("-") or form.table.replace("_", "-")
    known = set(taken)
    names = (base if count == 1 else f"{base}-{count}" for count in range(1, len(known) + 2))
    return {"id": next(name for name in names if name not in known), **cells}


#: So many calls of one source in a row, or all where there are fewer, suggest it for the next.
_LAST_CALLS = 3


def suggested(form: Form, rows: Sequence[Mapping[str, str]], draft: Examined) -> dict[str, str]:
    """What a new row begins with: the caller of the story, and what its last calls were all taken from."""
    if form.table != "calls" or draft.read.about is None:
        return {"corrected": "now"} if form.table == "corrections" else {}
    caller = draft.read.about.caller
    own = (row for row in reversed(rows) if row.get("caller") == caller and row.get("role") != "corroboration")
    last = list(islice(own, _LAST_CALLS))
    # Where each came from somewhere else, as in a record put together afterwards, one Enter would credit the wrong one.
    shared = {name: {row.get(name, "") for row in last} for name in ("basis", "source")}
    begun = {"caller": caller, "role": "primary", "outcome": "won", WHEN: "now"}
    return begun | {name: value for name, found in shared.items() if len(found) == 1 for value in found if value}


def adjusted(form: Form, values: Mapping[str, str], draft: Examined) -> dict[str, str]:
    """The values of a new call, its kind as its caller wants it: only the story's own caller has primary calls."""
    about = draft.read.about
    if form.table != "calls" or about is None or values.get("role") == "corroboration":
        return dict(values)
    return {**values, "role": "primary" if values.get("caller") == about.caller else "other"}


def differing(form: Form, mine: Mapping[str, str], theirs: Mapping[str, str]) -> Iterator[tuple[str, str, str, str]]:
    """Of two versions of a row each column that differs: its name, its label, and both cells as they are read."""
    for name in ROW_TYPES[form.table].model_fields:
        one, other = mine.get(name, ""), theirs.get(name, "")
        if one != other:
            yield name, _label(ROW_TYPES[form.table], name), _read(form, name, one), _read(form, name, other)


def _read(form: Form, name: str, cell: str, *, nothing: str = "nothing") -> str:
    """A cell as a person reads it."""
    if not cell:
        return nothing
    known = next((one for one in form.fields if one.name == name), None)
    if name in COLUMNS or (known and known.asks is Asks.TIME):
        return say_instant(cell, form.clock)
    return _words(known.choices).get(cell, cell) if known else cell


@lru_cache(maxsize=64)
def _words(choices: tuple[tuple[str, str], ...]) -> dict[str, str]:
    return dict(choices)


def merged(theirs: Mapping[str, str], mine: Mapping[str, str], kept: Iterable[str]) -> dict[str, str]:
    """Their row with my cells in the columns of `kept`."""
    found = dict(theirs)
    for name in kept:
        found[name] = mine.get(name, "")
    return {name: cell for name, cell in found.items() if cell}
