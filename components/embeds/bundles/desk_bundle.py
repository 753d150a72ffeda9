"""What the desk publishes besides the folder: a story's charts as lasting files, where settings name a place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from components.embeds.bundles.bundle import bake, wanted_charts
from components.embeds.bundles.manifest import inputs_of
from components.embeds.bundles.publishing import prepared, refuse_test, shown, store_of
from data.core.settings import Settings
from data.desk.publishing import Bundle
from data.story.store import story_store
from data.story.story import Story


def bundle_of(settings: Settings) -> Bundle | None:
    """What puts a story's charts into NIGHTDESK_BUNDLE, a folder or s3://bucket/prefix; None where that is not set."""
    if not settings.bundle:
        return None

    def put(story: Story, files: Mapping[str, bytes], at: datetime) -> Callable[[], str]:
        refuse_test(story)
        store, stories, site = store_of(settings.bundle), story_store(settings), settings.public_url
        store.check(story.slug)
        version, is_new = prepared(
            story,
            store,
            inputs=inputs_of(story, stories, site=site, files=files),
            bake=lambda name: dict(bake(story, wanted_charts(story), settings=settings, site=site, version=name)),
            now=at,
        )
        return lambda: shown(story.slug, store, version, is_new=is_new).latest

    return put
