"""A plain request to a server on this machine, and its answer whatever the status."""

from __future__ import annotations

import urllib.error
import urllib.request
from dataclasses import dataclass
from email.message import Message

_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class Heard:
    """One answer."""

    status: int
    headers: Message
    body: bytes

    @property
    def age(self) -> int | None:
        """Seconds since it was made, as its headers say; None where they do not."""
        told = self.headers["Age"]
        return None if told is None else int(told)


def ask(address: str, method: str = "GET", **headers: str) -> Heard:
    """The answer at an address; `_` in names of headers is `-`."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with _OPENER.open(urllib.request.Request(address, headers=given, method=method), timeout=60) as answer:
            return Heard(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as refusal:
        return Heard(refusal.code, refusal.headers, refusal.read())
