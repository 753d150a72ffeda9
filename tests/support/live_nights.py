"""A night that is still going on, in a folder of the test's own, and a feed that is followed into it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from data.core.settings import Settings
from data.net.plain_client import PlainClient, open_client
from data.recorders.follow import Follower, feed_of
from data.sources.feeds.feed import GivenKey
from data.sources.feeds.registry import FEEDS
from data.story.store import FolderStore
from tests.support.small_story import contest, files

START = datetime(2030, 11, 6, 1, tzinfo=UTC)


def live_night(folder: Path, *, more: str = "", **tables: Sequence[Mapping[str, object]]) -> Settings:
    """Settings whose one own story is `night`: three contests, no call, in progress."""
    contests = [contest("oh", 18), contest("fl", 29), contest("nc", 15)]
    content = files({"contests": contests} | dict(tables))
    about = content["story.toml"].decode().replace("emphasised", "live = true\nemphasised", 1) + more
    FolderStore((folder / "stories",)).write("night", content | {"story.toml": about.encode()})
    return Settings(stories=(folder / "stories",), records=folder / "records", cache=folder / "cache")


def table(*rows: Mapping[str, object]) -> bytes:
    """Rows as a newsroom's table of calls."""
    out = io.StringIO()
    columns = dict.fromkeys(name for row in rows for name in row) or ["contest", "party", "status", "source"]
    sheet = csv.DictWriter(out, list(columns), lineterminator="\n")
    sheet.writeheader()
    sheet.writerows(rows)
    return out.getvalue().encode()


def called(contest: str, party: str = "A", status: str = "") -> dict[str, object]:
    """A row of such a table."""
    return {"contest": contest, "party": party, "status": status, "source": "s"}


class Ticking:
    """A clock that a test moves on."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def on(self, seconds: float) -> None:
        """Later by this much."""
        self.now += timedelta(seconds=seconds)


def follower(
    settings: Settings, url: str | Path, *, kind: str = "table", now: Callable[[], datetime] | None = None,
    client: PlainClient | None = None, key: str = "", source: str = "",
) -> Follower:  # fmt: skip
    """A feed followed into `night`, with what was recorded before."""
    stories = FolderStore(settings.stories)
    adapter = FEEDS[kind]
    feed = feed_of(
        stories.read("night"), adapter, name="", url=str(url), source=source, caller="", settings=settings
    )  # fmt: skip
    clock = now or Ticking()
    mirrors = (("NIGHTDESK_FEED_URL", str(url)),) if str(url).startswith("http") else ()
    session = client or open_client(settings.model_copy(update={"mirrors": mirrors}), now=clock)
    found = Follower("night", stories, adapter, feed, settings, session, clock=clock, key=GivenKey(key))
    found.resume()
    return found


def rows(settings: Settings, file: str) -> list[dict[str, str]]:
    """The rows of a table of `night`, without empty cells; none where there is no such file."""
    content = FolderStore(settings.stories).files("night").get(file, b"").decode()
    return [{name: cell for name, cell in row.items() if cell} for row in csv.DictReader(io.StringIO(content))]
