"""A chart as CSV: one row for each fact that it shows, ready for a program, with the source of each."""

from __future__ import annotations

import csv
import io
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from components.charts.builders.compare_chart import in_truth
from components.charts.builders.drawn_series import thinned_lines
from components.charts.builders.outages_chart import GRADES, STATES
from components.charts.grammar import Chart, Event, Item, Kind, Lane, Mark, Steps, Tiles, anchor
from components.clock import Clock
from components.render.words import period
from data.core.model import Precision, When, iso_text
from data.evidence.facts import NO_FACT, Fact

#: Goes before the others in every row of a test: it stays with a row that is sorted, cut out or pasted elsewhere.
TEST_COLUMN = "test"
#: Words first, then times and numbers, then where to check them. Empty where a row has none.
COLUMNS = (
    *("row", "kind", "in_range", "contest", "contest_name", "side", "candidate", "caller", "status"),
    *("evidence_grade", "place", "what", "when", "precision", "earliest_utc", "latest_utc", "until_utc"),
    *("value", "value_low", "value_high", "unit", "qualifier", "total_of", "total_low", "total_high"),
    *("lane", "sources", "source_urls"),
)
_GRADES, _STATES = {words: grade for grade, words in GRADES.items()}, {tone: name for name, tone in STATES.items()}
#: Rows that no table of a story holds, by where they are kept.
_KINDS = {
    "counts": "count",
    "interest": "search interest",
    "lenses": "lens",
    "observations": "observation",
    "projections": "projection",
}
#: A spreadsheet runs what begins so, also behind spaces, quotation marks and in full-width letters.
_FORMULA = re.compile(r"[\s'\"`‘’‚‛“”„‟«»‹›＇＂]*[=+\-@＝＋－＠﹢﹣﹦﹫−|]")

#: A cell of a row; None where nothing is known.
Value = str | int | float | None
Row = dict[str, Value]


