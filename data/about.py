"""What story.toml says: the story's words, window, clocks and cast, refused where they cannot mean anything."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from data.entries import (
    Article,
    Caller,
    Claim,
    ClockEntry,
    Count,
    Credit,
    Entry,
    Known,
    Moment,
    Name,
    Night,
    Origin,
    Party,
    Phrase,
    Point,
    Prose,
    Rehearsal,
    Search,
    Service,
    Switch,
)
from data.tables import Id, Note, Text
from data.tokens import Zone


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
    total: Count  # 0 for a story without a running total
    to_win: Count
    unit: Text = "electoral votes"  # what the contests' weights count, in the plural
    verb: Literal["called", "declared"] = "called"  # what its callers did with a contest
    clock: Zone
    caller: Name
    emphasised: tuple[Text, ...] = ()  # contest codes, the one whose label matters most first
    study: tuple[Id, ...] = ()  # ids of calls of its caller whose minutes "Rose after the calls" uses; none: all exact
    control_terms: Annotated[tuple[Text, ...], Field(max_length=10)] = ()  # searches that calls do not concern
    live: Switch = False  # the night is in progress: calls are still to come, and totals are totals so far
    rehearsal: Rehearsal | None = None  # no real night: a recorded one, played as if live
    window: Night
    clocks: Annotated[tuple[ClockEntry, ...], Field(min_length=1)]
    parties: Annotated[tuple[Party, ...], Field(min_length=1)]
    callers: Annotated[tuple[Caller, ...], Field(min_length=1)]
    services: tuple[Service, ...] = ()
    searches: tuple[Search, ...] = ()
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
        _unique("tones of parties", [party.tone for party in self.parties])
        # Letters of any case: an address may say caller=ap.
        _unique("ids of callers", [caller.id.casefold() for caller in self.callers])
        for what, entries in (("parties", self.parties), ("services", self.services), ("claims", self.claims)):
            _unique(f"ids of {what}", [entry.id for entry in entries])
        searches = {search.term.casefold() for search in self.searches}
        if own := next((term for term in self.control_terms if term.casefold() in searches), ""):
            raise ValueError(f"control term {own!r} is a term of [[searches]]; name one that calls do not concern")
        if self.to_win > self.total:
            raise ValueError(f"to_win {self.to_win} is more than total {self.total}")
        callers = [caller.id for caller in self.callers if caller.selectable]
        if self.caller not in callers:
            raise ValueError(f"caller {self.caller!r} is not selectable; choose one of: {', '.join(callers)}")
        if self.clock not in [clock.zone for clock in self.clocks]:
            raise ValueError(f"clock {self.clock!r} is not in the clock menu; add it to [[clocks]]")
        if self.services and sum(service.main for service in self.services) != 1:
            raise ValueError("exactly one of [[services]] wants main = true")
        return self

    @model_validator(mode="after")
    def _claims_in_order(self) -> Self:
        for before, claim in pairwise(self.claims):
            if claim.on < before.on:
                raise ValueError(f"claims run from early to late: {claim.id} ({claim.on}) stands after {before.on}")
        return self
