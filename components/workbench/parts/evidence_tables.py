"""Evidence to read: observations, figures and control cases, each a table with who says so."""

from __future__ import annotations

from datetime import time, timedelta

import streamlit as st

from components.ap_style import calendar_day, place_said
from components.cache.cached import load_made, load_observations
from components.charts.builders.outages_chart import GRADES, UNWATCHED
from components.charts.phrases.numbers import as_known, number_text
from components.clock import Clock, published_text
from components.text import capital
from components.view.view_state import ViewState
from components.workbench.address_bar import titles_here
from components.workbench.evidence_table import Cell, Line, Table, credited, show_table, sources_of
from components.workbench.show_chart import show_chart
from data.core.model import Precision, Source, Sourced, When
from data.evidence.evidence_rows import FigureRow, Figures, ObservationRow, Observations, Untimed, UntimedRow
from data.evidence.outages import REGIONS, control_when
from data.story.story import Story
from data.story.tables import Control

#: The plain facts of a control case: column -> how a reader knows it.
_FACTS = {"spike": "Search spike", "outage": "Outage", "election": "Vote near"}
#: What stands last where a table is ordered by time.
_NO_TIME = "~"


def show_observations(story: Story, dated: Observations, untimed: Untimed, clock: Clock) -> None:
    """Every observation in the order of time, those without one last; nothing where there are none."""
    table = load_made(observations_table, story, dated, untimed, clock)
    if table.rows:
        st.subheader("Who saw what, and when", anchor=False)
        show_table(table, key="observations", label="Reports of the site, by time")


def observations_table(story: Story, dated: Observations, untimed: Untimed, clock: Clock) -> Table:
    """A row for each observation: when, in which state, from where, how well it is known, what, and who says so."""
    rows = (*dated.rows, *untimed.rows)
    known = {source.id: source for source in (*story.sources, *dated.sources)}
    cells = tuple(_observation(row, clock, known) for row in rows)
    return Table(
        ("Time", "State", "Seen from", "Evidence", "What was seen", "Who says so"),
        cells,
        tuple(f"observations:{row.id}" for row in rows),
    )


#: What a status is called that does not tell of the site.
_SEEN = {"none": "not stated", "unwatched": UNWATCHED}


def _observation(row: UntimedRow, clock: Clock, known: dict[str, Source]) -> tuple[Cell, ...]:
    timed = isinstance(row, ObservationRow)
    when = clock.when(row.when, dated=True) if isinstance(row, ObservationRow) else "no clock time given"
    if row.until:
        when += f", until {clock.time(row.until)}"
    told = [f"Time: {row.time_basis}.", clock.say(row.note)]
    told += [f"Published {published_text(row.published, clock)}."] if row.published else []
    return (
        Cell(when, sort=row.when.earliest.isoformat() if timed and isinstance(row, ObservationRow) else _NO_TIME),
        Cell(_SEEN.get(row.status, row.status)),
        Cell(place_said(row.place)),
        Cell(GRADES[row.grade], sort=row.grade),
        Cell(
            f"{row.host}: {clock.say(row.what)}",
            links=(("Picture", row.picture),) if row.picture else (),
            more=tuple(Line(line) for line in told if line),
            fold="How its time is known",
        ),
        credited(row.credit, sources_of(known, row.source)),
    )


def show_by_grade(story: Story, view: ViewState) -> None:
    """Every report of the site on a row of its grade of evidence, folded; nothing of a story that has none."""
    count = len(load_observations(story, view.window).rows) if "site" in story.subjects else 0
    if not count:
        return
    label = f"All {count} reports of the site by grade" if count > 1 else "The report of the site by grade"
    with st.expander(label, key="by-grade", on_change="rerun") as folder:
        if folder.open:
            show_chart(story, "outages", view, headed=False)


def choose_region(*observations: Observations | Untimed) -> str:
    """Where observers were: one of the places that these rows name, or everywhere as an empty text.

    Where all of them looked from one place there is nothing to choose.
    """
    offered = load_made(_regions, *observations)
    if len(offered) < 2:
        return ""
    return (
        st.segmented_control(
            "Seen from", offered, format_func=lambda place: capital(place_said(place)), key="choose-region"
        )
        or ""
    )


def _regions(*observations: Observations | Untimed) -> tuple[str, ...]:
    named = {region for sourced in observations for row in sourced.rows for region in row.region.split()}
    return tuple(region for region in REGIONS if region in named)


def of_metric(figures: Figures, prefix: str) -> Figures:
    """The figures whose metric begins so."""
    of_it: Figures = load_made(_of_metric, figures, prefix)
    return of_it


def _of_metric(figures: Figures, prefix: str) -> Figures:
    return Sourced(tuple(row for row in figures.rows if row.metric.startswith(prefix)), figures.sources)


def figure_text(value: float | None, unit: str, kind: str, text: str = "") -> str:
    """A figure in words that keep its kind and unit: "more than 200,000 users", "rank 1"; `text` where it is none."""
    if value is None:
        return text
    number = number_text(value)
    if unit == "rank":
        return f"rank {number}"
    if unit.startswith("percent increase"):
        return as_known(kind, f"+{number}%")
    return f"{as_known(kind, number)} {unit}".replace(" percent", "%", 1).strip()


def show_figures(story: Story, figures: Figures, clock: Clock, title: str, note: str = "") -> None:
    """Figures under a `title`, each with its window, its base and its source; nothing where there are none."""
    table = load_made(_figure_table, story, figures, clock)
    if not table.rows:
        return
    st.subheader(title, anchor=False)
    if note:
        st.caption(note)
    show_table(table, key=f"figures-{title.split()[0].lower()}", label=title)


