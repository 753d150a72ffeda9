"""What an answer, or the lack of one, means: one sentence, and whether the same request may work later."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import requests
from requests import Response
from urllib3.exceptions import HTTPError

from data.core.errors import DataError, SourceChanged, SourceUnavailable
from data.net.pinned_connections import TooLong
from data.net.rate_limit import LEAST_OPEN_SECONDS, AskedToWait

#: Raises SourceChanged when content is not what was asked for; such an answer is never kept.
Check = Callable[[bytes], object]
#: Seconds for which the headers of a refusal ask for a pause, in a source's own way to say so; None where they do not.
Wait = Callable[[Mapping[str, str]], float | None]
_MAY_WORK_LATER = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY})
_SAID = {
    401: "asks for a log-in (HTTP 401)",
    403: "refuses this request (HTTP 403); asking again will not help",
    404: "has nothing at this address (HTTP 404)",
    410: "has removed what was at this address (HTTP 410)",
    451: "is not allowed to show this (HTTP 451)",
}


def lowered(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers by their names in small letters."""
    return {name.lower(): value for name, value in headers.items()}


class SourceRefused(SourceChanged):
    """A source understood the request and will not serve it; `status` is its HTTP status."""

    def __init__(self, message: str, *, status: int) -> None:
        super().__init__(message)
        self.status = status


def check_answer(
    response: Response, name: str, check: Check | None, wait_of: Wait | None, now: datetime, *,
    good: Container[int] = (HTTPStatus.OK,),
) -> None:  # fmt: skip
    """Nothing for an answer that counts, a redirect, or "not modified"; else raises what it means."""
    status = response.status_code
    if response.is_redirect or status == HTTPStatus.NOT_MODIFIED:
        return
    if status not in good and wait_of and (pause := wait_of(response.headers)) is not None:
        raise AskedToWait(f"{name} has answered as often as it will for now (HTTP {status})", hold=pause)
    wait = retry_after(response.headers.get("Retry-After", ""), now)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        hold = max(wait or 0.0, LEAST_OPEN_SECONDS)
        raise AskedToWait(f"{name} says that it was asked too often (HTTP 429)", hold=hold)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _MAY_WORK_LATER:
        sentence = f"{name} could not answer just now (HTTP {status})"
        raise AskedToWait(sentence, hold=wait) if wait else SourceUnavailable(sentence)
    if status not in good:
        raise SourceRefused(f"{name} {_SAID.get(status, f'did not serve this request (HTTP {status})')}", status=status)
    if check:
        check(response.content)


def retry_after(header: str, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for, given as seconds or as a date; None if it says nothing readable."""
    text = header.strip()
    if text.isascii() and text.isdecimal():
        return float(text[:12])
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max((moment - now).total_seconds(), 0.0)


def meaning(error: Exception, name: str) -> DataError:
    """What a failure on the way to a source means."""
    if isinstance(error, TooLong):
        return TooLong(f"{name} {error}, so the answer was not taken")
    if isinstance(error, DataError):
        return error
    if isinstance(error, requests.TooManyRedirects):
        return SourceChanged(f"{name} sends every request on to another address, without end")
    for kinds, said in _FAILURES:
        if isinstance(error, kinds):
            return SourceUnavailable(f"{name} {said}")
    return SourceUnavailable(f"{name} could not be asked")


#: The narrower kinds first.
_FAILURES: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    ((requests.exceptions.ProxyError,), "could not be reached: the proxy of this machine did not answer"),
    ((requests.exceptions.SSLError,), "could not be reached safely: its certificate is not valid"),
    ((requests.exceptions.Timeout,), "did not answer in time"),
    ((requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError), "broke off in mid-answer"),
    ((requests.exceptions.ConnectionError,), "could not be reached: the connection was refused or lost"),
    ((HTTPError,), "broke off in mid-answer"),
)
