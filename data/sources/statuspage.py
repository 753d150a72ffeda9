"""A service owner's own incident log on Statuspage: asked for, and read entry by entry."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlsplit

import pandas as pd
from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from data.core.errors import DataError, SourceChanged
from data.core.frames import timed_frame
from data.core.model import Precision, Source, Window
from data.sources.answers import counted, joined, json_of, plain
from data.sources.provider import EVER, Errand, ObservationProvider, Records, Task, Visit, drawn, newest, parsed
from data.story.faults import quoted
from data.story.story import Story
from data.story.story_toml import Service
from data.story.tables import Observation

NAME = "The status page"
#: Of an incident that has no word for how bad it was, or none that Statuspage is known for.
NOT_STATED = "not stated"
#: How bad an incident is, in Statuspage's own words.
Severity = Literal["none", "minor", "major", "critical", "maintenance", "not stated"]
_SEVERITIES = frozenset(get_args(Severity))
#: Of one incident: its id and name, the owner's word for how bad and how far along it is, the address of its entry;
#: UTC: `created` when the first entry was made, `started` the beginning the owner states (empty where none is),
#: `monitoring` when a fix was announced, `resolved` when it was declared over (empty while it is open).
INCIDENT_COLUMNS = ["id", "name", "severity", "state", "created", "started", "monitoring", "resolved", "url"]
_TIMES = ["created", "started", "monitoring", "resolved"]
_STATED = re.compile(r"((?:19|20|21)\d{2}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(\.\d{1,9})?(Z|[+-]\d{2}:?\d{2})", re.ASCII)
_LINK = re.compile(r"https?://[!-~]{4,300}")


@dataclass(frozen=True, slots=True)
class Incidents:
    """The incidents of one answer by time, the page they are from, and what was left out."""

    page: str
    incidents: pd.DataFrame
    warnings: tuple[str, ...] = ()


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _severity(value: object) -> str:
    return value if isinstance(value, str) and value in _SEVERITIES else NOT_STATED


class _Entry(BaseModel):
    """An incident as Statuspage writes it. Times are read later, each by itself: a bad one costs no other."""

    id: Annotated[str, Field(min_length=1)]
    name: Annotated[str, BeforeValidator(_text)] = ""
    status: Annotated[str, BeforeValidator(_text)] = ""
    impact: Annotated[Severity, BeforeValidator(_severity)] = "not stated"
    created_at: object = None
    started_at: object = None
    monitoring_at: object = None
    resolved_at: object = None
    shortlink: object = None


def parse_incidents(data: bytes) -> Incidents:
    """The incidents of `/api/v2/incidents.json`, with the columns of INCIDENT_COLUMNS.

    Times are turned to UTC from the offset each is written with, which differs before and after a change of clocks.
    An incident without an id or a readable beginning is left out and counted; a repeated one is kept once. How bad one
    was that has no known word for it is not stated.
    Raises SourceUnavailable for an answer that is empty or cut short, SourceChanged for another shape, as where no
    incident can be read.
    """
    answer = json_of(data, NAME)
    listed, known = _entries(answer)
    about = answer.get("page") if isinstance(answer, dict) else None
    page = about if isinstance(about, dict) else {}
    rows, backwards = [], 0
    for entry in known:
        row = _incident(entry, _link(page.get("url")))
        backwards += _mend(row)
        rows.append(row)
    dated = [row for row in rows if row["created"] is not None]
    if listed and not dated:
        raise SourceChanged(f"{NAME} has changed its answer: none of its incidents has an id and a readable beginning.")
    incidents = timed_frame(dated, INCIDENT_COLUMNS, times=_TIMES)
    once = incidents.drop_duplicates("id").sort_values("created", kind="stable", ignore_index=True)
    warnings = [
        *counted(listed - len(rows), "1 incident has no id and was left out.",
                 "{count} incidents have no id and were left out."),
        *counted(len(rows) - len(dated), "1 incident has no readable beginning and was left out.",
                 "{count} incidents have no readable beginning and were left out."),
        *counted(len(incidents) - len(once), "1 incident is listed twice and was kept once.",
                 "{count} incidents are listed more than once and were kept once."),
        *counted(backwards, "1 incident ends before it begins: its end was left out.",
                 "{count} incidents end before they begin: their ends were left out."),
        *counted(int((once["severity"] == NOT_STATED).sum()),
                 "1 incident has no known word for how bad it was: not stated.",
                 "{count} incidents have no known word for how bad they were: not stated."),
    ]  # fmt: skip
    name = page.get("name")
    return Incidents(plain(name, 120) if isinstance(name, str) else "", once, tuple(warnings))


def _entries(answer: object) -> tuple[int, list[_Entry]]:
    """How many incidents are listed, and those that can be told from one another."""
    listed = answer.get("incidents") if isinstance(answer, dict) else None
    if not isinstance(listed, list):
        raise SourceChanged(f"{NAME} has changed its answer: it holds no list named 'incidents'.")
    found = []
    for incident in listed:
        with suppress(ValidationError):
            found.append(_Entry.model_validate(incident))
    return len(listed), found


def _incident(entry: _Entry, page: str) -> dict[str, Any]:
    number = plain(entry.id, 40)
    created, started = _moment(entry.created_at), _moment(entry.started_at)
    return {
        "id": number,
        "name": plain(entry.name) or "without a name",
        "severity": entry.impact,
        "state": plain(entry.status, 40) or NOT_STATED,
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


KIND = "incidents"
LICENCE = "The words are those of the page’s owner: quote with credit"
#: How many incidents a page lists at most, the newest.
LISTED = 50
#: What Statuspage’s own words say about a service: critical is its “major outage”, major its “partial outage”.
_STATES: Mapping[str, Literal["failing", "degraded", "none"]] = {
    "critical": "failing",
    "major": "degraded",
    "minor": "degraded",
    "none": "none",
    "maintenance": "none",
    NOT_STATED: "none",
}
#: What is said without quotation marks.
_CALLED: Mapping[str, str] = {"maintenance": "planned maintenance", NOT_STATED: "severity not stated"}


class Statuspage(ObservationProvider):
    """The incidents that the owners of a story's services wrote down."""

    slug, title, called, licence = "statuspage", "Statuspage incidents", NAME, LICENCE
    around = timedelta(days=14)
    proves = (
        "Each row is an incident that the owner of the service wrote down: when the first entry was made, how bad the"
        " owner called it, and when it was declared over. It is a named official’s own statement, grade B; no machine"
        " measured it, so it is never grade A."
    )
    cannot = (
        "The time is that of the entry: trouble began by then, not then. Owners write late, soften, join and leave "
        "out incidents, and can edit them afterwards. No incident means that none was written down, never that the "
        "service was up. A page lists its 50 newest incidents only."
    )

    def hosts(self, story: Story) -> Iterator[str]:
        pages = (service.statuspage for service in story.about.services)
        return (host for page in pages if page and (host := urlsplit(page).netloc))

    def plan(self, errand: Errand) -> Iterator[Task]:
        for service in (service for service in errand.story.about.services if service.statuspage):
            ask = partial(self.fetch, service.statuspage, errand.window, service=service.id)
            yield Task(f"incidents of {service.statuspage}", ask)

    def fetch(self, page: str, window: Window, visit: Visit, *, service: str) -> Records[Observation]:
        """Ask a status page ("https://status.example.org") for its incidents, keep the answer, give `read` of it.

        The list is of now, whatever the window. Raises DataError with one sentence: SourceUnavailable where asking
        again later may work, SourceChanged where it will not.
        """
        address = page.strip().rstrip("/")
        if not address.startswith(("https://", "http://")):
            raise DataError(
                f"{quoted(page)} is not the address of a status page: write it like https://status.example.org."
            )
        question = self.question(KIND, {"page": address, "service": service})
        answer = self.ask(question, f"{address}/api/v2/incidents.json", visit, check=parse_incidents)
        return replace(self.read(visit.folder, window, service=service, page=address), trouble=answer.trouble)

    def rows(self, folder: Path, service: Service) -> Records[Observation]:
        return self.read(folder, EVER, service=service.id)

    def read(self, folder: Path, window: Window, *, service: str, page: str = "") -> Records[Observation]:
        """The observations of a service that snapshots on disk hold, of one page or all, by time.

        Of an incident that several snapshots hold, the one drawn last counts: owners go on writing.
        """
        query = {"service": service} | ({"page": page} if page else {})
        snapshots = drawn(folder, self.question(KIND, query))
        rows: dict[str, tuple[Observation, Source]] = {}
        read, warnings = parsed(snapshots, lambda snapshot: parse_incidents(snapshot.data))
        pages = {}
        for snapshot, log in read:
            pages[snapshot.sidecar.query.get("page", "")] = log
            for row, source in observations(log, service=service, page=snapshot.sidecar.query.get("page", "")):
                rows[row.id] = row, source
            warnings += log.warnings
        for log in pages.values():
            warnings += _notes(log, window)
        held = [(row, source) for row, source in rows.values() if _touches(row, window)]
        held.sort(key=lambda pair: (_begun(pair[0]), pair[0].id))
        if not held:
            warnings.append("No incident in this window was written down, which does not mean that the service was up.")
        observed, sources = tuple(row for row, _ in held), tuple(source for _, source in held)
        return Records(observed, sources, joined(warnings), newest(snapshots))


