"""Evidence to read: observations as cards, figures as tables, control cases as boxes, each with who says so."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from components.ap_style import calendar_day
from components.cache.cached import load_made
from components.charts.builders.outages_chart import GRADES
from components.charts.phrases.numbers import as_known, number_text
from components.clock import Clock, published_text
from components.text import markdown
from components.workbench.source_links import source_links
from data.core.model import Source, Sourced
from data.evidence.outages import REGIONS
from data.story.frame_rows import records, when_in
from data.story.story import Story

#: The plain facts of a control case: column -> how a reader knows it.
_FACTS = {"spike": "Search spike", "outage": "Outage", "election": "Election or referendum"}


def show_observations(story: Story, observations: Sourced, clock: Clock) -> None:
    """One card for each observation, in the order of time; says so when there are none."""
    cards = load_made(_cards, story, observations, clock)
    if not cards:
        st.info("No records in this story for this window and place.")
    for card in cards:
        with st.container(border=True):
            st.markdown(card)


def _cards(story: Story, observations: Sourced, clock: Clock) -> tuple[str, ...]:
    return tuple(_card(story, row, clock, observations.sources) for row in records(observations))


def _card(story: Story, row: dict[str, Any], clock: Clock, fetched: tuple[Source, ...]) -> str:
    when = clock.when(when_in(row), dated=True) if row["earliest"] else "No clock time given"
    if row["until"]:
        when += f", until {clock.time(row['until'])}"
    grade = GRADES[row["grade"]]
    published = f" · published {published_text(row['published'], clock)}" if row["published"] else ""
    links = source_links(story, row["source"], fetched)
    lines = [
        f"**{markdown(when)} · {markdown(row['host'])} {row['status']}** · {grade}",
        markdown(clock.say(row["what"])),
        f"Seen from {markdown(row['place'])} · {markdown(row['credit'])}{published} {links}",
        f"*Time: {markdown(row['time_basis'])}.*" + (f" *{markdown(clock.say(row['note']))}*" if row["note"] else ""),
    ]
    return "  \n".join(lines)


def choose_region(*observations: Sourced) -> str:
    """Where observers were: one of the places that these rows name, or everywhere as an empty text.

    Where all of them looked from one place there is nothing to choose.
    """
    offered = load_made(_regions, *observations)
    if len(offered) < 2:
        return ""
    return st.segmented_control("Seen from", offered, key="choose-region") or ""


def _regions(*observations: Sourced) -> tuple[str, ...]:
    named = {region for sourced in observations for cell in sourced.frame["region"] for region in cell.split()}
    return tuple(region for region in REGIONS if region in named)


def of_metric(figures: Sourced, prefix: str) -> Sourced:
    """The figures whose metric begins so."""
    of_it: Sourced = load_made(_of_metric, figures, prefix)
    return of_it


def _of_metric(figures: Sourced, prefix: str) -> Sourced:
    return Sourced(figures.frame[figures.frame["metric"].str.startswith(prefix)], figures.sources)


def figure_text(row: dict[str, Any]) -> str:
    """A figure in words that keep its kind and unit: "more than 200,000 users", "rank 1"."""
    if row["value"] is None:
        return str(row["text"])
    if row["unit"] == "rank":
        return f"rank {number_text(row['value'])}"
    number = number_text(row["value"])
    if row["unit"].startswith("percent increase"):
        return as_known(row["kind"], f"+{number} %")
    unit = row["unit"].replace("percent", "%", 1)
    return f"{as_known(row['kind'], number)} {unit}".strip()


def show_figures(story: Story, figures: Sourced, clock: Clock) -> None:
    """A real table of figures, each with its window, its base and its source as a link; no column is empty."""
    table = load_made(_figure_table, story, figures, clock)
    if table.empty:
        st.info("No records in this story.")
        return
    st.table(table, hide_index=True)


def _figure_table(story: Story, figures: Sourced, clock: Clock) -> pd.DataFrame:
    table = pd.DataFrame([_figure_cells(story, row, clock) for row in records(figures)])
    return table[[name for name in table if any(table[name])]]


def _figure_cells(story: Story, row: dict[str, Any], clock: Clock) -> dict[str, str]:
    return {
        "What was counted": markdown(clock.say(row["label"])),
        "Figure": markdown(clock.say(figure_text(row))),
        "Counted over": _window(row, clock),
        "Compared with": markdown(clock.say(row["base"])),
        "Who says so": f"{markdown(row['credit'])} {source_links(story, row['source'])}",
        "To keep in mind": markdown(clock.say(row["note"])),
    }


def _window(row: dict[str, Any], clock: Clock) -> str:
    if row.get("precision") and row["precision"] != "window":
        return clock.when(when_in(row), dated=True)
    if not row["start"]:
        return f"until {clock.stamp(row['end'])}" if row["end"] else "not stated"
    if not row["end"] or row["start"] == row["end"]:
        return f"{'' if row['end'] else 'around '}{clock.stamp(row['start'])}"
    if row["start"].time() == row["end"].time() == time() and row["unit"] != "percent increase":
        # Whole UTC days, as views, weeks and months are counted: days, not the hours of some zone that a rise has.
        first, last = row["start"].date(), row["end"].date() - timedelta(days=1)
        return " to ".join(dict.fromkeys((calendar_day(first), calendar_day(last))))
    return f"{clock.stamp(row['start'])} to {clock.stamp(row['end'])}"


def show_controls(story: Story, controls: Sourced, clock: Clock) -> None:
    """One box for each control case: three plain facts, and its rows as lines with their sources."""
    cases = load_made(_cases, story, controls, clock)
    if not cases:
        st.info("No control cases in this story.")
    for facts, held, lines in cases:
        with st.container(border=True):
            st.markdown(facts)
            with st.expander(held):
                st.markdown(lines)


def _cases(story: Story, controls: Sourced, clock: Clock) -> tuple[tuple[str, str, str], ...]:
    """Of each case its title with three plain facts, how much is held of it, and its rows."""
    cases: dict[str, list[dict[str, Any]]] = {}
    for row in records(controls):
        cases.setdefault(row["case"], []).append(row)
    return tuple(
        (_facts(rows[0]), _held(rows), "\n".join(f"- {_control_line(story, row, clock)}" for row in rows))
        for rows in cases.values()
    )


def _facts(row: dict[str, Any]) -> str:
    facts = " · ".join(f"{name}: **{row[column]}**" for column, name in _FACTS.items())
    return f"**{markdown(row['title'])}**  \n{facts}"


def _held(rows: list[dict[str, Any]]) -> str:
    """How many rows a case has, and over which days, each where its source is."""
    count = f"{len(rows)} record{'' if len(rows) == 1 else 's'}"
    timed = [row for row in rows if row["earliest"]]
    if not timed:
        return count
    end, zone = max((row["until"] or row["latest"], row["zone"]) for row in timed)
    days = [Clock(timed[0]["zone"]).date(timed[0]["earliest"]), Clock(zone).date(end)]
    return f"{count}, {' to '.join(dict.fromkeys(days))}"


def _control_line(story: Story, row: dict[str, Any], clock: Clock) -> str:
    state = f" {row['status']}" if row["status"] != "none" else ""
    figure = figure_text({**row, "text": ""})
    base = f" (base: {clock.say(row['base'])})" if row["base"] else ""
    said = clock.say(row["what"]) + (f": {figure}{base}" if figure else "")
    head = f"**{markdown(_control_when(row, clock))} · {markdown(row['host'])}{state}**"
    who = f"{markdown(row['credit'])} {source_links(story, row['source'])}".strip()
    note = f" *{markdown(clock.say(row['note']))}*" if row["note"] else ""
    return f"{head} · {markdown(said)} · {who}{note}"


def _control_when(row: dict[str, Any], clock: Clock) -> str:
    """The time on the reader's clock, and as it was told there; a day stays the day of its own place."""
    there = Clock(row["zone"])
    if row["precision"] == "day":
        return calendar_day(row["date"]) + (f" ({there.name} day)" if there.name != clock.name else "")
    if not row["earliest"]:
        return f"{calendar_day(row['date'])}, no clock time" if row["date"] else "No clock time given"
    said = clock.when(when_in(row), dated=True)
    said = said[0].upper() + said[1:]
    if row["stated"] and there.short(row["stated"]) != clock.short(row["stated"]):
        said += f" ({there.time(row['stated'])})"
    if row["until"]:
        same = clock.date(row["until"]) == clock.date(row["earliest"])
        said += f", until {clock.time(row['until']) if same else clock.stamp(row['until'])}"
    return said