def csv_of(chart: Chart, clock: Clock, facts: Mapping[str, Fact]) -> str:
    """The chart as CSV under `COLUMNS`; a test says so in each row.

    Every text cell is in quotation marks and begins with nothing that a spreadsheet runs; numbers are bare numbers,
    a negative one too. Times are ISO 8601 in UTC, addresses of sources are separated by spaces. No byte order mark:
    whoever writes a file for Excel puts one first.
    """
    out = io.StringIO()
    test = {TEST_COLUMN: chart.banner} if chart.banner else {}
    sheet = csv.DictWriter(out, [*test, *COLUMNS], "", quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    sheet.writeheader()
    # A test without a row yet still says so.
    for row in [*rows_of(chart, clock, facts)] or [Row()] * len(test):
        cells = {name: "" if cell is None else cell for name, cell in (test | row).items()}
        sheet.writerow({name: _escape(cell) if isinstance(cell, str) else cell for name, cell in cells.items()})
    return out.getvalue()


def _escape(cell: str) -> str:
    """The text without controls and marks that reverse writing; an apostrophe first where it would be a formula."""
    shown = cell
    if not cell.isprintable():
        spaced = (" " if char.isspace() else char for char in cell)
        shown = "".join(char for char in spaced if unicodedata.category(char)[0] != "C")
    return f"'{shown}" if _FORMULA.match(shown) or cell[:1] in ("\t", "\r") else shown


def rows_of(chart: Chart, clock: Clock, facts: Mapping[str, Fact]) -> Iterator[Row]:
    """One row for each fact by time: what is in the range, then what the chart names at its edges.

    Ahead of all stands a row for each line of which only some bins are drawn, to say so.
    """
    sheet = _Sheet(chart, clock, facts)
    for name, line in thinned_lines(chart.lanes).items():
        note: Row = {
            "row": name,
            "kind": "note",
            "in_range": "true",
            "what": line.thinned,
            "when": clock.span(chart.window),
        }
        yield note | sheet.sources(line.items[0].sources)
    told: set[str] = set()
    drawn = {item.row for lane in chart.lanes for _, item in lane.items}
    inside: list[tuple[datetime, Row]] = []
    for lane in chart.lanes:
        for mark, item in lane.items:
            # A call that two lanes draw is one fact.
            if item.row not in told or item.row not in facts:
                told.add(item.row)
                inside.append((anchor(item.when), sheet.item(lane, mark, item)))
    for _, event in chart.numbered:
        names = [name for name in event.rows if name not in told | drawn]
        told |= {*names}
        inside += [(anchor(event.when), sheet.event(event, name, in_range=True)) for name in names]
    yield from (row for _, row in sorted(inside, key=lambda entry: entry[0]))
    for event in chart.outside:
        yield from (sheet.event(event, name, in_range=False) for name in event.rows if name not in told)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What turns marks and events of a chart into rows."""

    chart: Chart
    clock: Clock
    facts: Mapping[str, Fact]

    def item(self, lane: Lane, mark: Mark, item: Item) -> Row:
        """The row of what a mark draws."""
        until = iso_text(item.until.latest - item.shift) if item.until else ""
        bounds = [whole_number(figure) for figure in (item.low, item.high)]
        value, total = ((None, None), bounds) if isinstance(mark, Steps | Tiles) else (bounds, (None, None))
        figures: Row = {"value": whole_number(item.value), "value_low": value[0], "value_high": value[1]}
        figures |= {"total_low": total[0], "total_high": total[1]}
        summed = isinstance(mark, Steps | Tiles) and item.low is not None
        known = any(figure is not None for figure in figures.values())
        unit = "rank" if item.kind is Kind.RANK else lane.unit
        row = {**self._fact(item.row, "mark"), "in_range": "true"}
        if item.track in _GRADES:  # a machine's record that was fetched is in no table of the story
            row |= {"evidence_grade": _GRADES[item.track], "status": _STATES.get(item.tone or mark.tone, "")}
        return {
            **row,
            "lane": self.clock.say(lane.title),
            "what": self.clock.say(item.text),
            "when": period(item, self.clock, dated=True),
            **_times(in_truth(item), open_start=item.by),
            "until_utc": until,
            **figures,
            "total_of": mark.name if summed else "",
            "unit": unit if known else "",
            "qualifier": "" if item.kind is Kind.EXACT else item.kind.value,
            **self.sources(item.sources),
        }

    def event(self, event: Event, name: str, *, in_range: bool) -> Row:
        """The row of one of the facts that an event tells."""
        own = self.facts.get(name, NO_FACT).text if len(event.rows) > 1 else ""
        return {
            **self._fact(name, "event"),
            "in_range": "true" if in_range else "false",
            "what": self.clock.say(own or event.label),
            "when": self.clock.when(event.when, dated=True),
            **_times(in_truth(event)),
            **self.sources(event.sources),
        }

    def _fact(self, name: str, kind: str) -> Row:
        fact, table = self.facts.get(name, NO_FACT), name.rpartition("/")[2].partition(":")[0]
        return {
            "row": name,
            "kind": fact.kind or _KINDS.get(table, table) or kind,
            "contest": fact.contest,
            "contest_name": fact.contest_name,
            "side": fact.side,
            "candidate": fact.candidate,
            "caller": fact.caller,
            "status": "" if fact.status == "none" else fact.status,
            "evidence_grade": fact.grade,
            "place": fact.place,
        }

    def sources(self, ids: tuple[str, ...]) -> Row:
        """Who published it, and where."""
        known = {source.id: source for source in self.chart.sources}
        named = [known[name] for name in ids if name in known]
        return {
            "sources": "; ".join(dict.fromkeys(source.org for source in named)),
            "source_urls": " ".join(dict.fromkeys(source.url for source in named)),
        }


def _times(when: When, *, open_start: bool = False) -> Row:
    if when.precision is Precision.NONE:
        return {}
    first, last = iso_text(when.earliest), "" if when.open else iso_text(when.latest)
    return {"precision": when.precision.value, "earliest_utc": "" if open_start else first, "latest_utc": last}


def whole_number(figure: float | None) -> int | float | None:
    """A figure as files hold it: whole where it is whole, None where it is not finite."""
    if figure is None or not math.isfinite(figure):
        return None
    return int(figure) if float(figure).is_integer() else float(figure)
