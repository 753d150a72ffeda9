"""A night of hundreds of contests, drawn with many in one path and played in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page

from bench.many_contests import write_story
from components.charts.grammar import Tiles
from components.charts.running_totals import is_side, sums
from components.embeds.documents.document import draw_document, policy
from components.embeds.embed import Embed, embed_of
from components.render.layout.tile_layout import tile_marks
from components.view.address import utc_text
from components.view.view_state import default_view
from data.core.model import Window
from data.story.store import read_story
from data.story.story import Story
from tests.support.loopback import Answer, loopback

#: What can be seen of the drawing in sight: how many units of each look, and the totals over their bars.
_SEEN = """() => {
  const drawn = [...document.querySelectorAll('svg')].filter(one => one.getClientRects().length);
  const count = what => drawn.flatMap(one => [...one.querySelectorAll(`.tile${what}[data-row]`)]).length;
  return {
    called: count('.is-called'),
    soft: count('.is-called.is-soft'),
    possible: count('.is-possible'),
    totals: drawn.flatMap(one => [...one.querySelectorAll('.total')]).map(one => one.textContent),
    rows: [...document.querySelectorAll('tbody tr')].filter(row => !row.hidden).length,
  };
}"""


@pytest.fixture(scope="module")
def long_night(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return read_story(write_story(tmp_path_factory.mktemp("synthetic"), 650))


@pytest.fixture
def page(tab: Callable[..., Page], long_night: Story) -> Iterator[Page]:
    """The document of the whole night's replay under its own policy, with what goes wrong in it in `window.wrong`."""
    text = draw_document(replay(long_night))
    headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy(text)}
    opened = tab(width=640)
    opened.add_init_script("window.wrong = []; addEventListener('error', event => wrong.push(event.message));")
    with loopback() as there:
        opened.goto(there.answers("/night", Answer(text.encode(), headers=headers)))
        yield opened


def replay(story: Story, at: datetime | None = None) -> Embed:
    return embed_of(story, "replay", replace(default_view(story), at=at))


def drawn_by_a_server(story: Story, at: datetime) -> dict[str, object]:
    chart = replay(story, at).chart
    (lane,) = (lane for lane in chart.lanes if tile_marks(lane))
    sides = [item for mark in lane.marks if isinstance(mark, Tiles) and is_side(mark) for item in mark.items]
    return {
        "called": sum(not item.when.open for item in sides),
        "soft": sum(not item.when.open and not item.when.exact for item in sides),
        "possible": sum(item.when.open for item in sides),
        # The player writes thousands without a comma.
        "totals": [
            side.words.replace(",", "") for side in sums(lane, Window(story.window.start - story.window.length, at))
        ],
    }


@pytest.mark.parametrize("share", [0.0, 0.26, 0.5, 0.999])
def test_at_a_moment_each_unit_looks_as_a_server_draws_it(share: float, page: Page, long_night: Story) -> None:
    at = long_night.window.start + timedelta(minutes=round(600 * share))
    page.evaluate(f"location.hash = 'at={utc_text(at)}'")
    page.reload()
    seen = page.evaluate(_SEEN)
    assert seen.pop("rows") <= 500
    assert seen == drawn_by_a_server(long_night, at)
    assert page.evaluate("wrong") == []


def test_the_whole_night_has_every_unit_and_comes_back_after_a_moment(page: Page) -> None:
    whole = page.evaluate(_SEEN)
    assert (whole["called"], whole["possible"], whole["rows"]) == (650, 0, 500)
    page.get_by_role("slider", name="Moment of the night").press("Home")
    assert page.evaluate(_SEEN)["called"] < 10
    page.get_by_role("slider", name="Moment of the night").press("Escape")
    assert page.evaluate(_SEEN) == whole
