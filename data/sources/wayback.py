"""The Internet Archive's captures of a watched page: asked for, read as rows, and told as observations of grade A."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, ClassVar, Literal
from urllib.parse import quote, urlsplit

import pandas as pd

from data.core.errors import DataError, SourceChanged
from data.core.frames import timed_frame
from data.core.model import Precision, Source, Window
from data.net.http_errors import SourceRefused
from data.net.snapshots import Snapshot
from data.sources.answers import counted, joined, json_of, plain, text_of
from data.sources.provider import (
    EVER,
    Errand,
    Home,
    ObservationProvider,
    Records,
    SnapshotAnswer,
    SnapshotQuestion,
    Task,
    Visit,
    digits,
    drawn,
    newest,
    parsed,
)
from data.story.faults import quoted
from data.story.story_toml import Service
from data.story.tables import Observation

NAME = "The Internet Archive"
#: Of one capture: the second it was made (UTC), the address it was made of, the HTTP status (NA where the index holds
#: none), whether it is a revisit record, and its replay.
CAPTURE_COLUMNS = ["at", "url", "status", "revisit", "replay"]
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
    return _capture_page(rows, resume, broken)


EXCLUDED = (
    f"{NAME} does not show captures of this site (HTTP 403): as a rule its owner or the Archive has excluded it. "
    "That says nothing about whether anybody looked."
)


def _json_rows(data: bytes) -> tuple[list[dict[str, str]], str, int]:
    """Rows by field name, the resume key and how many rows are unlike the header."""
    table = json_of(data, NAME)
    if not isinstance(table, list) or not all(isinstance(row, list) for row in table):
        raise SourceChanged(f"{NAME} has changed its answer: it is not a table of captures.")
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
        raise SourceChanged(f"{NAME} answered with text that is not a list of captures: {quoted(plain(text, 80))}.")
    return rows, resume, broken


def _split(table: Sequence[Sequence[object]], names: Sequence[str]) -> tuple[list[dict[str, str]], str, int]:
    """The resume key is the single cell after an empty row."""
    rows, resume, broken = [], "", 0
    for place, row in enumerate(table):
        if not row:
            after = table[place + 1] if place + 1 < len(table) else []
            resume = str(after[0]) if len(after) == 1 else ""
            broken += len(table) - place - 1 - bool(resume)
            break
        cells = [cell for cell in row if isinstance(cell, str)]
        if len(row) == len(cells) == len(names):
            rows.append(dict(zip(names, cells, strict=True)))
        else:
            broken += 1
    return rows, resume, broken


def _capture_page(rows: Sequence[Mapping[str, str]], resume: str, broken: int) -> CapturePage:
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
    frame = timed_frame(found, CAPTURE_COLUMNS, times=["at"]).astype({"status": "Int64"})
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
    return {
        "at": at,
        "url": url,
        "status": None if status == "-" else int(status),
        "revisit": row.get("mimetype") == "warc/revisit",
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


LICENCE = "Index of the Internet Archive, archive.org/about/terms; archived pages belong to their publishers"


def observations(captures: pd.DataFrame, *, service: str) -> tuple[tuple[Observation, ...], tuple[Source, ...]]:
    """Captures as observations of grade A, and one source each: the replay of that very capture.

    A capture without a telling status has status "none" and kind "context", so that it is listed and never drawn as a
    state.
    """
    held = captures.to_dict("records")
    rows = tuple(_observation(capture, service) for capture in held)
    return rows, tuple(_source(row.id, capture) for row, capture in zip(rows, held, strict=True))


def _source(name: str, capture: dict[Any, Any]) -> Source:
    title = f"Capture {digits(capture['at'])} of {capture['url']}"
    return Source(name, NAME, title, str(capture["replay"]), "", LICENCE)


def _observation(capture: dict[Any, Any], service: str) -> Observation:
    at, url = capture["at"].to_pydatetime(), str(capture["url"])
    status = None if pd.isna(capture["status"]) else int(capture["status"])
    state, what, note = _meaning(status, plain(url), revisit=bool(capture["revisit"]))
    mark = hashlib.sha256(url.encode()).hexdigest()[:8]
    name = f"ia-{digits(at)}-{mark}-{status or 'unknown'}"
    return Observation(
        id=name,
        source=name,
        service=service,
        kind="context" if state == "none" else "outage",
        status=state,
        at=at,
        precision=Precision.SECOND,
        place="Internet Archive crawler (its place is not stated)",
        what=what,
        grade="A",
        confidence="high" if status else "low",
        credit=NAME,
        time_basis=f"the archive’s own stamp {digits(at)}, in UTC and to the second",
        note=note,
    )


State = Literal["failing", "answering", "none"]


def _meaning(status: int | None, url: str, *, revisit: bool) -> tuple[State, str, str]:
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


KIND = "captures"
#: Captures asked for at once, and how many times at most.
PAGE_ROWS = 1_000
MOST_PAGES = 20


class Wayback(ObservationProvider):
    """The captures of the pages that a story's services name."""

    slug, title, called, licence = "wayback", "Internet Archive captures", NAME, LICENCE
    home: ClassVar[Home] = Home("NIGHTDESK_WAYBACK_URL", "https://web.archive.org", pace=2.5)  # 24 requests a minute
    proves = (
        "Each row is one visit of an Internet Archive crawler, with the HTTP status that the server answered and the "
        "second at which it did: a machine’s own record."
    )
    cannot = (
        "Rows are visits, not uptime. Between two captures nobody looked, which never means that the site was up. A "
        "revisit record holds no status at all. A server may treat crawlers unlike readers, in both directions, and "
        "one page is not the whole site. A site can be excluded, and captures can be added to the index years later."
    )

    def plan(self, errand: Errand) -> Iterator[Task]:
        for service in (service for service in errand.story.about.services if service.url):
            ask = partial(self.fetch, service.url, errand.window, service=service.id)
            yield Task(f"captures of {service.url}", ask)

    def fetch(self, url: str, window: Window, visit: Visit, *, service: str) -> Records[Observation]:
        """Ask for the captures of a page in a window, keep every answer as a snapshot, and give `read` of them.

        A long list comes in pages, each kept as it comes: after a failure, what has come is there and is not asked
        again. Raises DataError with one sentence: SourceUnavailable where asking again later may work, SourceChanged
        where it will not, as for an excluded site, plain DataError for what is no address of a page.
        """
        url = _page_of(url)
        params: dict[str, str | int] = {
            "url": url, "from": digits(window.start), "to": digits(window.end - timedelta(microseconds=1)),
            "output": "json", "limit": PAGE_ROWS, "showResumeKey": "true",
        }  # fmt: skip
        resume, trouble = "", ""
        for _ in range(MOST_PAGES):
            question = self.question(KIND, {"url": url, "service": service, "resume": resume}, window)
            answer = self._page(question, params | ({"resumeKey": resume} if resume else {}), visit)
            trouble = trouble or answer.trouble
            before, resume = resume, parse_captures(answer.snapshot.data).resume
            if not resume:
                break
            if resume == before:
                raise SourceChanged(f"{NAME} gives the same page of captures again and again.")
        return replace(self.read(visit.folder, window, service=service, url=url), trouble=trouble)

    def _page(self, question: SnapshotQuestion, params: Mapping[str, str | int], visit: Visit) -> SnapshotAnswer:
        """One page of a list. The resume key is sent as it was given: the index decodes it once more than the rest."""
        url = f"{self.home.at(visit.settings)}/cdx/search/cdx"
        try:
            return self.ask(question, url, visit, params=params, check=parse_captures)
        except SourceRefused as error:
            raise SourceChanged(EXCLUDED) if error.status == HTTPStatus.FORBIDDEN else error from None

    def rows(self, folder: Path, service: Service) -> Records[Observation]:
        return self.read(folder, EVER, service=service.id)

    def read(self, folder: Path, window: Window, *, service: str, url: str = "") -> Records[Observation]:
        """The observations of a service that snapshots on disk hold, of one page or all, by time."""
        query = {"service": service} | ({"url": url} if url else {})
        snapshots = drawn(folder, self.question(KIND, query, window))
        read, unread = parsed(snapshots, lambda snapshot: parse_captures(snapshot.data))
        captures = _captures([page for _, page in read], window)
        rows, sources = observations(captures, service=service)
        said = [page.warnings for _, page in read]
        return Records(rows, sources, joined(unread, *said, _notes(captures, read)), newest(snapshots))


