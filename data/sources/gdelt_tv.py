"""GDELT's TV service: the share of a station's airtime in which a phrase was said, hour by hour."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd

from data.errors import DataError
from data.faults import quoted
from data.http import Desk
from data.model import Source, Window
from data.settings import Settings
from data.snapshots import Snapshot
from data.sources.airtime import AIRTIME_COLUMNS, HOUR, parse_airtime
from data.sources.answers import joined
from data.sources.drawn import Question, Records, ask, drawn, fresh_for, newest, parsed

SOURCE = "gdelt-tv"
KIND = "airtime-hourly"
WHAT = (
    "Each point is the share of a station’s monitored airtime in one hour, in 15-second clips, whose closed captions "
    "held the phrase: percent of airtime, from the Internet Archive’s TV News Archive."
)
CANNOT = (
    "Captions lag the picture and hold errors, and a mention is not a report. 0 can mean that it was not said, that "
    "the hour was not recorded, or that the station was not indexed then: it is never silence by itself. Whether a "
    "stamp marks the start of its hour is not documented, so hours are uncertain by one. The archive begins in July "
    "2009 and was last seen to end in October 2024."
)
LICENCE = "GDELT Project: free for any use with a citation and a link to gdeltproject.org"
BEGINS = datetime(2009, 7, 2, tzinfo=UTC)
#: The stations that were indexed throughout 2016 and seen by the whole country.
STATIONS = ("CNN", "FOXNEWS", "MSNBC")
#: Hours are answered for windows of up to this length.
LONGEST = timedelta(days=7)
MOST_QUESTIONS = 60
#: One row is one phrase, station and hour; `value` is in percent of airtime, `source` the id of its answer.
COLUMNS = ["phrase", *AIRTIME_COLUMNS, "source"]
_STATION = re.compile(r"[A-Z0-9]{2,16}")
_PHRASE = re.compile(r'[^"():\x00-\x1f]{2,120}')


def fetch_airtime(
    phrase: str, window: Window, *, stations: Sequence[str] = STATIONS, desk: Desk, settings: Settings, folder: Path,
    now: datetime,
) -> Records:  # fmt: skip
    """Ask for the hours of a phrase, seven days at a time, keep each answer as it comes, and give `read_airtime`.

    Raises DataError with one sentence: SourceUnavailable where asking again later may work, SourceChanged where it
    will not, plain DataError for a phrase, a station or a window that cannot be asked for.
    """
    words, channels = _phrase(phrase), _stations(stations)
    if window.end <= BEGINS or window.length > LONGEST * MOST_QUESTIONS:
        raise DataError(f"GDELT’s TV archive begins in July 2009, and at most {MOST_QUESTIONS} weeks are asked for.")
    troubles = []
    for week in _weeks(window):
        answer = ask(
            Question(SOURCE, KIND, {"phrase": words, "stations": " ".join(channels)}, LICENCE, week, HOUR),
            settings.gdelt_tv_url,
            params=_params(words, channels, week),
            desk=desk,
            folder=folder,
            fresh=fresh_for(week, now),
            check=parse_airtime,
        )
        troubles.append(answer.trouble)
    return replace(read_airtime(folder, window, phrase=words), trouble=next(filter(None, troubles), ""))


def read_airtime(folder: Path, window: Window, *, phrase: str = "") -> Records:
    """The hours that snapshots on disk hold of a phrase, or of all: hours that touch the window.

    Frame with COLUMNS, by phrase, station and time. Of an hour that several snapshots hold, the one drawn last counts.
    """
    snapshots = drawn(folder, Question(SOURCE, KIND, {"phrase": phrase} if phrase else {}, LICENCE, window))
    read, unread = parsed(snapshots, lambda snapshot: parse_airtime(snapshot.data))
    frames = [
        airtime.bins.assign(phrase=snapshot.sidecar.query.get("phrase", ""), source=_source(snapshot).id)
        for snapshot, airtime in read
    ]
    frame = pd.concat([parse_airtime(b'{"timeline": []}').bins.assign(phrase="", source=""), *frames])
    frame = frame[(frame["start"] < window.end) & (frame["end"] > window.start)]
    frame = frame.drop_duplicates(["phrase", "station", "start"], keep="last")
    frame = frame.sort_values(["phrase", "station", "start"], ignore_index=True)[COLUMNS]
    used = set(frame["source"])
    sources = {_source(snapshot).id: _source(snapshot) for snapshot in snapshots}
    nothing = ["Nothing is held of this window, which does not mean that nothing was said."] if frame.empty else []
    return Records(
        frame,
        tuple(source for name, source in sources.items() if name in used),
        joined(unread, *(airtime.warnings for _, airtime in read), nothing),
        newest(snapshots),
    )


def _params(phrase: str, stations: Sequence[str], week: Window) -> dict[str, str | int]:
    where = " OR ".join(f"station:{station}" for station in stations)
    return {
        "query": f'"{phrase}" ({where})' if len(stations) > 1 else f'"{phrase}" {where}',
        "mode": "timelinevol",
        "format": "json",
        "datanorm": "perc",
        "dateres": "hour",
        "timelinesmooth": 0,
        "datacomb": "sep",
        "STARTDATETIME": _digits(week.start),
        "ENDDATETIME": _digits(week.end),
    }


def _weeks(window: Window) -> Iterator[Window]:
    """The window in parts that are answered by the hour."""
    start = max(window.start, BEGINS)
    while start < window.end:
        end = min(start + LONGEST, window.end)
        yield Window(start, end)
        start = end


def _phrase(phrase: str) -> str:
    words = " ".join(phrase.split())
    if not _PHRASE.fullmatch(words):
        raise DataError(f"{quoted(phrase)} cannot be asked for: a phrase is plain words, without quotes or brackets.")
    return words


def _stations(stations: Sequence[str]) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(station.strip().upper() for station in stations))
    if not names or len(names) > 20 or not all(_STATION.fullmatch(name) for name in names):
        raise DataError("GDELT names stations like CNN, FOXNEWS or MSNBC: name one to twenty of them.")
    return names


def _source(snapshot: Snapshot) -> Source:
    """Where one answer can be checked: the very question at GDELT."""
    said = snapshot.sidecar
    title = f"Airtime of “{said.query.get('phrase', '')}” on {said.query.get('stations', '')}"
    return Source(f"gdelt-tv-{said.sha256[:12]}", "GDELT Project", title, said.url, "", said.licence)


def _digits(moment: datetime) -> str:
    """The fourteen digits that the service reads a UTC second from."""
    return moment.isoformat(timespec="seconds")[:19].translate(str.maketrans("", "", "-:T"))
