"""What was imported or drawn for a story: removed by a click, and restored by another."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import streamlit as st

from components.cache.stories import store_here
from components.clock import Clock
from components.text import markdown
from components.workbench.notices import tell_done
from components.workbench.write_gate import may_write, refuse
from data.desk.values import Action
from data.evidence.imports import IMPORTED
from data.net.snapshots import Snapshot, read_snapshots, remove_snapshot, removed_snapshots, restore_snapshot
from data.sources.google_trends.provider import SOURCE as DRAWN
from data.story.story import Story

_SOURCES = (IMPORTED, DRAWN)
#: Lists longer than this are cut: the newest first.
_SHOWN = 50


def show_kept_files(story: Story, clock: Clock) -> None:
    """Imports and draws of a story with a button each, folded away until somebody wants them; nothing without any."""
    folders = store_here().snapshots(story.slug)
    if not any((folder / "snapshots" / source).is_dir() for folder in folders for source in _SOURCES):
        return
    with st.expander("Remove or restore what was imported or drawn", key="kept-files", on_change="rerun") as opened:
        if not opened.open:
            return
        _show_files(_all(folders, read_snapshots), "Remove", remove_snapshot, clock)
        if gone := _all(folders, removed_snapshots):
            st.markdown("**Removed**")
            _show_files(gone, "Restore", restore_snapshot, clock)


def _all(folders: Iterable[Path], read: Callable[[Path, str], tuple[Snapshot, ...]]) -> list[Snapshot]:
    return [found for folder in folders for source in _SOURCES for found in read(folder, source)]


def _show_files(files: list[Snapshot], verb: str, act: Callable[[Snapshot], None], clock: Clock) -> None:
    newest = sorted(files, key=lambda found: found.sidecar.drawn_at, reverse=True)
    for found in newest[:_SHOWN]:
        name = name_of(found, clock)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(markdown(name), width="stretch")
            key = f"{verb}-{found.sidecar.source}-{found.path.name}"
            if st.button(verb, key=key, help=markdown(f"{verb} {name}")):
                _act(found, verb, act, name)
    if len(files) > _SHOWN:
        st.caption(f"The newest {_SHOWN} of {len(files):,} are listed.")


def _act(found: Snapshot, verb: str, act: Callable[[Snapshot], None], name: str) -> None:
    if not may_write(Action.FETCH):
        refuse()
        return
    try:
        act(found)
    except OSError as error:
        st.error(markdown(f"{name} stays as it was: {error.strerror or error}"))
        return
    tell_done(f"{verb}d: {name}.")
    st.rerun()


def name_of(found: Snapshot, clock: Clock) -> str:
    """What a file is, as a person would tell it from the others."""
    query, moment = found.sidecar.query, clock.stamp(found.sidecar.drawn_at)
    if found.sidecar.source == IMPORTED:
        return f"{query.get('filename') or 'a file'} ({query.get('terms') or 'no term'}), imported {moment}"
    return f"{found.sidecar.kind} of {query.get('terms') or query.get('q') or 'a search'}, drawn {moment}"
