"""What every feed of calls is to this project: an address to ask, and the contests as one version of it has them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Protocol

from data.core.settings import Settings
from data.net.plain_client import PlainClient
from data.story.story import Story
from data.story.story_toml import Feed


class Stage(StrEnum):
    """What one version of a feed says of a contest."""

    CALLED = "called"  # its caller names an outcome
    TAKEN_BACK = "taken back"  # its caller says that it made a call no longer stand
    OPEN = "open"  # no call, or not yet


@dataclass(frozen=True, slots=True)
class Standing:
    """A contest of the story as one version of a feed has it.

    `party` is a side of the story, empty where nobody won. `stated` is when the feed says the call was made, if it
    does. `cells` are columns of calls.csv that the feed fills itself. `fault` says why the version cannot be believed
    here, and nothing else of the standing counts then. `event` names it where a feed tells what happened
    instead of how things stand: it counts once, however often it is told. `race` is the feed's own id for the race,
    where it has one: a contest that two races could be is nobody's.
    """

    contest: str
    caller: str
    stage: Stage
    party: str = ""
    outcome: str = "won"
    stated: datetime | None = None
    cells: tuple[tuple[str, str], ...] = ()
    fault: str = ""
    event: str = ""
    race: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a feed, read. `stamp` is the feed's own time for it; `test` says that nothing in it is news.

    Of a `whole` version, a contest that it does not name is open; of any other, unchanged. `following` is the address
    to ask next where the feed names one, `unfinished` that there is more to ask for at once. `lag` is how old what is
    served may be without saying so. `events` are all that it tells, also those that are not of the story.
    """

    standings: tuple[Standing, ...]
    stamp: datetime | None = None
    test: bool = False
    whole: bool = True
    following: str = ""
    unfinished: bool = False
    events: frozenset[str] = frozenset()
    lag: timedelta = timedelta(0)


class Secret(Protocol):
    """What a header of a request holds. `forget` says that it was refused, and answers whether there is another."""

    def __call__(self) -> str: ...

    def forget(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class GivenKey:
    """A secret as the environment has it; empty for none."""

    value: str = field(default="", repr=False)

    def __call__(self) -> str:
        return self.value

    def forget(self) -> bool:
        """There is no other."""
        return False


class CallFeed(ABC):
    """A format in which calls arrive: bytes to contests as they stand. What changed between versions is not its matter.

    To add one is a class like this in a module of its own and a line in `feeds.registry.FEEDS`. `pace` is in seconds;
    `key` is the environment's variable that holds the secret for the header `header`, there after `scheme`.
    """

    slug: ClassVar[str]
    called: ClassVar[str]
    licence: ClassVar[str]
    pace: ClassVar[float]
    header: ClassVar[str] = ""
    key: ClassVar[str] = ""
    scheme: ClassVar[str] = ""
    suffix: ClassVar[str] = "json"
    #: Requests that it answers in a minute, by its terms; 0 where these name no number.
    a_minute: ClassVar[int] = 0

    @abstractmethod
    def read(self, content: bytes, story: Story, feed: Feed) -> Version:
        """The version that these bytes are; SourceChanged for bytes that are none."""

    def secret(self, environ: Mapping[str, str], settings: Settings, client: PlainClient) -> Secret:
        """What goes into the header, from this environment."""
        return GivenKey(environ.get(self.key, "").strip() if self.key else "")

    def wait(self, headers: Mapping[str, str]) -> float | None:
        """Seconds for which an answer other than 200 asks for a pause; None where it says none."""
        return None

    def left(self, headers: Mapping[str, str]) -> str:
        """What may still be asked, as an answer's headers (in small letters) say, in words; empty where they do not."""
        return ""

    def older(self, content: bytes, known: Collection[str]) -> str:
        """Of a feed in pages, newest first: the address of the page before these bytes.

        Empty for any other, for the last page, and where these bytes tell no event that is not `known`.
        """
        return ""

    def home(self, settings: Settings) -> str:
        """The address to ask where nobody named one; empty where there is no such address."""
        return ""
