"""The Internet Archive's captures of a watched page: what its server answered a crawler, to the second."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path

import pandas as pd

from data.errors import DataError, SourceChanged
from data.faults import quoted
from data.http import Desk, SourceRefused
from data.model import Window
from data.settings import Settings
from data.snapshots import Snapshot
from data.sources.answers import counted, joined
from data.sources.capture_rows import LICENCE, digits, observations
from data.sources.captures import EXCLUDED, NAME, CapturePage, parse_captures, web_address
from data.sources.drawn import Answer, Question, Records, ask, drawn, fresh_for, newest, parsed

SOURCE = "wayback"
KIND = "captures"
WHAT = (
    "Each row is one visit of an Internet Archive crawler, with the HTTP status that the server answered and the "
    "second at which it did: a machine’s own record."
)
CANNOT = (
    "Rows are visits, not uptime. Between two captures nobody looked, which never means that the site was up. A "
    "revisit record holds no status at all. A server may treat crawlers unlike readers, in both directions, and one "
    "page is not the whole site. A site can be excluded, and captures can be added to the index years later."
)
#: Captures asked for at once, and how many times at most.
PAGE_ROWS = 1_000
MOST_PAGES = 20


def fetch_captures(
    url: str, window: Window, *, service: str, desk: Desk, settings: Settings, folder: Path, now: datetime
) -> Records:
    """Ask for the captures of a page in a window, keep every answer as a snapshot, and give `read_captures` of them.

    A long list comes in pages, each kept as it comes: after a failure, what has come is there and is not asked again.
    Raises DataError with one sentence: SourceUnavailable where asking again later may work, SourceChanged where it
    will not, as for an excluded site, plain DataError for what is no address of a page.
    """
    url = _page_of(url)
    query = {"url": url, "service": service}
    params: dict[str, str | int] = {
        "url": url, "from": digits(window.start), "to": digits(window.end - timedelta(microseconds=1)),
        "output": "json", "limit": PAGE_ROWS, "showResumeKey": "true",
    }  # fmt: skip
    resume, trouble = "", ""
    for _ in range(MOST_PAGES):
        question = Question(SOURCE, KIND, query | {"resume": resume}, LICENCE, window)
        answer = _page(question, params | ({"resumeKey": resume} if resume else {}), desk, settings, folder, now)
        trouble = trouble or answer.trouble
        before, resume = resume, parse_captures(answer.snapshot.data).resume
        if not resume:
            break
        if resume == before:
            raise SourceChanged(f"{NAME} gives the same page of captures again and again.")
    return replace(read_captures(folder, window, service=service, url=url), trouble=trouble)


def _page_of(url: str) -> str:
    """One page's address, as a person may write it. A star would ask for all pages of a site."""
    page = url.strip()
    if "*" in page or web_address(page if "://" in page else f"http://{page}") is None:
        raise DataError(f"{quoted(url)} is no address of one page: write it like www.example.org/visit.")
    return page


def _page(
    question: Question, params: Mapping[str, str | int], desk: Desk, settings: Settings, folder: Path, now: datetime
) -> Answer:
    """One page of a list. The resume key is sent as it was given: the index decodes it once more than the rest."""
    assert question.window is not None  # noqa: S101 - given by fetch_captures
    try:
        return ask(
            question,
            f"{settings.wayback_url}/cdx/search/cdx",
            params=params,
            desk=desk,
            folder=folder,
            fresh=fresh_for(question.window, now),
            check=parse_captures,
        )
    except SourceRefused as error:
        raise SourceChanged(EXCLUDED) if error.status == HTTPStatus.FORBIDDEN else error from None


def read_captures(folder: Path, window: Window, *, service: str, url: str = "") -> Records:
    """The observations of a service that snapshots on disk hold, of one page or all: rows for observations.csv.

    Frame with ROW_COLUMNS, by time; `at` in UTC. A capture without a telling status has status "none" and kind
    "context", so that it is listed and never drawn as a state.
    """
    query = {"service": service} | ({"url": url} if url else {})
    snapshots = drawn(folder, Question(SOURCE, KIND, query, LICENCE, window))
    read, unread = parsed(snapshots, lambda snapshot: parse_captures(snapshot.data))
    captures = _captures([page for _, page in read], window)
    frame, sources = observations(captures, service=service)
    said = [page.warnings for _, page in read]
    return Records(frame, sources, joined(unread, *said, _notes(captures, read)), newest(snapshots))


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
