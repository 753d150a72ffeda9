"""Google Trends as a rehearsal has it: offers with tokens, minutes of a span, and lists of what is trending.

It knows no searches of the night, so that it tells none: every minute is below what Google shows, every list is empty.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from data.core.errors import SourceChanged

_GUARD = b")]}',\n"
_MINUTE = timedelta(minutes=1)


def trends_answer(path: str, query: str, at: datetime) -> tuple[bytes, str] | None:
    """The body and media type for a path at a moment of the night; None for a path that is none of theirs.

    SourceChanged for a question that Google would not be asked.
    """
    said = {name: values[0] for name, values in parse_qs(query).items()}
    try:
        match path.rstrip("/"):
            case "/trends/explore":
                return b"<!doctype html><title>Explore</title>", "text/html"
            case "/trends/api/explore":
                return _wrapped({"widgets": [_offer(json.loads(said["req"]))]}), "application/json"
            case "/trends/api/widgetdata/multiline":
                minutes = _minutes(json.loads(said["req"]), at)
                return _wrapped({"default": {"timelineData": minutes}}), "application/json"
            case "/trending/rss":
                return b'<rss version="2.0"><channel><title>Daily Search Trends</title></channel></rss>', "text/xml"
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise SourceChanged(f"the rehearsal's Google Trends was asked something else: {error}") from None
    return None


def _wrapped(answer: object) -> bytes:
    return _GUARD + json.dumps(answer).encode()


def _offer(asked: Mapping[str, Any]) -> dict[str, Any]:
    """The widget of interest over time, with what was understood."""
    items = asked["comparisonItem"]
    series = [
        {
            "geo": {"country": item["geo"]} if item["geo"] else {},
            "complexKeywordsRestriction": {"keyword": [{"type": "BROAD", "value": item["keyword"]}]},
        }
        for item in items
    ]
    request = {"time": items[0]["time"], "comparisonItem": series, "userConfig": {"userType": "USER_TYPE_REHEARSAL"}}
    return {"id": "TIMESERIES", "token": "rehearsal", "request": request}


def _minutes(asked: Mapping[str, Any], at: datetime) -> list[dict[str, Any]]:
    """Each minute of the span that is over by now."""
    first, last = (datetime.fromisoformat(f"{hour}:00").replace(tzinfo=UTC) for hour in asked["time"].split(" "))
    count, nothing = int((min(last, at) - first) / _MINUTE), [0] * len(asked["comparisonItem"])
    return [
        {
            "time": str(int((first + n * _MINUTE).timestamp())), "value": nothing, "hasData": [True] * len(nothing),
            "formattedTime": "", "formattedAxisTime": "", "formattedValue": ["0"] * len(nothing),
        }
        for n in range(max(count, 0))
    ]  # fmt: skip
