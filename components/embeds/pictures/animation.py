"""A night as an animated picture: every moment as a still, one after the other, for systems that run no script."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from xml.etree.ElementTree import Element, fromstring, tostring

from PIL import Image

from components.charts.frames import Frames, frames_of
from components.charts.grammar import Item
from components.charts.running_totals import Sum, is_side
from components.embeds.documents.lines import EmbedMoments, caution_line
from components.embeds.embed import Embed
from components.embeds.pictures.cards import credit_of
from components.embeds.pictures.images import converted_all
from components.render.layout.geometry import TimeScale
from components.render.layout.theme import Theme, theme_named
from components.render.layout.tile_layout import tile_marks
from components.render.svg import svg
from components.render.svg.notes import band
from components.render.svg.sheet import number, tag
from components.text import BOLD, SERIF_BOLD, fitted, visible, wrap, xml
from data.core.model import OPEN_END
from data.story.totals import only_surely

#: Pixels across, as wide as a column of most sites.
WIDTH = 720
#: Milliseconds: a moment, one with a numbered event in it, and the whole night at the end.
_SHORT, _LONG, _LAST = 700, 1_600, 5_000
#: Three times as many as a night has. A still takes some 60 ms, and all are drawn by one process, which has a minute.
MOST_STILLS = 150
_PAD, _TITLE, _SAID, _FOOT = 16.0, 24.0, 15.0, 12.0
_SAID_LINES, _FOOT_LINES, _CREDITED = 4, 2, 5
_NAMESPACE = "http://www.w3.org/2000/svg"


def webp(embed: Embed) -> bytes:
    """The night as an animated WebP, WIDTH pixels wide, played once, that ends with the whole.

    Each still is the chart's own drawing without what stands later, so that no picture of it holds more than it
    shows. ImageFailed if one cannot be drawn.
    """
    words = EmbedMoments(embed).rows
    frames = few(frames_of(embed.story, embed.chart, embed.clock, order=embed.view.order, words=words))
    numbered = set(frames.events)
    durations = [_LONG if at in numbered else _SHORT for at, _ in frames.moments] + [_LAST]
    drawn = converted_all(list(_stills(embed, frames)))
    pictures = [Image.open(io.BytesIO(picture)).convert("RGB") for picture in drawn]
    out = io.BytesIO()
    first, *rest = pictures
    # Flat colours: without loss it is half as large as at a quality of 80, and made in a third of the time.
    first.save(out, "WEBP", save_all=True, append_images=rest, duration=durations, loop=1, lossless=True, method=1)
    return out.getvalue()


def few(frames: Frames) -> Frames:
    """The frames; of more than MOST_STILLS moments each second, third and so on, as a still shows all before it."""
    every = -(-len(frames.moments) // MOST_STILLS) or 1
    first = (len(frames.moments) - 1) % every  # so that the last is among them
    return replace(frames, moments=frames.moments[first::every])


def _stills(embed: Embed, frames: Frames) -> Iterator[str]:
    """An SVG for each moment, then the whole; all of one size."""
    # Each still ends at its own moment, and none at that up to which the story is told.
    drawn = svg.layout(replace(embed.chart, until=None), embed.clock, width=WIDTH, brief=True)
    body = fromstring(f'<g xmlns="{_NAMESPACE}">{drawn.body}</g>')  # noqa: S314 - our own drawing
    name = embed.clock.say(embed.chart.title)
    for at, sentence in frames.moments:
        still = deepcopy(body)
        keep(still, frames, at)
        _sum_up(still, embed, frames, at)
        _end_at(still, TimeScale(embed.chart.window, drawn.plot.left, drawn.plot.right).x(at))
        yield _sheet(embed, still, drawn.height, title=f"{name}: {embed.clock.dated(at)}", said=sentence)
    yield _sheet(embed, body, drawn.height, title=name, said=embed.clock.say(embed.chart.takeaway))


def keep(drawing: Element, frames: Frames, at: datetime) -> None:
    """Take out of a drawing what does not stand at this instant, and give every tile its look."""
    for parent in list(drawing.iter()):
        for child in list(parent):
            if "tile" in child.get("class", "").split() and child.get("data-row"):
                _look(child, frames, at)
                # How many units a side will have is not to be seen before it has them.
                if "is-" not in child.get("class", "") and any(part.get("class") == "unit" for part in child):
                    parent.remove(child)
            elif not _stands(child, frames, at):
                parent.remove(child)


def _stands(element: Element, frames: Frames, at: datetime) -> bool:
    name, event = element.get("data-row") or element.get("data-of") or "", element.get("data-event")
    if event or (name[:1] == "e" and name[1:].isdigit()):
        return frames.events[int(event or name[1:]) - 1] <= at
    return not name or (name in frames.sure and frames.sure[name] <= at)


def _look(tile: Element, frames: Frames, at: datetime) -> None:
    row, looks = tile.get("data-row", ""), tile.get("class", "").split()
    life = frames.lives.get(row)
    back = life.back if life else ""
    gone, going = _by(frames.sure, back, at), _by(frames.maybe, back, at)
    called = _by(frames.sure, row, at) and not (gone or going)
    possible = not called and not gone and (going or _by(frames.maybe, row, at))
    if life:
        looks = [name for name in looks if not name.startswith("is-")] + ["is-called"] + ["is-soft"] * life.soft
        tile.set("display", "inline" if called or possible else "none")
    kept = [name for name in looks if not name.startswith("is-") or (called and name != "is-possible")]
    tile.set("class", " ".join([*kept, "is-possible"] if possible else kept))
    for title in tile.findall(f"{{{_NAMESPACE}}}title"):
        tile.remove(title)


def _by(moments: Mapping[str, datetime], row: str, at: datetime) -> bool:
    """Whether the moment of a row has come; never for a row that has none."""
    return moments.get(row, OPEN_END) <= at


def _sum_up(drawing: Element, embed: Embed, frames: Frames, at: datetime) -> None:
    """Set every side's bars and words to what it has at this instant."""
    sides = [mark for lane in embed.chart.lanes for mark in tile_marks(lane) if is_side(mark)]
    counted = [item for mark in sides for item in mark.items if not item.undoes and not _is_again(frames, item.row)]
    called = sum(frames.sure.get(item.row, OPEN_END) <= at for item in counted)
    least = only_surely(embed.story, embed.view.caller) and called < len(embed.story.contests)
    for group in drawing.iter():
        if group.get("data-tally"):
            mark = sides[int(group.get("data-tally", ""))]
            low = sum(item.value or 0 for item in mark.items if _counts(frames, item, at, surely=not item.undoes))
            high = sum(item.value or 0 for item in mark.items if _counts(frames, item, at, surely=bool(item.undoes)))
            _bar(group, Sum(mark, low, high, least))


