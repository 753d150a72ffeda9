"""The only place where loaders, charts and imported files are cached: one visible line for each."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import ParamSpec, TypeVar, cast

from components.cache.memo import Memo, Memory, Same
from components.cache.render_cache import RenderCache
from components.cache.stories import MARKS, StoryCache, is_older, store_here, tables_key
from components.charts import catalogue
from components.charts.builders.claim_chart import all_subjects, finding_of
from components.charts.builders.searches_chart import preview_chart
from components.charts.builders.timeline_chart import timeline_of
from components.charts.elapsed_clock import clock_of
from components.charts.frames import sentences_of, stands_of
from components.charts.grammar import Chart, Placebo
from components.charts.kinds import Question
from components.charts.loaders import Loaders
from components.charts.phrases.caution import caution_of
from components.charts.phrases.moments import Moments
from components.charts.phrases.placebo import night_placebo
from components.render.layout.theme import theme_named
from components.render.plotly.figure import Settled, plain_figure
from components.render.words import Words, describe
from components.view.view_state import ViewState
from data.analysis.spikes import Detection
from data.core.errors import SourceChanged
from data.core.frames import SourcedFrame
from data.core.model import Order, Window
from data.core.program import utc_now
from data.evidence import anchors, claims, findings, imports, outages, records, rises, series, study
from data.evidence import calls as results
from data.evidence import searches as interest
from data.evidence.evidence_rows import Counts, Observations, Onsets
from data.sources.trends_csv.export import Export
from data.story.as_of import story_at
from data.story.story import Story

#: Bytes of rows that are kept: three files of the largest size, or thousands of what the website exports.
_MOST = 128 * 1024 * 1024
#: Of a file besides its rows.
_BESIDE = 4_096


def _read(data: bytes, filename: str) -> Export | str:
    """The export, or the sentence that refuses the file."""
    try:
        return imports.parse_kept(data, filename)
    except SourceChanged as refused:
        return str(refused)


def _size(found: Export | str) -> float:
    return _BESIDE + (float(found.rows.memory_usage().sum()) if isinstance(found, Export) else 0.0)


_READ = Memo(_read, most=_MOST, size=_size, marks={bytes: lambda data: hashlib.sha256(data).digest()})


def parse_file(data: bytes, filename: str) -> Export:
    """What an imported file says. Raises SourceChanged, with one sentence, where it is no export."""
    found = _READ(data, filename)
    if isinstance(found, str):
        raise SourceChanged(found)
    return found


P = ParamSpec("P")
R = TypeVar("R")

#: What this process keeps of loaders, charts and drawings. Nobody writes into a frame of theirs.
MEMORY = Memory(MARKS)
_keep = MEMORY.keep
#: Some 160 pictures: a newsroom's own are kept by what stands before the server, and a flood of them soon goes again.
_PICTURE_BYTES = 16 * 2**20
#: Where documents and data, and where pictures wait for their turn, for addresses and download buttons alike. Two
#: documents at a time would take twice as long each: Python runs one thread of a process at a time.
PAGES, PICTURES = RenderCache(workers=1), RenderCache(most_bytes=_PICTURE_BYTES)
#: Where the pages of sessions wait for their turn to be run. Who waits there is a thread of Streamlit's in any case. A
#: client's are run one after the other: Python runs one thread at a time, so two would take twice as long each, and
#: whoever reads what is kept would wait behind both.
RUNS = RenderCache(most_waiting=2_000, most_of_one=2_000, at_once_of_one=1)
# Loaders answer in milliseconds; the cache spares the many who look at the same night at the same time.
_load = _keep(most=64)

load_calls = _load(results.load_calls)
load_milestones = _load(results.load_milestones)
load_interest = _load(interest.load_interest)
load_interest_marks = _load(interest.load_interest_marks)
load_search_figures = _load(interest.load_search_figures)
load_untimed = _load(outages.load_untimed)
load_traffic = _load(outages.load_traffic)
load_figures = _load(outages.load_figures)
load_other = _load(outages.load_other)
load_controls = _load(outages.load_controls)


@_load
def load_observations(story: Story, window: Window | None = None, *, region: str = "") -> Observations:
    """Observations of a site's state, machine records that were fetched among them."""
    return outages.load_observations(story, window, region=region, stories=store_here())


@_keep(most=4)
def load_preview(story: Story, export: Export, *, filename: str, zone: str, geo: str) -> Chart | None:
    """The chart of a file that is not kept, with what was answered of it; None without a bin. ValueError as kept."""
    drawn = imports.preview_series(export, filename=filename, zone=zone, geo=geo, now=utc_now())
    return preview_chart(story, drawn)


@_load
def load_lists(story: Story) -> tuple[imports.ImportedList | imports.Unshown, ...]:
    """Imported lists, and what cannot be shown of what was imported."""
    return imports.load_lists(story, store_here(), parse_file)


@_load
def load_series(story: Story) -> SourcedFrame:
    """Every series drawn or imported for this story; the band of a stitched one takes about a second."""
    if story.until is None:
        return series.load_series(story, store_here(), parse_file)
    # Stitched once, however many moments it is told up to.
    return series.cut_frame(load_series(replace(story, until=None, order=Order.HAPPENED)), story)


@_load
def load_lenses(story: Story) -> Counts:
    """Article views and airtime that were fetched or imported for this story."""
    return records.load_lenses(story, store_here())


