"""The form of one row: faults beside their fields, its sentence and its mark at once, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import streamlit as st

from components.text import markdown
from components.workbench.desk.conflicts import show_conflict
from components.workbench.desk.forms import (
    ROW_TYPES,
    WHEN,
    Asks,
    Field,
    Form,
    adjusted,
    beside,
    form_of,
    shown,
    suggested,
    title_of,
    typed,
    with_id,
)
from components.workbench.desk.place import NEW, Place, go
from components.workbench.desk.seat import Seat, act
from components.workbench.desk.told_row import show_told
from components.workbench.desk.twice import show_already
from components.workbench.desk.typed_when import say_when
from components.workbench.notices import tell_done
from components.workbench.page_component import page_component
from data.core.program import utc_now
from data.desk.values import Action, Change, Conflict, KeptRow
from data.story.faults import Fault
from data.story.story_checks import Examined

_FIND = "Type to find"
#: In the session: the forms that somebody began, by where they stand.
_OPEN = "desk-forms"
#: A published row says to readers why it changes.
_WHY = "why-it-changes"
_WHY_FIELD = Field(_WHY, "Why it changes", help="Readers have this row: it becomes a correction that they can read.")


@dataclass(slots=True)
class Begun:
    """A form that somebody fills in: what the row was when it was opened, and what was typed since."""

    base: KeptRow | None
    values: dict[str, str]
    #: Changes the names of its fields, so that they begin anew.
    turn: int = 0
    #: Whether somebody tried to save it: from then on empty fields are faults, too.
    tried: bool = False
    conflict: Conflict | None = None
    refused: tuple[Fault, ...] = field(default=())


def show_form(seat: Seat, place: Place, draft: Examined, rows: Sequence[KeptRow], *, noun: str) -> None:
    """The form of the row that the address names; one sentence where there is none."""
    row = next((one for one in rows if one.id == place.row), None)
    if place.row != NEW and row is None:
        st.info(f"This {noun} is not here any more.")
        return
    cells = row.cells or {} if row else {}
    form = form_of(place.table, draft, cells)
    begun = _begun(place, form, row, rows, draft)
    with st.container(key="row-form", border=True):
        st.subheader(markdown(title_of(form, cells)) if row else f"New {noun}", anchor=False)
        if begun.conflict:
            show_conflict(seat, place, form, begun.conflict, begun.values.get(_WHY, ""), close=lambda: _close(place))
        else:
            st.fragment(lambda: _show(seat, place, form, begun, rows, noun))()


def _begun(
    place: Place, form: Form, row: KeptRow | None, rows: Sequence[KeptRow], draft: Examined
) -> Begun:  # fmt: skip
    """What was typed here before, else the row as it stands."""
    forms: dict[Place, Begun] = st.session_state.setdefault(_OPEN, {})
    if place not in forms:
        begin = suggested(form, [one.cells or {} for one in rows], draft)
        forms[place] = Begun(row, shown(form, row.cells or {}) if row else begin)
    return forms[place]


def _close(place: Place) -> None:
    st.session_state.get(_OPEN, {}).pop(place, None)
    go(row="")


def _show(seat: Seat, place: Place, form: Form, begun: Begun, rows: Sequence[KeptRow], noun: str) -> None:
    _say_changed(seat, form, begun, rows)
    fields, beside_them = st.columns([3, 2], gap="medium")
    with fields:
        slots = _ask_all(place, form, begun)
    draft = seat.desk.examine(place.story)
    found = typed(form, adjusted(form, begun.values, draft), now=utc_now())
    cells = with_id(form, found.cells, _ids(rows))
    change = _change(place, form, begun, cells)
    preview = seat.desk.preview(place.story, change)
    asked = replace(form, fields=(*form.fields, _WHY_FIELD))
    faults, others = beside(asked, _own_faults(preview.faults, begun))
    faults |= found.faults
    for name, slot in slots.items():
        one = asked.named(name)
        if name in faults and (begun.tried or begun.values.get(name)):
            slot.markdown(f":red[{markdown(faults[name])}]")
        elif (said := (name == WHEN and say_when(cells, form.clock)) or one.help) and said != begun.values.get(name):
            slot.caption(markdown(said))
    with beside_them:
        show_told(preview, place, cells.get("id", ""), form.clock, faulty=bool(faults.keys() - {_WHY}))
    for other in others if begun.tried else ():
        st.error(markdown(other))
    show_already(seat, place.story, form, found.cells, but=begun.base.id if begun.base else "")
    _show_buttons(seat, place, form, begun, change, noun)
    _follow_keys(f"{place}-{begun.turn}")


def _follow_keys(stamp: str) -> None:
    """Put the focus into the first field once for each `stamp`, and press Save where Enter is."""
    mount = page_component("form_keys", html="<div></div>", js="form_keys.js")
    with st.container(key="form-keys"):
        mount(key="form-keys-mount", data={"stamp": stamp})


def _own_faults(faults: tuple[Fault, ...], begun: Begun) -> tuple[Fault, ...]:
    """What the checker says now, and the store when this was last to be saved, but of a reason that is given since."""
    refused = [one for one in begun.refused if one.column != _WHY or not begun.values.get(_WHY)]
    return tuple(dict.fromkeys((*(one for one in faults if one.row is not None), *refused)))


def _say_changed(seat: Seat, form: Form, begun: Begun, rows: Sequence[KeptRow]) -> None:
    """That somebody else changed the row since it was opened."""
    base = begun.base
    now = next((one for one in rows if base and one.id == base.id), None)
    if base and (now is None or now.revision != base.revision):
        who = seat.name_of(now.by) if now else "Somebody"
        when = f" at {form.clock.short(now.at)}" if now else ""
        st.warning(markdown(f"{who} changed this row{when}. Saving shows both, and you choose."))


def _ids(rows: Sequence[KeptRow]) -> list[str]:
    return [(row.cells or {}).get("id", "") for row in rows]


def _change(place: Place, form: Form, begun: Begun, cells: Mapping[str, str]) -> Change:
    """The row as it would be kept: of one that is there, every column that it had or has."""
    file, base = ROW_TYPES[place.table].file, begun.base
    if base is None:
        return Change(file, cells)
    had = base.cells or {}
    names = [name for name in ROW_TYPES[form.table].model_fields if name in had or name in cells]
    changed = {name: cells.get(name, "") for name in names if cells.get(name, "") != had.get(name, "")}
    return Change(file, changed, id=base.id, base=base.revision, why=begun.values.get(_WHY, ""))


def _ask_all(place: Place, form: Form, begun: Begun) -> dict[str, st.delta_generator.DeltaGenerator]:
    """The fields, short ones two in a line; answers where the fault of each is said."""
    slots: dict[str, st.delta_generator.DeltaGenerator] = {}
    first = [one for one in form.fields if one.first]
    if begun.base and begun.base.published and place.table != "corrections":
        first.append(_WHY_FIELD)
    key = f"desk-{place.table}-{place.row}-{begun.turn}"
    ask_in_pairs(key, first, begun.values, slots)
    more = [one for one in form.fields if not one.first]
    said = ", ".join(one.label.casefold() for one in more)
    with st.expander(f"More: {said}") if more else st.container():
        ask_in_pairs(key, more, begun.values, slots)
    return slots


def ask_in_pairs(
    key: str, fields: Sequence[Field], values: dict[str, str], slots: dict[str, st.delta_generator.DeltaGenerator]
) -> None:  # fmt: skip
    """Ask for each field, with widgets whose keys begin with `key`; into `slots` where the fault of each is said."""
    for line in _lines(fields):
        for one, column in zip(line, st.columns(len(line)), strict=True):
            with column, st.container(gap=None):
                values[one.name] = _ask(f"{key}-{one.name}", one, values)
                slots[one.name] = st.empty()


def _lines(fields: Sequence[Field]) -> Iterator[list[Field]]:
    """What stands side by side: two short fields, or a long one."""
    waiting: list[Field] = []
    for one in fields:
        is_long = one.asks in (Asks.LONG, Asks.SEVERAL)
        if waiting and (is_long or len(waiting) == 2):
            yield waiting
            waiting = []
        if is_long:
            yield [one]
        else:
            waiting.append(one)
    if waiting:
        yield waiting


def _ask(key: str, one: Field, values: Mapping[str, str]) -> str:
    """What stands in a field, as text; one that is drawn for the first time begins with its value.

    Its help stands below it: a sign for it, or one that empties a menu, would be a stop of the keyboard between fields.
    """
    value, words = values.get(one.name, ""), {"": _FIND, **dict(one.choices)}
    if key not in st.session_state:
        st.session_state[key] = [name for name in value.split() if name in words] if one.asks is Asks.SEVERAL else value

    def named(name: str) -> str:
        return words.get(name, name)

    match one.asks:
        case Asks.ONE:
            return st.selectbox(one.label, list(dict.fromkeys((*words, value))), format_func=named, key=key) or ""
        case Asks.SEVERAL:
            options = [name for name, _ in one.choices]
            return " ".join(
                st.multiselect(
                    one.label,
                    options,
                    format_func=named,
                    key=key,
                    placeholder=_FIND,
                    # Titles are long: letters anywhere in them would find nearly all, and Enter could take them all.
                    filter_mode="contains",
                    select_all=False,
                )
            )
        case Asks.LONG:
            return st.text_area(one.label, key=key, height=80) or ""
    placeholder = "now" if one.name == WHEN or one.asks is Asks.TIME else None
    return st.text_input(one.label, key=key, placeholder=placeholder, live="300ms") or ""


def _show_buttons(
    seat: Seat, place: Place, form: Form, begun: Begun, change: Change, noun: str
) -> None:  # fmt: skip
    with st.container(horizontal=True, key="row-buttons"):
        if st.button(f"Save the {noun}", type="primary", key="save-row", shortcut="Ctrl+Enter"):
            _save(seat, place, form, begun, change)
        if st.button("Close", key="close-row"):
            _close(place)
            st.rerun()
        if _is_withdrawable(place, begun) and st.button("Withdraw this call", key="withdraw-call"):
            _withdraw(place, begun)
            st.rerun()
        if begun.base and st.button("Remove", key="remove-row", type="tertiary"):
            _save(seat, place, form, begun, Change(change.table, None, change.id, change.base, change.why))


def _is_withdrawable(place: Place, begun: Begun) -> bool:
    """Whether a call is open that is there; a second log of one cannot be withdrawn apart from it."""
    cells = begun.base.cells if begun.base and place.table == "calls" else None
    return cells is not None and cells.get("role") != "corroboration"


def _withdraw(place: Place, begun: Begun) -> None:
    """Open the form of a withdrawal of this call."""
    forms: dict[Place, Begun] = st.session_state.setdefault(_OPEN, {})
    cells = begun.base.cells or {} if begun.base else {}
    forms[Place(place.story, place.part, "withdrawals", NEW)] = Begun(
        None, {"call": cells.get("id", ""), WHEN: "now", "source": cells.get("source", "")}
    )
    go(table="withdrawals", row=NEW)


def _save(seat: Seat, place: Place, form: Form, begun: Begun, change: Change) -> None:
    """Keep the row; a fault is said beside its field, and of a conflict both values."""
    begun.tried, begun.refused = True, ()
    if waits_for_another(place, change, seat.desk.examine(place.story)):
        _propose(seat, place, form, begun, change)
        return

    def refused(faults: tuple[Fault, ...]) -> None:
        begun.refused = tuple(map(_to_form, faults))
        st.rerun()

    found = act(
        Action.WRITE,
        lambda who, origin: seat.desk.write(who, place.story, change, utc_now(), origin),
        refused=refused,
    )
    if found is None:
        return
    if isinstance(found, Conflict):
        begun.conflict = found
    else:
        tell_done(_saved(form, found))
        if place.row == NEW:
            _begin_next(seat, place, form, begun, found.cells or {})
        else:
            _close(place)
    st.rerun()


def waits_for_another(place: Place, change: Change, draft: Examined) -> bool:
    """Whether a second person has to look at it first: a new call that is typed while the night is in progress."""
    about = draft.read.about
    return place.table == "calls" and not change.id and about is not None and about.live


def _propose(seat: Seat, place: Place, form: Form, begun: Begun, change: Change) -> None:
    """Hand the call to a second person, once it has no fault."""
    faults = tuple(fault for fault in seat.desk.preview(place.story, change).faults if fault.row is not None)
    if faults:
        st.rerun()
    cells = change.cells or {}
    if act(
        Action.WRITE,
        lambda who, origin: seat.desk.proposals.propose(who, place.story, change.table, cells, utc_now(), origin),
        done=f"A second person decides on it: {title_of(form, cells)}.",
    ):
        _begin_next(seat, place, form, begun, cells)
        st.rerun()


def _begin_next(seat: Seat, place: Place, form: Form, old: Begun, cells: Mapping[str, str]) -> None:
    """The next new row begins at once, a call with what this one came from."""
    kept = {name: old.values[name] for name in ("caller", "source", "basis") if old.values.get(name)}
    begin = suggested(form, [cells], seat.desk.examine(place.story))
    begin |= kept if place.table == "calls" else {}
    st.session_state[_OPEN][place] = Begun(None, begin, turn=old.turn + 1)


def _to_form(fault: Fault) -> Fault:
    """A reason that is wanted for a published row is asked for by a field of its own."""
    return Fault(fault.file, fault.row, _WHY, fault.found, fault.wants) if fault.column == "why" else fault


def _saved(form: Form, row: KeptRow) -> str:
    said = title_of(form, row.cells) if row.cells else "The row"
    return f"{'Saved' if row.cells else 'Removed'}: {said}. Revision {row.revision:,}."
