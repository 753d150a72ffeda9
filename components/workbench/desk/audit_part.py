"""Who did what at the desk, when and from where; as a table, and as a file of all of it."""

from __future__ import annotations

import json
from collections.abc import Mapping

import streamlit as st

from components.clock import Clock
from components.text import capital, shortened
from components.workbench.desk.seat import Seat
from components.workbench.desk.typed_when import on_clock
from components.workbench.downloads import ARROW, show_download
from components.workbench.evidence_table import Cell, Line, Table, show_table
from data.desk.reader_words import said_of
from data.desk.values import AuditRow
from data.story.story_checks import FILES, Examined

_MOST, _LONGEST = 200, 200


def show_audit(seat: Seat, slug: str, clock: Clock) -> None:
    """The newest entries of a story, of the whole desk where it names none, and the file that holds every one."""
    rows, name = seat.desk.audit.rows(slug, most=_MOST), slug or "desk"
    people, email = seat.desk.people, seat.who.email
    ended = people.signed_out_since(email)

    def make() -> bytes:
        """The file; nothing for who has left or signed out since the button was drawn."""
        stays = people.find(email) and people.signed_out_since(email) == ended
        return seat.desk.audit.csv(slug) if stays else b""

    show_download("Download all of it (CSV)", make, f"{name}-audit.csv", "text/csv", key="audit-csv", icon=ARROW)
    show_table(_table(seat, rows, clock, slug), key="desk-audit", label=f"Audit of {name}")
    if len(rows) == _MOST:
        st.caption(f"The newest {_MOST} entries; the file has all.")


def _table(seat: Seat, rows: tuple[AuditRow, ...], clock: Clock, slug: str) -> Table:
    drafts = {story: seat.desk.examine(story) for story in {one.story for one in rows if one.table in FILES}}
    cells = tuple(
        (
            Cell(clock.stamp(one.at), sort=one.at.isoformat()),
            Cell(f"{seat.name_of(one.by)} ({one.role})"),
            Cell(f"{one.action} {one.story if not slug else ''}".strip()),
            Cell(on_clock(_row_said(one, drafts), clock), more=_states(one), fold="Was and is"),
            Cell(f"{one.revision:,}" if one.revision else ""),
            Cell(one.origin),
        )
        for one in rows
    )
    return Table(("When", "Who", "What", "Row", "Revision", "From"), cells).without_empty()


def _states(one: AuditRow) -> tuple[Line, ...]:
    """What stood before and after, cell by cell."""
    return tuple(
        Line(f"{name}: {shortened(_cells(state), _LONGEST)}")
        for name, state in (("was", one.was), ("is", one.now))
        if state
    )


def _row_said(one: AuditRow, drafts: Mapping[str, Examined]) -> str:
    """What readers call a row of a story; of anything else its name."""
    if one.table not in FILES:
        return one.row
    return capital(said_of(one.table, json.loads(one.now or one.was or "{}"), drafts[one.story]))


def _cells(state: str) -> str:
    return "; ".join(f"{name} {cell}" for name, cell in json.loads(state).items() if cell)
