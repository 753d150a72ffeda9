"""How a Wikimedia project and the title of an article are written, in a question and in a dump file."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, unquote

from data.errors import DataError
from data.faults import quoted

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
