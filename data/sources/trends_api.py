"""Google's own Trends API: days on one scale for all requests, some days late, for whoever Google let in."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field, field_validator

from data.core.errors import DataError, SourceChanged, SourceUnavailable
from data.core.model import Source, Window
from data.net.client_token import ClientToken
from data.net.plain_client import Reply
from data.net.snapshots import Sidecar, Snapshot
from data.sources.answers import joined, keep, read_json
from data.sources.provider import EVER, Count, CountProvider, Errand, Home, Records, Task, Visit, drawn, newest, parsed
from data.story.story import Story

SOURCE, KIND, UNIT = "trends-api", "days", "search interest a day, on Google’s scale for all requests"
CALLED = "The Google Trends API"
DAY = timedelta(days=1)
#: The last days are not there yet.
LATE = timedelta(days=3)
#: Where a token is fetched, its mirror's variable, and the variables of what it is fetched with.
_TOKEN = Home("NIGHTDESK_GOOGLE_TOKEN_URL", "https://oauth2.googleapis.com/token", pace=1.0)
CREDENTIALS = {
    "client_id": "NIGHTDESK_TRENDS_API_CLIENT_ID", "client_secret": "NIGHTDESK_TRENDS_API_CLIENT_SECRET",
    "refresh_token": "NIGHTDESK_TRENDS_API_REFRESH_TOKEN",
}  # fmt: skip
#: How often a request that is still being worked on is asked after, each after a second.
_LOOKS = 30


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Range(_Part):
    startTime: datetime  # noqa: N815 - Google's own names

    @field_validator("startTime", mode="before")
    @classmethod
    def _of_seconds(cls, value: object) -> object:
        return datetime.fromtimestamp(int(value["seconds"]), UTC) if isinstance(value, dict) else value


class _Point(_Part):
    timeRange: _Range  # noqa: N815
    searchInterest: float | None = None  # noqa: N815


class _Series(_Part):
    points: tuple[_Point, ...] = ()


class _Answer(_Part):
    """The answer itself, or the operation that has it once it is done."""

    timeSeries: _Series | None = None  # noqa: N815
    name: str = Field(default="", pattern=r"^[A-Za-z0-9/_.-]*$")
    done: bool = False
    response: _Answer | None = None


def parse_days(content: bytes) -> tuple[tuple[datetime, float], ...]:
    """Each day (UTC start) with its interest; a day without a figure is a gap. SourceChanged for another shape."""
    answer = read_json(_Answer, content, CALLED)
    series = answer.timeSeries or (answer.response.timeSeries if answer.response else None)
    if series is None:
        raise SourceChanged("The Google Trends API gave no series")
    return tuple(
        (point.timeRange.startTime.astimezone(UTC), point.searchInterest)
        for point in series.points
        if point.searchInterest is not None
    )


class TrendsApi(CountProvider):
    """The days around a story's searches, for context: never joined with the hours of the night."""

    slug, title, called = SOURCE, "Google Trends API, days", CALLED
    licence = "Data source: Google Trends (https://www.google.com/trends)"
    home: ClassVar[Home] = Home("NIGHTDESK_TRENDS_API_URL", "https://searchtrends.googleapis.com", pace=1.0)
    around = timedelta(days=30)
    proves = (
        "Each bar is how much of a place’s searches a term had on one day, on one scale for all days and requests, so "
        "that two answers can be laid beside one another."
    )
    cannot = (
        "It counts nobody, knows no hours, and has no day before it is two or three days old. A day without a figure "
        "is a gap, not zero."
    )

    def __init__(
        self, environ: Mapping[str, str] | None = None, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._environ, self._sleep = os.environ if environ is None else environ, sleep

    @property
    def ready(self) -> bool:
        """Whether the environment holds what a token is fetched with."""
        return all(self._environ.get(variable, "").strip() for variable in CREDENTIALS.values())

    def hosts(self, story: Story) -> Iterable[str]:
        """Google's server of tokens."""
        return ("oauth2.googleapis.com",) if self.ready else ()

    def plan(self, errand: Errand) -> Iterator[Task]:
        """The days of every search that the story lists, as far as they are there by now."""
        if not self.ready:
            return
        window = Window(errand.window.start, max(errand.window.end, errand.window.start + DAY))
        window = replace(window, end=min(window.end, errand.now - LATE)) if window.start < errand.now - LATE else window
        for search in errand.story.about.searches:
            yield Task(f"days of “{search.term}” in {search.geo}", partial(self.fetch, search.term, search.geo, window))

    def fetch(self, term: str, geo: str, window: Window, visit: Visit) -> Records[Count]:
        """Ask for the days that touch the window, and give what is held of the term; DataError with one sentence."""
        if window.start > visit.now - LATE:
            raise SourceUnavailable(f"{self.called} has no day of this range yet; it is two or three days late")
        reply = self._asked(term, geo, window, visit)
        parse_days(reply.content)
        sidecar = Sidecar(
            source=SOURCE, kind=KIND, query={"term": term, "geo": geo}, geo=geo, window_start=window.start,
            window_end=window.end, drawn_at=reply.fetched_at, url=reply.url, status=reply.status,
            licence=self.licence, step=DAY.total_seconds(),
        )  # fmt: skip
        keep(visit.folder, reply.content, sidecar)
        held = self.rows(visit.folder)
        return replace(held, rows=tuple(row for row in held.rows if row.name == _name(term, geo)))

    def _asked(self, term: str, geo: str, window: Window, visit: Visit) -> Reply:
        form = {name: self._environ[variable].strip() for name, variable in CREDENTIALS.items()}
        form["grant_type"] = "refresh_token"
        token = ClientToken(visit.desk, _TOKEN.at(visit.settings), self.called, form)
        headers, base = {"Authorization": f"Bearer {token()}"}, f"{self.home.at(visit.settings)}/v1alpha"
        reply = visit.desk.fetch(
            f"{base}:fetchTimeSeries", method="POST", sent=_question(term, geo, window), headers=headers,
            source=self.called,
        )  # fmt: skip
        for _ in range(_LOOKS):
            answer = read_json(_Answer, reply.content, CALLED)
            if not answer.name or answer.done:
                return reply
            self._sleep(1.0)
            path = answer.name if answer.name.startswith("operations/") else f"operations/{answer.name}"
            reply = visit.desk.fetch(f"{base}/{path}", headers=headers, source=self.called)
        raise SourceUnavailable(f"{self.called} was still at work after {_LOOKS} seconds", retry_after=60.0)

    def rows(self, folder: Path) -> Records[Count]:
        """Everything that the snapshots of a folder hold; of a day that several hold, the one drawn last counts."""
        snapshots = drawn(folder, self.question(KIND, {}, EVER))
        read, unread = parsed(snapshots, lambda snapshot: parse_days(snapshot.data))
        found = {
            (name := _name(snapshot.sidecar.query["term"], snapshot.sidecar.geo), start): Count(
                name, start, start + DAY, value, UNIT, _source(snapshot).id
            )
            for snapshot, days in read
            for start, value in days
        }
        used = {row.source for row in found.values()}
        sources = tuple(one for one in map(_source, snapshots) if one.id in used)
        return Records(tuple(found[key] for key in sorted(found)), sources, joined(unread), newest(snapshots))


def _name(term: str, geo: str) -> str:
    return f"Google Trends API: {term}, {geo or 'the world'}"


def _question(term: str, geo: str, window: Window) -> bytes:
    spec = {
        "expression": {"terms": [{"value": term, "type": "BROAD"}]},
        "geo": {"type": "GEO_TYPE_COUNTRY_OR_REGION", "code": geo},
        "timeRange": {
            "startTime": {"seconds": int(window.start.timestamp())},
            "endTime": {"seconds": int(window.end.timestamp())},
        },
        "timeResolution": "DAY",
    }
    return json.dumps({"spec": spec}).encode()


def _source(snapshot: Snapshot) -> Source:
    """What was asked for, and when: the address alone gives nobody the answer."""
    said = snapshot.sidecar
    title = f"Daily interest in “{said.query.get('term', '')}”, {said.geo or 'the world'}, drawn {said.drawn_at.date()}"
    return Source(f"trends-api-{said.sha256[:12]}", "Google", title, said.url, "", said.licence)


def wanted_credentials() -> DataError:
    """What is lacking where somebody asks for it by name."""
    return DataError(f"the Google Trends API needs {', '.join(CREDENTIALS.values())}")
