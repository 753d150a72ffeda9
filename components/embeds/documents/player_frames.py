"""What a chart that is played needs besides its drawings: its frames for the player, and its moments as a list."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from components.ap_style import MONTHS
from components.charts.frames import Frames, Stand, Tell, frames_of, minutes_known
from components.charts.grammar import Chart, Tiles
from components.charts.phrases.moments import Moments
from components.charts.phrases.votes import margin_text
from components.charts.running_totals import is_side
from components.embeds.documents.lines import CAUTION, EmbedMoments, line
from components.embeds.documents.parts import element, text
from components.embeds.embed import Embed
from components.render.layout.scene import Teller
from components.render.layout.tile_layout import TileLook, look_of, tile_marks, tiles_of
from components.render.listed import Listed, table_rows, told
from components.render.svg.svg_pen import named
from components.text import unbroken
from data.core.model import Order, Window
from data.story.totals import only_surely

#: What the two orders are called on their switch.
LABELS = {Order.HAPPENED: "As it happened", Order.KNOWN: "As it was known"}
#: Seconds that the whole range takes, from slow to fast.
PACES = (240, 120, 72, 36, 18)
_HELP = (
    "Space plays and pauses while the slider or Play has focus. Left and right arrow go to the previous and the "
    "next event, Home and End to the first and the last, Escape back to the whole night. The question mark shows and "
    "hides this line."
)
#: In a longer range a date wants its year.
_YEARS = timedelta(days=300)


def night_of(
    embed: Embed, rows: Moments | None = None, stand: Stand | None = None, tell: Tell | None = None
) -> dict[str, Any]:
    """The frames of the chart as plain values for player.js; instants are seconds from the start of the range.

    `names` begins with the order that was asked for. `orders` has for each order the seconds from which rows stand
    (`sure`) or are possible (`maybe`), those of the numbered events, and `moments`: second and index of its sentence
    in `said`. A story that is told up to a moment has its own order alone, and nothing later. `rows` are those that
    its sentences tell, `stand` from when each row of its story stands, and `tell` these sentences, for whoever holds
    them.

    Where a drawing has many units in one, `units` has those of each side, in the order of its calls: `looks` (places in
    LOOKS of units.js), `values`, the seconds from which each stands or is possible (null: at no moment), and `own`, by
    place, the names of those that are elements of their own. They are in none of the other tables then.
    """
    chart, view = embed.chart, embed.view
    start = chart.window.start
    orders = (view.order,) if embed.story.until else (view.order, *(order for order in Order if order != view.order))
    rows = rows or EmbedMoments(embed).rows
    found = embed.listed
    made = partial(frames_of, embed.story, chart, embed.clock, words=rows, stand=stand, tell=tell, only=found.rows)
    frames = [made(order=order) for order in orders]
    left = {item.row for side in _sides(chart) for item in side.items if _is_left(side, item.row, found)}
    said = list(dict.fromkeys(sentence for one in frames for sentence in _sentences(one)))
    told = {one.order.value: _order(one, start, said, left, _sides(chart)) for one in frames}
    night = {
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
        "whole": embed.clock.dated(embed.story.until) if embed.story.until else "the whole night",
        "paces": PACES,
        "said": said,
        "parties": [_party(side, found, _as_happened(frames)) for side in _sides(chart)],
        # Of how many contests a total tells what is at least there until all of them are called; 0: it is a range.
        "least": len(embed.story.contests) if only_surely(embed.story, view.caller) else 0,
        **_lives(_as_happened(frames), _sides(chart)),
        "orders": told,
    }
    return night if found.rows is None else night | _long(chart, found, frames)


def steady(night: dict[str, Any]) -> dict[str, int]:
    """The rows that stand from one moment on in every order, with its second."""
    first, *others = (told["sure"] for told in night["orders"].values())
    return {row: at for row, at in first.items() if all(other.get(row) == at for other in others)}


def table_moments(embed: Embed, night: dict[str, Any]) -> dict[str, int]:
    """The rows that the table lists and that stand from one moment on in every order, with its second: it says them.

    Not those that a total counts by a name that the table leaves out.
    """
    found = embed.listed
    listed = {named(row) for row in table_rows(embed.chart) if found.has(row)}
    counted = {row for party in night["parties"] for row, _ in party["rows"]}
    said = {row for row in listed if found.apart(row) or row not in counted}
    return {row: at for row, at in steady(night).items() if row in said}


def packed(night: dict[str, Any], listed: Collection[str] = ()) -> dict[str, Any]:
    """The night for a document: without moments of its first order, which the list there holds, and their sentences.

    The moments of an order that has the same are None. From when a row stands in all orders alike, `sure` of the night
    says once, and nothing of those that are `listed` with it. A second of units is told as a step from the last.
    """
    first, said = night["orders"][night["names"][0]], night["said"]
    heard = list(dict.fromkeys(said[place] for _, place in first["moments"]))
    more = [sentence for sentence in said if sentence not in heard]
    places = {sentence: place for place, sentence in enumerate([*heard, *more])}
    same = steady(night)

    def moved(told: dict[str, Any]) -> dict[str, Any]:
        moments = [[at, places[said[place]]] for at, place in told["moments"]]
        return told | {
            "before": places[said[told["before"]]],
            "moments": None if told["moments"] == first["moments"] else moments,
            "sure": {row: at for row, at in told["sure"].items() if row not in same},
        }

    found = {
        "said": more,
        "sure": {row: at for row, at in same.items() if row not in listed},
        "orders": {name: moved(told) for name, told in night["orders"].items()},
    }
    return night | found | ({"units": [*map(_packed_side, night["units"])]} if "units" in night else {})


def _packed_side(side: dict[str, Any]) -> dict[str, Any]:
    """Units of one side, without weights where all are 1, and without moments from which one is possible for none."""
    usual = {"values": 1, "maybe": None}
    found = {name: [*_steps(side[name])] for name in ("sure", "maybe")}
    return side | found | {name: [] for name, value in usual.items() if all(one == value for one in side[name])}


def _steps(moments: Iterable[int | None]) -> Iterator[int | None]:
    last = 0
    for moment in moments:
        yield None if moment is None else moment - last
        last = last if moment is None else moment


def told_marks(embed: Embed, teller: Teller) -> dict[str, list[str]]:
    """When, what and who of each mark and event by its name; of a contest then what it says once all votes are in.

    The teller is that of its drawings.
    """
    chart, story = embed.chart, embed.story
    marks = {named(item.row): teller.item(lane, mark, item) for lane in chart.lanes for mark, item in lane.items}
    marks |= {f"e{number}": teller.event(number, event) for number, event in chart.numbered}
    won = {f"calls:{name}": story.finals[code] for name, code in story.contest_of.items() if code in story.finals}
    found = {name: [thing.when, thing.what, thing.who] for name, thing in marks.items()}
    for row, final in won.items() if not story.until else ():
        if row in found:
            found[row].append(f"{found[row][1]}; final votes: {margin_text(story, final)}")
    return found


def _lives(frames: Frames, sides: Sequence[Tiles]) -> dict[str, Any]:
    """What a night has besides in which calls were taken back.

    `lives` has for each call that was taken back or made again what takes it back, and how it looks; `over` has the
    rows of the parties that are no first call of a contest.
    """
    lives = {row: {"back": life.back, "soft": life.soft} for row, life in frames.lives.items()}
    again = [row for row, life in frames.lives.items() if life.again]
    changes = [change.row for side in sides for change in _changes(side, frames)]
    return {"lives": lives, "over": dict.fromkeys([*again, *changes], 1)} if lives else {}


class _Change(NamedTuple):
    """A row of a party that makes its total fall: what it adds, and from when it surely or only possibly does."""

    row: str
    value: float
    sure: datetime | None
    maybe: datetime | None


def _changes(side: Tiles, frames: Frames) -> Iterator[_Change]:
    """What takes away from a side's total: surely from its earliest instant on, and possibly not before its latest."""
    for item in side.items:
        latest = frames.sure.get(item.row)
        earliest = frames.maybe.get(item.row, latest)
        if item.undoes and earliest:
            value = item.value or 0.0
            yield _Change(f"{item.row}~", value, earliest, None)
            if earliest != latest:
                yield _Change(f"{item.row}+", -value, None, earliest)
                yield _Change(f"{item.row}-", value, None, latest)


