"""What a document holds closed: numbered events, the table, cautions and method, as HTML in which data is inert."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from types import MappingProxyType

from components.charts.builders.drawn_series import thinned_lines
from components.charts.elapsed_clock import times_note
from components.charts.events import is_dated
from components.charts.grammar import Event, Lane
from components.charts.phrases.caution import Caution, caution_of
from components.charts.phrases.numbers import counted
from components.clock import Clock, published_text
from components.embeds.documents.lines import TEXT_CHARACTERS, Piece
from components.embeds.embed import Embed
from components.render import table
from components.render.listed import Listed, told
from components.render.svg.notes import edge_notes
from components.render.svg.sheet import tag
from components.render.svg.svg_pen import named
from components.text import unbroken, visible, xml
from data.core.model import Source

_ADDRESS = re.compile(r"https?://[^\s\"'<>]+")


def text(said: str) -> str:
    """Text of data for an element's content or an attribute."""
    return xml(said, most=TEXT_CHARACTERS)


def element(name: str, content: str, /, **attributes: str | float) -> str:
    """One element of a page, closed by a tag of its own even where it is empty; `content` is markup."""
    return tag(name, content, **attributes) if content else f"{tag(name, **attributes)[:-2]}></{name}>"


def script_safe(value: object) -> str:
    """JSON that no parser of HTML takes for anything else."""
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        written = written.replace(sign, f"\\u{ord(sign):04x}")
    return written


def link(piece: Piece) -> str:
    """The piece as a link where it leads to the web or into this page, else as text with its spaces."""
    said = escape(visible(piece.text))
    if piece.link.startswith("#"):
        return element("a", said, href=piece.link, target="_self")
    return element("a", said, href=visible(piece.link)) if _ADDRESS.fullmatch(piece.link) else said


def source_links(sources: Iterable[Source]) -> str:
    """Each organisation once, as a link to what it published."""
    by_org = {source.org: source for source in sources}
    return "; ".join(link(Piece(org, source.url)) for org, source in by_org.items())


def test_band(embed: Embed) -> str:
    """What stands above everything else where the chart is a test; empty where it is none."""
    return element("p", text(embed.chart.banner), class_="nd-test", role="note") if embed.chart.banner else ""


def panel(embed: Embed, name: str, moments: Mapping[str, int] = MappingProxyType({})) -> str:
    """What the panel of this id holds; rows of its table that have `moments` say their seconds."""
    match name:
        case "nd-events":
            return _events(embed)
        case "nd-table":
            return _table(embed, moments)
        case "nd-caution":
            return _caution(embed, caution_of(embed.story, embed.chart, other=embed.other))
    return _method(embed)


def _sources(embed: Embed, ids: Iterable[str]) -> str:
    known = {source.id: source for source in embed.chart.sources}
    return source_links(known[name] for name in ids)


def _events(embed: Embed) -> str:
    """The numbers of the drawing in order: the way to every event without a pointer."""
    rows = "".join(_event(embed, number, event) for number, event in embed.chart.numbered)
    return element("div", element("ol", rows), class_="nd-panel")


def _event(embed: Embed, number: int, event: Event) -> str:
    clock, dated = embed.clock, is_dated(event.when, embed.chart.window)
    when = element("b", unbroken(text(clock.when(event.when, dated=dated))))
    said = element("span", text(clock.say(event.label)))
    known = {source.id: source.org for source in embed.chart.sources}
    # What is played is as small as it can be, and its table leads to each source.
    names = text("; ".join(dict.fromkeys(known[name] for name in event.sources)))
    cited = element("cite", f"({names if embed.chart.played else _sources(embed, event.sources)})")
    return element("li", f"{when} {said} {cited}", id=f"nd-e{number}")


def _table(embed: Embed, moments: Mapping[str, int]) -> str:
    """A row for each mark and event that is listed, in which its name and its sources can be found."""
    chart, clock, found = embed.chart, embed.clock, embed.listed
    cells = table.frame(chart, clock, found.rows)[[*table.COLUMNS]]
    heads = "".join(element("th", name, scope="col") for name in table.COLUMNS[:-1])
    cited = _cited(embed)
    body, last = "", 0
    for n, row in enumerate(cells.itertuples(index=False, name=None), 1):
        names, last = _names(found, n, row[-1], moments, last, played=chart.played)
        body += _row(embed, row, cited, names)
    test = f"{chart.banner} " if chart.banner else ""
    what = told(len(cells), found.count, "marks and events") or "every mark and event"
    said = f"{test}{clock.say(chart.title)}, {clock.span(chart.window)}: {what}, in the order of time."
    content = (
        element("caption", text(said) + _whole(embed))
        + element("thead", element("tr", heads))
        + f"<tbody>{body}</tbody>"
    )
    caption = element("table", content)
    return element("div", caption, class_="nd-scroll", role="region", aria_label="Table", tabindex="0")


def _whole(embed: Embed) -> str:
    """The way to the whole table, where a document lists some of it and a server has the rest."""
    path, mark, query = embed.address.partition("?")
    return (
        f" {link(Piece('The whole table as CSV.', f'{path}.csv{mark}{query}'))}" if embed.listed.rows and path else ""
    )


