"""What costs the first visitor is done before there is one: imports, stories read and checked, figures drawn."""

from __future__ import annotations

import importlib
import logging
import pkgutil
import time

import components
from components.cache.cached import (
    STORIES,
    load_caution,
    load_chart,
    load_moments,
    load_nightly,
    load_plot,
    load_words,
)
from components.charts.catalogue import KINDS
from components.view.view_state import default_view
from components.workbench.address_bar import stories_here
from components.workbench.appearance import BOTH
from data.core.errors import DataError
from data.core.settings import Settings
from data.story.story import Story

_LOG = logging.getLogger("nightdesk")
#: What this process never runs: scripts, what draws pictures in a process of its own, and what publishes bundles.
_ELSEWHERE = (
    "components.workbench.shell",
    "components.cli",
    "components.embeds.pictures.convert",
    "components.embeds.bundles.",
)


def warm(settings: Settings) -> None:
    """Load every module of ours, read every story, and draw what the default story shows by itself.

    A story that cannot be read is logged and left to its page.
    """
    began = time.monotonic()
    import_everything()
    default, *others = stories_here() or ("",)
    for slug in (default, *others):
        try:
            story = STORIES.find(slug, settings)
            load_nightly(story, story.about.caller)
            if slug == default:
                _draw(story)
        except DataError as fault:
            _LOG.warning("%s was not made ready: %s", slug, fault)
    _LOG.info("made ready in %.1f s", time.monotonic() - began)


def _draw(story: Story) -> None:
    view = default_view(story)
    for slug in (kind.slug for kind in KINDS.values() if not kind.is_pair):
        chart = load_chart(story, slug, view)
        load_words(chart, view.clock)
        for width in BOTH:
            load_plot(chart, view.clock, "light", width)
        load_caution(story, chart, other=None)
    load_moments(story, view.caller)


def import_everything() -> None:
    """Import every module of ours: first sessions that import the same thing at once can see it half made."""
    for module in pkgutil.walk_packages(components.__path__, "components."):
        if not module.name.startswith(_ELSEWHERE):
            importlib.import_module(module.name)
