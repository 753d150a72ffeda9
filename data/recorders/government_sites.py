"""Visitors to sites of the U.S. government right now: recorded, because nobody can ask for it later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from data.core.model import iso_text
from data.core.program import utc_now
from data.core.settings import Settings
from data.net.plain_client import PlainClient
from data.net.snapshots import Instant, Sidecar
from data.recorders.attempts import append
from data.sources.answers import keep, read_json
from data.sources.provider import Home

CALLED, SOURCE = "analytics.usa.gov", "analytics-usa-gov"
HOME = Home("NIGHTDESK_ANALYTICS_USA_GOV_URL", "https://analytics.usa.gov", pace=15.0)


class Visitors(BaseModel):
    """How many people were on them at once, as counted at `taken_at`."""

    asked_at: Instant
    taken_at: Instant
    visitors: int


class _Row(BaseModel):
    model_config = ConfigDict(extra="ignore")
    visitors: int = Field(validation_alias=AliasChoices("active_visitors", "activeUsers"))


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore")
    taken_at: Instant
    data: tuple[_Row, ...] = Field(min_length=1)


def read_visitors(content: bytes, *, asked_at: datetime) -> Visitors:
    """The count that these bytes tell; SourceChanged for what tells none."""
    answer = read_json(_Answer, content, CALLED)
    return Visitors(asked_at=asked_at, taken_at=answer.taken_at, visitors=answer.data[0].visitors)


@dataclass(frozen=True, slots=True)
class GovernmentSites:
    """The counts through a night; bytes are kept first, rows second."""

    settings: Settings
    client: PlainClient
    clock: Callable[[], datetime] = utc_now

    def step(self, slug: str) -> str:
        """Ask once, and say in a sentence what came; DataError where nothing did."""
        folder, asked = self.settings.records / slug / "government-sites", self.clock()
        reply = self.client.fetch(f"{HOME.at(self.settings)}/data/live/realtime.json", source=CALLED)
        found = read_visitors(reply.content, asked_at=reply.fetched_at)
        sidecar = Sidecar(
            source=SOURCE, kind="realtime", drawn_at=reply.fetched_at, url=reply.url, status=reply.status,
            licence="CC0",
        )  # fmt: skip
        keep(folder, reply.content, sidecar)
        append(folder / f"{asked.date().isoformat()}.csv", found)
        return f"{CALLED}: {found.visitors:,} people at {iso_text(found.taken_at)}"