def _is_again(frames: Frames, row: str) -> bool:
    return row in frames.lives and frames.lives[row].again


def _counts(frames: Frames, item: Item, at: datetime, *, surely: bool) -> bool:
    """Whether something was surely so by then, or else possibly."""
    sure = frames.sure.get(item.row, OPEN_END) <= at
    return sure or (not surely and _by(frames.maybe, item.row, at))


def _end_at(drawing: Element, x: float) -> None:
    """End what is clipped to the part that is told."""
    for clip in drawing.iter(f"{{{_NAMESPACE}}}clipPath"):
        for edge in clip:
            edge.set("width", number(x))


def _bar(group: Element, total: Sum) -> None:
    scale = float(group.get("data-scale", "0"))
    room = next(float(part.get("width", "0")) for part in group if part.get("class") == "band")
    for part in group:
        looks = part.get("class", "").split()
        if "sure" in looks or "maybe" in looks:
            part.set("width", number((total.low if "sure" in looks else total.high) * scale))
        if "total" in looks:
            size = float(part.get("font-size", "0"))
            part.text = fitted(visible(total.words), size, room - size, factor=BOLD)


def _sheet(embed: Embed, drawing: Element, height: float, *, title: str, said: str) -> str:
    """The drawing under its title and its sentence, over caution and credit."""
    theme: Theme = theme_named("dark" if embed.theme == "dark" else "light")
    banner, above = band(embed.chart.banner, WIDTH, size=_SAID) if embed.chart.banner else ("", 0.0)
    room, y = WIDTH - 2 * _PAD, above + _PAD + _TITLE
    head = fitted(visible(title), _TITLE, room, factor=SERIF_BOLD)
    parts = [banner, tag("text", xml(head), x=_PAD, y=y, font_size=_TITLE, class_="serif b")]
    for line in wrap(visible(said), _SAID, room, lines=_SAID_LINES):
        y += _SAID * 1.4
        parts.append(tag("text", xml(line, most=400), x=_PAD, y=y, font_size=_SAID, class_="q"))
    top = above + _PAD + _TITLE + _SAID_LINES * _SAID * 1.4 + 10
    parts.append(tag("g", tostring(drawing, encoding="unicode"), transform=f"translate(0 {number(top)})"))
    y, foot = top + height, f"{embed.story.about.kicker}. {caution_line(embed)} {credit_of(embed, most=_CREDITED)}"
    for line in wrap(visible(foot), _FOOT, room, lines=_FOOT_LINES):
        y += _FOOT * 1.4
        parts.append(tag("text", xml(line, most=400), x=_PAD, y=y, font_size=_FOOT, class_="q"))
    tall = round(top + height + _FOOT_LINES * _FOOT * 1.4 + _PAD)
    rules = svg.style(theme, embed.chart)
    ground = f"<style>{rules}</style>" + tag("rect", width="100%", height="100%", class_="p")
    return tag(
        "svg", ground + "".join(parts), xmlns=_NAMESPACE, class_=f"nd nd-{theme.name}", width=WIDTH, height=tall,
        viewBox=f"0 0 {WIDTH} {tall}",
    )  # fmt: skip
