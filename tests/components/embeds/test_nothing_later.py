"""A view told up to a moment holds nothing later, in whatever form it is taken, at every event of a night."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime
from functools import cache, partial
from typing import Literal

import pytest
from PIL import Image
from pypdf import PdfReader

from components.cache.memo import Memo, Same
from components.charts.catalogue import chart_of, publishable
from components.charts.grammar import Chart
from components.charts.loaders import Loaders
from components.clock import Clock
from components.embeds.documents.document import draw_document
from components.embeds.embed import Embed, embed_of
from components.embeds.formats import SHAPES, render
from components.embeds.pictures import images
from components.embeds.pictures.images import converted
from components.embeds.web.share import draw_share
from components.render.svg import svg
from components.render.words import describe
from components.view.view_state import default_view, told
from data.core.model import Order
from data.core.settings import Settings
from data.story.as_of import moments_of
from data.story.store import find_story
from data.story.story import Story
from tests.support.cases import cases
from tests.support.later import Later

SITE = "https://charts.example.org"
FLORIDA = datetime(2016, 11, 9, 3, 50, tzinfo=UTC)
_once = partial(Memo, most=8, marks={Story: Same})
#: Plain loaders, each asked once for all charts of a story that is cut.
LOADERS = Loaders(**{field.name: _once(getattr(Loaders(), field.name)) for field in fields(Loaders) if field.default})


@cache
def night(slug: str) -> Story:
    return find_story(slug, Settings())


@cache
def whole(slug: str) -> tuple[Chart, ...]:
    """The charts of a night that nobody cuts."""
    return tuple(embed_of(night(slug), name, default_view(night(slug))).chart for name in publishable())


def moments(slug: str, order: Order) -> list[datetime]:
    return [moment for moment in moments_of(night(slug), order) if moment in night(slug).window]


def charts_at(slug: str, at: datetime, order: Order, charts: Iterable[str] = publishable()) -> Iterator[Embed]:
    """What `embed_of` gives of each chart, of a story that is cut, and loaded, once for all of them."""
    view = replace(default_view(night(slug)), at=at, order=order)
    story = told(night(slug), view)
    for name in charts:
        yield Embed(story, chart_of(story, name, view, load=LOADERS), view, site=SITE)


def later_than(slug: str, at: datetime, order: Order) -> Later:
    view = default_view(night(slug))
    return Later(night(slug), at, order, whole=whole(slug), clock=Clock(view.clock), caller=view.caller)


def cheap_forms(embed: Embed) -> Iterator[tuple[str, str]]:
    """Words, data, table and drawing; the files are this drawing with the words above it."""
    words = describe(embed.chart, embed.clock)
    yield "words", "\n".join((words.takeaway, words.alt, *words.long))
    yield "json", render(embed, "json").body.decode()
    yield "csv", render(embed, "csv").body.decode("utf-8-sig")
    yield "svg", svg.draw(embed.chart, embed.clock, width=800)


def leaks(embed: Embed, later: Later, forms: Iterable[tuple[str, str]]) -> list[str]:
    """What is later in any of these forms; a map lists every contest, called or not."""
    names = embed.chart.slug not in ("map", "replay")
    found = ((form, one) for form, body in forms for one in later.found_in(body, names=names))
    return [f"{embed.chart.slug} as {form} at {later.known}: {one}" for form, one in found]


@pytest.mark.slow
@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize(
    ("slug", "step"),
    cases(("us-2016", 12), ("uk-2016", 24), long=[("us-2016", 1), ("us-2020", 8), ("uk-2016", 12)]),
)
def test_nothing_later_is_in_data_tables_drawings_and_words(slug: str, step: int, order: Order) -> None:
    """At every event, or so many apart, and at every eighth of these the replay too.

    The replay has the lanes of map and timeline; of page views none is held.
    """
    found = []
    for turn, at in enumerate(moments(slug, order)[::step]):
        later, charts = (
            later_than(slug, at, order),
            [name for name in publishable() if name not in ("replay", "lenses")],
        )
        for embed in charts_at(slug, at, order, charts if turn % 8 else publishable()):
            found += leaks(embed, later, cheap_forms(embed))
    assert found == []


@pytest.mark.slow
@pytest.mark.parametrize(("order", "step"), cases((Order.KNOWN, 12), long=[(order, 6) for order in Order]))
def test_nothing_later_is_in_documents_and_share_pages(order: Order, step: int) -> None:
    """At each of these events that of another chart in turn, at every second of them the timeline's too."""
    found = []
    for turn, at in enumerate(moments("us-2016", order)[::step]):
        later, another = later_than("us-2016", at, order), publishable()[1 + turn % (len(publishable()) - 1)]
        for embed in charts_at("us-2016", at, order, ("timeline", another) if turn % 2 else (another,)):
            pages = (("a document", draw_document(embed)), ("a share page", draw_share(embed)))
            found += leaks(embed, later, pages)
    assert found == []


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
def test_nothing_later_is_in_a_picture(shape: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """PNG and PDF are made of one drawing, and say of themselves what it says."""
    later, embed = later_than("us-2016", FLORIDA, Order.KNOWN), next(charts_at("us-2016", FLORIDA, Order.KNOWN))
    drawn: list[str] = []

    def noted(text: str, form: Literal["png", "pdf"], *, scale: float) -> bytes:
        drawn.append(text)
        return converted(text, form, scale=scale)

    monkeypatch.setattr(images, "converted", noted)
    picture = Image.open(io.BytesIO(render(embed, "png", shape=shape).body))
    paper = PdfReader(io.BytesIO(render(embed, "pdf", shape=shape).body))
    said = " | ".join(
        (*map(str, picture.info.values()), *(paper.metadata or {}).values(), paper.pages[0].extract_text())
    )
    assert "Florida" in said and len(drawn) == 2
    assert leaks(embed, later, [("a picture", text) for text in (*drawn, said)]) == []


@pytest.mark.parametrize(
    ("said", "found"),
    [
        pytest.param('{"row": "calls:ap-wi"}', "calls:ap-wi", id="the row of a call"),
        pytest.param("AP called Wisconsin", "Wisconsin", id="the name of a contest"),
        pytest.param("Trump 279, Clinton 131", "Trump 279", id="a total"),
        pytest.param('<text x="1">Trump total 276</text>', "Trump 276", id="a total in a drawing"),
        pytest.param("over 200,000 users", "200000", id="a figure"),
        pytest.param("seen at 1:02 a.m.", "1:02 a.m", id="a time"),
        pytest.param('{"latest": "2016-11-09T07:29:00Z"}', "2016-11-09T07:29:00Z", id="a time in data"),
    ],
)
def test_the_check_knows_what_is_later_than_florida(said: str, found: str) -> None:
    assert found in later_than("us-2016", FLORIDA, Order.KNOWN).found_in(said)


def test_the_check_knows_all_that_a_whole_night_tells() -> None:
    """Of the whole night's drawings it finds every later row, source and label, and at its end no call."""
    later = later_than("us-2016", FLORIDA, Order.HAPPENED)
    timeline = embed_of(night("us-2016"), "timeline", default_view(night("us-2016")))
    found = set(later.found_in(render(timeline, "json").body.decode()))
    rows = {item.row for lane in timeline.chart.lanes for _, item in lane.items}
    assert found >= rows & later.rows != set()
    assert found & later.addresses and found & later.names and found & later.figures
    assert found & {" ".join(phrase) for phrase in later.phrases}
