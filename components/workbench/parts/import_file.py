"""Import a Google Trends CSV: what was understood, what the file cannot say, its curve, and then it is kept."""

from __future__ import annotations

import hashlib
from datetime import datetime

import pandas as pd
import streamlit as st

from components.cache.cached import load_lists, load_preview, load_words, parse_file
from components.cache.stories import store_here
from components.clock import Clock, zone_names
from components.text import markdown
from components.workbench.notices import explained_failures, show_problems, tell_done
from components.workbench.parts.kept_files import name_of
from components.workbench.show_chart import show_figures
from components.workbench.source_links import source_link
from components.workbench.write_gate import is_within_limits, let_upload, may_write, refuse
from data.core.errors import DataError
from data.core.program import utc_now
from data.desk.values import Action
from data.evidence.imports import ImportedList, Unshown, alike, keep_import, kept_files
from data.net.snapshots import Snapshot, remove_snapshot
from data.sources.trends_csv.export import ASK_ZONE, DATES_ONLY, UTC_ZONE, Export, counted
from data.sources.trends_csv.reader import place_named
from data.story.story import Story

_KINDS = {"over_time": "interest over time", "regions": "interest by region", "related": "related queries"}
#: Lines of a preview; the file may have 200,000.
_SHOWN = 6
#: Of an imported list, which is by rank.
_LISTED = 25
_NOT_SHOWN = ("fold", "missing", "censored")


def show_import(story: Story, clock: Clock) -> None:
    """The importer, folded away until somebody wants it."""
    with st.expander("Import a Google Trends CSV", key="import-csv", on_change="rerun") as folder:
        let_upload(is_open=bool(folder.open) and may_write(Action.FETCH))
        if not folder.open:
            return
        st.caption(
            "A multiTimeline, geoMap or relatedQueries file, or one of the newer time_series files, as the website "
            "gave it, in any of its languages, and after a spreadsheet has saved it. Nothing is kept before you say so."
        )
        file = st.file_uploader("CSV file", type=["csv", "tsv", "txt"], key="import-file", max_upload_size=10)
        if file is None:
            return
        data = file.getvalue()
        try:
            export = parse_file(data, file.name)
        except DataError as refused:
            st.error(markdown(str(refused)))
            return
        _show_understood(export)
        _ask_and_keep(story, export, data, file.name, clock)


def _show_understood(export: Export) -> None:
    facts = {
        "Kind": _KINDS[export.kind],
        "Terms": ", ".join(export.terms) or "none",
        "Place": export.geo or "not in the file",
        "Step": export.step or "none",
        "Times": export.zone or "none",
        "Lines": f"{export.lines:,}",
        "From": str(export.first or "none"),
        "To": str(export.last or "none"),
        "Below resolution": f"{counted(export.censored, 'value')} (“<1” or 0), which is not “no searches”",
        "Blank": counted(export.missing, "cell"),
    }
    st.table(
        pd.DataFrame({"": list(facts), "Understood as": [markdown(value) for value in facts.values()]}), hide_index=True
    )
    show_problems(warning for warning in export.warnings if warning != ASK_ZONE)  # it is asked for below
    st.table(_cells(export.rows.head(_SHOWN)), hide_index=True)


