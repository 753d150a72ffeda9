"""Searches drawn through the night: minute bins of the last hours, again and again, at the polite pace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from data.core.errors import DataError, SourceUnavailable
from data.core.model import Window
from data.core.program import utc_now
from data.core.settings import Settings
from data.net.client import Desk
from data.net.snapshots import snapshot_folder
from data.recorders.government_sites import GovernmentSites
from data.recorders.status import RecorderStatus, write_status
from data.recorders.trending import TrendingRecorder
from data.sources.google_trends.provider import GoogleTrends
from data.sources.provider import Errand, Provider, Visit
from data.sources.trends_api import TrendsApi
from data.story.store import StoryStore

#: What each draw reaches back to: the longest span that Google answers in minutes.
REACH = timedelta(hours=4)
#: Seconds from one round of draws to the next.
EVERY_SECONDS = 600.0


@dataclass
class SearchRecorder:
    """The draws of one story's searches; each answer is a snapshot, each further draw of an hour a further sample."""

    slug: str
    stories: StoryStore
    settings: Settings
    desk: Desk
    every: float = EVERY_SECONDS
    clock: Callable[[], datetime] = utc_now
    provider: Provider = field(default_factory=GoogleTrends)
    #: Days for context, once a day, for whoever has the keys.
    days: Provider = field(default_factory=TrendsApi)
    #: Whether to record how many people are on sites of the U.S. government.
    government: bool = False
    _answered: datetime | None = field(default=None, init=False)
    _drawn: int = field(default=0, init=False)
    _days_on: date | None = field(default=None, init=False)

    def step(self) -> tuple[str, ...]:
        """Draw every search of the story and what is trending once, and say in a sentence each what came.

        SourceUnavailable, with the seconds to wait, where the source asks to be left alone: what is left of the round
        is for the next one. DataError for a story without searches.
        """
        story = self.stories.read(self.slug)
        if not story.about.searches:
            raise DataError(f"{self.slug} has no search to record: give it [[searches]]")
        began = self.clock()
        visit = Visit(self.desk, self.settings, snapshot_folder(story, self.settings), began)
        errand = Errand(story, Window(began - REACH, began), began, bins="minute")
        said: list[str] = []
        try:
            for task in self.provider.plan(errand):
                said.append(f"{task.label}: {task.ask(visit).came}")
                self._drawn += 1
            said += TrendingRecorder(self.settings, self.desk, self.clock).step(story)
            if self.government:
                said.append(GovernmentSites(self.settings, self.desk, self.clock).step(self.slug))
            said += self._draw_days(errand, visit)
        except DataError as trouble:
            pause = trouble.retry_after if isinstance(trouble, SourceUnavailable) else None
            self._say(began, str(trouble), pause or 0.0)
            raise
        self._answered = began
        self._say(began, "", 0.0)
        return tuple(said)

    def _draw_days(self, errand: Errand, visit: Visit) -> Iterator[str]:
        """Ask for the days around the night where that was not done today."""
        if self._days_on == errand.now.date():
            return
        around = Window(errand.now - self.days.around, errand.now)
        for task in self.days.plan(replace(errand, window=around)):
            yield f"{task.what}: {len(task.ask(visit).rows)} held"
        self._days_on = errand.now.date()

    def _say(self, began: datetime, trouble: str, pause: float) -> None:
        """Leave word of what was done."""
        word = RecorderStatus(
            name="searches", kind="searches", what=f"{self.provider.title}, minutes of the last four hours",
            asked_at=began, next_at=self.clock() + timedelta(seconds=max(self.every, pause)),
            answered_at=self._answered, trouble=trouble, written=self._drawn,
        )  # fmt: skip
        write_status(self.settings, self.slug, word)
