"""The player of a night, for documents and for the app: one script and its style, served to both from here."""

from __future__ import annotations

from pathlib import Path

#: player.js, player.css, and what Streamlit loads of them.
ASSETS = Path(__file__).resolve().parent / "assets"
