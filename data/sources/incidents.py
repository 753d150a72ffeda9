"""A Statuspage's list of incidents as rows: what the owner of a service wrote about it, entry by entry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import BaseModel, Field, ValidationError

from data.errors import SourceChanged
from data.sources.answers import counted, json_of, plain, records_of
from data.timing import timed_frame

NAME = "The status page"
#: How bad an incident is, in Statuspage's own words.
Severity = Literal["none", "minor", "major", "critical", "maintenance"]
#: Of one incident: its id and name, the owner's word for how bad and how far along it is, the address of its entry;
#: UTC: `created` when the first entry was made, `started` the beginning the owner states (empty where none is),
#: `monitoring` when a fix was announced, `resolved` when it was declared over (empty while it is open).
INCIDENT_COLUMNS = ["id", "name", "severity", "state", "created", "started", "monitoring", "resolved", "url"]
#: Of one entry of an incident: its time (UTC), the owner's word for the state, and its text.
UPDATE_COLUMNS = ["incident", "at", "state", "body"]
_TIMES = ["created", "started", "monitoring", "resolved"]
_STATED = re.compile(r"((?:19|20|21)\d{2}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(\.\d{1,9})?(Z|[+-]\d{2}:?\d{2})", re.ASCII)
_LINK = re.compile(r"https?://[!-~]{4,300}")


@dataclass(frozen=True, slots=True)
class Incidents:
    """The incidents of one answer and their entries, both by time, the page they are from, and what was left out."""

    page: str
    url: str
    incidents: pd.DataFrame
    updates: pd.DataFrame
    warnings: tuple[str, ...] = ()


class _Entry(BaseModel):
    """An incident as Statuspage writes it. Times are read later, each by itself: a bad one costs no other."""

    id: Annotated[str, Field(min_length=1)]
    name: str
    status: str
    impact: Severity
    created_at: Any = None
    started_at: Any = None
    monitoring_at: Any = None
    resolved_at: Any = None
    shortlink: Any = None
    incident_updates: Any = None


def parse_incidents(data: bytes) -> Incidents:
    """The incidents of `/api/v2/incidents.json`, with the columns of INCIDENT_COLUMNS and UPDATE_COLUMNS.

    Times are turned to UTC from the offset each is written with, which differs before and after a change of clocks.
    An incident without a readable beginning is left out and counted; a repeated one is kept once.
    Raises SourceUnavailable for an answer that is empty or cut short, SourceChanged for another shape.
    """
    answer = json_of(data, NAME)
    listed = records_of(answer, "incidents", NAME)
    about = answer.get("page")
    page = about if isinstance(about, dict) else {}
    rows, updates, backwards = [], [], 0
    for entry in map(_entry, listed):
        row = _incident(entry, _link(page.get("url")))
        backwards += _mend(row)
        rows.append(row)
        updates += _updates(entry)
    dated = [row for row in rows if row["created"] is not None]
    incidents = timed_frame(dated, INCIDENT_COLUMNS, times=_TIMES)
    once = incidents.drop_duplicates("id").sort_values("created", kind="stable", ignore_index=True)
    warnings = [
        *counted(len(rows) - len(dated), "1 incident has no readable beginning and was left out.",
                 "{count} incidents have no readable beginning and were left out."),
        *counted(len(incidents) - len(once), "1 incident is listed twice and was kept once.",
                 "{count} incidents are listed more than once and were kept once."),
        *counted(backwards, "1 incident ends before it begins: its end was left out.",
                 "{count} incidents end before they begin: their ends were left out."),
    ]  # fmt: skip
    entries = timed_frame(updates, UPDATE_COLUMNS, times=["at"]).drop_duplicates()
    entries = entries[entries["at"].notna()].sort_values(["incident", "at"], kind="stable", ignore_index=True)
    name = page.get("name")
    return Incidents(
        plain(name, 120) if isinstance(name, str) else "", _link(page.get("url")), once, entries, tuple(warnings)
    )


def _entry(listed: Mapping[str, Any]) -> _Entry:
    try:
        return _Entry.model_validate(listed)
    except ValidationError as error:
        wrong = plain(str(error.errors()[0]["loc"][0]), 40)
        raise SourceChanged(f"{NAME} has changed its answer: an incident has no known text in {wrong!r}.") from None


def _incident(entry: _Entry, page: str) -> dict[str, Any]:
    number = plain(entry.id, 40)
    created, started = _moment(entry.created_at), _moment(entry.started_at)
    return {
        "id": number,
        "name": plain(entry.name) or "without a name",
        "severity": entry.impact,
        "state": plain(entry.status, 40),
        "created": created,
        # Pages fill in started_at with the time of the first entry where the owner states no other beginning.
        "started": started if started and created and started < created.replace(microsecond=0) else None,
        "monitoring": _moment(entry.monitoring_at),
        "resolved": _moment(entry.resolved_at),
        "url": _link(entry.shortlink) or (f"{page}/incidents/{number}" if page else ""),
    }


def _mend(row: dict[str, Any]) -> bool:
    """Take out an end that lies before the beginning; whether there was one."""
    if row["created"] and row["resolved"] and row["resolved"] < row["created"]:
        row["resolved"] = None
        return True
    return False


def _updates(entry: _Entry) -> list[dict[str, Any]]:
    listed = entry.incident_updates
    found = [update for update in listed if isinstance(update, dict)] if isinstance(listed, list) else []
    return [
        {
            "incident": plain(entry.id, 40),
            "at": _moment(update.get("display_at")) or _moment(update.get("created_at")),
            "state": plain(str(update.get("status") or ""), 40),
            "body": plain(str(update.get("body") or "")),
        }
        for update in found
    ]


def _moment(value: object) -> datetime | None:
    """A time with its offset, in UTC; None for one without, because it could be any of 24."""
    found = _STATED.fullmatch(value) if isinstance(value, str) else None
    if not found:
        return None
    try:
        return datetime.fromisoformat(found[1] + (found[2] or "")[:7] + found[3]).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _link(value: object) -> str:
    return value.rstrip("/") if isinstance(value, str) and _LINK.fullmatch(value) else ""
