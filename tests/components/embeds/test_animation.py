"""The animated picture of a night: each still just what stands at its moment, small enough for a CMS, played once."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from xml.etree.ElementTree import Element, fromstring

import pytest
from PIL import Image

from components.charts.catalogue import KINDS
from components.charts.frames import Frames, frames_of
from components.charts.grammar import Tiles
from components.charts.running_totals import is_side
from components.embeds.documents.lines import EmbedMoments
from components.embeds.embed import Embed, embed_of
from components.embeds.formats import ANIMATED, Rendered, forms_of, render
from components.embeds.pictures.animation import MOST_STILLS, WIDTH, few, keep
from components.render.svg import svg
from components.view.view_state import default_view
from data.core.model import Order
from data.core.settings import Settings
from data.story.store import find_story

STORY = find_story("us-2016", Settings())
MEGABYTES = 1_000_000


@cache
def night() -> Embed:
    return embed_of(STORY, "replay", default_view(STORY), theme="light")


@cache
def frames(order: Order = Order.HAPPENED) -> Frames:
    return frames_of(STORY, night().chart, night().clock, order=order, words=EmbedMoments(night()).rows)


@cache
def rendered() -> Rendered:
    return render(night(), ANIMATED)


def drawn() -> Element:
    body = svg.layout(night().chart, night().clock, width=WIDTH, brief=True).body
    return fromstring(f'<g xmlns="http://www.w3.org/2000/svg">{body}</g>')


@pytest.mark.slow
def test_it_has_a_still_for_each_moment_and_ends_with_the_whole() -> None:
    animation = Image.open(io.BytesIO(rendered().body))
    assert getattr(animation, "n_frames", 1) == len(frames().moments) + 1
    assert animation.width == WIDTH
    assert animation.info["loop"] == 1, "it plays once: what moves for ever cannot be paused in an article"


@pytest.mark.parametrize(("moments", "stills"), [(150, 150), (151, 76), (1_000, 143)])
def test_of_very_many_moments_it_shows_some_and_always_the_last(moments: int, stills: int) -> None:
    many = tuple((STORY.window.start + n * timedelta(seconds=30), f"{n}") for n in range(moments))
    shown = few(replace(frames(), moments=many)).moments
    assert len(shown) == stills <= MOST_STILLS and shown[-1] == many[-1]


@pytest.mark.slow
def test_it_is_small_enough_for_a_cms() -> None:
    assert len(rendered().body) <= 2 * MEGABYTES
    assert rendered().media_type == "image/webp"
    assert rendered().file_name.endswith(".webp")


def test_only_a_chart_that_is_played_can_be_taken_animated() -> None:
    assert ANIMATED in forms_of(KINDS["replay"]) and ANIMATED not in forms_of(KINDS["timeline"])
    with pytest.raises(ValueError, match="is not a form of this chart"):
        render(embed_of(STORY, "timeline", default_view(STORY)), ANIMATED)


@pytest.mark.slow
@pytest.mark.parametrize("order", Order)
def test_a_still_holds_what_stands_at_its_moment_and_nothing_later(order: Order) -> None:
    calls = {
        item.row
        for lane in night().chart.lanes
        for mark, item in lane.items
        if isinstance(mark, Tiles) and is_side(mark)
    }
    for at, _ in frames(order).moments:
        still = drawn()
        keep(still, frames(order), at)
        named = {one.get("data-row") or one.get("data-of") or "" for one in still.iter()}
        later = {row for row, moment in frames(order).sure.items() if moment > at}
        assert not (named & later) - calls, at
        filled = {one.get("data-row") for one in still.iter() if "is-called" in one.get("class", "").split()}
        assert filled & calls == calls - later, at


def test_a_tile_that_is_not_called_yet_names_nobody() -> None:
    still = drawn()
    keep(still, frames(), datetime(2016, 11, 9, 3, 50, tzinfo=UTC))
    (wisconsin,) = [one for one in still.iter() if one.get("data-row") == "calls:ap-wi"]
    assert [one for one in wisconsin.iter() if one.tag.endswith("title")] == []
    assert not {"is-called", "is-possible"} & set(wisconsin.get("class", "").split())
