"""A chart on a page: takeaway, drawing with alt text, its caution, numbered events, data, sources and downloads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

import streamlit as st

from components.cache.cached import load_caution, load_chart, load_made, load_plot, load_words
from components.charts.catalogue import kind_named
from components.charts.elapsed_clock import Elapsed, clock_of
from components.charts.events import is_dated
from components.charts.grammar import Chart, Event, Gap, Item, Tiles
from components.charts.phrases.caution import TITLE, Caution, Part
from components.charts.running_totals import is_side
from components.clock import Clock
from components.embeds.embed import Embed
from components.embeds.formats import file_name
from components.render.plotly.figure import CONFIG
from components.text import markdown
from components.view.address import utc_text
from components.view.view_state import ViewState, view_query
from components.workbench.address_bar import change, stories_here
from components.workbench.appearance import BOTH, figures_in_sight, theme_in_force
from components.workbench.chart_reader import step_through
from components.workbench.controls import take_selection
from components.workbench.data_table import show_data
from components.workbench.downloads import form_of, show_download
from components.workbench.notices import show_empty
from components.workbench.page_links import show_link
from components.workbench.source_links import source_link
from data.core.model import Source, Window
from data.story.story import Story


def _show_caution(embed: Embed, key: str) -> None:
    """The panel of this chart, if it has one."""
    caution = load_caution(embed.story, embed.chart, other=embed.other)
    if caution is not None:
        _show_folded(TITLE, partial(load_made, _texts, caution, embed.clock), f"caution-{key}")


def _show_folded(label: str, texts: Callable[[], Iterable[str]], key: str) -> None:
    """Texts made and sent once they are unfolded: sent before, they kept the chart above them waiting."""
    with st.expander(label, key=key, on_change="rerun") as folder:
        if folder.open:
            for text in texts():
                st.markdown(text)


def show_figures(
    chart: Chart,
    zone: str,
    key: str,
    *,
    alt: str,
    widths: Sequence[str] = BOTH,
    taken: Callable[[str], Callable[[], None]] | None = None,
) -> None:
    """The chart's figure for the width of the window; where that is not known both, and the stylesheet shows one.

    With `taken`, what it gives for the key of a plot is called when a range is drawn on it; its container says so.
    """
    kind = f"{'drawn-' if taken else ''}{'alone-' if len(widths) == 1 else ''}"
    for width in widths:
        plot = f"plot-{width}-{key}"
        figure = load_plot(chart, zone, theme_in_force(), width)
        draw = partial(st.plotly_chart, figure, theme=None, config=CONFIG, alt=alt, key=plot)
        with st.container(key=f"{width}-{kind}{key}"):
            _ = draw(on_select=taken(plot), selection_mode="box") if taken else draw()


def _texts(caution: Caution, clock: Clock) -> tuple[str, ...]:
    motto = f"**{markdown(clock.say(caution.motto))}** {_links(caution.motto_sources)}" if caution.motto else ""
    parts = "\n\n".join(_part(part, clock) for part in caution.parts)
    return (motto, parts) if motto else (parts,)


def _part(part: Part, clock: Clock) -> str:
    lines = "\n".join(f"- {markdown(line)}" for line in clock.say(part.text).split("\n"))
    sources = f"\n\n{_links(part.sources)}" if part.sources else ""
    return f"**{markdown(part.heading)}**\n\n{lines}{sources}"


def _links(sources: Iterable[Source]) -> str:
    return f"({'; '.join(dict.fromkeys(map(source_link, sources)))})"


#: Sources named in the line under a chart; the rest are in its table and on Sources & methods.
_NAMED_SOURCES = 8
#: How wide a downloaded SVG is, in CSS pixels: a column and a half of a broadsheet page on screen.
_DOWNLOAD_WIDTH = 960


def show_chart(
    story: Story,
    slug: str,
    view: ViewState,
    *,
    other: Story | None = None,
    headed: bool = True,
    part: str = "",
    said: tuple[str, ...] = (),
) -> None:
    """The story's chart of this name at a view, with all that belongs to it and the `other` story beside it.

    Dragging a range on it sets the page's range. One that is not `headed` leaves its takeaway to the page, and
    notes in `said` are the page's own words. `part` tells a chart from another of its name on the page, which may begin
    at the same moment.
    """
    chart = load_chart(story, slug, view, other=other)
    clock = clock_of(chart, view.clock)
    words = load_words(chart, view.clock)
    name = f"{chart.slug}{part and f'-{part}'}"
    key = f"{name}-{utc_text(chart.window.start)}"
    with st.container(key=f"chart-{key}"):
        if headed:
            st.subheader(markdown(words.takeaway), anchor=False)
            st.caption(markdown(f"{clock.say(chart.title)} · {clock.span(chart.window)} · {_zone(clock)}"))
        if not chart.lanes and not chart.events:
            _offer_nearest(chart, view, story)
            st.caption(load_made(_notes, chart, clock))
            return
        taken = (lambda plot: take_selection(plot, story, clock, chart.window)) if chart.take_range else None
        show_figures(chart, view.clock, key, alt=words.alt, widths=figures_in_sight(), taken=taken)
        embed = Embed(story, chart, view, "light", other=other)
        step_through(embed, f"{key}-{utc_text(chart.window.end)}-{view.clock}-{view.caller}")
        show_rest(embed, key, said, name=name)


def show_rest(embed: Embed, key: str, said: tuple[str, ...] = (), *, name: str = "") -> None:
    """What stands under a chart: notes, caution, events, data, sources and downloads; no `said` note.

    What is unfolded stays so in other ranges of the same `name`.
    """
    story, chart, clock = embed.story, embed.chart, embed.clock
    _offer_nearest(chart, embed.view, story)
    st.caption(load_made(_notes, chart, clock, said))
    _show_caution(embed, name or key)
    _show_events(chart, clock, name or key)
    if st.toggle("Show the data", key=f"data-{key}"):
        show_data(embed, key=key)
    st.caption(load_made(_sources, chart))
    _show_downloads(embed, key)


def _offer_nearest(chart: Chart, view: ViewState, story: Story) -> None:
    """An empty range says so, and offers the nearest one of its length that holds something."""
    held = (
        item
        for lane in chart.lanes
        for mark, item in lane.items
        if (is_side(mark) if isinstance(mark, Tiles) else not isinstance(mark, Gap) and _here(chart, item))
    )
    if chart.events or any(held):
        return
    show_empty(f"{kind_named(chart.slug).holds} of this story")
    nearest = nearest_window(chart, default=story.window)
    if nearest in (chart.window, view.window):
        return
    st.button(
        f"Show {Clock(view.clock).span(nearest)}",
        key=f"nearest-{chart.slug}-{utc_text(chart.window.start)}",
        on_click=lambda: change(story, lambda now: now.with_window(nearest)),
    )


def _here(chart: Chart, item: Item) -> bool:
    return chart.window.overlaps(item.when.earliest, item.last)


def nearest_window(chart: Chart, *, default: Window) -> Window:
    """A window as long as the chart's around the nearest event outside of it; `default` where there is none."""
    half = chart.window.length / 2
    middle = chart.window.start + half
    moments = [event.when.middle for event in chart.outside]
    if not moments:
        return default
    nearest = min(moments, key=lambda moment: abs(moment - middle)).replace(second=0, microsecond=0)
    return Window(nearest - half, nearest + half)


