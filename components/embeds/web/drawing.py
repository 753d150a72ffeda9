"""What the routes of charts send: each drawn whole, off the event loop, with the policy that fits it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache

from components.charts.grammar import Chart
from components.embeds.bundles.bundle import LISTENER
from components.embeds.bundles.hosting import IMAGE_POLICY
from components.embeds.documents.document import draw_document, policy
from components.embeds.embed import Embed
from components.embeds.feeds.entries import entries_of
from components.embeds.feeds.feed_texts import FeedPlace, atom, changed_at, json_feed, poll_closings
from components.embeds.formats import render
from components.embeds.pictures.images import TooLarge
from components.embeds.request import Asked, Refused
from components.embeds.web import oembed
from components.embeds.web.answers import Answer, answer_of, only
from components.embeds.web.share import draw_share, share_policy
from components.view.address import Problem, misread
from components.view.view_state import told
from data.core.errors import NotInStory
from data.story.store import StoryStore
from data.story.story import Story

_HTML = "text/html; charset=utf-8"
#: For what no browser draws.
DATA_ONLY = "default-src 'none'; sandbox"
#: Opened by itself, an image shows itself and does nothing.
_ALONE: Mapping[str, str] = {
    "svg": IMAGE_POLICY,
    # A browser's own viewer opens no PDF in a sandbox.
    "pdf": "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'",
}


def embed_at(story: Story, wanted: Asked, site: str, other: Story | None, load_chart: Callable[..., Chart]) -> Embed:
    """The chart that was asked for, as its document, images and data draw it; Refused for a key of nothing held.

    `other` is the story that a comparison holds beside this one.
    """
    view = wanted.view
    story = told(story, view)
    try:
        chart = load_chart(story, wanted.chart, view, other=other)
    except NotInStory as unknown:
        problem = Problem(unknown.parameter, unknown.got, unknown.message, unknown.wants, "")
        raise Refused(400, problem) from unknown
    return Embed(story, chart, view, wanted.theme, site, other=other)


def drawn(
    make: Callable[[Embed], Answer],
    story: Story,
    wanted: Asked,
    site: str,
    other: Story | None,
    load_chart: Callable[..., Chart],
) -> Answer:
    """What `make` makes of the chart that was asked for. Raises as `embed_at` and `make` do."""
    return make(embed_at(story, wanted, site, other, load_chart))


def chart_answer(wanted: Asked, embed: Embed) -> Answer:
    """A document, which only the story's hosts may frame where it names any; or an image or data."""
    story = embed.story
    hosts = (*story.about.embed_hosts, "'self'") if story.about.embed_hosts else ()
    if wanted.form == "html":
        document = draw_document(embed)
        return answer_of(document.encode(), _HTML, policy=policy(document, hosts=hosts), changed=embed.as_of)
    try:
        made = render(embed, wanted.form, width=wanted.width, scale=wanted.scale, shape=wanted.shape)
    except TooLarge as error:
        wrong = "which makes a picture of too many pixels at this width"
        raise Refused(400, misread("scale", f"{wanted.scale:g}", wrong, wants="a smaller number")) from error
    rules = f"{_ALONE.get(wanted.form, DATA_ONLY)}; frame-ancestors {' '.join(hosts) or '*'}"
    return answer_of(made.body, made.media_type, policy=rules, file_name=made.file_name, changed=embed.as_of)


def share_answer(embed: Embed) -> Answer:
    """The page to paste into a chat or a CMS."""
    return answer_of(draw_share(embed).encode(), _HTML, policy=share_policy(embed), changed=embed.as_of, anyone=False)


def oembed_answer(wish: oembed.Wish, embed: Embed) -> Answer:
    """The oEmbed answer, which fits into the room that the wish names."""
    return answer_of(
        oembed.oembed_json(embed, wish).encode(), "application/json", policy=DATA_ONLY, changed=embed.as_of
    )


@cache
def listener_answer() -> Answer:
    """The script of the page around a frame."""
    return answer_of(LISTENER.read_bytes(), "text/javascript; charset=utf-8", policy=only())


#: Form of a feed -> its media type.
FEED_FORMS: Mapping[str, str] = {
    "atom": "application/atom+xml; charset=utf-8",
    "json": "application/feed+json; charset=utf-8",
    "ics": "text/calendar; charset=utf-8",
}


def feed_answer(story: Story, form: str, place: FeedPlace, stories: StoryStore) -> Answer:
    """A feed of a story in one of FEED_FORMS; Refused with 404 for the calendar of a story without closings."""
    entries = entries_of(story, stories) if form != "ics" else ()
    if form == "ics":
        body = poll_closings(story, place)
        if not body:
            said = f"{story.slug} has no closings of polls"
            raise Refused(404, Problem("story", story.slug, said, "a story with poll_closings.csv", ""))
    else:
        body = (atom if form == "atom" else json_feed)(story, entries, place)
    answer = answer_of(body, FEED_FORMS[form], policy=DATA_ONLY, changed=changed_at(story, entries))
    links = [f'<{place.of(story, form)}>; rel="self"', *([f'<{place.hub}>; rel="hub"'] if place.hub else [])]
    return replace(answer, headers={**answer.headers, "Link": ", ".join(links)})
