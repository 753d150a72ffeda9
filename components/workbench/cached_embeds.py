"""What pages show of a chart as an article gets it, made once for everybody who looks at the same view."""

from __future__ import annotations

import hashlib

from components.cache.cached import MEMORY, load_moments, load_stands
from components.cache.memo import Same
from components.cache.stories import MARKS, story_key
from components.embeds.documents.document import played_part
from components.embeds.documents.heights import document_heights
from components.embeds.documents.player_frames import night_of, told_marks
from components.embeds.embed import Embed


def _key(embed: Embed) -> tuple[object, ...]:
    """An embed and its stories: its words rest on all that these hold, of which its chart may show a part."""
    stories = story_key(embed.story), embed.other and story_key(embed.other)
    return *stories, Same(embed.chart), embed.view, embed.theme, embed.site, embed.version


_keep = MEMORY.keep(most=64, marks={**MARKS, Embed: _key})


@_keep
def load_played(embed: Embed) -> dict[str, object]:
    """What a page needs to play this chart: its drawings, its frames, what each mark says, and a stamp of all three."""
    night = night_of(embed, load_moments(embed.story, embed.view.caller), load_stands)
    found: dict[str, object] = {"markup": played_part(embed), "night": night, "told": told_marks(embed)}
    return found | {"stamp": hashlib.sha256(repr(found).encode()).hexdigest()[:16]}


@_keep
def load_heights(embed: Embed, widths: tuple[int, ...]) -> dict[int, int]:
    """How high the closed document of this chart is in frames of these widths, in pixels."""
    return document_heights(embed, widths)
