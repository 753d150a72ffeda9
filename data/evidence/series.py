"""Search series that were drawn or imported: snapshots read back, each brought to one scale, with their sources."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import pandas as pd

from data.analysis.draws import Draw
from data.analysis.stitching import Stitched, stitch
from data.core.errors import DataError
from data.core.files import fingerprint
from data.core.frames import SourcedFrame, timed_frame
from data.core.model import Source
from data.evidence.imports import Parse, imported_series, parse_kept
from data.evidence.searches import place_name
from data.sources.google_trends.provider import LICENCE, HeldDraws, read_held
from data.sources.trends_csv.export import counted
from data.story.as_of import told_sources
from data.story.store import SHIPPED, StoryStore
from data.story.story import Story

_LOG = logging.getLogger(__name__)

COLUMNS = [
    "series", "term", "geo", "start", "end", "value", "low", "high", "draws", "censored", "seam", "note", "source",
]  # fmt: skip
_SAME = ["series", "term", "geo", "note", "source"]
#: The same draws always give the same band.
_SEED = 2016


def snapshots_stamp(story: Story, stories: StoryStore) -> str:
    """A text that changes when a snapshot is added, so that caches notice it."""
    places = [folder / "snapshots" for folder in stories.snapshots(story.slug)]
    held = (folder for place in places if place.is_dir() for folder in sorted(place.iterdir()))
    return " ".join(fingerprint(folder) for folder in held)


def load_series(story: Story, stories: StoryStore = SHIPPED, parse: Parse = parse_kept) -> SourcedFrame:
    """Every series that was drawn or imported for this story, by bin.

    `value` is 0-100 of the series' own highest bin, `low` and `high` its band or NaN where one sample is all there
    is, `draws` the samples behind a bin, `censored` below Google's resolution, `seam` where another window takes
    over, `note` what a reader must know of the series. Times are UTC, bins half-open and uncertain by one bin.
    A snapshot that cannot be read is left out with a log line. Series of the story's control terms come last.
    """
    folders = stories.snapshots(story.slug)
    held = [*(pair for folder in folders for pair in _drawn(folder)), *imported_series(folders, parse)]
    if not held:
        return SourcedFrame(_without_rows().copy(), ())
    held.sort(key=lambda pair: any(is_control(story, str(term)) for term in pair[0]["term"].head(1)))
    frames, sources = [_in_utc(found) for found, _ in held], [source for _, source in held]
    frame = _in_categories(pd.concat(frames, ignore_index=True))
    return cut_frame(SourcedFrame(frame, tuple(dict.fromkeys(sources))), story)


def _in_categories(frame: pd.DataFrame) -> pd.DataFrame:
    """Every row of a series repeats some columns.

    As categories, 100,000 rows take 5 MB instead of 38, and a cache hands them out in 1 ms instead of 8, several times
    a run.
    """
    return frame[COLUMNS].astype(dict.fromkeys(_SAME, "category"))


@cache
def _without_rows() -> pd.DataFrame:
    """What most stories have, asked for by each of their charts; to make it takes longer than to draw some of them."""
    return _in_categories(timed_frame([], COLUMNS, times=["start", "end"]))


def is_control(story: Story, term: str) -> bool:
    """Whether the story names the term as one that calls do not concern."""
    return term.casefold() in {control.casefold() for control in story.about.control_terms}


def cut_frame(found: SourcedFrame, story: Story) -> SourcedFrame:
    """Fetched rows as far as they were over, as the story stands; the whole if it is whole.

    In the order of publication a row is known with its source, and a source without a day of publication never.
    """
    if story.until is None or found.frame.empty:
        return found
    frame, until = found.frame, pd.Timestamp(story.until)
    by = (frame["end"] <= until) & frame["source"].isin(told_sources(found.sources, story))
    return SourcedFrame(frame[by].reset_index(drop=True), found.sources)


def own_series(story: Story, drawn: SourcedFrame) -> SourcedFrame:
    """The series (rows of load_series) without those of control terms, which are no searches of the night's own."""
    named = [str(term) for term in drawn.frame["term"].unique() if is_control(story, str(term))]
    return SourcedFrame(drawn.frame[~drawn.frame["term"].isin(named)], drawn.sources) if named else drawn


