"""What a source answered, and when."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from data.errors import DataError, SourceChanged


@dataclass(frozen=True, slots=True)
class Reply:
    """What a source answered, decoded. `fetched_at` is when these bytes came, whenever that was.

    `stale` says that the source did not answer now and this is the last good copy; `trouble` says why. `url` is
    without secrets.
    """

    status: int
    content: bytes
    url: str
    fetched_at: datetime
    from_cache: bool = False
    stale: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    trouble: DataError | None = None

    def json(self) -> Any:
        """The content as JSON; SourceChanged where it is none."""
        return parse_json(self.content, "the source")


def parse_json(content: bytes, name: str) -> Any:
    """JSON, or SourceChanged in a sentence about `name`."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise SourceChanged(f"{name} sent something that is not JSON, or broke off") from error
