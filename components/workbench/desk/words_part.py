"""The words of a story: one text at a time, with what the checker says of it; and story.toml whole for all else."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from components.clock import Clock
from components.text import markdown, shortened
from components.workbench.desk.place import Place
from components.workbench.desk.seat import Seat, act
from components.workbench.desk.words_text import LISTS, WORDS, Where, value_at, with_entry, with_text, without_entry
from components.workbench.notices import tell_done
from data.core.program import utc_now
from data.desk.sheets import WORDS as FILE
from data.desk.values import Action, Change, Conflict, KeptRow, RowRefused
from data.story.story_checks import Examined
from data.story.tables import SourceRow

#: The choice that edits the file as it is.
_WHOLE: Where = ("",)
#: In the session: what somebody typed of each text, and the revision that it began with.
_TYPED = "desk-words"
_NAMED = 60


def show_words(seat: Seat, place: Place, draft: Examined) -> None:
    """A menu of the story's texts and the form of the chosen one."""
    row = seat.desk.rows(place.story, FILE)[0]
    toml = (row.cells or {}).get(FILE, "")
    try:
        raw: Mapping[str, Any] = tomllib.loads(toml)
    except tomllib.TOMLDecodeError:
        raw = {}
    clock = Clock(draft.read.about.clock) if draft.read.about else Clock("UTC")
    choices = _choices(raw)
    chosen = st.selectbox("Which words", list(choices), format_func=lambda one: choices[one], key="desk-which-words")
    st.fragment(lambda: _show_form(seat, place, draft, row, chosen, clock))()


def _choices(raw: Mapping[str, Any]) -> dict[Where, str]:
    found: dict[Where, str] = {(key,): label for key, label in WORDS.items()}
    for key, (label, _) in LISTS.items():
        for index in range(len(raw.get(key, []))):
            found[key, index] = f"{label}: {shortened(value_at(raw, (key, index, 'text')), _NAMED)}"
        found[key, len(raw.get(key, []))] = f"{label}: add one"
    return found | {_WHOLE: "The whole file"}


def _show_form(seat: Seat, place: Place, draft: Examined, row: KeptRow, chosen: Where, clock: Clock) -> None:
    toml = (row.cells or {}).get(FILE, "")
    key = f"{place.story}-{'-'.join(map(str, chosen))}"
    if chosen == _WHOLE:
        text = _area("story.toml", toml, key, height=420)
        _offer(seat, place, row, key, lambda _: text, clock)
    elif len(chosen) == 1:
        name = str(chosen[0])
        value = _area(WORDS[name], value_at(tomllib.loads(toml), chosen), key)
        _offer(seat, place, row, key, lambda before: with_text(before, chosen, value), clock, value)
    else:
        _show_entry(seat, place, draft, row, chosen, clock, key)


def _show_entry(
    seat: Seat, place: Place, draft: Examined, row: KeptRow, chosen: Where, clock: Clock, key: str
) -> None:  # fmt: skip
    name, index = str(chosen[0]), int(chosen[1])
    toml = (row.cells or {}).get(FILE, "")
    raw = tomllib.loads(toml)
    there = index < len(raw.get(name, []))
    text = _area(LISTS[name][0], value_at(raw, (*chosen, "text")), key)
    sources = {one.id: f"{one.org}: {one.title}" for one in draft.rows(SourceRow)}
    if f"{key}-source" not in st.session_state:
        st.session_state[f"{key}-source"] = [
            one for one in value_at(raw, (*chosen, "source")).split() if one in sources
        ]
    cited = st.multiselect("Sources", list(sources), format_func=lambda one: sources[one], key=f"{key}-source")

    def changed(before: str) -> str:
        if not there:
            return with_entry(before, name, {"text": text} | ({"source": " ".join(cited)} if cited else {}))
        before = with_text(before, (*chosen, "text"), text)
        return with_text(before, (*chosen, "source"), " ".join(cited)) if cited else before

    _offer(seat, place, row, key, changed, clock, text)
    if there and st.button("Take it out", key=f"{key}-out", type="tertiary"):
        _save(seat, place, row, lambda before: without_entry(before, name, index), key)


def _area(label: str, value: str, key: str, *, height: int = 160) -> str:
    """A field that keeps what was typed in it while other texts are looked at."""
    typed: dict[str, str] = st.session_state.setdefault(_TYPED, {})
    if key not in st.session_state:
        st.session_state[key] = typed.get(key, value)
    text = st.text_area(label, key=key, height=height) or ""
    typed[key] = text
    return text


def _offer(
    seat: Seat, place: Place, row: KeptRow, key: str, changed: Callable[[str], str], clock: Clock, said: str = ""
) -> None:  # fmt: skip
    """What the text will read like, what is wrong with it, and the button that saves it."""
    before = (row.cells or {}).get(FILE, "")
    try:
        after = changed(before)
    except (ValueError, tomllib.TOMLDecodeError) as wrong:
        st.error(markdown(str(wrong)))
        return
    if said:
        st.caption("As readers will read it")
        st.markdown(markdown(clock.say(said)))
    preview = seat.desk.preview(place.story, Change(FILE, {FILE: after}, "0", row.revision))
    for fault in preview.faults:
        st.markdown(f":red[{markdown(str(fault))}]")
    if st.button("Save the words", type="primary", key=f"{key}-save"):
        _save(seat, place, row, changed, key)


def _save(seat: Seat, place: Place, row: KeptRow, changed: Callable[[str], str], key: str) -> None:
    """Keep the words; where somebody changed other words meanwhile, on top of theirs."""
    before = (row.cells or {}).get(FILE, "")

    def write(text: str, base: int) -> KeptRow | Conflict | None:
        return act(
            Action.WRITE,
            lambda who, origin: seat.desk.write_words(who, place.story, text.encode(), base, utc_now(), origin),
        )

    try:
        found = write(changed(before), row.revision)
        if isinstance(found, Conflict):
            found = _on_top(found, before, changed, write)
    except RowRefused as refused:
        for fault in refused.faults:
            st.error(markdown(str(fault)))
        return
    except ValueError as wrong:
        st.error(markdown(str(wrong)))
        return
    if isinstance(found, KeptRow):
        st.session_state.get(_TYPED, {}).pop(key, None)
        tell_done(f"The words are saved. Revision {found.revision:,}.")
        st.rerun()


def _on_top(
    conflict: Conflict,
    before: str,
    changed: Callable[[str], str],
    write: Callable[[str, int], KeptRow | Conflict | None],
) -> KeptRow | Conflict | None:
    """My words on top of what somebody else wrote; what both changed is shown, and stays theirs until one chooses."""
    theirs = (conflict.theirs.cells or {}).get(FILE, "")
    both = changed(theirs)
    if changed(before) != both and _touch(before, theirs, changed):
        st.warning("Somebody changed these very words meanwhile. Theirs stand below; yours are still in the field.")
        st.code(theirs, language="toml", wrap_lines=True)
        if not st.button("Put mine in their place", key="words-mine"):
            return None
    return write(both, conflict.theirs.revision)


def _touch(before: str, theirs: str, changed: Callable[[str], str]) -> bool:
    """Whether mine and theirs change the same words: what stands once mine are put onto either is not alike."""
    one, other = tomllib.loads(before), tomllib.loads(theirs)
    mine = tomllib.loads(changed(before))
    return any(mine.get(key) != one.get(key) and other.get(key) != one.get(key) for key in mine)
