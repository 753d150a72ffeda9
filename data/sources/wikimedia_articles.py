"""Articles as Wikimedia names and counts them, in its daily answers and in its hourly files alike."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, unquote

import pandas as pd

from data.core.errors import DataError
from data.sources.provider import Count
from data.story.faults import quoted

SOURCE = "wikimedia"
UNIT = "views"
#: A language edition ("en.wikipedia"), or a project without languages ("commons.wikimedia").
_PROJECT = re.compile(r"[a-z][a-z0-9-]{1,15}\.[a-z]{4,20}")
#: MediaWiki allows none of these in a title, and titles of at most 255 bytes.
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f#<>\[\]|{}]")
_LONGEST_TITLE = 255


def project_name(project: str) -> str:
    """The project as the pageviews service names it. Raises DataError for what is none."""
    name = project.strip().lower().removesuffix(".org")
    if not _PROJECT.fullmatch(name):
        raise DataError(f"{quoted(project)} is no Wikimedia project: write it like en.wikipedia.")
    return name


def article_title(title: str, project: str = "en.wikipedia") -> str:
    """A title as Wikimedia counts it: underscores for spaces, and on a Wikipedia a capital first letter.

    Raises DataError for what cannot be a title.
    """
    words = re.sub(r"[ _]+", "_", unicodedata.normalize("NFC", title)).strip("_")
    try:
        size = len(words.encode())
    except UnicodeEncodeError:
        size = 0
    if not size or size > _LONGEST_TITLE or _FORBIDDEN.search(words):
        raise DataError(f"{quoted(title)} cannot be the title of an article.")
    first = words[0].upper()
    # Eszett has no single capital; MediaWiki leaves such letters alone.
    return first + words[1:] if project.endswith(".wikipedia") and len(first) == 1 else words


def in_path(title: str) -> str:
    """A title as one segment of an address: a slash is part of a title, so it is encoded too."""
    return quote(title, safe="")


def listed_title(cell: bytes, project: str) -> str | None:
    """The title that a cell of a dump file names, however it is encoded there; None where it names none."""
    try:
        return article_title(unquote(cell.decode("utf-8")) if b"%" in cell else cell.decode("utf-8"), project)
    except (UnicodeDecodeError, DataError):
        return None


def views_of(frame: pd.DataFrame, unit: str) -> tuple[Count, ...]:
    """Rows of one article and span each, with columns article, start, end, views and source, as counts in `unit`."""
    columns = (frame[name].tolist() for name in ("article", "start", "end", "views", "source"))
    return tuple(
        Count(f"Wikipedia: {article.replace('_', ' ')}, {unit}", start, end, float(views), unit, source)
        for article, start, end, views, source in zip(*columns, strict=True)
    )
