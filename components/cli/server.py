"""`nightdesk compress`: what the app does at its first start, done before."""

from __future__ import annotations

from components.cli.exits import DONE
from components.cli.lookups import settings_here
from components.server.static_files import streamlit_files


def compress() -> int:
    """Compress Streamlit's files into the cache that the app will look in; OSError where it cannot be written."""
    streamlit_files(settings_here()).pack_all()
    return DONE
