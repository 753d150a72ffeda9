"""What story.toml says, in frozen entries: words, window, clocks and cast; a key nobody reads is refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from data.core.model import Window
from data.story.table_rows import Id, Note, Text
from data.story.time_tokens import TOLD, Zone

#: Reader prose: it may hold times as tokens, so that they follow the reader's clock.
Prose = Annotated[str, Field(min_length=1, max_length=2_000), TOLD]
Aside = Prose | Literal[""]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,31}$")]
Cited = Annotated[str, Field(min_length=1)]
Web = Annotated[str, Field(pattern=r"^(https?://[^\s/]+(/\S*)?)?$", max_length=500)]
Origin = Annotated[str, Field(pattern=r"^https?://(\*\.)?[a-z0-9.-]+(:\d{1,5})?$", max_length=200)]
#: Of TOML's types exactly these: never an epoch number, "yes" or a float.
Moment = Annotated[AwareDatetime, Field(strict=True)]
Switch = Annotated[bool, Field(strict=True)]
Count = Annotated[int, Field(ge=0, strict=True)]


class Entry(BaseModel):
    """A part of story.toml: frozen, and a key that nobody reads is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Night(Entry):
    """The default window: two instants with their offsets, the start before the end."""

    start: Moment
    end: Moment

    @model_validator(mode="after")
    def _starts_first(self) -> Self:
        Window(self.start, self.end)
        return self


class ClockEntry(Entry):
    """An entry of the clock menu."""

    zone: Zone
    label: Text


#: The looks that sides may have, besides that of the others.
SIDE_TONES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


class Party(Entry):
    """A side of the contest; `tone` gives its colour and shape, never a failure's. Without one it has one that is free.

    "others" is a neutral look, for what stands for several parties. `colour` is one of its own, as #RRGGBB: it is drawn
    so where it can be read and told from the others. `to_win` is its own where not all win alike.
    """

    id: Name
    name: Text
    candidate: Text
    short: Text
    colour: Annotated[str, Field(pattern=r"^(#[0-9A-Fa-f]{6})?$")] = ""
    tone: Literal["", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "others"] = ""
    to_win: Count | None = None


class Caller(Entry):
    """Who calls contests; `said` is what sentences call it, its id if empty. An unnamed outlet cannot be chosen."""

    id: Name
    name: Text
    selectable: Switch
    said: Note = ""


class Service(Entry):
    """A site that the story watches; `main` is the one its headline is about."""

    id: Id
    host: Text
    name: Text
    main: Switch = False
    #: The page whose captures are looked for, and the owner's own status page; asked only when somebody asks.
    url: Web = ""
    statuspage: Web = ""


class Search(Entry):
    """A term in a place, and what a reader must know of its series."""

    term: Text
    geo: Text
    note: Note = ""


class Article(Entry):
    """A Wikipedia article whose daily views may be fetched."""

    title: Text
    project: Text = "en.wikipedia"


class Phrase(Entry):
    """Words whose TV airtime may be fetched."""

    text: Text


class Claim(Entry):
    """What somebody said about the contested question; `dated` is printed where `on` is only its latest day."""

    id: Id
    on: Annotated[date, Field(strict=True)]
    dated: Note = ""
    who: Text
    says: Prose
    source: Cited
    note: Aside = ""


class Point(Entry):
    """A thing we do not know, or what would settle it."""

    text: Prose
    source: str = ""


class Feed(Entry):
    """A feed of calls that the live night follows: its format, its address, and the source that its rows name.

    `contests` and `parties` say what the feed calls a contest or a side that the story calls otherwise: its name -> the
    story's. `columns` does so for the columns of a table. With accept = "editor" calls wait for a person, and so do,
    in any case, those of the contests in `wait`.
    """

    id: Id
    kind: Name
    url: Note = ""
    caller: Name | Literal[""] = ""
    source: Note = ""
    contests: dict[str, str] = {}
    parties: dict[str, str] = {}
    columns: dict[str, str] = {}
    office: Note = ""
    accept: Literal["feed", "editor"] = "feed"
    wait: tuple[Text, ...] = ()
    test: Switch = False  # a rehearsal's feed: nothing of it is news


class Known(Point):
    """A thing we know, with where it can be checked."""

    source: Cited


class Rehearsal(Entry):
    """That the story is no real night: a recorded one, played as if live. Its charts and pages say so.

    `of` is the recorded night, `speed` how many minutes of it pass in one, `moment` up to when it is told.
    """

    of: Text
    speed: Annotated[float, Field(gt=0)]
    started: Moment
    moment: Moment
    ended: Switch = False

    @property
    def says(self) -> str:
        """TEST: rehearsal of U.S. 2016 at 60 times its speed. Not a live election."""
        pace = ", which is over" if self.ended else f" at {self.speed:,g} times its speed"
        return f"TEST: rehearsal of {self.of}{pace}. Not a live election."


