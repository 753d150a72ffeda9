"""The lines of a document that are seen while all else in it is closed: headline, summary, what opens, and its foot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from components.charts.events import ONE_DAY
from components.charts.phrases import moments
from components.charts.phrases.caution import coincides
from components.charts.phrases.numbers import counted
from components.clock import Style
from components.embeds.documents.mark_counts import findings
from components.embeds.embed import Embed
from components.render.words import brief
from components.text import capital, shortened, visible, whole
from data.evidence.calls import load_calls
from data.evidence.outages import load_observations
from data.evidence.searches import load_interest_marks

#: Characters of a headline; a longer one than `_LONG` is set smaller on a phone.
HEADLINE_CHARACTERS, _LONG = 240, 110
#: Of any one text of a document; the file of the story holds the whole.
TEXT_CHARACTERS = 700
#: Of the organisations that the foot names.
_NAMED_CHARACTERS = 34
_VERSION_CHARACTERS = 40
#: What stands under a picture on which things of two kinds share a clock.
CAUTION = "Timing alone does not show cause."


class Piece(NamedTuple):
    """Words of a line, and where they lead, if anywhere."""

    text: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Lines:
    """What a closed document says. `folded` are the panels that open: id and name; `foot` reads as one line."""

    headline: str
    sentences: tuple[str, ...]
    folded: tuple[tuple[str, str], ...]
    foot: tuple[Piece, ...]

    @property
    def summary(self) -> str:
        """What is drawn, and what is on record at the minute picked out."""
        return self.summary_within(TEXT_CHARACTERS)

    def summary_within(self, limit: int) -> str:
        """As many sentences of the summary as `limit` characters hold."""
        return whole(self.sentences, limit)

    @property
    def long(self) -> bool:
        """Whether the headline is set smaller on a phone."""
        return len(self.headline) > _LONG


def lines_of(embed: Embed) -> Lines:
    """The closed document in words, times on the embed's clock."""
    headline = shortened(line(brief(embed.chart, embed.clock, HEADLINE_CHARACTERS)), HEADLINE_CHARACTERS)
    return Lines(
        headline,
        _summary(embed),
        _folded(embed),
        tuple(_foot(embed)),
    )


def line(text: str) -> str:
    return " ".join(visible(text).split())


def caution_line(embed: Embed) -> str:
    """The caution in one sentence, for what is too small for the panel; empty where the chart has none."""
    return CAUTION if coincides(embed.chart) else ""


def _summary(embed: Embed) -> tuple[str, ...]:
    """What is drawn of which span, beyond what the headline tells; and the sentences of the minute picked out."""
    chart, clock = embed.chart, embed.clock
    is_whole = len(clock.say(chart.takeaway)) <= HEADLINE_CHARACTERS
    found = findings(chart, clock, told=chart.said.tells if is_whole else "")
    said = f"{clock.span(chart.told)}: {found}." if found else f"{clock.say(chart.title)}, {_amount(embed)}."
    at = embed.view.at
    if at and embed.story.about.live:
        at = min(at, chart.window.end)  # what is still to come says nothing
    picked = EmbedMoments(embed).sentences(at) if at else ()
    return (line(capital(said)), *picked)


def _amount(embed: Embed) -> str:
    """The span, and how many events are told in it, or that there is nothing."""
    chart = embed.chart
    held = any(True for lane in chart.lanes for _ in lane.items) or chart.events or chart.outside
    events = f": {counted(len(chart.events), 'numbered event')}" if chart.events else ""
    return f"{embed.clock.span(chart.told)}{events if held else ': nothing on record'}"


def _folded(embed: Embed) -> tuple[tuple[str, str], ...]:
    chart = embed.chart
    found = [("nd-list", "Moments")] if chart.played else []
    found += [("nd-events", counted(len(chart.events), "event"))] if chart.events else []
    found += [("nd-table", "Table")]
    found += [("nd-caution", "Cautions")] if coincides(chart) else []
    found += [("nd-method", "Method")]
    return tuple(found)


def _foot(embed: Embed) -> list[Piece]:
    pieces = _named_sources(embed)
    if embed.as_of:
        pieces.append(Piece(f" · As of {embed.clock.date(embed.as_of)}"))
    if embed.story.corrections:
        pieces += [Piece(" · "), Piece(counted(len(embed.story.corrections), "correction"), "#nd-corrections")]
    if embed.version:
        pieces.append(Piece(f" · Frozen copy {shortened(line(embed.version), _VERSION_CHARACTERS)}"))
    elif embed.address:
        pieces.append(Piece(" · Updating"))
    if embed.app_address:
        pieces += [Piece(" · "), Piece("Open in Nightdesk", embed.app_address)]
    return pieces


def _named_sources(embed: Embed) -> list[Piece]:
    """The organisations most of the chart rests on, as far as a phone's line holds them, and how many more."""
    sources = list({source.org: source for source in reversed(embed.chart.sources)}.values())[::-1]
    if not sources:
        return [Piece("No sources: nothing is drawn")]
    pieces, room = [Piece("Sources: ")], _NAMED_CHARACTERS
    for source in sources:
        name = shortened(line(source.org), _NAMED_CHARACTERS)
        if len(pieces) > 1 and len(name) > room:
            break
        pieces += [Piece(", ")] if len(pieces) > 1 else []
        pieces.append(Piece(name, source.url))
        room -= len(name) + 2
    left = len(sources) - len(pieces) // 2
    return [*pieces, Piece(" and "), Piece(f"{left} more", "#nd-sources")] if left else pieces


class EmbedMoments:
    """Sentences for minutes of an embed's night, from the rows of its story that its caller and clock choose."""

    def __init__(self, embed: Embed) -> None:
        self._embed = embed
        self.rows = moments.Moments.of(
            embed.story,
            caller=embed.view.caller,
            calls=load_calls(embed.story, caller=embed.view.caller, possible=True),
            marks=load_interest_marks(embed.story),
            observations=load_observations(embed.story),
        )

    def sentence(self, at: datetime) -> str:
        """What is on record up to this minute; nothing later is said."""
        return " ".join(self.sentences(at))

    def sentences(self, at: datetime) -> tuple[str, ...]:
        """The same, one by one."""
        embed = self._embed
        style: Style = "stamp" if embed.chart.window.length >= ONE_DAY else "time"
        said = self.rows.latest(at, style) if embed.chart.played else self.rows.sentences(at, style)
        return tuple(line(embed.clock.say(one)) for one in said)