def _in_utc(bins: pd.DataFrame) -> pd.DataFrame:
    """The same bins with columns of one kind each, whoever they are from."""
    times = {name: pd.DatetimeIndex(bins[name]).tz_convert("UTC").as_unit("us") for name in ("start", "end")}
    return bins.assign(**times).astype({"value": float, "low": float, "high": float})


def _drawn(folder: Path) -> Iterator[tuple[pd.DataFrame, Source]]:
    everything = read_held(folder)
    for held in everything:
        over = _coarse(everything, held)
        coarse = over.draws if over else {}
        for term, own in held.draws.items():
            try:
                stitched = stitch(own, rng=np.random.default_rng(_SEED), coarse=coarse.get(term, ()))
            except DataError as fault:
                _LOG.warning("left out the draws of %r: %s", term, fault)
                continue
            source = _drawn_source(held, term)
            yield _bins(stitched, held, term, source, own), source


def _coarse(everything: tuple[HeldDraws, ...], fine: HeldDraws) -> HeldDraws | None:
    """The same question drawn in one window of longer bins around all of these: a common measure for their scales."""
    start, end = fine.windows[0].start, max(window.end for window in fine.windows)
    for held in sorted(everything, key=lambda held: held.step):
        same = (held.terms, held.geo, held.sample) == (fine.terms, fine.geo, fine.sample)
        if same and held.step > fine.step and len(held.windows) == 1:
            (window,) = held.windows
            if window.start <= start and window.end >= end:
                return held
    return None


def _drawn_source(held: HeldDraws, term: str) -> Source:
    start, end = held.windows[0].start, max(window.end for window in held.windows)
    span = f"{start.isoformat()[:13]} {end.isoformat()[:13]}"
    query = urlencode({"date": span, "geo": held.geo, "q": term})
    days = [moment.date().isoformat() for moment in (held.drawn_at[0], held.drawn_at[-1])]
    drawn = " to ".join(dict.fromkeys(days))
    said = f"{counted(len(held.drawn_at), 'draw')} of {counted(len(held.windows), 'window')}, drawn {drawn}"
    return Source(
        id=_id_of(held, term),
        org="Google Trends",
        title=f"“{term}” in {place_name(held.geo) if held.geo else 'the world'}: {said}",
        url=f"https://trends.google.com/trends/explore?{query}",
        published=drawn[:10],
        licence=LICENCE,
    )


def _id_of(held: HeldDraws, term: str) -> str:
    said = f"{term.casefold()}|{held.terms}|{held.geo}|web|{held.step}|{held.sample}"
    return f"drawn-{hashlib.sha256(said.encode()).hexdigest()[:12]}"


def _bins(stitched: Stitched, held: HeldDraws, term: str, source: Source, draws: tuple[Draw, ...]) -> pd.DataFrame:
    sample = "" if held.sample == "archive" else " From Google’s real-time sample: draw it again in a week."
    note = (
        f"{counted(len(draws), 'draw')} of {counted(len(held.windows), 'window')}. {' '.join(stitched.notes)}{sample}"
    )
    series, band = stitched.series, stitched.band
    starts = pd.DatetimeIndex(series.index)
    return pd.DataFrame(
        {
            "series": source.id,
            "term": term,
            "geo": held.geo,
            "start": starts,
            "end": starts + held.step,
            "value": series["value"].to_numpy(),
            "low": np.nan if band is None else band["low"].to_numpy(),
            "high": np.nan if band is None else band["high"].to_numpy(),
            "draws": series["draws"].to_numpy(),
            "censored": series["censored"].to_numpy(),
            "seam": starts.isin([seam.at for seam in stitched.seams]),
            "note": note.strip(),
            "source": source.id,
        }
    )
