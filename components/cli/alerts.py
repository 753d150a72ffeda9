"""`nightdesk alert`: what happens in a story, sent to whoever wants to know as soon as it stands there."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from string import Template
from typing import Protocol

from components.cli.exits import DONE, FAILED, fail, say
from components.cli.hub_pings import HubPings, hub_desk
from components.cli.lookups import settings_here, story_named
from components.cli.rounds import alone
from components.embeds.feeds.entries import Entry, entries_of
from data.core.errors import DataError
from data.core.model import iso_text
from data.core.program import utc_now
from data.core.settings import Settings
from data.recorders.alerted import Alerted, alerted_keys, note_alerted
from data.recorders.status import RecorderStatus, write_status
from data.story.store import StoryStore, story_store

#: Where addresses to tell are; they hold secrets, so they are never shown.
VARIABLE = "NIGHTDESK_ALERTS"
#: What is said of each kind of entry, where nothing else is wanted.
TEMPLATES: Mapping[str, str] = {
    "call": "$title",
    "withdrawal": "WITHDRAWN: $title",
    "correction": "$title",
    "site": "$title",
}
_EVERY_SECONDS = 5.0


class Sender(Protocol):
    """What sends a title and a text to all addresses; whether it reached them."""

    def __call__(self, title: str, text: str) -> bool: ...


def alert(slug: str, *, once: bool, kinds: Sequence[str]) -> int:
    """Tell of what is new until it is stopped, or once; DataError where there is nobody to tell."""
    settings = settings_here()
    story_named(slug, settings)
    addresses, stories = os.environ.get(VARIABLE, ""), story_store(settings)
    if settings.hub and not settings.public_url:
        raise DataError("NIGHTDESK_HUB needs NIGHTDESK_PUBLIC_URL as well: a hub is told the addresses of feeds")
    send = sender_of(addresses) if addresses.strip() or not settings.hub else None
    busy = f"alerts of {slug} are being sent by another process; stop that one first"
    with alone(settings.records / slug / ".alerts.lock", busy), ExitStack() as held:
        hub = HubPings(settings, slug, held.enter_context(hub_desk(settings))) if settings.hub else None
        answered = None
        while True:
            asked = utc_now()
            code = tell_new(slug, stories, settings, send, kinds=kinds, hub=hub, wait=once)
            if once:
                return code
            answered = asked if code == DONE else answered
            _leave_word(settings, slug, asked, answered)
            time.sleep(_EVERY_SECONDS)


def _leave_word(settings: Settings, slug: str, asked: datetime, answered: datetime | None) -> None:
    """What the page of the night says of it: when all that was new had been told, and what was noted in all."""
    trouble = "" if asked == answered else "an alert could not be sent and is tried again; the log says which"
    word = RecorderStatus(
        name="alerts", kind="alerts", what="Alerts and the hub", asked_at=asked, answered_at=answered, trouble=trouble,
        next_at=asked + timedelta(seconds=_EVERY_SECONDS), written=len(alerted_keys(settings, slug) or ()),
    )  # fmt: skip
    write_status(settings, slug, word)


def sender_of(addresses: str) -> Sender:
    """What sends to these addresses, which are separated by blanks; DataError, without them, where none can be used."""
    try:
        import apprise
    except ImportError:
        wants = "pip install -c constraints.txt -r requirements-alerts.txt"
        raise DataError(f"alerts need the packages in requirements-alerts.txt: {wants}") from None
    logging.getLogger("apprise").setLevel(logging.CRITICAL)  # it would show addresses
    service = apprise.Apprise()
    given = addresses.split()
    refused = sum(not service.add(address) for address in given)
    if not given or refused:
        what = f"{refused} of its {len(given)} addresses cannot be used" if given else "it names no address"
        raise DataError(f"{VARIABLE} must hold addresses as Apprise takes them, like slack://...; {what}")
    return lambda title, text: bool(service.notify(title=title, body=text))


def tell_new(
    slug: str, stories: StoryStore, settings: Settings, send: Callable[[str, str], bool] | None, *,
    kinds: Sequence[str] = (), hub: HubPings | None = None, wait: bool = False,
) -> int:  # fmt: skip
    """Send what was not told yet, the oldest first; FAILED where something could not be sent, and is tried again.

    The hub is told of any change, and waited for only with `wait`.

    What stood in the story before the first time is not news and is only noted.
    """
    try:
        story = stories.read(slug)
    except DataError as trouble:
        return fail(f"{iso_text(utc_now())} {trouble}.")
    found = entries_of(story, stories)
    code = hub.step(found, wait=wait) if hub else DONE
    if send is None:
        return code
    entries = [one for one in reversed(found) if not kinds or one.kind in kinds]
    known = alerted_keys(settings, slug)
    if known is None:
        keys = [one.key for one in entries] or [""]  # of a story without an entry: that somebody wants to know
        note_alerted(settings, slug, [Alerted(at=utc_now(), key=key, sent=False) for key in keys])
        return code
    for entry in (one for one in entries if one.key not in known):
        if send(titled(entry), entry.text):
            note_alerted(settings, slug, [Alerted(at=utc_now(), key=entry.key, sent=True)])
            say(f"{iso_text(utc_now())} told: {entry.title}")
        else:
            code = fail(f"{iso_text(utc_now())} could not be sent and is tried again: {entry.title}", FAILED)
    return code


def titled(entry: Entry) -> str:
    """The first line of what is sent of an entry."""
    return Template(TEMPLATES[entry.kind]).safe_substitute(title=entry.title)
