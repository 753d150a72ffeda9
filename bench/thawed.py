"""The app as it is without `gc.freeze()`, one of the soak's variants."""

from __future__ import annotations

import gc

gc.freeze = lambda: None

from app import app  # noqa: E402

__all__ = ["app"]
