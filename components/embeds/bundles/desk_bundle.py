"""What the desk publishes besides the folder: a story's charts and saved views as files that last, where set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime

from components.embeds.bundles.bundle import WantedChart, bake, saved_view, wanted_charts
from components.embeds.bundles.manifest import inputs_of
from components.embeds.bundles.publishing import prepared, refuse_test, shown, store_of
from data.core.errors import DataError
from data.core.settings import Settings
from data.desk.desk import desk_of
from data.desk.publishing import Bundle
from data.desk.views import Views
from data.story.store import find_story, story_store
from data.story.story import Story


def bundle_of(settings: Settings) -> Bundle | None:
    """What puts a story's charts into NIGHTDESK_BUNDLE, a folder or s3://bucket/prefix; None where that is not set."""
    if not settings.bundle:
        return None

    def put(story: Story, files: Mapping[str, bytes], at: datetime) -> Callable[[], str]:
        refuse_test(story)
        store, stories, site = store_of(settings.bundle), story_store(settings), settings.public_url
        store.check(story.slug)
        saved = saved_views(story, desk_of(settings).views)
        others = [find_story(name, settings) for name in sorted({one.view.other for one in saved} - {""})]
        views = [one.query for one in saved]
        wanted = (*wanted_charts(story), *saved)
        version, is_new = prepared(
            story,
            store,
            inputs=inputs_of(story, stories, views=views, others=others, site=site, files=files),
            bake=lambda name: dict(bake(story, wanted, settings=settings, site=site, version=name)),
            now=at,
        )
        return lambda: shown(story.slug, store, version, is_new=is_new).latest

    return put


def saved_views(story: Story, views: Views) -> tuple[WantedChart, ...]:
    """The charts of the saved views that are the latest of their name or in an article, each once.

    One that does not hold for the story any more, such as of a caller who is gone, keeps nothing from being published:
    it is left out, and the list of views says why.
    """
    found: dict[str, WantedChart] = {}
    for view in views.kept(story.slug):
        with suppress(DataError):
            one = saved_view(story, view.query)
            found[one.stem] = one
    return tuple(found.values())
