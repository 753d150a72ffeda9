"""A chart frozen at a view: stamped with when it was made and with what it holds."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime

from components.embeds.documents.document import draw_document
from components.embeds.embed import Embed
from data.core.model import as_utc

#: Hexadecimal digits of the checksum in a version, as many as a published version has.
_DIGITS = 12


def frozen(embed: Embed, *, now: datetime) -> Embed:
    """The same chart as a frozen copy: 20261108T035000Z-0123456789ab, when it was made (UTC) and of what content."""
    content = draw_document(replace(embed, version=""))
    moment = as_utc(now).replace(tzinfo=None).isoformat(timespec="seconds").replace("-", "").replace(":", "")
    return replace(embed, version=f"{moment}Z-{hashlib.sha256(content.encode()).hexdigest()[:_DIGITS]}")
