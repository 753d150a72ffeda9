"""A desk of a test's own: a finished night of three contests, and people who have signed in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from components.workbench.sign_in import SESSION_LASTS
from data.core.program import utc_now
from data.core.settings import Settings
from data.desk.desk import Desk, desk_of
from data.desk.values import AT_TERMINAL, Role
from data.story.store import FolderStore
from tests.support.live_nights import live_night
from tests.support.small_story import call, contest, files

ANA, BEN, ROB = "ana@example.org", "ben@example.org", "rob@example.org"
PEOPLE = {ANA: ("Ana", Role.PUBLISHER), BEN: ("Ben", Role.EDITOR), ROB: ("Rob", Role.REPORTER)}


@dataclass(frozen=True)
class TestDesk:
    """A desk with its settings, as a server and a test share it."""

    __test__ = False
    settings: Settings

    @property
    def desk(self) -> Desk:
        return desk_of(self.settings)

    @property
    def environ(self) -> dict[str, str]:
        """What a server of this desk is started with."""
        return {
            "NIGHTDESK_WRITES": "desk", "NIGHTDESK_STORIES": str(self.settings.stories[0]),
            "NIGHTDESK_RECORDS": str(self.settings.records), "NIGHTDESK_CACHE": str(self.settings.cache),
        }  # fmt: skip

    def cookie(self, email: str) -> str:
        """The secret of a sign-in that began just now."""
        return self.desk.people.new_token(email, "session", utc_now(), SESSION_LASTS)


def a_desk(folder: Path) -> TestDesk:
    """`night`, which is over and of which Ohio was called, and `live`, of which nothing was."""
    contests = [contest("oh", 18), contest("fl", 29), contest("nc", 15)]
    content = files({"contests": contests, "calls": [call("ap-oh", "oh", "B", "01:00")]})
    live = live_night(folder / "other")
    store = FolderStore((folder / "stories",))
    # A night that is over wants a call of each contest: it is at the desk before its last calls are.
    about = content["story.toml"].decode().replace("emphasised", "live = true\nemphasised", 1)
    store.write("night", content | {"story.toml": about.encode()})
    store.write("live", FolderStore(live.stories).files("night"))
    found = TestDesk(Settings(
        stories=(folder / "stories",), records=folder / "records", cache=folder / "cache", writes="desk"
    ))  # fmt: skip
    for email, (name, role) in PEOPLE.items():
        found.desk.people.set_role(AT_TERMINAL, email, role, utc_now(), "a test", name=name)
    for slug in ("night", "live"):
        found.desk.bring(AT_TERMINAL, slug, utc_now(), "a test")
    words = found.desk.rows("night", "story.toml")[0]
    over = content["story.toml"]
    found.desk.write_words(AT_TERMINAL, "night", over, words.revision, utc_now(), "a test")
    return found
