"""Evidence to read: observations as cards, figures as tables, control cases as boxes, each with who says so."""

from __future__ import annotations

from datetime import time, timedelta

import pandas as pd
import streamlit as st

from components.ap_style import calendar_day
from components.cache.cached import load_made
from components.charts.builders.outages_chart import GRADES
from components.charts.phrases.numbers import as_known, number_text
from components.clock import Clock, published_text
from components.text import capital, markdown
from components.workbench.address_bar import titles_here
from components.workbench.page_links import page_at
from components.workbench.source_links import source_links
from data.core.model import Precision, Source, Sourced, When
from data.evidence.evidence_rows import FigureRow, Figures, ObservationRow, Observations, Untimed, UntimedRow
from data.evidence.outages import REGIONS, control_when
from data.story.story import Story
from data.story.tables import Control

#: The plain facts of a control case: column -> how a reader knows it.
_FACTS = {"spike": "Search spike", "outage": "Outage", "election": "Election or referendum"}


def show_observations(story: Story, observations: Observations | Untimed, clock: Clock) -> None:
    """One card for each observation, in the order of time; says so when there are none."""
    cards = load_made(_cards, story, observations, clock)
    if not cards:
        st.info("No records in this story for this window and place.")
    for card in cards:
        with st.container(border=True):
            st.markdown(card)


def _cards(story: Story, observations: Observations | Untimed, clock: Clock) -> tuple[str, ...]:
    return tuple(_card(story, row, clock, observations.sources) for row in observations.rows)


def _card(story: Story, row: UntimedRow, clock: Clock, fetched: tuple[Source, ...]) -> str:
    when = clock.when(row.when, dated=True) if isinstance(row, ObservationRow) else "No clock time given"
    if row.until:
        when += f", until {clock.time(row.until)}"
    grade = GRADES[row.grade]
    published = f" · published {published_text(row.published, clock)}" if row.published else ""
    links = source_links(story, row.source, fetched)
    lines = [
        f"**{markdown(when)} · {markdown(row.host)} {row.status}** · {grade}",
        markdown(clock.say(row.what)),
        f"Seen from {markdown(row.place)} · {markdown(row.credit)}{published} {links}",
        f"*Time: {markdown(row.time_basis)}.*" + (f" *{markdown(clock.say(row.note))}*" if row.note else ""),
    ]
    return "  \n".join(lines)


def choose_region(*observations: Observations | Untimed) -> str:
    """Where observers were: one of the places that these rows name, or everywhere as an empty text.

    Where all of them looked from one place there is nothing to choose.
    """
    offered = load_made(_regions, *observations)
    if len(offered) < 2:
        return ""
    return st.segmented_control("Seen from", offered, key="choose-region") or ""


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
        return as_known(kind, f"+{number} %")
    return f"{as_known(kind, number)} {unit.replace('percent', '%', 1)}".strip()


def show_figures(story: Story, figures: Figures, clock: Clock) -> None:
    """A real table of figures, each with its window, its base and its source as a link; no column is empty."""
    table = load_made(_figure_table, story, figures, clock)
    if table.empty:
        st.info("No records in this story.")
        return
    st.table(table, hide_index=True)


def _figure_table(story: Story, figures: Figures, clock: Clock) -> pd.DataFrame:
    table = pd.DataFrame([_figure_cells(story, row, clock) for row in figures.rows])
    return table[[name for name in table if any(table[name])]]


def _figure_cells(story: Story, row: FigureRow, clock: Clock) -> dict[str, str]:
    return {
        "What was counted": markdown(clock.say(row.label)),
        "Figure": markdown(clock.say(figure_text(row.value, row.unit, row.kind, row.text))),
        "Counted over": _window(row, clock),
        "Compared with": markdown(clock.say(row.base)),
        "Who says so": f"{markdown(row.credit)} {source_links(story, row.source)}",
        "To keep in mind": markdown(clock.say(row.note)),
    }


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
    """One box for each control case: three plain facts, and its rows as lines with their sources."""
    cases = load_made(_cases, story, controls, clock)
    if not cases:
        st.info("No control cases in this story.")
    here = titles_here()
    for facts, held, lines, whole in cases:
        with st.container(border=True):
            st.markdown(facts)
            if whole in here:
                link = f"Its own story: {markdown(here[whole])}"
                st.page_link(page_at(""), label=link, query_params={"story": whole})
            with st.expander(held):
                st.markdown(lines)


def _cases(story: Story, controls: Sourced[Control], clock: Clock) -> tuple[tuple[str, str, str, str], ...]:
    """Of each case its title with three plain facts, how much is held of it, its rows, and the story that tells it."""
    cases: dict[str, list[Control]] = {}
    for row in controls.rows:
        cases.setdefault(row.case, []).append(row)
    return tuple(
        (
            _facts(rows[0]),
            _held(story, rows),
            "\n".join(f"- {_control_line(story, row, clock)}" for row in rows),
            next((row.story for row in rows if row.story), ""),
        )
        for rows in cases.values()
    )


def _facts(row: Control) -> str:
    facts = " · ".join(f"{name}: **{getattr(row, column)}**" for column, name in _FACTS.items())
    return f"**{markdown(row.title)}**  \n{facts}"


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
    head = f"**{markdown(_control_when(row, control_when(row, story), clock))} · {markdown(row.host)}{state}**"
    who = f"{markdown(row.credit)} {source_links(story, row.source)}".strip()
    note = f" *{markdown(clock.say(row.note))}*" if row.note else ""
    return f"{head} · {markdown(said)} · {who}{note}"


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