def _figure_table(story: Story, figures: Figures, clock: Clock) -> Table:
    known = {source.id: source for source in (*story.sources, *figures.sources)}
    names = ("What was counted", "Figure", "Counted over", "Compared with", "Who says so")
    cells = tuple(_figure(row, clock, known) for row in figures.rows)
    return Table(names, cells, tuple(f"figures:{row.id}" for row in figures.rows)).without_empty()


def _figure(row: FigureRow, clock: Clock, known: dict[str, Source]) -> tuple[Cell, ...]:
    note, figure = clock.say(row.note), clock.say(figure_text(row.value, row.unit, row.kind, row.text))
    began = row.when.earliest if row.when else row.start or row.end
    return (
        Cell(clock.say(row.label), more=(Line(note),) if note else (), fold="To keep in mind"),
        Cell(figure, sort=-1.0 if row.value is None else row.value),
        Cell(_window(row, clock), sort=began.isoformat() if began else _NO_TIME),
        Cell(clock.say(row.base)),
        credited(row.credit, sources_of(known, row.source)),
    )


def _window(row: FigureRow, clock: Clock) -> str:
    if row.when and row.when.precision is not Precision.WINDOW:
        return clock.when(row.when, dated=True)
    if not row.start:
        return f"until {clock.stamp(row.end)}" if row.end else "not stated"
    if not row.end or row.start == row.end:
        return f"{'' if row.end else 'around '}{clock.stamp(row.start)}"
    if row.start.time() == row.end.time() == time() and row.unit != "percent increase":
        # Whole UTC days, as views, weeks and months are counted: days, not the hours of some zone that a rise has.
        first, last = row.start.date(), row.end.date() - timedelta(days=1)
        return " to ".join(dict.fromkeys((calendar_day(first), calendar_day(last))))
    return f"{clock.stamp(row.start)} to {clock.stamp(row.end)}"


def show_controls(story: Story, controls: Sourced[Control], clock: Clock) -> None:
    """The control cases in one table, their records folded; nothing where there are none."""
    table = load_made(_cases, story, controls, clock, tuple(titles_here().items()))
    if not table.rows:
        return
    st.subheader("The same on other days", anchor=False)
    st.caption(
        "Sites also fail with no vote near, and searches also rise with no failure. These are cases that were found, "
        "not a count: they show that it happens, not how often."
    )
    show_table(table, key="controls", label="Control cases")


def _cases(story: Story, controls: Sourced[Control], clock: Clock, here: tuple[tuple[str, str], ...]) -> Table:
    """One row for each case; `here` are the stories of this server, of which one may tell a case whole."""
    cases: dict[str, list[Control]] = {}
    for row in controls.rows:
        cases.setdefault(row.case, []).append(row)
    known = {source.id: source for source in (*story.sources, *controls.sources)}
    stories = dict(here)
    cells = tuple(_case(story, rows, clock, known, stories) for rows in cases.values())
    return Table(("Case", *_FACTS.values(), "Records"), cells)


def _case(
    story: Story, rows: list[Control], clock: Clock, known: dict[str, Source], here: dict[str, str]
) -> tuple[Cell, ...]:
    lines = tuple(Line(_control_line(story, row, clock), sources_of(known, row.source)) for row in rows)
    facts = (Cell(str(getattr(rows[0], column))) for column in _FACTS)
    whole = dict.fromkeys(row.story for row in rows if row.story in here)
    own = tuple((f"Its own story: {here[slug]}", f"./?story={slug}") for slug in whole)
    return (Cell(rows[0].title, own), *facts, Cell(more=lines, fold=_held(story, rows)))


def _held(story: Story, rows: list[Control]) -> str:
    """How many rows a case has, and over which days, each where its source is."""
    count = f"{len(rows)} record{'' if len(rows) == 1 else 's'}"
    timed = [(row, when) for row in rows if (when := control_when(row, story))]
    if not timed:
        return count
    end, zone = max((row.until or when.latest, row.zone) for row, when in timed)
    first, began = timed[0]
    days = [Clock(first.zone).date(began.earliest), Clock(zone).date(end)]
    return f"{count}, {' to '.join(dict.fromkeys(days))}"


def _control_line(story: Story, row: Control, clock: Clock) -> str:
    state = f" {row.status}" if row.status != "none" else ""
    figure = figure_text(row.value, row.unit, row.kind)
    base = f" (base: {clock.say(row.base)})" if row.base else ""
    said = clock.say(row.what) + (f": {figure}{base}" if figure else "")
    note = f" {clock.say(row.note)}" if row.note else ""
    return f"{_control_when(row, control_when(row, story), clock)} · {row.host}{state} · {said} · {row.credit}{note}"


def _control_when(row: Control, when: When | None, clock: Clock) -> str:
    """The time on the reader's clock, and as it was told there; a day stays the day of its own place."""
    there = Clock(row.zone)
    if row.precision is Precision.DAY and row.date:
        return calendar_day(row.date) + (f" ({there.name} day)" if there.name != clock.name else "")
    if when is None:
        return f"{calendar_day(row.date)}, no clock time" if row.date else "No clock time given"
    said = clock.when(when, dated=True)
    said = capital(said)
    if when.stated and there.short(when.stated) != clock.short(when.stated):
        said += f" ({there.time(when.stated)})"
    if row.until:
        same = clock.date(row.until) == clock.date(when.earliest)
        said += f", until {clock.time(row.until) if same else clock.stamp(row.until)}"
    return said
