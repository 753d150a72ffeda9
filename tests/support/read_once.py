"""What no test changes is read once by each process that runs tests: stories, tables, and which packages there are."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

from data.core.compress import compress
from data.story import row_checks, store, story_checks
from data.story.faults import Fault, Faults
from data.story.row_checks import Content, Known, Table
from data.story.story import Story
from data.story.story_checks import Examined
from data.story.table_rows import Row

_read_anew, _read_table_anew, _examine_anew = store.read_story, row_checks.read_table, story_checks.examine


@cache
def _bundled(folder: Path) -> Story:
    return _read_anew(folder)


def _read(folder: Path) -> Story:
    return _bundled(folder) if folder.parent == store.BUNDLED else _read_anew(folder)


#: Tables without a fault, by their bytes, their kind and the ids that they may name; larger ones are not kept.
_TABLES: dict[tuple[bytes, type[Row], frozenset[tuple[str, frozenset[str] | None]]], Table] = {}
_MOST_TABLES, _MOST_BYTES = 500, 200_000


def _read_table(content: bytes | Fault, row_type: type[Row], *, known: Known, faults: Faults) -> Table:
    if isinstance(content, Fault) or len(content) > _MOST_BYTES:
        return _read_table_anew(content, row_type, known=known, faults=faults)
    key = (content, row_type, frozenset((name, known.get(name)) for name in row_type.refers.values()))
    table = _TABLES.get(key) or _read_table_anew(content, row_type, known=known, faults=faults)
    if table.sound:
        if len(_TABLES) >= _MOST_TABLES:
            _TABLES.clear()
        _TABLES[key] = table
    return replace(table, rows=[*table.rows])


#: Stories without a fault, by their slug and the bytes of their files: a newsroom's own copy is read again and again.
_EXAMINED: dict[tuple[str, frozenset[tuple[str, bytes | Fault]]], Examined] = {}
_MOST_STORIES, _MOST_STORY_BYTES = 20, 1_000_000


def _examine(slug: str, content: Content) -> Examined:
    key = (slug, frozenset(content.items()))
    if not (found := _EXAMINED.get(key)):
        found = _examine_anew(slug, content)
        if found.faults.count or _size(content) > _MOST_STORY_BYTES:
            return found
        if len(_EXAMINED) >= _MOST_STORIES:
            _EXAMINED.clear()
        _EXAMINED[key] = found
    tables = {file: replace(table, rows=[*table.rows]) for file, table in found.tables.items()}
    return replace(found, tables=tables, faults=Faults())


def _size(content: Content) -> int:
    return sum(len(data) for data in content.values() if isinstance(data, bytes))


def read_stories_once() -> None:
    """Give every reader of a bundled story the one that was read first, and of the same bytes the same rows.

    Neither a story nor a row can be changed.
    """
    store.read_story = _read
    story_checks.read_table = _read_table  # type: ignore[attr-defined]
    store.examine = story_checks.examine = _examine  # type: ignore[attr-defined]


def look_for_packages_once() -> None:
    """Where Streamlit is imported, let its AppTest look once, rather than for each page, for components to register."""
    if "streamlit" in sys.modules:
        from streamlit.components.v2 import manifest_scanner

        manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)


def pack_scripts_once() -> None:
    """Let servers that are forked from this process find packed what a page with a chart loads of Streamlit's.

    What else is asked for of Streamlit's files they pack themselves.
    """
    from components.server import static_files
    from components.server.index_page import index_html
    from data.core.settings import Settings

    static_files.compress = cache(compress)  # type: ignore[attr-defined]
    files = static_files.streamlit_files(Settings())
    for path in re.findall(r"[\"']\./(static/[^\"']+)", index_html(charted=True)):
        files.pack_gzip(f"/{path}")
