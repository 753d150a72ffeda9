"""A recorded night as AP's Elections API would have answered it, minute by minute: for rehearsals and for tests."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlencode

from data.story.story import Story
from data.story.tables import Call

#: How many races an answer holds at most; what is beyond is told at once at the next address.
MOST_RACES = 40
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def playback(story: Story, query: str, at: datetime, address: str, *, most: int = MOST_RACES) -> bytes:
    """The answer to a query at a moment of the night: every race at first, later what changed since the address's own.

    `address` is where the server is, without a query. Times are the night's own; all of it is marked as a test.
    """
    said = parse_qs(query)
    since = datetime.fromisoformat(said["minDateTime"][0]) if "minDateTime" in said else _LONG_AGO
    changed = sorted(_changes(story, since, at), key=lambda change: (change[0], change[1]))
    told = changed[:most]
    reached = told[-1][0] if len(changed) > most else at
    answer = {
        "electionDate": story.window.start.date().isoformat(),
        "timestamp": _stamp(at),
        "races": [_race(story, code, min(reached, at)) for code in dict.fromkeys(code for _, code in told)],
        "nextrequest": f"{address}?{urlencode({'format': 'json', 'minDateTime': reached.isoformat()})}",
        "isTruncated": len(changed) > most,
    }
    return json.dumps(answer).encode()


def _changes(story: Story, since: datetime, at: datetime) -> Iterator[tuple[datetime, str]]:
    """When each contest changed in (since, at], and at the very first that each is there."""
    if since == _LONG_AGO:
        yield from ((_LONG_AGO + timedelta(days=1), contest.code) for contest in story.contests)
    for call, made, back in _told(story):
        for moment in (made, back):
            if moment and since < moment <= at:
                yield moment, call.contest


def _told(story: Story) -> Iterator[tuple[Call, datetime, datetime | None]]:
    """Each call of the story's caller with the last moment it may have been made, and taken back."""
    zone = story.about.clock
    for call in story.calls:
        when = call.interval(zone)
        if call.role == "primary" and when:
            taken = story.withdrawn.get(call.id)
            back = taken.interval(zone) if taken else None
            yield call, when.latest, back.latest if back else None


def _race(story: Story, code: str, at: datetime) -> dict[str, object]:
    """A race as it stood at a moment."""
    status, winner, made = "Too Early to Call", "", None
    for call, called, back in sorted(_told(story), key=lambda told: told[1]):
        if call.contest != code or called > at:
            continue
        taken_back = back is not None and back <= at
        status = "Uncalled" if taken_back else "Called"
        winner, made = ("", None) if taken_back else (call.party, called)
    candidates = [
        {"party": party.id, "winner": "X", "voteCount": 0}
        if party.id == winner
        else {"party": party.id, "voteCount": 0}
        for party in story.about.parties
    ]
    unit = {"level": "state", "statePostal": code, "candidates": candidates}
    return {
        "raceID": code, "officeID": "P", "statePostal": code, "test": True, "resultsType": "test",
        "raceCallStatus": status, "lastUpdated": _stamp(made or at), "reportingUnits": [unit],
    }  # fmt: skip


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
