"""`python -m bench.large_series`: what a series of 100,000 minutes costs, against the bundled story, in one run."""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from tsdownsample import MinMaxLTTBDownsampler

from bench.comparison import HEADINGS, Row, say
from bench.server import ROOT, serving
from bench.visitor import Run, Visitor
from components.charts import catalogue
from components.charts.grammar import Chart
from components.charts.loaders import Loaders
from components.clock import Clock
from components.render.plotly.figure import draw_figure
from components.view.address import utc_text
from components.view.view_state import default_view
from data.analysis import thinning
from data.core.frames import SourcedFrame
from data.core.model import Window
from data.core.settings import Settings
from data.evidence.imports import keep_import
from data.evidence.series import load_series
from data.sources.trends_csv.reader import parse_export
from data.story.store import find_story, story_store
from data.story.story import Story

POINTS, TIMES, TARGET = 100_000, 15, 3.0
_MINUTE = timedelta(minutes=1)
_NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def rows() -> list[Row]:
    """A range change on two pages, the first opening, the figure's bytes, and the extremes that are kept."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        settings = _newsroom(Path(folder))
        story = find_story("us-2016", settings)
        start = time.perf_counter()
        drawn = load_series(story, story_store(settings))
        read = time.perf_counter() - start
        bundled = stack.enter_context(serving(ROOT / "app.py")).address
        with _environment(settings):
            own = stack.enter_context(serving(ROOT / "app.py")).address
        first, usual = (_opened(address, "search-trends").seconds for address in (own, bundled))
        found = [Row("Search trends opened first, 100,000 points / bundled", first, usual, "s")]
        for page in ("timeline", "search-trends"):
            found += _range_changes(page, own, bundled, story, drawn)
        return [
            *found,
            Row("Reading 100,000 imported points / opening the page", read, first, "s"),
            *_kept(story, drawn),
        ]


def _newsroom(folder: Path) -> Settings:
    """The bundled story with an import beside it: sampling noise, bursts, a gap, and stretches below resolution."""
    shutil.copytree(ROOT / "data" / "stories" / "us-2016", folder / "stories" / "us-2016")
    settings = Settings(stories=(folder / "stories",), snapshots=folder / "snapshots")
    data, story = _export(), find_story("us-2016", settings)
    export = parse_export(data, filename="multiTimeline.csv")
    keep_import(
        story, story_store(settings), export, data, filename="multiTimeline.csv", zone="UTC", geo="US", now=_NOW
    )
    return settings


def _export() -> bytes:
    end, random = find_story("us-2016", Settings()).window.end, np.random.default_rng(5)
    mean = 30 * (1 + 0.5 * np.sin(np.arange(POINTS) / 1_440 * 2 * np.pi))
    mean[-900:-600] *= 6
    mean[POINTS // 2 :: 9_973] *= 5
    mean[-20_000:-18_000] = 0.01
    drawn = random.poisson(mean)
    values = np.round(100 * drawn / drawn.max()).astype(int)
    times = (end - (POINTS - place) * _MINUTE for place in range(POINTS))
    lines = [f"{time:%Y-%m-%dT%H:%M:%S},{value or '<1'}\n" for time, value in zip(times, values, strict=True)]
    del lines[POINTS // 4 : POINTS // 4 + 200]
    return ("Category: All categories\n\nTime,move to canada: (United States)\n" + "".join(lines)).encode()


@contextmanager
def _environment(settings: Settings) -> Iterator[None]:
    said = {"NIGHTDESK_STORIES": str(settings.stories[0]), "NIGHTDESK_SNAPSHOTS": str(settings.snapshots)}
    before = {name: os.environ.get(name) for name in said}
    os.environ |= said
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def _opened(address: str, page: str) -> Run:
    with Visitor(address) as visitor:
        return visitor.open(page)


def _range_changes(page: str, own: str, bundled: str, story: Story, drawn: SourcedFrame) -> Iterator[Row]:
    """Ranges that nobody has asked for before, in turn: all points but a few, and the bundled story's own night."""
    first = drawn.frame["start"].min().to_pydatetime()
    runs: dict[str, list[Run]] = {own: [], bundled: []}
    with Visitor(own) as one, Visitor(bundled) as other:
        for visitor in (one, other):
            visitor.open(page)
        for n in range(1, TIMES + 1):
            for address, visitor, start in ((own, one, first), (bundled, other, story.window.start)):
                query = f"from={utc_text(start + n * _MINUTE)}&to={utc_text(story.window.end)}"
                runs[address].append(visitor.open(page, query))
    assert not any(run.failures for found in runs.values() for run in found)
    ours, theirs = (statistics.median(run.seconds for run in runs[address]) * 1_000 for address in (own, bundled))
    yield Row(f"/{page}, range change, 100,000 points / bundled", ours, theirs, "ms", TARGET)
    ours, theirs = (statistics.median(run.figure_bytes for run in runs[address]) / 1_000 for address in (own, bundled))
    yield Row(f"/{page}, figure JSON, 100,000 points / bundled", ours, theirs, "kB")


def _kept(story: Story, drawn: SourcedFrame) -> Iterator[Row]:
    """The figure against one of all points, and stretches whose highest bin is lost, against MinMaxLTTB alone."""
    bins, most = drawn.frame, thinning.MOST
    chart = _chart(story, drawn)
    thinning.MOST = len(bins)
    try:
        whole = _chart(story, drawn)
    finally:
        thinning.MOST = most
    some, every = (len(str(draw_figure(one, Clock("UTC")).to_json())) / 1_000 for one in (chart, whole))
    yield Row("Figure of 100,000 points, thinned / all of them", some, every, "kB")
    known = bins[~bins["censored"]].reset_index(drop=True)
    found = thinning.thin(known, _MINUTE)
    assert found is not None
    shaper = MinMaxLTTBDownsampler()  # type: ignore[no-untyped-call]
    alone = shaper.downsample(known["start"].astype("int64").to_numpy(), known["value"].to_numpy(), n_out=most)
    ours, theirs = (float(_lost(known, places)) for places in (found.kept, alone.astype(int)))
    unit = f"of {thinning.STRETCHES}"
    yield Row("Stretches that lose their highest bin, ours / MinMaxLTTB to 2,000", ours, theirs, unit)


def _chart(story: Story, drawn: SourcedFrame) -> Chart:
    window = Window(drawn.frame["start"].min(), drawn.frame["end"].max())
    return catalogue.chart_of(
        story, "timeline", default_view(story).with_window(window), load=Loaders(drawn=lambda _: drawn)
    )


def _lost(bins: pd.DataFrame, places: np.ndarray) -> int:
    since = (bins["start"] - bins["start"].iloc[0]) / (bins["end"].iloc[-1] - bins["start"].iloc[0])
    stretch = (since * thinning.STRETCHES).astype(int)
    highest = bins["value"].groupby(stretch).max()
    return int((bins["value"].iloc[places].groupby(stretch).max().reindex(highest.index) != highest).sum())


def main() -> None:
    """Print the table."""
    say(HEADINGS)
    for row in rows():
        say(row.cells())


if __name__ == "__main__":
    main()
