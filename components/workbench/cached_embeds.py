"""What pages show of a chart as an article gets it, made once for everybody who looks at the same view."""

from __future__ import annotations

import hashlib
from functools import partial

from components.cache.cached import MEMORY, load_chart, load_moments, load_sentences, load_stands, load_told
from components.cache.memo import Same
from components.cache.stories import MARKS, story_key
from components.charts.bare import is_bare
from components.charts.catalogue import publishable
from components.embeds.documents.document import played_part
from components.embeds.documents.heights import document_heights
from components.embeds.documents.player_frames import night_of, told_marks
from components.embeds.drawing_process import DRAWING
from components.embeds.embed import Embed
from components.render.layout.scene import Teller
from components.view.view_state import ViewState
from data.story.story import Story


def _key(embed: Embed) -> tuple[object, ...]:
    """An embed and its stories: its words rest on all that these hold, of which its chart may show a part."""
    stories = story_key(embed.story), embed.other and story_key(embed.other)
    return *stories, Same(embed.chart), embed.view, embed.theme, embed.site, embed.version


_keep = MEMORY.keep(most=64, marks={**MARKS, Embed: _key})


@_keep
def load_played(embed: Embed, figures: tuple[str, ...]) -> dict[str, object]:
    """What a page needs to play this chart: its drawings, its frames, what each mark says, and a stamp of all three.

    The drawings are those for windows in which charts have these `figures`.
    """
    return DRAWING.for_reader(partial(_played, embed, figures))


def _played(embed: Embed, figures: tuple[str, ...]) -> dict[str, object]:
    night = night_of(embed, load_moments(embed.story, embed.view.caller), load_stands, load_sentences)
    teller = Teller(embed.chart, embed.clock)
    markup, told = played_part(embed, figures, teller=teller), told_marks(embed, teller)
    found: dict[str, object] = {"markup": markup, "night": night, "told": told}
    return found | {"stamp": hashlib.sha256(repr(found).encode()).hexdigest()[:16]}


@_keep
def load_heights(embed: Embed, widths: tuple[int, ...]) -> dict[int, int]:
    """How high the closed document of this chart is in frames of these widths, in pixels."""
    return DRAWING.for_reader(partial(document_heights, embed, widths))


@_keep
def load_titles(story: Story, views: tuple[tuple[str, ViewState], ...], other: Story | None) -> dict[str, str]:
    """What charts are called that show something at these views, by their names, or if none does, all that need no
    question; `other` is the second story of a pair.
    """
    return DRAWING.for_reader(partial(_titles, story, views, other))


def _titles(story: Story, views: tuple[tuple[str, ViewState], ...], other: Story | None) -> dict[str, str]:
    charts = {
        slug: load_chart(load_told(story, view), slug, view, other=other if view.other else None)
        for slug, view in views
    }
    shown = [slug for slug, chart in charts.items() if chart.events or not all(map(is_bare, chart.lanes))]
    return {slug: charts[slug].title for slug in shown or publishable()}