def _begun(row: Observation) -> datetime:
    begun = row.at or row.latest
    assert begun  # noqa: S101 - an incident without a readable beginning is left out
    return begun


def _touches(row: Observation, window: Window) -> bool:
    return _begun(row) < window.end and (row.until is None or row.until >= window.start)


def _notes(log: Incidents, window: Window) -> list[str]:
    """How far back the list reaches: what is older than a full list is not on it."""
    if len(log.incidents) < LISTED or log.incidents["created"].min() <= window.start:
        return []
    oldest = log.incidents["created"].min().date().isoformat()
    return [
        f"The page lists its {LISTED} newest incidents only, the oldest of {oldest}: of earlier ones it says nothing."
    ]


def observations(log: Incidents, *, service: str, page: str) -> list[tuple[Observation, Source]]:
    """Each incident as an observation of grade B, with its own source: the entry on the owner's page.

    An entry is an upper bound of the beginning; a beginning that the owner states is a minute.
    """
    name = log.page or plain(page.partition("//")[2], 120)
    return [_observation(incident, service, name, page) for incident in log.incidents.to_dict("records")]


def _observation(incident: dict[Any, Any], service: str, owner: str, page: str) -> tuple[Observation, Source]:
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
    called = _CALLED.get(severity, f"severity “{severity}”")
    note = "" if resolved else "No end is recorded: it was open when this was drawn, or its end cannot be read. "
    row = Observation(
        id=name,
        source=name,
        service=service,
        kind="statement" if state == "none" else "outage",
        status=state,
        at=started,
        latest=None if started else created,
        until=resolved,
        begins="yes" if started else "",
        precision=Precision.MINUTE if started else Precision.BY,
        place=f"{owner} (server side)",
        what=plain(f"“{incident['name']}”, {called}, {incident['state']}"),
        grade="B",
        confidence="high",
        credit=f"{owner}, on its own status page",
        time_basis="the owner states this beginning" if started else "the owner’s first entry: it began by then",
        note=f"{note}The owner’s own words and times, which the owner can edit.",
    )
    url = incident["url"] or page
    return row, Source(name, owner, f"Incident: {incident['name']}", url, "", LICENCE)
