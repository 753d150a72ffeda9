"""How a source is asked: in turn, not while it wants to be left alone, and only a real answer counts."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import requests

from data.core.errors import DataError
from data.net.addresses import is_loopback, place_of
from data.net.circuit import Circuits
from data.net.http_errors import Expected, check_answer
from data.net.pinned_connections import Allowed, Limits, PinnedAdapter
from data.net.rate_limit import Pacer

#: When the bytes of an answer came, kept with them on the clock that this project was given.
FETCHED_AT = "X-Nightdesk-Fetched-At"
#: Of no use to a reader, or not theirs to keep: Vary is answered by asking for one representation only.
_DROPPED = ("Set-Cookie", "Set-Cookie2", "Vary", FETCHED_AT)

#: How long an answer counts as fresh: a span; "never" grows old; None is asked for anew in any case, and kept only as
#: the last good copy for when a later asking fails.
Fresh = timedelta | Literal["never"] | None


@dataclass(slots=True)
class Asking:
    """One question on its way: what counts as an answer, and what went wrong if nothing did."""

    wanted: Expected
    fresh: Fresh
    trouble: DataError | None = None


#: The question that this thread is asking.
ASKING: ContextVar[Asking] = ContextVar("asking")


class PoliteAdapter(PinnedAdapter):
    """An adapter that waits for its turn, leaves a host alone that asked for it, and lets only real answers through."""

    def __init__(self, limits: Limits, allowed: Allowed, pacer: Pacer, circuits: Circuits) -> None:
        self._pacer, self._circuits, self._clock = pacer, circuits, pacer.clock
        super().__init__(limits, allowed)

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> requests.Response:
        place = place_of(str(request.url))
        self._circuits.refuse_if_open(place)
        self._pacer.wait(place)
        # This machine's own servers are not asked through a proxy.
        proxies = {} if is_loopback(place.rpartition(":")[0] or place) else proxies
        return self._circuits.call(place, lambda: self._judged(request, verify, cert, proxies))

    def _judged(self, request: requests.PreparedRequest, verify: Any, cert: Any, proxies: Any) -> requests.Response:
        response = super().send(request, verify=verify, cert=cert, proxies=proxies)
        now = self._clock()
        for header in _DROPPED:
            response.headers.pop(header, None)
        response.headers[FETCHED_AT] = now.astimezone(UTC).isoformat()
        check_answer(response, ASKING.get().wanted, now)
        return response


def fetched_at(response: requests.Response) -> datetime:
    """When the bytes of an answer came, in UTC; for one that was found unchanged, when it was."""
    return datetime.fromisoformat(response.headers[FETCHED_AT])
