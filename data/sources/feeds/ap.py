"""AP's Elections API, version 3: races as they stand, then what changed, at the address that each answer names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC
from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict

from data.core.settings import Settings
from data.net.http_errors import lowered
from data.sources.answers import read_json
from data.sources.feeds.feed import CallFeed, Stage, Standing, Version
from data.sources.feeds.names import FeedNames
from data.story.story import Story
from data.story.story_toml import Feed

#: What AP says of a race -> what that is here. Every other status is of a race without a call.
_STAGES = {
    "called": Stage.CALLED, "runoff": Stage.CALLED, "winner not leading": Stage.CALLED, "uncalled": Stage.TAKEN_BACK,
}  # fmt: skip
_OUTCOMES = {"runoff": "runoff", "winner not leading": "not_leading"}
#: What AP's answers tell of the quota of a minute: seconds until it is full again, requests left, requests in all.
_QUOTA = "x-electionsapi-q-minute-"


def _time(value: object) -> object:
    return value or None


_Moment = Annotated[AwareDatetime | None, BeforeValidator(_time)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Candidate(_Part):
    party: str = ""
    winner: str = ""
    winnerDateTime: _Moment = None  # noqa: N815 - AP's own name
    electWon: int = 0  # noqa: N815


class _Unit(_Part):
    level: str = ""
    statePostal: str = ""  # noqa: N815
    candidates: tuple[_Candidate, ...] = ()


class _Race(_Part):
    raceID: str  # noqa: N815
    officeID: str = ""  # noqa: N815
    statePostal: str = ""  # noqa: N815
    seatNum: str | int = ""  # noqa: N815
    test: bool = False
    resultsType: str = ""  # noqa: N815
    raceCallStatus: str = ""  # noqa: N815
    winnerDateTime: _Moment = None  # noqa: N815
    reportingUnits: tuple[_Unit, ...] = ()  # noqa: N815


class _Answer(_Part):
    timestamp: _Moment = None
    races: tuple[_Race, ...] = ()
    nextrequest: str = ""
    isTruncated: bool | Literal["true", "false"] = False  # noqa: N815


class ApFeed(CallFeed):
    """Answers of api.ap.org/v3/elections; the key goes in a header and comes from the environment alone."""

    slug: ClassVar[str] = "ap"
    called: ClassVar[str] = "AP's Elections API"
    licence: ClassVar[str] = "The Associated Press, by contract"
    pace: ClassVar[float] = 5.0
    header: ClassVar[str] = "x-api-key"
    key: ClassVar[str] = "NIGHTDESK_AP_KEY"

    def read(self, content: bytes, story: Story, feed: Feed) -> Version:
        """The version that an answer is; SourceChanged for one that is torn or of another shape."""
        answer = read_json(_Answer, content, "AP's Elections API")
        names = FeedNames(story, feed)
        races = [race for race in answer.races if not feed.office or race.officeID == feed.office]
        return Version(
            tuple(standing for race in races for standing in _standings(race, names)),
            stamp=answer.timestamp.astimezone(UTC) if answer.timestamp else None,
            test=any(race.test or race.resultsType.casefold().startswith("t") for race in answer.races),
            whole=False,  # after the first answer, only what changed
            following=answer.nextrequest,
            unfinished=answer.isTruncated in (True, "true"),
        )

    def wait(self, headers: Mapping[str, str]) -> float | None:
        """Seconds until the minute's quota is full again: AP refuses what is beyond it as forbidden."""
        left = lowered(headers).get(f"{_QUOTA}secondsleft", "")
        return float(left) if left.isdecimal() and left.isascii() else None

    def left(self, headers: Mapping[str, str]) -> str:
        """How many requests of this minute's quota are left."""
        left, most = (headers.get(_QUOTA + name, "") for name in ("available", "allowed"))
        return f"{left} of {most} requests left this minute" if left and most else ""

    def home(self, settings: Settings) -> str:
        """AP's own address, without the date of an election."""
        return settings.mirror_or("https://api.ap.org/v3/elections", "NIGHTDESK_AP_URL")


def _standings(race: _Race, names: FeedNames) -> Iterator[Standing]:
    """The race as it stands in the state as a whole, once for each unit that is one (Maine has three)."""
    for unit in race.reportingUnits:
        if unit.level in ("state", "") and (state := unit.statePostal or race.statePostal):
            yield _standing(race, unit, _contest(state, race, names), names)


def _contest(state: str, race: _Race, names: FeedNames) -> str:
    """The story's code for the race, or what AP calls it where the story has none."""
    seat = str(race.seatNum)
    spoken = [f"{state}-{seat.zfill(2)}", f"US-{state}-{seat.zfill(2)}"] if seat else [state, f"US-{state}"]
    return next((code for name in (race.raceID, *spoken) if (code := names.contest(name))), f"?{spoken[0]}")


def _standing(race: _Race, unit: _Unit, contest: str, names: FeedNames) -> Standing:
    caller = names.feed.caller or names.story.about.caller
    status = race.raceCallStatus.casefold()
    winners = [one for one in unit.candidates if one.winner == "X"]
    stage = _STAGES.get(status, Stage.CALLED if not status and winners else Stage.OPEN)
    if stage is Stage.CALLED and not winners and status != "runoff":
        stage = Stage.OPEN  # called, and yet nobody is marked: the mark is gone, or has not come
    winner = winners[0] if winners else None
    party = names.party(winner.party) if winner else ""
    stated = (winner.winnerDateTime if winner else None) or race.winnerDateTime
    fault = ""
    if contest.startswith("?"):
        contest = contest[1:]
        fault = f"AP names the contest {contest}, which the story does not have" if stage is not Stage.OPEN else ""
        stage = Stage.OPEN
    elif len(winners) > 1 or (winner and not party):
        fault = (
            f"AP marks {', '.join(one.party for one in winners)} as the winner of {contest}, not one side of the story"
        )
    elif any(one.electWon > names.story.contest(contest).weight for one in unit.candidates):
        fault = f"AP gives {contest} more {names.story.about.unit} than the contest has"
    return Standing(
        contest, caller, stage, party, _OUTCOMES.get(status, "won"), stated.astimezone(UTC) if stated else None,
        fault=fault, race=race.raceID,
    )  # fmt: skip
