"""What the running program says of itself: its version, and what time it is."""

from __future__ import annotations

from datetime import UTC, datetime

#: As pyproject.toml has it.
VERSION = "0.1.0"


def utc_now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)