def _zone(clock: Clock) -> str:
    what = "times of day" if isinstance(clock, Elapsed) else "times"
    return f"{what} in {clock.name} time ({clock.zone})"


def _notes(chart: Chart, clock: Clock, said: tuple[str, ...] = ()) -> str:
    own = [markdown(clock.say(note)) for note in chart.notes if note not in said]
    notes = [" ".join(own)] if own else []
    if beyond := len(chart.outside):
        more = "1 more lies" if beyond == 1 else f"{beyond} more lie"
        notes.append(f"{more} outside this range: the list below has {'its date' if beyond == 1 else 'their dates'}.")
    return "  \n".join(notes)


def _edge(event: Event, clock: Clock) -> str:
    return f"{markdown(clock.say(event.label))}, {clock.when(event.when, dated=True)}"


def _show_events(chart: Chart, clock: Clock, key: str) -> None:
    """Every event by time, how the lanes are read, and what lies beyond the edges, dated."""
    count = len(chart.events)
    label = "The event, and how to read this chart" if count == 1 else f"All {count} events by time"
    texts = partial(load_made, _events, chart, clock)
    _show_folded(label if count else "How to read this chart", texts, f"events-{key}")


def _events(chart: Chart, clock: Clock) -> tuple[str, ...]:
    lines = [
        f"- {clock.when(event.when, dated=is_dated(event.when, chart.window))}: {markdown(clock.say(event.label))}"
        for event in chart.events
    ]
    notes = [f"- **{markdown(clock.say(lane.title))}.** {markdown(clock.say(lane.note))}" for lane in chart.lanes]
    texts = ["\n".join(lines), "\n".join(notes)]
    if chart.outside:
        edges = "\n".join(f"- {_edge(event, clock)}" for event in chart.outside)
        texts.append(f"**Outside this range**\n\n{edges}")
    return tuple(texts)


def _sources(chart: Chart) -> str:
    by_org = {source.org: source for source in reversed(chart.sources)}
    named = list(reversed(by_org.values()))
    more = len(named) - _NAMED_SOURCES
    line = " · ".join(source_link(source) for source in named[:_NAMED_SOURCES])
    return f"Sources: {line}" + (f" · and {more} more in the data" if more > 0 else "")


def _show_downloads(embed: Embed, key: str) -> None:
    """Its data and drawing, each made when it is asked for, and the way to every other form of it."""
    query = view_query(embed.asked, embed.story, default_story=stories_here()[0]) | {"chart": embed.chart.slug}
    with st.container(horizontal=True, vertical_alignment="center"):
        for form, media_type in (("csv", "text/csv"), ("svg", "image/svg+xml")):
            make = form_of(embed, form, **({"width": _DOWNLOAD_WIDTH} if form == "svg" else {}))
            show_download(f"Download {form.upper()}", make, file_name(embed, form), media_type, key=f"{form}-{key}")
        show_link("embed-and-export", "Embed & export this chart", query)