def _as_happened(frames: Sequence[Frames]) -> Frames:
    """The frames in the order in which things happened, which know what is possible; else the only ones."""
    return next((one for one in frames if one.order is Order.HAPPENED), frames[0])


def order_note(embed: Embed) -> str:
    """How few publication minutes are known, beside the switch of the two orders; empty where most are."""
    known, count = minutes_known(embed.story, embed.chart)
    few = known * 2 < count and not embed.story.until
    return f"{known} of {count} with a publication minute" if few else ""


def _sentences(frames: Frames) -> list[str]:
    return [line(sentence) for sentence in (frames.before, *(sentence for _, sentence in frames.moments))]


def _seconds(moment: datetime, start: datetime) -> int:
    return round((moment - start).total_seconds())


def _order(
    frames: Frames, start: datetime, said: list[str], left: Collection[str], sides: Sequence[Tiles]
) -> dict[str, Any]:
    """One order; rows that are `left` out are among the units of a long night."""
    places = {sentence: index for index, sentence in enumerate(said)}
    changes = [change for side in sides for change in _changes(side, frames)]
    sure = dict(frames.sure) | {change.row: change.sure for change in changes if change.sure}
    maybe = dict(frames.maybe) | {change.row: change.maybe for change in changes if change.maybe}
    return {
        "sure": {row: _seconds(moment, start) for row, moment in sure.items() if row not in left},
        "maybe": {row: _seconds(moment, start) for row, moment in maybe.items() if row not in left},
        "events": [_seconds(moment, start) for moment in frames.events],
        "moments": [[_seconds(moment, start), places[line(sentence)]] for moment, sentence in frames.moments],
        "before": places[line(frames.before)],
    }