def _page_of(url: str) -> str:
    """One page's address, as a person may write it. A star would ask for all pages of a site."""
    page = url.strip()
    if "*" in page or web_address(page if "://" in page else f"http://{page}") is None:
        raise DataError(f"{quoted(url)} is not the address of one page: write it like www.example.org/visit.")
    return page


def _captures(pages: Sequence[CapturePage], window: Window) -> pd.DataFrame:
    frame = pd.concat([page.captures for page in pages or [parse_captures(b"[]")]], ignore_index=True)
    frame = frame[(frame["at"] >= window.start) & (frame["at"] < window.end)]
    return frame.sort_values("at", kind="stable").drop_duplicates(["at", "url", "status"], ignore_index=True)


def _notes(captures: pd.DataFrame, read: Sequence[tuple[Snapshot, CapturePage]]) -> list[str]:
    notes = ["No capture in this window: nobody looked, as far as this list goes."] if captures.empty else []
    notes += counted(
        int(captures["status"].isna().sum()), "1 capture holds no status: what the server answered is not known.",
        "{count} captures hold no status: what the server answered is not known.",
    )  # fmt: skip
    held = {(snapshot.sidecar.query.get("url"), snapshot.sidecar.query.get("resume", "")) for snapshot, _ in read}
    ends = [(snapshot.sidecar.query.get("url"), page.resume) for snapshot, page in read]
    if any(resume and (url, resume) not in held for url, resume in ends):
        notes.append("The list goes on: these are its first captures only. Ask for a shorter window.")
    return notes
