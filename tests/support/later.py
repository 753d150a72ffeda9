"""What of a night is later than a moment, read from its whole tables: rows, words, names, figures, times, sources."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from typing import NamedTuple

from components.charts.grammar import Chart
from components.clock import Clock, token
from data.core.model import Order, Source
from data.story.as_of import end_of_day, published_end, stands_from
from data.story.story import Story, caller_name, when_of
from data.story.tables import Control, Figure, Observation
from data.story.totals import call_when, untimed_callers

Phrases = frozenset[tuple[str, ...]]
#: A word with what joins it inside (U.S, 249,950, 10:50, calls:ap-wi), or what parts two statements.
_WORD = re.compile(r"[^\W_]+(?:[.,:’'&/-]+[^\W_]+)*|[:;|](?=\s)")
#: A time inside a text, which is held by `times`.
_TOKEN = re.compile(r"\{[^{}]*\}")
#: What charts say of a story at any moment, in words that its notes have too.
_OWN = ("no series of the night is on record", "dashed edge: only bounds are known")
_ADDRESS = re.compile(r"https?://[^\s\"'<>;,)]+")
#: Attributes that say something to somebody, not where a line runs.
_SAID = re.compile(r' (?!d=|points=|style=|transform=|viewBox=)[\w-]+="([^"]*[A-Za-z][^"]*)"')
_CODE = re.compile(r"<(script|style)>.*?</\1>", re.DOTALL)
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
#: Columns that are shown in words. Notes are written with hindsight: no form of a moment has one.
_TOLD = ("what", "label", "text", "base", "title", "credit")
#: Of a whole view, which a moment does not shorten; and when a source or a statement about the page is from.
_OF_THE_VIEW = {"from", "to", "as_of", "published", "corrected"}


class Row(NamedTuple):
    """A row of a table: whether it stands at the moment (None: it may), its words, times and figures."""

    name: str
    stands: bool | None
    told: tuple[str, ...] = ()
    moments: tuple[datetime | None, ...] = ()
    figures: tuple[float | None, ...] = ()


def phrases(text: str, length: int = 5) -> Phrases:
    """Every so many words in a row, as a drawing breaks its lines and cuts its labels; a shorter text has none."""
    words = _WORD.findall(text)
    return frozenset(zip(*(words[start:] for start in range(length)), strict=False))


def all_phrases(texts: Iterable[str], length: int = 5) -> Phrases:
    return frozenset().union(*(_kept(text, length) for text in texts))


@cache
def _kept(text: str, length: int) -> Phrases:
    return phrases(text, length)


def figures_of(texts: Iterable[str], rows: Iterable[Row]) -> set[str]:
    """Figures of four digits or more, as plain digits: smaller ones say nothing by themselves, years are dates."""
    found = {word.replace(",", "") for text in texts for word in _WORD.findall(text)}
    found |= {f"{figure:.0f}" for row in rows for figure in row.figures if figure}
    return {figure for figure in found if re.fullmatch(r"\d{4,}", figure) and not 1900 <= int(figure) < 2100}


def rows_of(story: Story, at: datetime, order: Order) -> Iterator[Row]:
    """Calls, milestones, observations, figures, controls, poll closings and results of the whole story."""
    yield from _calls(story, at, order)
    for row in story.milestones:
        when = when_of(row, story)
        moment = when.latest if when else None
        yield Row(f"milestones:{row.id}", bool(moment and moment <= at), _told(row), (moment,))
    dated: tuple[Observation | Figure | Control, ...] = (*story.observations, *story.figures, *story.controls)
    for one in dated:
        moment, table = stands_from(one, story, order), one.file.removesuffix(".csv")
        times = tuple(getattr(one, name, None) for name in ("at", "earliest", "latest", "window_start", "window_end"))
        yield Row(f"{table}:{one.id}", bool(moment and moment <= at), _told(one), times, (one.value,))
    for close in story.poll_closings:
        yield Row(f"poll_closings:{close.id}", close.last_close <= at, (), (close.last_close, close.first_close))
    for final in story.results:
        yield Row(f"results:{final.contest}", False, (), (), (final.votes, final.margin_votes))


def _calls(story: Story, at: datetime, order: Order) -> Iterator[Row]:
    untimed, parties = untimed_callers(story), {party.id: party.short for party in story.about.parties}
    for call in story.calls:
        when = call_when(call, story)
        maybe = order is Order.HAPPENED and when.earliest <= at and call.caller not in untimed
        stands = True if when.latest <= at else None if maybe else False
        name, said = story.contest(call.contest).name, f"{caller_name(story, call.caller)} {story.about.verb}"
        told = (f"{said} {name} for {parties[call.party]}", f"{said} {name} at {token(when)}")
        yield Row(f"calls:{call.id}", stands, told, (when.earliest, when.latest))


def _told(row: object) -> tuple[str, ...]:
    return tuple(str(getattr(row, name)) for name in _TOLD if getattr(row, name, ""))


def looking_back(story: Story, at: datetime) -> list[str]:
    """Words that were written when it was over, and claims of later days."""
    about = story.about
    found = [about.title, about.dek, *(point.text for point in (*about.known, *about.unknown, *about.settle))]
    tables = (story.calls, story.milestones, story.observations, story.figures, story.controls, story.results)
    found += [str(getattr(row, "note", "")) for table in tables for row in table]
    found += [text for row in story.corrections for text in (row.where, row.was, row.now, row.why)]
    later = [claim for claim in about.claims if end_of_day(claim.on, about.clock) > at]
    return [*found, *(text for claim in later for text in (claim.says, claim.note))]


class Later:
    """What no form holds of a night that is told up to this moment. `whole` are the charts of the whole night."""

    def __init__(
        self, story: Story, at: datetime, order: Order, *, whole: Iterable[Chart], clock: Clock, caller: str
    ) -> None:
        rows = list(rows_of(story, at, order))
        later, here, maybe = ([row for row in rows if row.stands is stands] for stands in (False, True, None))
        self.known = f"{at:%Y-%m-%dT%H:%M:%SZ}"
        self.rows = {row.name for row in later}
        out = [source for source in story.sources if _is_out(source, story, at)]
        shown = [(names, text) for chart in whole for names, text in _shown(chart)]
        ahead = [text for row in later for text in row.told] + [text for names, text in shown if names <= self.rows]
        ahead += [*looking_back(story, at), *(source.title for source in story.sources if source not in out)]
        past = [text for row in (*here, *maybe) for text in row.told]
        past += [text for names, text in shown if not names <= self.rows]
        past += [*(source.title for source in out), *(source.org for source in story.sources)]
        past += [text for claim in story.about.claims for text in (claim.says, claim.note) if text not in ahead]
        past = [*map(clock.say, past), *_OWN, *(contest.name for contest in story.contests)]
        self.phrases = all_phrases(part for text in ahead for part in _TOKEN.split(text)) - all_phrases(past)
        self.figures = figures_of(ahead, later) - figures_of(past, here)
        addresses = {source.url for source in story.sources} - {source.url for source in out}
        self.addresses = {url for url in addresses if url.count("/") > 3}  # the root of a site is no hint
        bounds = [row._replace(moments=row.moments[1:]) for row in maybe]
        self.times = _times([*later, *bounds], clock) - _times(here, clock) - phrases(clock.time(at), 2)
        mine = [call for call in story.calls if call.caller == caller and f"calls:{call.id}" not in self.rows]
        named, others = ({call.contest for call in mine}, {call.contest for call in story.calls})
        self.names = _names(story, others - named) - _names(story, named)
        self.names -= {
            " ".join(words) for size in (1, 2, 3) for words in all_phrases(past[: -len(story.contests)], size)
        }
        self.totals = {
            party.short: sum(story.contest(call.contest).weight for call in mine if call.party == party.id)
            for party in story.about.parties
        }

    def found_in(self, body: str, *, names: bool = True) -> list[str]:
        """All of it that this form holds; without `names` it is a chart that lists contests before they are called."""
        text = read(body)
        words = set(_WORD.findall(text))
        found = [*(self.rows & words), *(self.addresses & set(_ADDRESS.findall(text)))]
        found += [" ".join(phrase) for phrase in (self.phrases & phrases(text)) | (self.times & phrases(text, 2))]
        found += self.figures & {word.replace(",", "") for word in words}
        if names:
            found += self.names & {" ".join(phrase) for size in (1, 2, 3) for phrase in phrases(text, size)}
        for party, most in self.totals.items():
            said = re.findall(rf"\b{party} (?:total )?(?:at least )?(\d+)\b(?!,\d)", text)
            found += [f"{party} {total}" for total in said if int(total) > most]
        return [*found, *(time for time in _ISO.findall(text) if time > self.known)]


def _is_out(source: Source, story: Story, at: datetime) -> bool:
    end = published_end(source.published, story.about.clock)
    return end is not None and end <= at


def _shown(chart: Chart) -> Iterator[tuple[set[str], str]]:
    """What a chart says of its rows, and what its lanes say of themselves."""
    for lane in chart.lanes:
        yield {lane.slug}, lane.note
        yield from (({item.row}, item.text) for _, item in lane.items)
    yield from ((set(event.rows), event.label) for event in (*chart.events, *chart.outside))


def _names(story: Story, codes: Iterable[str]) -> set[str]:
    return {text for code in codes for text in (story.contest(code).name, story.contest(code).short)}


def _times(rows: Iterable[Row], clock: Clock) -> Phrases:
    """Wall times of rows; the hours and quarters, at which an axis may have a tick, tell nothing."""
    moments = (moment for row in rows for moment in row.moments if moment and moment.minute % 5)
    return frozenset(phrase for phrase in all_phrases(map(clock.time, moments), 2) if ":" in phrase[0])


def read(body: str) -> str:
    """What a form says: data by their values, markup without its tags but with what their attributes say."""
    if body.startswith("{"):
        return " | ".join(_values(json.loads(body)))
    if body.startswith("<"):
        body = _CODE.sub("", body)
        said = " | ".join(_SAID.findall(body))
        return html.unescape(f"{re.sub('<[^>]*>', ' ', body)} | {said}")
    return body


def _values(found: object, name: str = "") -> Iterator[str]:
    if isinstance(found, dict):
        for key, part in found.items():
            yield from _values(part, key)
    elif isinstance(found, list):
        for part in found:
            yield from _values(part, name)
    elif isinstance(found, str | int | float) and name not in _OF_THE_VIEW:
        yield str(found)
