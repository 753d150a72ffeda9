"""The parts of story.toml, each a frozen entry that refuses a key nobody reads."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from data.model import Window
from data.tables import Id, Note, Text
from data.tokens import TOLD, Zone

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


class Party(Entry):
    """A side of the contest; `tone` gives its colour and shape, never a failure's."""

    id: Name
    name: Text
    candidate: Text
    short: Text
    tone: Literal["first", "second", "third", "fourth"]


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
