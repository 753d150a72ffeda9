"""The Internet Archive's index of captures (CDX), text or JSON, as rows: what a crawler was answered, and when."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

import pandas as pd

from data.errors import SourceChanged
from data.faults import quoted
from data.sources.answers import counted, json_of, plain, text_of
from data.timing import timed_frame

NAME = "The Internet Archive"
#: Of one capture: the second it was made (UTC), the address it was made of, the HTTP status (NA where the index holds
#: none), whether it is a revisit record, media type, digest, bytes as compressed in the archive, and its replay.
CAPTURE_COLUMNS = ["at", "url", "status", "revisit", "mimetype", "digest", "length", "replay"]
#: The fields of the text form, which has no header.
_TEXT_FIELDS = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")
_NEEDED = {"timestamp", "original", "statuscode"}
_STAMP = re.compile(r"(?:19|20)[0-9]{12}")
_STATUS = re.compile(r"[1-5][0-9]{2}")
_USUAL_PORT = re.compile(r"^(http://[^/:@]+):80(?=[/?#]|$)|^(https://[^/:@]+):443(?=[/?#]|$)", re.IGNORECASE)
_REFUSALS = ("AccessControlException", "Blocked Site Error")
#: Characters of an address; with the replay prefix it must fit in a story's cell of 1,000.
_LONGEST_URL = 900


@dataclass(frozen=True, slots=True)
class CapturePage:
    """One answer of the index: captures by time, the key under which it goes on (or ""), and what was left out."""

    captures: pd.DataFrame
    resume: str = ""
    warnings: tuple[str, ...] = ()


def parse_captures(data: bytes) -> CapturePage:
    """The captures of one answer, with the columns of CAPTURE_COLUMNS; a URL without captures gives no rows.

    Rows that are no capture (an impossible time, a mail address as a page) are left out and counted in the warnings,
    repeated rows are kept once. Raises SourceUnavailable for an answer that is
    empty or cut short, SourceChanged where the site is excluded and for anything that is no such index.
    """
    text = text_of(data, NAME)
    if any(word in text[:2_000] for word in _REFUSALS):
        raise SourceChanged(EXCLUDED)
    rows, resume, broken = _json_rows(data) if text.lstrip()[0] in "[{" else _text_rows(text)
    return _page(rows, resume, broken)


EXCLUDED = (
    f"{NAME} does not show captures of this site (HTTP 403): as a rule its owner or the Archive has excluded it. "
    "That says nothing about whether anybody looked."
)


def _json_rows(data: bytes) -> tuple[list[dict[str, str]], str, int]:
    """Rows by field name, the resume key and how many rows are unlike the header."""
    table = json_of(data, NAME)
    if not isinstance(table, list) or not all(isinstance(row, list) for row in table):
        raise SourceChanged(f"{NAME} has changed its answer: it is no table of captures.")
    if not table:
        return [], "", 0
    header = [str(name) for name in table[0]]
    if missing := sorted(_NEEDED - set(header)):
        raise SourceChanged(
            f"{NAME} has changed its answer: the header names no {' and no '.join(missing)}, "
            f"but {quoted(plain(', '.join(header), 80))}."
        )
    return _split(table[1:], header)


def _text_rows(text: str) -> tuple[list[dict[str, str]], str, int]:
    rows, resume, broken = _split([line.split(" ") if line.strip() else [] for line in text.splitlines()], _TEXT_FIELDS)
    if not any(_STAMP.fullmatch(row["timestamp"]) for row in rows):
        raise SourceChanged(f"{NAME} answered with text that is no list of captures: {quoted(plain(text, 80))}.")
    return rows, resume, broken


def _split(table: Sequence[Sequence[Any]], names: Sequence[str]) -> tuple[list[dict[str, str]], str, int]:
    """The resume key is the single cell after an empty row."""
    rows, resume, broken = [], "", 0
    for place, row in enumerate(table):
        if not row:
            after = table[place + 1] if place + 1 < len(table) else []
            resume = str(after[0]) if len(after) == 1 else ""
            broken += len(table) - place - 1 - bool(resume)
            break
        if len(row) == len(names) and all(isinstance(cell, str) for cell in row):
            rows.append(dict(zip(names, row, strict=True)))
        else:
            broken += 1
    return rows, resume, broken


def _page(rows: Sequence[Mapping[str, str]], resume: str, broken: int) -> CapturePage:
    if broken and not rows:
        raise SourceChanged(f"{NAME} has changed its answer: none of its {broken:,} rows could be read.")
    left_out: Counter[str] = Counter({"row": broken})
    found = []
    for row in rows:
        capture = _capture(row)
        if isinstance(capture, str):
            left_out[capture] += 1
        else:
            found.append(capture)
    frame = timed_frame(found, CAPTURE_COLUMNS, times=["at"]).astype({"status": "Int64", "length": "Int64"})
    unordered = not frame["at"].is_monotonic_increasing
    frame = frame.sort_values("at", kind="stable").drop_duplicates(["at", "url", "status"], ignore_index=True)
    warnings = [
        *counted(left_out["row"], "1 row of the index could not be read.",
                 "{count} rows of the index could not be read."),
        *counted(left_out["time"], "1 capture has an impossible time and was left out.",
                 "{count} captures have an impossible time and were left out."),
        *counted(left_out["url"], "1 capture is of no web address and was left out.",
                 "{count} captures are of no web address and were left out."),
        *counted(left_out["status"], "1 capture has an unreadable status and was left out.",
                 "{count} captures have an unreadable status and were left out."),
        *counted(len(found) - len(frame), "1 row repeats another and was left out.",
                 "{count} rows repeat another and were left out."),
    ]  # fmt: skip
    warnings += ["The rows were not in order of time and were sorted."] if unordered else []
    return CapturePage(frame, resume, tuple(warnings))


def _capture(row: Mapping[str, str]) -> dict[str, object] | str:
    """The row, or the word for what is wrong with it."""
    at, url, status = _moment(row["timestamp"]), web_address(row["original"]), row["statuscode"]
    if at is None:
        return "time"
    if url is None:
        return "url"
    if status != "-" and not _STATUS.fullmatch(status):
        return "status"
    mimetype, length = row.get("mimetype", ""), row.get("length", "")
    return {
        "at": at,
        "url": url,
        "status": None if status == "-" else int(status),
        "revisit": mimetype == "warc/revisit",
        "mimetype": plain(mimetype, 80),
        "digest": plain(row.get("digest", ""), 80),
        "length": int(length) if re.fullmatch(r"[0-9]{1,15}", length) else None,
        "replay": f"https://web.archive.org/web/{row['timestamp']}/{url}",
    }


def _moment(stamp: str) -> datetime | None:
    try:
        return datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC) if _STAMP.fullmatch(stamp) else None
    except ValueError:  # month 0, day 32, hour 24: crawlers of 2000 wrote such
        return None


def web_address(original: str) -> str | None:
    """The address with its usual port left out and whatever cannot stand in a link encoded; None if it is none."""
    url = _USUAL_PORT.sub(lambda found: found[1] or found[2], original.strip())
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or "." not in host or "@" in parts.netloc:
        return None
    try:
        url = quote(url, safe="%/:?#[]@!$&'()*+,;=~")
    except UnicodeEncodeError:  # half of a surrogate pair
        return None
    return url if len(url) <= _LONGEST_URL else None
