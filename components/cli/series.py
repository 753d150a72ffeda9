"""`nightdesk trends` and `spikes`: what a file of search interest holds, and when it rose."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pandas as pd

from components.cli.exits import DONE, say
from components.cli.lookups import one_of, perhaps
from components.clock import zone_names
from data.analysis.spikes import NoTable, as_json, detect, read_values
from data.core.errors import DataError, SourceChanged
from data.evidence.imports import starts_of
from data.sources.trends_csv.export import Export
from data.sources.trends_csv.reader import as_json as export_as_json
from data.sources.trends_csv.reader import read_export


def trends(file: Path) -> int:
    """Print what an export holds as one JSON object; SourceUnavailable or SourceChanged in one sentence."""
    say(json.dumps(export_as_json(read_export(file)), indent=2))
    return DONE


def spikes(file: Path, *, term: str | None, zone: str | None) -> int:
    """Print when a series rose as one JSON object (step in seconds); DataError begins with the file's name."""
    try:
        found = detect(_values(file, term, zone))
    except DataError as problem:
        raise DataError(f"{file}: {problem}") from problem
    say(json.dumps(as_json(found)))
    return DONE


def _values(file: Path, term: str | None, zone: str | None) -> pd.Series[float]:
    """The series of a table of timestamp and value, or of one term of an export."""
    try:
        return read_values(file)
    except NoTable as no_table:
        try:
            export = read_export(file)
        except SourceChanged as no_export:
            raise DataError(f"{no_table}. {no_export}") from None
        except DataError:
            raise no_table from None
    return _series(export, term, zone)


def _series(export: Export, term: str | None, zone: str | None) -> pd.Series[float]:
    """The bins of one term of an export by their UTC start: below resolution is 0, a blank cell NaN."""
    if export.kind != "over_time":
        raise DataError("this export is a list, and only a series over time can rise")
    if term is None and len(export.terms) > 1:
        raise DataError(f"it holds {len(export.terms)} terms; choose one with --term: {', '.join(export.terms)}")
    # A file without a search term has one series all the same.
    chosen = one_of("--term", term or export.terms[0], export.terms) if export.terms else ""
    if zone is not None and zone not in zone_names():
        said = f"there is no zone {zone[:80]!r}{perhaps(zone, zone_names())}"
        raise click.BadParameter(said, param_hint="'--zone'")
    try:
        starts = starts_of(export, zone or "")
    except ValueError as open_zone:
        raise DataError(f"{open_zone} with --zone, like --zone America/New_York") from None
    mine = export.rows["term"] == chosen
    values = export.rows["value"].astype(float).mask(export.rows["censored"] != "", 0.0)
    return pd.Series(values[mine].to_numpy(dtype=float), pd.DatetimeIndex(starts[mine]))
