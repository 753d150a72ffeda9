"""Decision Desk HQ's results API, version 4: races by page, each with its calls and the times stated for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict

from data.core.settings import Settings
from data.net.client_token import ClientToken
from data.net.plain_client import PlainClient
from data.sources.answers import read_json
from data.sources.feeds.feed import CallFeed, Secret, Stage, Standing, Version
from data.sources.feeds.names import FeedNames
from data.story.story import Story
from data.story.story_toml import Feed


def _moment(value: object) -> object:
    """A time of theirs, which says no zone and is UTC; None for an empty one."""
    if not isinstance(value, str) or not value:
        return None
    moment = datetime.fromisoformat(value.replace(" ", "T"))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


_Moment = Annotated[datetime | None, BeforeValidator(_moment)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _CallTime(_Part):
    cand_id: int
    called_time: _Moment = None


class _Candidate(_Part):
    cand_id: int
    party_name: str = ""


class _Topline(_Part):
    called_candidates: tuple[int, ...] = ()
    call_times: tuple[_CallTime, ...] = ()


class _Race(_Part):
    race_id: int
    test_data: bool = False
    state: str = ""
    district: str | int | None = None
    office: str = ""
    topline_results: _Topline = _Topline()
    candidates: tuple[_Candidate, ...] = ()


class _Page(_Part):
    data: tuple[_Race, ...]
    next_page_url: str | None = None


class DdhqFeed(CallFeed):
    """Answers of `races`; the bearer token, good for eight hours, or a client to fetch one, is in the environment."""

    slug: ClassVar[str] = "ddhq"
    called: ClassVar[str] = "Decision Desk HQ"
    licence: ClassVar[str] = "Decision Desk HQ, by contract"
    pace: ClassVar[float] = 10.0
    header: ClassVar[str] = "Authorization"
    key: ClassVar[str] = "NIGHTDESK_DDHQ_TOKEN"
    scheme: ClassVar[str] = "Bearer "
    a_minute: ClassVar[int] = 40
    #: The variables of an id and a secret for which a token is fetched, and again before it runs out.
    client: ClassVar[tuple[str, str]] = ("NIGHTDESK_DDHQ_CLIENT_ID", "NIGHTDESK_DDHQ_CLIENT_SECRET")

    def secret(self, environ: Mapping[str, str], settings: Settings, client: PlainClient) -> Secret:
        """The token of the environment, or one for its client."""
        name, secret = (environ.get(variable, "").strip() for variable in self.client)
        if not name or not secret:
            return super().secret(environ, settings, client)
        form = {"grant_type": "client_credentials", "client_id": name, "client_secret": secret}
        return ClientToken(client, f"{_base(settings)}/oauth/token", self.called, form)

    def home(self, settings: Settings) -> str:
        """All races."""
        return f"{_base(settings)}/races"

    def read(self, content: bytes, story: Story, feed: Feed) -> Version:
        """The version that a page is; SourceChanged for one that is torn or of another shape."""
        page = read_json(_Page, content, "Decision Desk HQ")
        names = FeedNames(story, feed)
        races = [race for race in page.data if not feed.office or race.office == feed.office]
        following = page.next_page_url or ""
        return Version(
            tuple(standing for race in races for standing in _standings(race, names)),
            test=any(race.test_data for race in races),
            whole=False,  # a page of several
            following=following,
            unfinished=bool(following),
        )


def _base(settings: Settings) -> str:
    return settings.mirror_or("https://resultsapi.decisiondeskhq.com/api/v4", "NIGHTDESK_DDHQ_URL")


def _standings(race: _Race, names: FeedNames) -> Iterator[Standing]:
    district = f"-{str(race.district).zfill(2)}" if race.district else ""
    spoken = (str(race.race_id), f"{race.state}{district}", f"US-{race.state}{district}")
    contest = next((code for name in spoken if (code := names.contest(name))), "")
    caller, called = names.feed.caller or names.story.about.caller, race.topline_results.called_candidates
    if not contest:
        if called:
            fault = f"Decision Desk HQ names the contest {spoken[1]}, which the story does not have"
            yield Standing(spoken[1], caller, Stage.OPEN, fault=fault)
        return
    if not called:
        yield Standing(contest, caller, Stage.OPEN, race=spoken[0])
        return
    winner = next((one for one in race.candidates if one.cand_id == called[0]), None)
    party = names.party(winner.party_name) if winner else ""
    times = {one.cand_id: one.called_time for one in race.topline_results.call_times}
    fault = ""
    if len(called) > 1 or not party:
        said = winner.party_name if winner else called[0]
        fault = f"Decision Desk HQ calls {contest} for {said!r}, not for one side in the story"
    yield Standing(contest, caller, Stage.CALLED, party, stated=times.get(called[0]), fault=fault, race=spoken[0])
