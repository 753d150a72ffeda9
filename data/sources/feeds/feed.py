"""What every feed of calls is to this project: an address to ask, and the contests as one version of it has them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from pydantic import ValidationError

from data.core.settings import Settings
from data.story.story import Story
from data.story.story_toml import Feed


def first_fault(error: ValidationError) -> str:
    """Where an answer first is not of its source's shape, and what is wrong there; never what stands there."""
    first = error.errors(include_input=False, include_url=False)[0]
    return f"{'.'.join(map(str, first['loc'])) or 'the whole'}: {first['msg']}"


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
    instead of how things stand: it counts once, however often it is told.
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


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a feed, read. `stamp` is the feed's own time for it; `test` says that nothing in it is news.

    Of a `whole` version, a contest that it does not name is open; of any other, unchanged. `following` is the address
    to ask next where the feed names one, `unfinished` that there is more to ask for at once. `lag` is how old what is
    served may be without saying so.
    """

    standings: tuple[Standing, ...]
    stamp: datetime | None = None
    test: bool = False
    whole: bool = True
    following: str = ""
    unfinished: bool = False
    lag: timedelta = timedelta(0)


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

    @abstractmethod
    def read(self, content: bytes, story: Story, feed: Feed) -> Version:
        """The version that these bytes are; SourceChanged for bytes that are none."""

    def wait(self, headers: Mapping[str, str]) -> float | None:
        """Seconds for which an answer other than 200 asks for a pause; None where it says none."""
        return None

    def home(self, settings: Settings) -> str:
        """The address to ask where nobody named one; empty where there is no such address."""
        return ""
