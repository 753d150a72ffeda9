"""The words, the cast and the window of a story, one at a time with what the checker says; and story.toml whole."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from components.clock import Clock
from components.text import markdown, shortened
from components.workbench.desk.conflicts import choose_each
from components.workbench.desk.entries import (
    ENTRIES,
    WINDOW,
    drawn_otherwise,
    entry_beside,
    entry_form,
    entry_values,
    has_entry,
    typed_entry,
    with_typed,
)
from components.workbench.desk.forms import shown
from components.workbench.desk.place import Place
from components.workbench.desk.row_form import ask_in_pairs
from components.workbench.desk.seat import Seat, act
from components.workbench.desk.typed_when import on_clock
from components.workbench.notices import tell_done
from data.core.program import utc_now
from data.desk.sheets import WORDS as FILE
from data.desk.toml_words import Where, merged, value_at, with_entry, with_value, without_entry
from data.desk.values import Action, Change, Conflict, KeptRow
from data.story.story_checks import Examined
from data.story.tables import SourceRow

#: Texts of the whole story, with what a person calls them.
TEXTS = {"title": "Headline", "kicker": "Kicker", "short": "Short name", "dek": "Summary"}
#: Lists of texts with their sources, with what one of them is called.
LISTS = {"known": "What we know", "unknown": "What we don’t know", "settle": "What would settle it"}
#: Lists whose entries have a form of several fields.
CAST = {"parties": "Party", "callers": "Caller"}
#: The choice that edits the file as it is.
_WHOLE: Where = ("",)
#: In the session: the texts that somebody began to change.
_OPEN = "desk-words"
_NAMED = 60
_SHOWN = 8


@dataclass(slots=True)
class _Begun:
    """A text that somebody changes: the file as it was when they began, and what they typed since."""

    base: KeptRow
    text: str
    cited: list[str]
    values: dict[str, str] = field(default_factory=dict)
    is_changed: bool = False
    conflict: Conflict | None = None

    @property
    def toml(self) -> str:
        """The file as it was."""
        return _toml(self.base)


def _toml(row: KeptRow) -> str:
    return (row.cells or {}).get(FILE, "")


def show_words(seat: Seat, place: Place, draft: Examined) -> None:
    """A menu of the story's texts and the form of the chosen one."""
    row = seat.desk.rows(place.story, FILE)[0]
    clock = Clock(draft.read.about.clock) if draft.read.about else Clock("UTC")
    choices = _choices(tomllib.loads(_toml(row)))
    chosen = st.selectbox("Which words", list(choices), format_func=lambda one: choices[one], key="desk-which-words")
    begun = _begun(place, row, chosen)
    if begun.conflict:
        _show_conflict(seat, place, chosen, begun, begun.conflict, clock)
    else:
        st.fragment(lambda: _show_form(seat, place, draft, chosen, begun, clock))()


def _choices(raw: Mapping[str, Any]) -> dict[Where, str]:
    found: dict[Where, str] = {(key,): label for key, label in TEXTS.items()}
    if WINDOW in raw:
        found[WINDOW,] = "Start and end"
    for key, label in (LISTS | CAST).items():
        text = "name" if key in CAST else "text"
        for index in range(len(raw.get(key, []))):
            found[key, index] = f"{label}: {shortened(value_at(raw, (key, index, text)), _NAMED)}"
        found[key, len(raw.get(key, []))] = f"{label}: add one"
    return found | {_WHOLE: "The whole file"}


def _begun(place: Place, row: KeptRow, chosen: Where) -> _Begun:
    """What was typed here before, else the text as it stands."""
    texts: dict[tuple[str, Where], _Begun] = st.session_state.setdefault(_OPEN, {})
    found = texts.get((place.story, chosen))
    if found is None or not (found.is_changed or found.conflict or found.base.revision == row.revision):
        raw = tomllib.loads(_toml(row))
        text = _toml(row) if chosen == _WHOLE else value_at(raw, (*chosen, "text") if len(chosen) > 1 else chosen)
        found = _Begun(row, text, value_at(raw, (*chosen, "source")).split() if len(chosen) > 1 else [])
        texts[place.story, chosen] = found
    return found


def _show_form(seat: Seat, place: Place, draft: Examined, chosen: Where, begun: _Begun, clock: Clock) -> None:
    """The text, what it will read like, what is wrong with it, and the buttons."""
    key = f"{place.story}-{'-'.join(map(str, chosen))}-{begun.base.revision}"
    if chosen[0] in ENTRIES:
        _show_entry(seat, place, draft, chosen, begun, clock, key)
        return
    label = "story.toml" if chosen == _WHOLE else TEXTS.get(str(chosen[0])) or LISTS[str(chosen[0])]
    if key not in st.session_state:
        st.session_state[key] = begun.text
    begun.text = st.text_area(label, key=key, height=420 if chosen == _WHOLE else 160) or ""
    if len(chosen) > 1:
        begun.cited = _ask_sources(draft, key, begun.cited)
    try:
        after = _changed(chosen, begun)
    except ValueError as wrong:
        st.error(markdown(str(wrong)))
        return
    begun.is_changed = after != begun.toml
    if begun.text and chosen != _WHOLE:
        st.caption("As readers will read it")
        st.markdown(markdown(clock.say(begun.text)))
    for fault in seat.desk.preview(place.story, Change(FILE, {FILE: after}, "0")).faults if begun.is_changed else ():
        st.markdown(f":red[{markdown(str(fault))}]")
    _show_buttons(seat, place, chosen, begun, after, key)


