"""Import a Google Trends CSV: what was understood, what the file cannot say, and then it is kept."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import streamlit as st

from components.cache.keys import store_here
from components.clock import Clock, zone_names
from components.text import markdown
from components.workbench.notices import show_problems, tell_next_run
from components.workbench.source_links import source_link
from components.workbench.write_gate import let_upload, may_write, refuse
from data.core.errors import DataError
from data.core.program import utc_now
from data.evidence.imports import keep_import, load_lists
from data.sources.trends_csv.export import DATES_ONLY, UTC_ZONE, Export
from data.sources.trends_csv.reader import parse_export
from data.story.story import Story

_KINDS = {"over_time": "interest over time", "regions": "interest by region", "related": "related queries"}
#: Lines of a preview; the file may have 200,000.
_SHOWN = 6
#: Of an imported list, which is by rank.
_LISTED = 25


def show_import(story: Story, clock: Clock) -> None:
    """The importer, folded away until somebody wants it."""
    with st.expander("Import a Google Trends CSV", key="import-csv", on_change="rerun") as folder:
        let_upload(is_open=bool(folder.open) and may_write())
        if not folder.open:
            return
        st.caption(
            "A multiTimeline, geoMap or relatedQueries file as the website gave it, in any of its languages, "
            "and after a spreadsheet has saved it. Nothing is kept before you say so."
        )
        file = st.file_uploader("CSV file", type=["csv", "tsv", "txt"], key="import-file", max_upload_size=10)
        if file is None:
            return
        try:
            export = parse_export(file.getvalue(), filename=file.name)
        except DataError as refused:
            st.error(markdown(str(refused)))
            return
        _show_understood(export)
        _ask_and_keep(story, export, file.getvalue(), file.name, clock)


def _show_understood(export: Export) -> None:
    facts = {
        "Kind": _KINDS[export.kind],
        "Terms": ", ".join(export.terms),
        "Place": export.geo or "not in the file",
        "Step": export.step or "none",
        "Times": export.zone or "none",
        "Lines": f"{export.lines:,}",
        "From": str(export.first or "none"),
        "To": str(export.last or "none"),
        "Below resolution": f"{export.censored:,} values (“<1” or 0), which is not “no searches”",
        "Blank": f"{export.missing:,} cells",
    }
    st.table(
        pd.DataFrame({"": list(facts), "Understood as": [markdown(value) for value in facts.values()]}), hide_index=True
    )
    show_problems(export.warnings)
    columns = [name for name in export.rows.columns if name not in ("fold", "missing")]
    preview = export.rows[columns].head(_SHOWN).astype(str).map(markdown)
    st.table(preview, hide_index=True)


def _ask_and_keep(story: Story, export: Export, data: bytes, filename: str, clock: Clock) -> None:
    """Ask only what the file cannot say, then keep its bytes with the answers."""
    zone, geo = "", export.geo
    if export.kind == "over_time" and export.zone not in (UTC_ZONE, DATES_ONLY):
        zones = list(dict.fromkeys((clock.zone, *(entry.zone for entry in story.about.clocks), *sorted(zone_names()))))
        zone = (
            st.selectbox(
                "On which clock are the file’s times? The website prints them on the clock of whoever exported it.",
                zones,
                index=None,
                key="import-zone",
            )
            or ""
        )
    if not export.geo and export.kind != "regions":
        geo = st.text_input("Of which place? A code such as US or GB; empty for the world.", key="import-geo").strip()
    ready = bool(zone) or export.kind != "over_time" or export.zone in (UTC_ZONE, DATES_ONLY)
    if st.button("Keep it in this story", disabled=not ready, key="import-keep", type="primary"):
        _keep(story, export, data, filename=filename, zone=zone, geo=geo, now=utc_now())


def _keep(story: Story, export: Export, data: bytes, *, filename: str, zone: str, geo: str, now: datetime) -> None:
    if not may_write():
        refuse()
        return
    try:
        keep_import(story, store_here(), export, data, filename=filename, zone=zone, geo=geo, now=now)
    except (DataError, OSError, ValueError) as refused:
        st.error(markdown(f"It could not be kept: {refused}"))
        return
    tell_next_run(f"Kept: {_KINDS[export.kind]} of {', '.join(export.terms)}. It is one sample, no interval.")
    st.rerun()


def show_imported_lists(story: Story) -> None:
    """Imported lists of places and related queries, each with its source; nothing where there are none."""
    for found in load_lists(story, store_here()):
        st.subheader(markdown(found.title), anchor=False)
        columns = [name for name in found.rows.columns if name not in ("fold", "missing")]
        st.table(found.rows[columns].head(_LISTED).astype(str).map(markdown), hide_index=True)
        st.caption(f"Source: {source_link(found.source)}: {markdown(found.source.title)}")