def _names(
    found: Listed, n: int, row: str, moments: Mapping[str, int], last: int, *, played: bool
) -> tuple[dict[str, str | int], int]:
    """What a row is called, and the second of the last row that said one.

    Where some are left out, it has only the name by which a mark or a player asks for it. One that stands from one
    moment on says how many seconds after the `last` that is, and then no player asks by a name that no mark has.
    """
    name = named(row)
    timed = name in moments
    asked = found.apart(row) or (played and not timed)
    names: dict[str, str | int] = {"id": f"row-{n}"} if found.rows is None else {}
    names |= {"data_row": name} if asked else {}
    return (names | {"data_after": moments[name] - last}, moments[name]) if timed else (names, last)


def _row(embed: Embed, cells: tuple[str, ...], cited: dict[str, tuple[str, ...]], names: dict[str, str | int]) -> str:
    number, lane, when, what, value, evidence, _, row = cells
    before = "".join(f"<td>{text(cell)}</td>" for cell in (number, lane))
    after = "".join(f"<td>{text(cell)}</td>" for cell in (what, value, evidence))
    sources = f"<td>{_sources(embed, cited[row])}</td>"
    content = f"{before}{element('th', unbroken(text(when)), scope='row')}{after}{sources}"
    return element("tr", content, **names)


def _cited(embed: Embed) -> dict[str, tuple[str, ...]]:
    """The table's name of a row -> the sources of what it stands for."""
    chart = embed.chart
    found = {" ".join(event.rows): event.sources for event in (*chart.events, *chart.outside)}
    found |= {row: line.items[0].sources for row, line in thinned_lines(chart.lanes).items()}
    return found | {item.row: item.sources for lane in chart.lanes for _, item in lane.items}


def _caution(embed: Embed, caution: Caution | None) -> str:
    if caution is None:
        return ""
    said = f"{text(embed.clock.say(caution.motto))} {_in_parentheses(caution.motto_sources)}"
    parts = [element("p", said, class_="nd-motto")]
    for part in caution.parts:
        lines = [text(line) for line in embed.clock.say(part.text).split("\n")]
        lines[-1] += f" {_in_parentheses(part.sources)}"
        parts.append(element("h2", text(part.heading)) + "".join(element("p", line) for line in lines))
    return element("div", "".join(parts), class_="nd-panel")


def _in_parentheses(sources: Iterable[Source]) -> str:
    links = source_links(sources)
    return element("cite", f"({links})") if links else ""


def _method(embed: Embed) -> str:
    """How to read the lanes, what lies outside, how times are meant, corrections, terms, and every source."""
    return element("div", "".join(_method_parts(embed)), class_="nd-panel")


def _method_parts(embed: Embed) -> Iterator[str]:
    chart, clock, credit = embed.chart, embed.clock, embed.story.about.credit
    corrections = len(embed.story.corrections)
    notes = chart.notes[: len(chart.notes) - corrections]
    yield element("p", text(f"Drawn here: {_counts(embed)}."))
    yield "".join(element("p", text(clock.say(note))) for note in notes)
    yield "".join(_lane(embed, lane) for lane in chart.lanes)
    edges = edge_notes(chart, clock)
    yield (
        element("h2", "Outside this window") + "".join(element("p", xml(edge, most=2_000)) for edge in edges)
        if edges
        else ""
    )
    yield element("h2", "Times") + element("p", text(f"{_TIMES} {times_note(clock)}"))
    if corrections:
        items = "".join(element("li", text(clock.say(note))) for note in chart.notes[-corrections:])
        yield element("h2", "Corrections", id="nd-corrections") + element("ul", items)
    yield element("h2", "Credit") + element("p", text(f"{credit.newsroom}. {credit.licence}. {credit.note}"))
    if chart.sources:
        items = "".join(element("li", _source(source, clock)) for source in chart.sources)
        yield element("h2", "Sources", id="nd-sources") + element("ol", items)


def _counts(embed: Embed) -> str:
    """How many events, rows of the table and sources there are."""
    chart = embed.chart
    counts = [counted(len(chart.events), "event")] if chart.events else []
    found = embed.listed
    every = counted(found.count, "table row") if found.rows is None else f"{found.count:,} rows of the whole table"
    counts.append(every)
    return f"{' and '.join(counts)} from {counted(len(chart.sources), 'source')}"


_TIMES = (
    "A time is as sharp as its source. “About” is read as half an hour either side and “shortly after” as the half "
    "hour that follows: our convention. A bound stays a bound, and what has no time is listed and never drawn."
)


def _lane(embed: Embed, lane: Lane) -> str:
    clock = embed.clock
    head = element("h2", text(clock.say(lane.title)))
    note = element("p", text(clock.say(lane.note))) if lane.note else ""
    return head + note


def _source(source: Source, clock: Clock) -> str:
    known = "; ".join(part for part in (published_text(source.published, clock), source.licence) if part)
    return f"{link(Piece(source.title, source.url))}, {text(source.org)}" + (f" ({text(known)})" if known else "")