def _cells(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of an export as texts: what has no value is an empty cell, and what is below resolution "<1" or 0."""
    told = rows.assign(value=rows["value"].astype(object).where(rows["censored"] == "", rows["censored"]))
    return told[[name for name in told.columns if name not in _NOT_SHOWN]].map(_cell)


def _cell(value: object) -> str:
    if value is None or value != value:  # NaN and NaT alone differ from themselves
        return ""
    return f"{value:.10g}" if isinstance(value, float) else markdown(str(value))


def _ask_and_keep(story: Story, export: Export, data: bytes, filename: str, clock: Clock) -> None:
    """Ask only what the file cannot say, show the curve of it, then keep its bytes with the answers."""
    zone = "" if _knows_its_clock(export) else _ask_zone(story, clock)
    geo = export.geo or ("" if export.kind == "regions" else _ask_place(filename))
    if not zone and not _knows_its_clock(export):
        st.caption("Choose its clock, and its curve can be drawn and kept.")
        return
    if export.kind == "over_time" and not _show_curve(story, export, filename, zone=zone, geo=geo, clock=clock):
        return
    held = kept_files(store_here().snapshots(story.slug))
    same = next((found for found in held if found.sidecar.sha256 == hashlib.sha256(data).hexdigest()), None)
    if same and (same.sidecar.query.get("zone"), same.sidecar.geo) == (zone, geo):
        st.success(markdown(f"This file is kept in this story: {name_of(same, clock)}."))
        return
    replaced = {name_of(same, clock): same} if same else _ask_replaced(held, export, geo, clock)
    if st.button("Keep it in this story", key="import-keep", type="primary"):
        _keep(story, export, data, replaced, filename=filename, zone=zone, geo=geo, now=utc_now())


def _knows_its_clock(export: Export) -> bool:
    return export.kind != "over_time" or export.zone in (UTC_ZONE, DATES_ONLY)


def _ask_zone(story: Story, clock: Clock) -> str:
    zones = list(dict.fromkeys((clock.zone, *(entry.zone for entry in story.about.clocks), *sorted(zone_names()))))
    chosen: str | None = st.selectbox(
        "On which clock are the file’s times? The website prints them on the clock of whoever exported it.",
        zones,
        index=None,
        key="import-zone",
    )
    return chosen or ""


def _ask_place(filename: str) -> str:
    asked = "Of which place? A code such as US or GB; empty for the world."
    return st.text_input(asked, place_named(filename), key=f"import-geo-{filename}").strip()


def _show_curve(story: Story, export: Export, filename: str, *, zone: str, geo: str, clock: Clock) -> bool:
    """The curve as it would be drawn; whether the file can be kept with these answers."""
    try:
        chart = load_preview(story, export, filename=filename, zone=zone, geo=geo)
    except ValueError as refused:
        st.error(markdown(f"It cannot be kept that way: {refused}."))
        return False
    if chart is None:
        st.caption("It cannot be drawn: the file does not say how long its one stretch is.")
        return True
    words = load_words(chart, clock.zone)
    st.caption(f"{markdown(words.takeaway)} · {clock.span(chart.window)}")
    show_figures(chart, clock.zone, "import-curve", alt=words.alt)
    return True


def _ask_replaced(held: tuple[Snapshot, ...], export: Export, geo: str, clock: Clock) -> dict[str, Snapshot]:
    """Of what is kept of the same terms and place, by its name, what this file takes the place of."""
    like = {name_of(found, clock): found for found in alike(held, export, geo)}
    if not like:
        return {}
    chosen = st.multiselect(
        "Of the same terms and place these are kept. Choose what this file replaces; it can be restored.",
        list(like),
        key="import-replace",
    )
    return {name: like[name] for name in chosen}


def _keep(
    story: Story,
    export: Export,
    data: bytes,
    replaced: dict[str, Snapshot],
    *,
    filename: str,
    zone: str,
    geo: str,
    now: datetime,
) -> None:
    if not may_write(Action.FETCH):
        refuse()
        return
    if not is_within_limits(story.slug, "import"):
        return
    try:
        keep_import(story, store_here(), export, data, filename=filename, zone=zone, geo=geo, now=now)
        for found in replaced.values():
            remove_snapshot(found)
    except (DataError, OSError, ValueError) as refused:
        st.error(markdown(f"It could not be kept: {refused}"))
        return
    instead = f" It replaces {' and '.join(replaced)}." if replaced else ""
    sample = " It is one sample, no interval." if export.kind == "over_time" else ""
    tell_done(f"Kept: {_KINDS[export.kind]} of {', '.join(export.terms) or 'no term named'}.{sample}{instead}")
    st.rerun()


def show_imported_lists(story: Story) -> None:
    """Imported lists of places and related queries, each with its source; nothing where there are none.

    What cannot be shown of anything imported is one sentence in its place.
    """
    for found in load_lists(story):
        with explained_failures():
            _show_list(found)


def _show_list(found: ImportedList | Unshown) -> None:
    if isinstance(found, Unshown):
        st.warning(markdown(found.sentence))
        return
    st.subheader(markdown(found.title), anchor=False)
    st.table(_cells(found.rows.head(_LISTED)), hide_index=True)
    st.caption(f"Source: {source_link(found.source)}: {markdown(found.source.title)}")