def _sides(chart: Chart) -> tuple[Tiles, ...]:
    """The parties of the tally, in the order of its bars."""
    return tuple(mark for lane in chart.lanes for mark in tile_marks(lane) if is_side(mark))


def _party(side: Tiles, found: Listed, frames: Frames) -> dict[str, Any]:
    """A party with the weight of each of its calls, and what takes it away; of a long night its units have them."""
    packed = found.rows is not None and not side.cells
    rows = [[item.row, item.value] for item in tiles_of(side)]
    rows += [[change.row, change.value] for change in _changes(side, frames)]
    return {"name": line(side.name), "rows": [] if packed else rows}


def _is_left(side: Tiles, row: str, found: Listed) -> bool:
    """Whether a contest is drawn as one of many units, which those of a map are not, and stands in no table either."""
    return not (side.cells or found.apart(row) or found.has(row))


def _long(chart: Chart, found: Listed, frames: Sequence[Frames]) -> dict[str, Any]:
    """What a long night has besides: how many moments there are in its first order, and the units of each side."""
    return {
        "changes": frames[0].changes,
        "units": [_units(side, found, frames, chart.window) for side in _sides(chart)],
    }


def _units(side: Tiles, found: Listed, frames: Sequence[Frames], window: Window) -> dict[str, Any]:
    """The units of one side, if it has no map. Calls happen in public: in every order they stand from one moment on."""
    first = _as_happened(frames)
    items = () if side.cells else tiles_of(side)
    changes = () if side.cells else tuple(_changes(side, first))

    def seconds(moment: datetime | None) -> int | None:
        return None if moment is None else _seconds(moment, window.start)

    return {
        "looks": [tuple(TileLook).index(look_of(side, item, window)) for item in items],
        "values": [item.value for item in items] + [change.value for change in changes],
        "sure": [seconds(first.sure.get(item.row)) for item in items] + [seconds(one.sure) for one in changes],
        "maybe": [seconds(first.maybe.get(item.row)) for item in items] + [seconds(one.maybe) for one in changes],
        "own": {place: item.row for place, item in enumerate(items) if found.apart(item.row)},
    }


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
    """Every moment of the first order as an ordered list, which is the whole replay where no script runs.

    Each says how many seconds `after` the one before it, or the start of the night, it stands.
    """
    first = night["orders"][night["names"][0]]
    steps = _steps(second for second, _ in first["moments"])
    rows = (
        element("li", unbroken(text(night["said"][place])), data_after=str(step))
        for step, (_, place) in zip(steps, first["moments"], strict=True)
    )
    cut = told(len(first["moments"]), night.get("changes", 0), "moments")
    return element("div", (element("p", f"{cut}.") if cut else "") + element("ol", "".join(rows)), class_="nd-panel")