def _show_entry(
    seat: Seat, place: Place, draft: Examined, chosen: Where, begun: _Begun, clock: Clock, key: str
) -> None:  # fmt: skip
    """The fields of an entry, beside each what is wrong with it, and the buttons."""
    about, now = draft.read.about, utc_now()
    form = entry_form(str(chosen[0]), clock, about.window.start if about else now)
    was = entry_values(form, tomllib.loads(begun.toml), chosen)
    begun.values = begun.values or dict(was)
    slots: dict[str, st.delta_generator.DeltaGenerator] = {}
    ask_in_pairs(f"desk-{key}", form.fields, begun.values, slots)
    found = typed_entry(form, begun.values, now=now)
    after = with_typed(begun.toml, chosen, was, begun.values, found.cells)
    begun.is_changed = after != begun.toml
    preview = seat.desk.preview(place.story, Change(FILE, {FILE: after}, "0")) if begun.is_changed else None
    faults, others = entry_beside(form, preview.faults if preview else ())
    faults |= found.faults
    about = preview.examined.read.about if preview else about
    read = shown(form, found.cells)
    notes = {name: read[name] for name in ("start", "end") if read.get(name) != begun.values.get(name)}
    notes["colour"] = drawn_otherwise(about, found.cells.get("short", ""))
    for one in form.fields:
        if one.name in faults and (begun.values[one.name] or has_entry(begun.toml, chosen)):
            slots[one.name].markdown(f":red[{markdown(faults[one.name])}]")
        elif said := notes.get(one.name) or one.help:
            slots[one.name].caption(markdown(said))
    for other in others[:_SHOWN]:
        st.markdown(f":red[{markdown(other)}]")
    _show_buttons(seat, place, chosen, begun, after, key)


def _show_buttons(seat: Seat, place: Place, chosen: Where, begun: _Begun, after: str, key: str) -> None:
    with st.container(horizontal=True):
        if st.button("Save the words", type="primary", key=f"{key}-save"):
            _save(seat, place, chosen, begun, after, begun.base.revision)
        if len(chosen) > 1 and has_entry(begun.toml, chosen) and st.button("Take it out", key=f"{key}-out"):
            after = without_entry(begun.toml, str(chosen[0]), int(chosen[1]))
            _save(seat, place, chosen, begun, after, begun.base.revision)


def _ask_sources(draft: Examined, key: str, cited: list[str]) -> list[str]:
    sources = {one.id: f"{one.org}: {one.title}" for one in draft.rows(SourceRow)}
    if f"{key}-source" not in st.session_state:
        st.session_state[f"{key}-source"] = [one for one in cited if one in sources]
    return st.multiselect("Sources", list(sources), format_func=lambda one: sources[one], key=f"{key}-source")


def _changed(chosen: Where, begun: _Begun) -> str:
    """The file with what was typed. ValueError, in one sentence, where it is none."""
    if chosen == _WHOLE:
        return begun.text
    if len(chosen) == 1:
        return with_value(begun.toml, chosen, begun.text)
    entry = {"text": begun.text, "source": " ".join(begun.cited)}
    if not has_entry(begun.toml, chosen):
        kept = {name: said for name, said in entry.items() if said}
        return with_entry(begun.toml, str(chosen[0]), kept) if kept else begun.toml
    toml = begun.toml
    for name, said in entry.items():
        toml = with_value(toml, (*chosen, name), said)
    return toml


def _save(seat: Seat, place: Place, chosen: Where, begun: _Begun, text: str, base: int) -> None:
    """Keep the file, on top of what others have changed in it; of a key that both changed, both values are shown."""
    found = act(
        Action.WRITE,
        lambda who, origin: seat.desk.write_words(who, place.story, text.encode(), base, utc_now(), origin),
    )
    if isinstance(found, Conflict):
        begun.conflict = found
        st.rerun()
    if found:
        _close(place, chosen)
        tell_done(f"The words are saved. Revision {found.revision:,}.")
        st.rerun()


def _close(place: Place, chosen: Where) -> None:
    st.session_state[_OPEN].pop((place.story, chosen), None)


def _show_conflict(
    seat: Seat, place: Place, chosen: Where, begun: _Begun, conflict: Conflict, clock: Clock
) -> None:  # fmt: skip
    """Both values of every key that both changed, and a button that keeps what is chosen beside all else of both."""
    base = _toml(seat.desk.rows(place.story, FILE, revision=conflict.mine.revision)[0])
    mine, theirs = _toml(conflict.mine), _toml(conflict.theirs)
    name = seat.name_of(conflict.theirs.by)
    st.warning(markdown(f"{name} changed these words, too, while you had them open. Choose."))
    found = merged(base, mine, theirs)
    named = {one.key: TEXTS.get(one.key) or one.key.capitalize() for one in found.clashes}
    both = [
        (one.key, named[one.key], on_clock(one.mine or "nothing", clock), on_clock(one.theirs or "nothing", clock))
        for one in found.clashes
    ]
    own = choose_each(both, name, key=f"words-{conflict.theirs.revision}")
    with st.container(horizontal=True):
        if st.button("Keep what is chosen", type="primary", key="keep-chosen"):
            _save(seat, place, chosen, begun, merged(base, mine, theirs, own=own).text, conflict.theirs.revision)
        if st.button("Leave them as they stand", key="leave-theirs"):
            _close(place, chosen)
            st.rerun()
