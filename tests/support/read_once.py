"""What no test changes is read once by each process that runs tests: bundled stories, and which packages there are."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

from data.story import store
from data.story.story import Story

_read_anew = store.read_story


@cache
def _bundled(folder: Path) -> Story:
    return _read_anew(folder)


def _read(folder: Path) -> Story:
    return _bundled(folder) if folder.parent == store.BUNDLED else _read_anew(folder)


def read_stories_once() -> None:
    """Give every reader of a bundled story the one that was read first: a story cannot be changed."""
    store.read_story = _read


def look_for_packages_once() -> None:
    """Where Streamlit is imported, let its AppTest look once, rather than for each page, for components to register."""
    if "streamlit" in sys.modules:
        from streamlit.components.v2 import manifest_scanner

        manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)
