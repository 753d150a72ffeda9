"""A service owner's own incident log on Statuspage: what the owner said of the service, and when."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from data.errors import DataError
from data.faults import quoted
from data.http import Desk
from data.model import Precision, Source, Window
from data.sources.answers import joined, plain
from data.sources.drawn import RECENT, Question, Records, ask, drawn, newest, parsed
from data.sources.incidents import Incidents, parse_incidents
from data.tables import Observation

SOURCE = "statuspage"
KIND = "incidents"
WHAT = (
    "Each row is an incident that the owner of the service wrote down: when the first entry was made, how bad the "
    "owner called it, and when it was declared over. It is a named official’s own statement, grade B; no machine "
    "measured it, so it is never grade A."
)
CANNOT = (
    "The time is that of the entry: trouble began by then, not then. Owners write late, soften, join and leave out "
    "incidents, and can edit them afterwards. No incident means that none was written down, never that the service "
    "was up. A page lists its 50 newest incidents only."
)
LICENCE = "The words are those of the page’s owner: quote with credit"
#: How many incidents a page lists at most, the newest.
LISTED = 50
#: What Statuspage’s own words say about a service: critical is its “major outage”, major its “partial outage”.
_STATES = {"critical": "failing", "major": "degraded", "minor": "degraded", "none": "none", "maintenance": "none"}
#: The columns of an observation of a story, in the order of its table.
ROW_COLUMNS = list(Observation.model_fields)


def fetch_incidents(page: str, window: Window, *, service: str, desk: Desk, folder: Path) -> Records:
    """Ask a status page ("https://status.example.org") for its incidents, keep the answer, give `read_incidents`.

    The list is of now, whatever the window. Raises DataError with one sentence: SourceUnavailable where asking again
    later may work, SourceChanged where it will not.
    """
    address = page.strip().rstrip("/")
    if not address.startswith(("https://", "http://")):
        raise DataError(f"{quoted(page)} is no address of a status page: write it like https://status.example.org.")
    answer = ask(
        Question(SOURCE, KIND, {"page": address, "service": service}, LICENCE),
        f"{address}/api/v2/incidents.json",
        params={},
        desk=desk,
        folder=folder,
        fresh=RECENT,
        check=parse_incidents,
    )
    return replace(read_incidents(folder, window, service=service, page=address), trouble=answer.trouble)


def read_incidents(folder: Path, window: Window, *, service: str, page: str = "") -> Records:
    """The observations of a service that snapshots on disk hold, of one page or all: rows for observations.csv.

    Frame with ROW_COLUMNS, by time. Of an incident that several snapshots hold, the one drawn last counts: owners go
    on writing. Of the entries, see `data.sources.incidents`.
    """
    query = {"service": service} | ({"page": page} if page else {})
    snapshots = drawn(folder, Question(SOURCE, KIND, query, LICENCE))
    rows: dict[str, tuple[dict[str, Any], Source]] = {}
    read, warnings = parsed(snapshots, lambda snapshot: parse_incidents(snapshot.data))
    pages = {}
    for snapshot, log in read:
        pages[snapshot.sidecar.query.get("page", "")] = log
        for row, source in observations(log, service=service, page=snapshot.sidecar.query.get("page", "")):
            rows[row["id"]] = row, source
        warnings += log.warnings
    for log in pages.values():
        warnings += _notes(log, window)
    held = [(row, source) for row, source in rows.values() if _touches(row, window)]
    held.sort(key=lambda pair: (pair[0]["at"] or pair[0]["latest"], pair[0]["id"]))
    if not held:
        warnings.append("No incident in this window was written down, which does not mean that the service was up.")
    frame = pd.DataFrame([row for row, _ in held], columns=ROW_COLUMNS)
    times = {name: pd.to_datetime(frame[name], utc=True) for name in ("at", "latest", "until")}
    return Records(frame.assign(**times), tuple(source for _, source in held), joined(warnings), newest(snapshots))


def _touches(row: dict[str, Any], window: Window) -> bool:
    begun = row["at"] or row["latest"]
    return bool(begun < window.end and (row["until"] is None or row["until"] >= window.start))


def _notes(log: Incidents, window: Window) -> list[str]:
    """How far back the list reaches: what is older than a full list is not on it."""
    if len(log.incidents) < LISTED or log.incidents["created"].min() <= window.start:
        return []
    oldest = log.incidents["created"].min().date().isoformat()
    return [
        f"The page lists its {LISTED} newest incidents only, the oldest of {oldest}: of earlier ones it says nothing."
    ]


def observations(log: Incidents, *, service: str, page: str) -> list[tuple[dict[str, Any], Source]]:
    """Each incident as a row of observations.csv of grade B, with its own source: the entry on the owner's page.

    An entry is an upper bound of the beginning; a beginning that the owner states is a minute.
    """
    name = log.page or plain(page.partition("//")[2], 120)
    return [_observation(incident, service, name, page) for incident in log.incidents.to_dict("records")]


def _observation(incident: dict[Any, Any], service: str, owner: str, page: str) -> tuple[dict[str, Any], Source]:
    created, started, resolved = (
        None if pd.isna(incident[name]) else incident[name].to_pydatetime().replace(microsecond=0)
        for name in ("created", "started", "resolved")
    )
    state = _STATES[incident["severity"]]
    number = str(incident["id"])
    if not re.fullmatch(r"[a-z0-9]{1,40}", number):
        number = hashlib.sha256(number.encode()).hexdigest()[:12]
    name = f"statuspage-{number}"
    severity = incident["severity"]
    called = "planned maintenance" if severity == "maintenance" else f"severity “{severity}”"
    note = "" if resolved else "No end is recorded: it was open when this was drawn, or its end cannot be read. "
    row = dict.fromkeys(ROW_COLUMNS) | {
        "id": name,
        "source": name,
        "service": service,
        "kind": "statement" if state == "none" else "outage",
        "status": state,
        "at": started,
        "latest": None if started else created,
        "until": resolved,
        "begins": "yes" if started else "",
        "precision": (Precision.MINUTE if started else Precision.BY).value,
        "place": f"{owner} (server side)",
        "what": plain(f"“{incident['name']}”, {called}, {incident['state']}"),
        "unit": "",
        "grade": "B",
        "confidence": "high",
        "credit": f"{owner}, on its own status page",
        "time_basis": "the owner states this beginning" if started else "the owner’s first entry: it began by then",
        "published": "",
        "note": f"{note}The owner’s own words and times, which the owner can edit.",
    }  # fmt: skip
    url = incident["url"] or page
    return row, Source(name, owner, f"Incident: {incident['name']}", url, "", LICENCE)