class Credit(Entry):
    """Whose story this is, and on what terms it may be used."""

    newsroom: Text
    licence: Text
    note: Aside = ""


def _unique(what: str, names: Sequence[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{what} must be unique; given twice: {', '.join(twice)}")


class About(Entry):
    """story.toml, whole; whether its sources and contests exist is checked with the tables."""

    title: Prose
    kicker: Text
    short: Note = ""  # what a comparison calls this night, its year last: U.S. 2016
    dek: Prose
    total: Count = 0  # 0 for a story without a running total
    to_win: Count = 0
    unit: Text = "electoral votes"  # what the contests' weights count, in the plural
    verb: Literal["called", "declared"] = "called"  # what its callers did with a contest
    clock: Zone
    caller: Name | Literal[""] = ""  # of a story without calls none
    emphasised: tuple[Text, ...] = ()  # contest codes, the one whose label matters most first
    study: tuple[Id, ...] = ()  # ids of calls of its caller whose minutes "Rose after the calls" uses; none: all exact
    control_terms: Annotated[tuple[Text, ...], Field(max_length=10)] = ()  # searches that calls do not concern
    live: Switch = False  # the night is in progress: calls are still to come, and totals are totals so far
    rehearsal: Rehearsal | None = None  # no real night: a recorded one, played as if live
    window: Night
    clocks: Annotated[tuple[ClockEntry, ...], Field(min_length=1)]
    parties: tuple[Party, ...] = ()
    callers: tuple[Caller, ...] = ()
    services: tuple[Service, ...] = ()
    searches: tuple[Search, ...] = ()
    feeds: tuple[Feed, ...] = ()
    articles: tuple[Article, ...] = ()
    phrases: tuple[Phrase, ...] = ()
    claims: tuple[Claim, ...] = ()
    known: tuple[Known, ...] = ()
    unknown: tuple[Point, ...] = ()
    settle: tuple[Point, ...] = ()
    credit: Credit
    updated: Moment | None = None  # when the content last changed; embeds and exports say it
    embed_hosts: tuple[Origin, ...] = ()  # whose pages may embed its charts; none named: all may

    @model_validator(mode="after")
    def _names_are_sound(self) -> Self:
        _unique("emphasised contests", self.emphasised)
        _unique("calls of the study", self.study)
        _unique("control terms", [term.casefold() for term in self.control_terms])
        _unique("zones of clocks", [clock.zone for clock in self.clocks])
        # Letters of any case: an address may say caller=ap.
        _unique("ids of callers", [caller.id.casefold() for caller in self.callers])
        for what, entries in (
            ("parties", self.parties),
            ("services", self.services),
            ("claims", self.claims),
            ("feeds", self.feeds),
        ):
            _unique(f"ids of {what}", [entry.id for entry in entries])
        searches = {search.term.casefold() for search in self.searches}
        if own := next((term for term in self.control_terms if term.casefold() in searches), ""):
            raise ValueError(f"control term {own!r} is a term of [[searches]]; name one that calls do not concern")
        if self.to_win > self.total:
            raise ValueError(f"to_win {self.to_win} is more than total {self.total}")
        for party in self.parties:
            if party.to_win and party.to_win > self.total:
                raise ValueError(f"parties: to_win of {party.id}, {party.to_win}, is more than total {self.total}")
        callers = [caller.id for caller in self.callers if caller.selectable]
        if self.caller not in (callers or [""]):
            raise ValueError(f"caller {self.caller!r} is not selectable; choose one of: {', '.join(callers)}")
        if self.clock not in [clock.zone for clock in self.clocks]:
            raise ValueError(f"clock {self.clock!r} is not in the clock menu; add it to [[clocks]]")
        if self.services and sum(service.main for service in self.services) != 1:
            raise ValueError("exactly one of [[services]] needs main = true")
        return self

    def wins_with(self, party: Party) -> int:
        """How much of the total this party wins with; 0 where nothing is said."""
        return self.to_win if party.to_win is None else party.to_win

    @model_validator(mode="after")
    def _claims_in_order(self) -> Self:
        for before, claim in pairwise(self.claims):
            if claim.on < before.on:
                raise ValueError(f"claims run from early to late: {claim.id} ({claim.on}) stands after {before.on}")
        return self
