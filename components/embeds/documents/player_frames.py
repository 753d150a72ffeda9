"""What a chart that is played needs besides its drawings: its frames for the player, and its moments as a list."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from components.ap_style import MONTHS
from components.charts.frames import Frames, Stand, frames_of, minutes_known
from components.charts.phrases.moments import Moments
from components.embeds.documents.lines import CAUTION, EmbedMoments, line
from components.embeds.documents.parts import element, held, text
from components.embeds.embed import Embed
from components.render.layout.tile_layout import is_side, tile_marks
from data.core.model import Order
from data.story.totals import only_surely

#: What the two orders are called on their switch.
LABELS = {Order.HAPPENED: "As it happened", Order.KNOWN: "As it was known"}
#: Seconds that the whole range takes, from slow to fast.
PACES = (240, 120, 72, 36, 18)
_HELP = (
    "Space plays and pauses, with the focus on the slider or on Play. Left and right arrow go to the previous and the "
    "next event, Home and End to the first and the last, Escape back to the whole. The question mark shows and hides "
    "this line."
)
#: In a longer range a date wants its year.
_YEARS = timedelta(days=300)


def night_of(embed: Embed, rows: Moments | None = None, stand: Stand | None = None) -> dict[str, Any]:
    """The frames of the chart as plain values for player.js; instants are seconds from the start of the range.

    `names` begins with the order that was asked for. `orders` has for each order the seconds from which rows stand
    (`sure`) or are possible (`maybe`), those of the numbered events, and `moments`: second and index of its sentence
    in `said`. A story that is told up to a moment has its own order alone, and nothing later. `rows` are those that
    its sentences tell, and `stand` from when each row of its story stands, for whoever holds them.
    """
    chart, view = embed.chart, embed.view
    start = chart.window.start
    orders = (view.order,) if embed.story.until else (view.order, *(order for order in Order if order != view.order))
    rows = rows or EmbedMoments(embed).rows
    frames = [frames_of(embed.story, chart, embed.clock, order=order, words=rows, stand=stand) for order in orders]
    said = list(dict.fromkeys(sentence for found in frames for sentence in _sentences(found)))
    return {
        "start": round(start.timestamp() * 1000),
        "end": round(chart.told_to.timestamp() * 1000),
        "zone": embed.clock.zone,
        "months": MONTHS,
        "years": chart.window.length > _YEARS,
        "title": line(embed.clock.say(chart.title)),
        "names": [order.value for order in orders],
        "labels": [LABELS[order] for order in orders],
        "note": order_note(embed),
        "help": _HELP,
        "whole": embed.clock.dated(embed.story.until) if embed.story.until else "the whole",
        "paces": PACES,
        "said": said,
        "parties": _parties(embed),
        # Of how many contests a total tells what is at least there until all of them are called; 0: it is a range.
        "least": len(embed.story.contests) if only_surely(embed.story, view.caller) else 0,
        "orders": {found.order.value: _order(found, start, said) for found in frames},
    }


def order_note(embed: Embed) -> str:
    """How few publication minutes are known, beside the switch of the two orders; empty where most are."""
    known, count = minutes_known(embed.story, embed.chart)
    few = known * 2 < count and not embed.story.until
    return f"publication minute known for {known} of {count}" if few else ""


def _sentences(frames: Frames) -> list[str]:
    return [line(sentence) for sentence in (frames.before, *(sentence for _, sentence in frames.moments))]


def _order(frames: Frames, start: datetime, said: list[str]) -> dict[str, Any]:
    places = {sentence: index for index, sentence in enumerate(said)}

    def seconds(moment: datetime) -> int:
        return round((moment - start).total_seconds())

    return {
        "sure": {row: seconds(moment) for row, moment in frames.sure.items()},
        "maybe": {row: seconds(moment) for row, moment in frames.maybe.items()},
        "events": [seconds(moment) for moment in frames.events],
        "moments": [[seconds(moment), places[line(sentence)]] for moment, sentence in frames.moments],
        "before": places[line(frames.before)],
    }


def _parties(embed: Embed) -> list[dict[str, Any]]:
    """Each party of the tally with the weight of each of its calls, in the order of its bars."""
    sides = (mark for lane in embed.chart.lanes for mark in tile_marks(lane) if is_side(mark))
    return [{"name": line(mark.name), "rows": [[item.row, item.value] for item in mark.items]} for mark in sides]


def play_bar(embed: Embed) -> str:
    """Where the player puts its controls, as high as they are; without a script it says where the moments are."""
    until = embed.story.until
    told = f"The night up to {embed.clock.stamp(until)} stands here" if until else "The whole night stands here"
    said = element("p", text(f"{told}; its moments are listed below."))
    return element("div", said, class_="nd-play nd-noted" if order_note(embed) else "nd-play")


def then() -> str:
    """What stands in place of cautions, method and sources while a moment is shown, since they tell of later ones."""
    said = f"{CAUTION} Sources are in the table. Cautions and method stand with the whole night."
    return element("p", said, class_="nd-then")


def moments_list(night: dict[str, Any]) -> str:
    """Every moment of the first order as an ordered list, which is the whole replay where no script runs."""
    first = night["orders"][night["names"][0]]
    rows = (
        element("li", held(text(night["said"][place])), data_frame=str(second)) for second, place in first["moments"]
    )
    return element("div", element("ol", "".join(rows)), class_="nd-panel")
