"""The importer of Google Trends CSV exports: any of the website's languages and ages, and after a spreadsheet too."""

from __future__ import annotations

import re
import stat
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from data.core.errors import SourceChanged, SourceUnavailable
from data.sources.trends_csv.csv_series import read_series
from data.sources.trends_csv.csv_text import LOOKED_AT, MAX_BYTES, read_table
from data.sources.trends_csv.export import Export, bins_start
from data.sources.trends_csv.rankings import looks_related, read_regions, read_related
from data.sources.trends_csv.times import is_time

#: "time_series_US_20260116-0847_20260416-0847.csv", as the website names its newer files; a browser adds " (1)".
_NAME = re.compile(
    r"_(?P<geo>Worldwide|[A-Z]{2}(?:-[A-Z0-9]{1,3}){0,2})_\d{8}(?:-\d{2,4})?_(?P<until>\d{8}(?:-\d{2,4})?)(?!\d)",
)


def parse_export(data: bytes, *, filename: str = "") -> Export:
    """What an export says, and in its warnings what it does not say and somebody should be asked.

    `filename` is only believed where the file is silent, and then with a warning.
    Raises SourceChanged, with one sentence, for anything that is no Google Trends export or contradicts itself.
    """
    table = read_table(data)
    if _is_trending_now(table.rows):
        raise SourceChanged(
            "The file is Google’s list of what is “Trending now”, with rounded volumes and no values over time: "
            "export interest over time, by region or related queries instead."
        )
    if _is_series(table.rows):
        export = read_series(table)
    elif looks_related(table.rows[:LOOKED_AT]):
        export = read_related(table, filename=Path(filename).name)
    else:
        export = read_regions(table)
    return _with_notes_on_the_name(export, filename)


def place_named(filename: str) -> str:
    """The code of the place in a file name of the website's own; "" for the world, and for any other name."""
    named = _NAME.search(filename)
    return named["geo"].replace("Worldwide", "") if named else ""


def _is_trending_now(rows: Sequence[Sequence[str]]) -> bool:
    """Whether a line leads to the page that explores its search, as in that list's every language."""
    return any(cell.startswith(("./explore?", "/explore?")) for row in rows[:LOOKED_AT] for cell in row)


def _is_series(rows: Sequence[Sequence[str]]) -> bool:
    """Whether, from the first time on, most lines begin with one, or the next does, as above other sections."""
    times = [is_time(row[0]) for row in rows[:LOOKED_AT] if len(row) > 1 and row[0]]
    if not any(times):
        return False
    first = times.index(True)
    return sum(times) * 2 > len(times) - first or (first <= 2 and times[first + 1])


def _with_notes_on_the_name(export: Export, filename: str) -> Export:
    """The warnings with what the website's own file names say: the place, and the moment up to which it was drawn."""
    notes, named = [], _NAME.search(filename)
    if export.kind != "regions" and not export.geo:
        said = f"; its file name says {named['geo']}" if named else ""
        notes.append(f"The file does not name its place{said}.")
    if named and export.last is not None and export.last.tz is None and len(named["until"]) == len("20161108-1800"):
        times = export.rows["time"].unique()
        until = pd.to_datetime(named["until"], format="%Y%m%d-%H%M", errors="coerce")
        if len(times) > 1 and export.last <= until < export.last + (times[-1] - times[-2]):
            notes.append(f"Its file name says that it ends at {until}, within the last bin, which is then partial.")
    return replace(export, warnings=(*export.warnings, *notes))


def read_export(path: Path) -> Export:
    """The export in a file. Raises SourceUnavailable if it cannot be read, SourceChanged if it is something else."""
    try:
        if stat.S_ISDIR(path.stat().st_mode):
            raise SourceUnavailable(f"{path} is a folder, not a file.")
        if not stat.S_ISREG(path.stat().st_mode):
            raise SourceUnavailable(f"{path} is not an ordinary file.")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise SourceUnavailable(f"{path} cannot be read: {reason}.") from None
    return parse_export(data, filename=path.name)


def as_json(export: Export) -> dict[str, object]:
    """What the preview shows: counts and names, without the rows. A row of a series is one bin, of all its terms."""
    return {
        "kind": export.kind,
        "terms": list(export.terms),
        "geo": export.geo,
        "step": export.step,
        "zone": export.zone or None,
        "rows": export.lines,
        "censored": export.censored,
        "missing": export.missing,
        "first": bins_start(export.first, export.zone),
        "last": bins_start(export.last, export.zone),
        "warnings": list(export.warnings),
    }
