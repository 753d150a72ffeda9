"""Globalping: a look at a site from a named country, city or network, by somebody else's machine there."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict

from data.core.errors import DataError, SourceUnavailable
from data.core.settings import Settings
from data.net.http_errors import lowered
from data.net.plain_client import PlainClient
from data.net.site_request import Look, Outcome, outcome_of, title_of
from data.sources.answers import read_json

CALLED = "Globalping"
HOME = "https://api.globalping.io"
#: Tests that it gives in an hour to whoever has no key; a site from a place is one.
TESTS_AN_HOUR = 250
#: Seconds from one request to the next: a test is asked for, and then asked after.
PACE_SECONDS = 0.2
#: Seconds between two looks whether a test has ended, and after which it is given up.
_POLL, _PATIENCE = 1.0, 40.0


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Begun(_Part):
    id: str


class _Result(_Part):
    status: str
    rawOutput: str = ""  # noqa: N815 - Globalping's own names
    rawBody: str | None = None  # noqa: N815
    statusCode: int | None = None  # noqa: N815
    resolvedAddress: str | None = None  # noqa: N815
    timings: dict[str, float | None] = {}


class _Test(_Part):
    result: _Result


class _Ended(_Part):
    status: str
    results: tuple[_Test, ...] = ()


@dataclass(frozen=True, slots=True)
class Globalping:
    """Looks from one place, in Globalping's own words: "Canada", "Toronto", "AS577"."""

    client: PlainClient
    settings: Settings
    place: str
    sleep: Callable[[float], None] = time.sleep
    #: What it may still be asked, as its last answer said.
    told: dict[str, str] = field(default_factory=dict)

    @property
    def left(self) -> str:
        """What it may still be asked, in words; empty where it has not said."""
        left, most = (self.told.get(f"x-ratelimit-{name}", "") for name in ("remaining", "limit"))
        return f"{left} of {most} tests left this hour" if left and most else ""

    def look(self, url: str) -> Look | None:
        """What one machine there met; None where that machine went away. DataError where none could be asked."""
        parts = urlsplit(url)
        wanted: dict[str, Any] = {
            "type": "http", "target": parts.hostname, "locations": [{"magic": self.place, "limit": 1}],
            "measurementOptions": {
                "protocol": parts.scheme.upper(), "port": parts.port or (443 if parts.scheme == "https" else 80),
                "request": {"method": "GET", "path": parts.path or "/", "query": parts.query},
            },
        }  # fmt: skip
        begun = read_json(_Begun, self._ask("", json.dumps(wanted).encode()), CALLED)
        for _ in range(int(_PATIENCE / _POLL)):
            ended = read_json(_Ended, self._ask(f"/{begun.id}", None), CALLED)
            if ended.status != "in-progress":
                return _look(ended.results[0].result) if ended.results else None
            self.sleep(_POLL)
        raise SourceUnavailable(f"{CALLED} did not end its test of {parts.hostname} in time")

    def _ask(self, path: str, sent: bytes | None) -> bytes:
        reply = self.client.fetch(
            f"{home_of(self.settings)}/v1/measurements{path}", method="POST" if sent else "GET", sent=sent,
            source=CALLED, wait=_wait,
        )  # fmt: skip
        if sent:
            self.told.update(reply.headers)
        return reply.content


def home_of(settings: Settings) -> str:
    """Where Globalping is, or what stands in its place."""
    return settings.mirror_or(HOME, "NIGHTDESK_GLOBALPING_URL")


def within_limit(sites: int, places: int, every: float) -> None:
    """DataError, with the pace that is allowed, where so many looks are more than Globalping gives in an hour."""
    tests = sites * places * 3600 / every
    if tests > TESTS_AN_HOUR:
        least = -(-sites * places * 3600 // TESTS_AN_HOUR)
        raise DataError(
            f"{sites} sites from {places} places every {every:g} s are {tests:,.0f} tests an hour, and {CALLED} gives "
            f"{TESTS_AN_HOUR}: say --every {least} or more"
        )


def _wait(headers: Mapping[str, str]) -> float | None:
    """Seconds until the hour's tests are full again, where none is left."""
    told = lowered(headers)
    left, reset = told.get("x-ratelimit-remaining", ""), told.get("x-ratelimit-reset", "")
    return float(reset) if left == "0" and reset.isascii() and reset.isdecimal() else None


def _look(result: _Result) -> Look | None:
    if result.status == "offline":
        return None
    if result.statusCode is None:
        return Look(outcome_of(result.rawOutput), ip=result.resolvedAddress or "")
    taken = [result.timings.get(name) or 0.0 for name in ("dns", "tcp", "tls", "firstByte")]
    first_byte = round(sum(taken) / 1000, 3) if any(taken) else None
    title = title_of((result.rawBody or "").encode("utf-8", "replace"))
    return Look(Outcome.ANSWERED, result.resolvedAddress or "", result.statusCode, first_byte, title=title)


def slug_of(place: str) -> str:
    """The place as records name it: globalping-toronto."""
    return f"globalping-{re.sub(r'[^a-z0-9]+', '-', place.lower()).strip('-')}"[:31].rstrip("-")
