"""Documents of any story by what their address asks: `us-2016/claim?series=marks&event=US-WI`."""

from __future__ import annotations

from functools import cache

from components.charts.catalogue import publishable
from components.charts.events import is_dated
from components.embeds.documents.document import draw_document, policy
from components.embeds.embed import Embed, embed_of
from components.embeds.request import asked
from data.core.settings import Settings
from data.story.store import find_story
from tests.support.loopback import Answer, Loopback

SITE = "https://charts.example.org"
#: A claim with a question, and another night beside one.
CLAIM, COMPARISON = "us-2016/claim?series=marks&event=US-WI", "us-2016/compare?with=us-2024"
#: Every chart of one night.
NIGHT = (*(f"us-2016/{chart}" for chart in publishable()), CLAIM, COMPARISON)
#: Charts of a story without a map, with hundreds of areas and another way to count.
AREAS = ("uk-2016/timeline", "uk-2016/replay", "uk-2016/claim", "uk-2016/compare?with=us-2016")


@cache
def embed(address: str) -> Embed:
    """What this address below /embed/ asks for."""
    path, _, query = address.partition("?")
    slug, chart = path.split("/")
    story = find_story(slug, Settings())
    view = asked(chart, query, story=story).view
    other = find_story(view.other, Settings()) if view.other else None
    return embed_of(story, chart, view, site=SITE, other=other)


def event_words(found: Embed) -> list[str]:
    """What a document tells of each event of its chart, by time."""
    chart, clock = found.chart, found.clock
    spans = [clock.when(event.when, dated=is_dated(event.when, chart.window)) for event in chart.events]
    return [f"{span}: {clock.say(event.label)}. " for span, event in zip(spans, chart.events, strict=True)]


@cache
def document(address: str) -> str:
    return draw_document(embed(address))


def served(site: Loopback, address: str, query: str = "", *, first: str = "") -> str:
    """Put a document on the site, with its own policy; its address there. `first` is a script that runs ahead of all
    others, by a policy that knows it.
    """
    text = document(address).replace("<head>", f"<head><script>{first}</script>" if first else "<head>", 1)
    headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy(text)}
    return site.answers(f"/{address.partition('?')[0]}", Answer(text.encode(), headers=headers)) + query
