"""What is due at the desk goes out by itself, while the process of the desk runs."""

from __future__ import annotations

import logging
import threading

from data.core.errors import DataError
from data.core.program import utc_now
from data.core.settings import Settings

EVERY_SECONDS = 20.0
_LOG = logging.getLogger("nightdesk")


def publish_when_due(settings: Settings) -> threading.Event:
    """Look every 20 seconds, where signed-in people may change stories; setting the event ends it."""
    ended = threading.Event()
    if settings.has_desk:
        threading.Thread(target=_look, args=(settings, ended), name="desk-schedule", daemon=True).start()
    return ended


def _look(settings: Settings, ended: threading.Event) -> None:
    # What publishes bundles is loaded only where there is a desk.
    from components.embeds.bundles.desk_bundle import bundle_of
    from data.desk.desk import desk_of

    while not ended.wait(EVERY_SECONDS):
        try:
            for state in desk_of(settings).run_due(utc_now(), bundle_of(settings)):
                _LOG.info("%s: readers have revision %s%s", state.slug, state.published, state.trouble and " still")
        except (DataError, OSError) as error:
            _LOG.warning("what is due was not published: %s", error)
