"""What of a played night can be seen at a moment, and what its chart holds by then."""

from __future__ import annotations

from components.charts.grammar import Chart, Steps, Tiles
from components.charts.running_totals import is_side

#: What of the drawing in sight can be seen: rows of marks, filled and outlined tiles, numbers of events, totals.
SEEN = """() => {
  const seen = one => one.getClientRects().length > 0 && getComputedStyle(one).display !== 'none';
  const drawn = [...document.querySelectorAll('svg')].filter(one => one.getClientRects().length);
  const all = what => drawn.flatMap(one => [...one.querySelectorAll(what)]);
  const of = (what, name) => all(what).filter(seen).map(one => one.dataset[name]);
  return {
    marks: of('[data-row]:not(.tile)', 'row'),
    called: of('.tile.is-called[data-row]', 'row'),
    possible: of('.tile.is-possible[data-row]', 'row'),
    events: [...new Set(of('[data-event]', 'event'))].flatMap(number => [...document.querySelectorAll('tr[data-row]')]
      .filter(row => row.cells[0].textContent === number).flatMap(row => row.dataset.row.split(' '))),
    totals: all('.total').map(one => one.textContent),
  };
}"""


def rows_in(chart: Chart) -> dict[str, set[str]]:
    """What a chart that is told up to a moment holds, by how it is drawn."""
    items = [(mark, item) for lane in chart.lanes for mark, item in lane.items]
    sides = [item for mark, item in items if isinstance(mark, Tiles) and is_side(mark)]
    return {
        # A call that a total counts is drawn as its tile.
        "marks": {item.row for mark, item in items if not isinstance(mark, Tiles | Steps)},
        "called": {item.row for item in sides if not item.when.open},
        "possible": {item.row for item in sides if item.when.open},
        "events": {row for event in chart.events for row in event.rows},
    }
