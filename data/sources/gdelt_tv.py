"""GDELT's TV service: the share of a station's airtime in which a phrase was said, hour by hour."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import ClassVar

import pandas as pd

from data.core.errors import DataError, SourceChanged
from data.core.frames import timed_frame
from data.core.model import Source, Window
from data.net.snapshots import Snapshot
from data.sources.answer_frames import latest
from data.sources.answers import counted, field, joined, json_of, plain, records_of
from data.sources.provider import (
    EVER,
    Count,
    CountProvider,
    Errand,
    Home,
    Records,
    Task,
    Visit,
    digits,
    drawn,
    newest,
    parsed,
)
from data.story.faults import quoted

NAME = "GDELT’s TV service"
UNIT = "percent of airtime"
#: Of one station and hour: [start, end) in UTC, and the share of the station's monitored airtime, 0 to 100.
AIRTIME_COLUMNS = ["station", "start", "end", "value", "unit"]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
_STAMP = re.compile(r"((?:19|20)\d{2})-?(\d{2})-?(\d{2})T(\d{2}):?(\d{2}):?(\d{2})Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Airtime:
    """Bins of one answer, by station and time; `step` is their length as inferred from the stamps."""

    bins: pd.DataFrame
    step: timedelta
    warnings: tuple[str, ...] = ()


def parse_airtime(data: bytes) -> Airtime:
    """The bins of a `timelinevol` answer in percent, with the columns of AIRTIME_COLUMNS.

    Whether a stamp marks the start of its bin is not documented: hours are read as starting at their stamp, days
    (which are stamped at noon or midnight) as the UTC day around it. Raises SourceUnavailable for an answer that is
    empty or cut short, SourceChanged for another shape, a complaint in plain text, values that are no percentages,
    two values for one hour, or bins that are neither hours nor days.
    """
    rows = [row for series in records_of(json_of(data, NAME), "timeline", NAME) for row in _series(series)]
    frame = timed_frame(rows, ["station", "start", "value"], times=["start"]).astype({"value": "float64"})
    unordered = not all(times.is_monotonic_increasing for _, times in frame.groupby("station")["start"])
    once = frame.drop_duplicates().sort_values(["station", "start"], ignore_index=True)
    if once.duplicated(["station", "start"]).any():
        raise SourceChanged(f"{NAME} contradicts itself: it gives one station two values for a time.")
    step = _step(once)
    start = once["start"] if step == HOUR else once["start"].dt.floor("D")
    bins = once.assign(start=start, end=start + step, unit=UNIT)[AIRTIME_COLUMNS]
    warnings = [
        *counted(len(frame) - len(once), "1 value is listed twice.", "{count} values are listed more than once."),
        *(["The times were not in order and were sorted."] if unordered else []),
        *(["The answer is by the day: hours are given for windows of up to 7 days."] if step == DAY else []),
        *_silent(bins),
    ]
    return Airtime(bins, step, tuple(warnings))


def _series(series: Mapping[str, object]) -> list[dict[str, object]]:
    station = plain(field(series, "series", NAME), 80)
    return [_bin(station, point) for point in records_of(series, "data", NAME)]


def _bin(station: str, point: Mapping[str, object]) -> dict[str, object]:
    stamp, value = field(point, "date", NAME), point.get("value")
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise SourceChanged(f"{NAME} has changed its answer: an entry has no number in 'value'.")
    if not 0 <= value <= 100:
        raise SourceChanged(f"{NAME} answered with numbers beyond 0 to 100, which are not percentages.")
    found = _STAMP.fullmatch(stamp)
    try:
        start = datetime.strptime("".join(found.groups()), "%Y%m%d%H%M%S").replace(tzinfo=UTC) if found else None
    except ValueError:
        start = None
    if start is None:
        raise SourceChanged(f"{NAME} has changed its answer: {plain(stamp, 40)!r} is not a time.")
    return {"station": station, "start": start, "value": float(value)}


def _step(frame: pd.DataFrame) -> timedelta:
    """The distance that most neighbouring stamps have; an hour where there are too few stamps to tell."""
    distances = frame.groupby("station")["start"].diff().dropna()
    if distances.empty:
        return HOUR
    step = pd.Timedelta(Counter(distances).most_common(1)[0][0]).to_pytimedelta()
    if step not in (HOUR, DAY) or any(distance % step for distance in distances):
        raise SourceChanged(f"{NAME} answered in steps that are neither hours nor days: ask for at most 7 days.")
    return step


def _silent(bins: pd.DataFrame) -> list[str]:
    """Stations at zero throughout: the service gives zero before it began to index a station, too."""
    most = bins.groupby("station")["value"].max()
    return [
        f"{station} is at 0 throughout: nothing was found there, or the station was not indexed then."
        for station in most[most == 0].index
    ]


KIND = "airtime-hourly"
LICENCE = "GDELT Project: free for any use with a citation and a link to gdeltproject.org"
BEGINS = datetime(2009, 7, 2, tzinfo=UTC)
#: The stations that were indexed throughout 2016 and seen by the whole country.
STATIONS = ("CNN", "FOXNEWS", "MSNBC")
#: Hours are answered for windows of up to this length.
LONGEST = timedelta(days=7)
MOST_QUESTIONS = 60
_PHRASE = re.compile(r'[^"():\x00-\x1f]{2,120}')


class GdeltTv(CountProvider):
    """The airtime of the phrases that a story lists."""

    slug, title, called, licence = "gdelt-tv", "GDELT TV airtime", "GDELT TV", LICENCE
    #: One request every 5 seconds, its own 429 says.
    home: ClassVar[Home] = Home("NIGHTDESK_GDELT_TV_URL", "https://api.gdeltproject.org/api/v2/tv/tv", pace=5.5)
    proves = (
        "Each point is the share of a station’s monitored airtime in one hour, in 15-second clips, whose closed "
        "captions held the phrase: percent of airtime, from the Internet Archive’s TV News Archive."
    )
    cannot = (
        "Captions lag the picture and hold errors, and a mention is not a report. 0 can mean that it was not said, "
        "that the hour was not recorded, or that the station was not indexed then: it is never silence by itself. "
        "Whether a stamp marks the start of its hour is not documented, so hours are uncertain by one. The archive "
        "begins in July 2009 and was last seen to end in October 2024."
    )

    def plan(self, errand: Errand) -> Iterator[Task]:
        for phrase in errand.story.about.phrases:
            yield Task(f"airtime of “{phrase.text}”", partial(self.fetch, phrase.text, errand.window))

    def fetch(self, phrase: str, window: Window, visit: Visit) -> Records[Count]:
        """Ask for the hours of a phrase, seven days at a time, keep each answer as it comes, and give `read` of them.

        Raises DataError with one sentence: SourceUnavailable where asking again later may work, SourceChanged where it
        will not, plain DataError for a phrase or a window that cannot be asked for.
        """
        words = _phrase(phrase)
        if window.end <= BEGINS or window.length > LONGEST * MOST_QUESTIONS:
            raise DataError(
                f"GDELT’s TV archive begins in July 2009, and at most {MOST_QUESTIONS} weeks are asked for."
            )
        query, troubles = {"phrase": words, "stations": " ".join(STATIONS)}, []
        for week in _weeks(window):
            question, params = self.question(KIND, query, week, HOUR), _params(words, week)
            url = self.home.at(visit.settings)
            troubles.append(self.ask(question, url, visit, params=params, check=parse_airtime).trouble)
        return replace(self.read(visit.folder, window, phrase=words), trouble=next(filter(None, troubles), ""))

    def rows(self, folder: Path) -> Records[Count]:
        return self.read(folder, EVER)

    def read(self, folder: Path, window: Window, *, phrase: str = "") -> Records[Count]:
        """The hours that snapshots on disk hold of a phrase, or of all: hours that touch the window, in UNIT.

        By phrase, station and time. Of an hour that several snapshots hold, the one drawn last counts.
        """
        snapshots = drawn(folder, self.question(KIND, {"phrase": phrase} if phrase else {}, window))
        read, unread = parsed(snapshots, lambda snapshot: parse_airtime(snapshot.data))
        answers = [(one, airtime.bins.assign(phrase=one.sidecar.query.get("phrase", ""))) for one, airtime in read]
        empty = parse_airtime(b'{"timeline": []}').bins.assign(phrase="")
        frame, sources = latest(answers, _source, empty, ["phrase", "station", "start"], window)
        nothing = (
            ["Nothing is on record for this window, which does not mean that nothing was said."] if frame.empty else []
        )
        return Records(
            _counts(frame),
            sources,
            joined(unread, *(airtime.warnings for _, airtime in read), nothing),
            newest(snapshots),
        )


def _counts(frame: pd.DataFrame) -> tuple[Count, ...]:
    columns = (frame[name].tolist() for name in ("phrase", "station", "start", "end", "value", "source"))
    return tuple(
        Count(f"“{phrase}” on {station}", start, end, float(value), UNIT, source)
        for phrase, station, start, end, value, source in zip(*columns, strict=True)
    )


def _params(phrase: str, week: Window) -> dict[str, str | int]:
    where = " OR ".join(f"station:{station}" for station in STATIONS)
    return {
        "query": f'"{phrase}" ({where})',
        "mode": "timelinevol",
        "format": "json",
        "datanorm": "perc",
        "dateres": "hour",
        "timelinesmooth": 0,
        "datacomb": "sep",
        "STARTDATETIME": digits(week.start),
        "ENDDATETIME": digits(week.end),
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


def _source(snapshot: Snapshot) -> Source:
    """Where one answer can be checked: the very question at GDELT."""
    said = snapshot.sidecar
    title = f"Airtime of “{said.query.get('phrase', '')}” on {said.query.get('stations', '')}"
    return Source(f"gdelt-tv-{said.sha256[:12]}", "GDELT Project", title, said.url, "", said.licence)