@_load
def load_fetched(story: Story) -> tuple[records.Fetched, ...]:
    """What is held of each source that was asked for this story."""
    return records.load_fetched(story, store_here())


def _nothing_yet(series: str) -> list[Detection]:
    return []


#: What was found in the series that were looked at last, so that a night still running pays for its new bins alone.
_DETECTED = Memo(_nothing_yet, most=8)


@_load
def load_onsets(story: Story) -> Onsets:
    """Where the series of this story begin to rise, from the bins that were over by the moment it is told up to."""
    return rises.onsets_in(load_series(story), _DETECTED)


@_keep()
def load_rise(story: Story, series: str, caller: str) -> study.RoseAfter:
    """The pooled study of one series over a caller's minutes, with a thousand placebo draws for it and each control."""
    return study.rose_after(story, load_series(story), series, caller)


@_keep()
def load_placebo(story: Story, caller: str) -> Placebo:
    """What the cautions of all charts of a caller say of other nights: 3 ms for 100,000 bins."""
    return night_placebo(story, caller, load_series(story), rise=load_rise)


LOADERS = Loaders(
    load_calls,
    load_milestones,
    load_interest_marks,
    load_interest,
    load_observations,
    load_traffic,
    load_series,
    load_lenses,
    placebo=load_placebo,
    onsets=load_onsets,
)


@_keep()
def load_subjects(story: Story) -> tuple[claims.Subject, ...]:
    """Everything that rose or failed in this story; the onsets of a long series take a moment."""
    return all_subjects(story, LOADERS)


@_keep(most=64)
def load_timeline(story: Story, view: ViewState) -> Chart:
    """The combined timeline of which a page draws one chart and plays another: 10 ms of a range nobody has drawn."""
    return timeline_of(Question(story, view, LOADERS))


LOADERS = replace(LOADERS, subjects=load_subjects, timeline=load_timeline)


@_keep()
def _finding(story: Story, view: ViewState) -> findings.Finding:
    return finding_of(story, view, LOADERS)


def load_finding(story: Story, view: ViewState) -> findings.Finding:
    """What the accounts of this story carry about the question of a view; NotInStory for a key it does not hold."""
    return _finding(story, catalogue.KINDS["claim"].narrowed(story, view))


def _forget_older(story: Story) -> None:
    MEMORY.forget(partial(is_older, story))


#: The stories of this process, for pages and routes alike.
STORIES = StoryCache(_forget_older)


@_keep()
def _chart(story: Story, slug: str, view: ViewState, other: Story | None) -> Chart:
    return catalogue.chart_of(story, slug, view, other=other, load=LOADERS)


def load_chart(story: Story, slug: str, view: ViewState, *, other: Story | None = None) -> Chart:
    """The chart of this name at a view, built once for everybody and for every view that shows the same."""
    return _chart(story, slug, catalogue.kind_named(slug).narrowed(story, view), other)


@_keep()
def load_plot(chart: Chart, zone: str, theme: str, width: str) -> object:
    """The chart's Plotly figure, `narrow` or `wide`, drawn once for everybody who looks at the same view."""
    return Settled(plain_figure(chart, clock_of(chart, zone), theme=theme_named(theme), narrow=width == "narrow"))


# Made anew, the next four were half of a rerun: 27 of 63 ms of Story; of Compare nights 150 of 220.
load_caution = _keep()(caution_of)


@_keep()
def load_words(chart: Chart, zone: str) -> Words:
    """The chart in words on the clock of this zone."""
    return describe(chart, clock_of(chart, zone))


@_keep()
def load_nightly(story: Story, caller: str) -> tuple[anchors.Anchor, ...]:
    """The events of this night from which it can be counted."""
    return tuple(anchors.nightly(story, caller))


@_keep(most=32)  # each holds its story
def load_moments(story: Story, caller: str) -> Moments:
    """The rows from which a sentence for any minute is told."""
    calls = load_calls(story, caller=caller, possible=True)
    marks, seen = load_interest_marks(story), load_observations(story)
    return Moments.of(story, caller=caller, calls=calls, marks=marks, observations=seen)


# From when each row of a story stands: half of the 14 ms that the frames of a range nobody has drawn would take.
load_stands = _keep(most=32)(stands_of)
# The sentence of a moment is the same in every range: an eighth of the processor time of one that nobody has drawn.
load_sentences = _keep(most=32, marks={**MARKS, Moments: Same, dict: Same})(sentences_of)


# Words and tables made anew at each rerun took a third of it: 32.1 ms over the mix of pages instead of 21.5; Check a
# claim 52.1 instead of 16.3, Outage reports 68.8 instead of 31.2.
@_keep(most=512, marks={**MARKS, Story: tables_key})
def _made(make: Callable[..., object], *asked: object) -> object:
    return make(*asked)


def load_made(make: Callable[P, R], *asked: P.args, **named: P.kwargs) -> R:
    """What `make` makes of a story or a chart and the clock it is shown on: words of a page, the same for everybody.

    `make` is a function of a module; it is asked with values that nobody changes, and answers one. Of a story it tells
    by its tables; what was fetched for it is handed over beside it.
    """
    return cast(R, _made(make, *asked, **named))


def load_told(story: Story, view: ViewState) -> Story:
    """The story as this view tells it, cut once for every view of one moment and order."""
    return load_made(story_at, story, view.at, view.order) if view.at else story
