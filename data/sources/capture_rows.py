"""A capture of the Internet Archive as an observation of grade A: what it says of a site's state, and how far."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

import pandas as pd

from data.model import Precision, Source
from data.sources.answers import plain
from data.sources.captures import NAME
from data.tables import Observation

LICENCE = "Index of the Internet Archive, archive.org/about/terms; archived pages belong to their publishers"
#: The columns of an observation of a story, in the order of its table.
ROW_COLUMNS = list(Observation.model_fields)


def observations(captures: pd.DataFrame, *, service: str) -> tuple[pd.DataFrame, tuple[Source, ...]]:
    """Captures as rows of observations.csv of grade A, and one source each: the replay of that very capture."""
    held = captures.to_dict("records")
    rows = [_observation(capture, service) for capture in held]
    sources = tuple(_source(str(row["id"]), capture) for row, capture in zip(rows, held, strict=True))
    frame = pd.DataFrame(rows, columns=ROW_COLUMNS)
    return frame.assign(at=pd.to_datetime(frame["at"], utc=True)), sources


def _source(name: str, capture: dict[Any, Any]) -> Source:
    title = f"Capture {digits(capture['at'])} of {capture['url']}"
    return Source(name, NAME, title, str(capture["replay"]), "", LICENCE)


def _observation(capture: dict[Any, Any], service: str) -> dict[str, object]:
    at, url = capture["at"].to_pydatetime(), str(capture["url"])
    status = None if pd.isna(capture["status"]) else int(capture["status"])
    state, what, note = _meaning(status, plain(url), revisit=bool(capture["revisit"]))
    mark = hashlib.sha256(url.encode()).hexdigest()[:8]
    name = f"ia-{digits(at)}-{mark}-{status or 'unknown'}"
    return dict.fromkeys(ROW_COLUMNS) | {
        "id": name,
        "source": name,
        "service": service,
        "kind": "context" if state == "none" else "outage",
        "status": state,
        "at": at,
        "begins": "",
        "precision": Precision.SECOND.value,
        "place": "Internet Archive crawler (its place is not stated)",
        "what": what,
        "unit": "",
        "grade": "A",
        "confidence": "high" if status else "low",
        "credit": NAME,
        "time_basis": f"the archive’s own stamp {digits(at)}, in UTC and to the second",
        "published": "",
        "note": note,
    }


def _meaning(status: int | None, url: str, *, revisit: bool) -> tuple[str, str, str]:
    """The state, what was seen, and how far it may be read."""
    if status is None:
        why = "the page was as in an earlier capture" if revisit else "the index gives none"
        return (
            "none",
            f"{url} was visited, without a recorded HTTP status: {why}",
            "The state at that second is unknown.",
        )
    seen = f"HTTP {status} in answer to a crawler, from {url}"
    if status >= 500:
        return "failing", seen, "One visit of one page; some servers turn crawlers away with the same status."
    if 300 <= status < 400:
        return "answering", seen, "A redirect: what its target answered is another capture."
    if 200 <= status < 300:
        return "answering", seen, "One visit of one page, at that second only."
    return (
        "none",
        seen,
        "The server refused or did not know this request, which says neither that it worked nor failed.",
    )


def digits(moment: datetime) -> str:
    """The fourteen digits that the archive writes a UTC second with."""
    return moment.isoformat(timespec="seconds")[:19].translate(str.maketrans("", "", "-:T"))
