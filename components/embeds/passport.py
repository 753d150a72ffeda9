"""A view as data: every mark and event with its bounds and sources, and a passport that says how it came to be."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from components.charts.builders.compare_chart import in_truth, shifted
from components.charts.grammar import Event, Item, Lane, Line, Mark, Tiles
from components.charts.phrases.caution import caution_of
from components.clock import Clock
from components.embeds.embed import Embed
from components.render.facts_csv import whole_number
from data.core.model import Precision, Source, When, iso_text
from data.story.tables import Correction

#: Named in every file. A later schema has another number; within a number, fields are only added.
SCHEMA = "nightdesk/1"

Data = dict[str, Any]


def data_of(embed: Embed) -> Data:
    """The view as plain values, in an order that never changes.

    `schema`    "nightdesk/1"
    `passport`  story, story_title, chart, title, takeaway, from, to, clock, caller, lanes (none named: all), as_of,
                version, newsroom, licence, address, app_address, methods (sentences), test (a sentence where it is one)
    `lanes`     slug, title, unit, note, domain [low, high], reference {value, name, side (empty: all)}, references (all
                of them, where what wins differs by side), marks: name, drawn_as, tone, step_seconds, thinned (which
                of its bins are here; null if all), items: row ("table:id"), the time, by, until (a time or null),
                value, low, high, kind, tone, track, text, sources (ids); cells: null, or column, row and code of
                each item's tile
    `events`    number, rows, the time, text, short, tone, emphasised, sources; `outside` the same without numbers
    `sources`   id, org, title, url, published, licence
    `corrections`  corrected, where, was, now, why, source, row ("table:id"; empty of what no row says)
    `caution`   null, or motto and parts: heading, text, sources

    A time is earliest, latest, stated and precision: it happened between the first two, which are equal where a
    minute is known; with `by` it was there by the latest and may have begun at any time before. Times are ISO
    8601 in UTC; the stated time of a day is that calendar day. What is not known is null. Sentences say their times on
    the view's clock. Nothing is escaped for any page that may show it.
    """
    clock, chart = embed.clock, embed.chart
    return {
        "schema": SCHEMA,
        "passport": _passport(embed),
        "lanes": [_lane(lane, clock) for lane in chart.lanes],
        "events": [{"number": number} | _event(event, clock) for number, event in chart.numbered],
        "outside": [_event(event, clock) for event in chart.outside],
        "sources": [asdict(source) for source in chart.sources],
        "corrections": [_correction(row) for row in embed.story.corrections],
        "caution": _caution(embed),
    }


def json_of(embed: Embed) -> bytes:
    """The data as UTF-8 JSON, the same bytes for the same view; no NaN, and numbers without a needless fraction."""
    return (json.dumps(data_of(embed), ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode("utf-8", "replace")


def _passport(embed: Embed) -> Data:
    story, chart, view, clock = embed.story, embed.chart, embed.view, embed.clock
    return {
        "story": story.slug,
        "story_title": clock.say(story.about.title),
        "chart": chart.slug,
        "title": clock.say(chart.title),
        "takeaway": clock.say(chart.takeaway),
        "from": iso_text(chart.window.start),
        "to": iso_text(chart.window.end),
        "clock": view.clock,
        "caller": view.caller,
        "lanes": list(view.lanes),
        "as_of": iso_text(embed.as_of) if embed.as_of else None,
        "version": embed.version or None,
        "newsroom": story.about.credit.newsroom,
        "licence": story.about.credit.licence,
        "address": embed.address or None,
        "app_address": embed.app_address or None,
        "methods": [clock.say(note) for note in chart.notes],
        "test": chart.banner or None,
    }


def _lane(lane: Lane, clock: Clock) -> Data:
    references = [{"value": whole_number(value), "name": name, "side": side} for value, name, side in lane.references]
    return {
        "slug": lane.slug,
        "title": clock.say(lane.title),
        "unit": lane.unit or None,
        "note": clock.say(lane.note),
        "domain": [whole_number(end) for end in lane.domain] if lane.domain else None,
        "reference": next(iter(references), None),
        "references": references,
        "marks": [_mark(mark, clock) for mark in lane.marks],
    }


def _mark(mark: Mark, clock: Clock) -> Data:
    return {
        "name": mark.name,
        "drawn_as": type(mark).__name__.lower(),
        "tone": mark.tone.value,
        "step_seconds": whole_number(mark.step.total_seconds()) if isinstance(mark, Line) else None,
        "thinned": (mark.thinned or None) if isinstance(mark, Line) else None,
        "items": [_item(item, mark, clock) for item in mark.items],
        "cells": [cell._asdict() for cell in mark.cells] if isinstance(mark, Tiles) else None,
    }


def _item(item: Item, mark: Mark, clock: Clock) -> Data:
    return {
        "row": item.row,
        **_time(in_truth(item)),
        **({"earliest": None} if item.by else {}),
        "by": item.by,
        "until": _time(shifted(item.until, -item.shift)) if item.until else None,
        "value": whole_number(item.value),
        "low": whole_number(item.low),
        "high": whole_number(item.high),
        "kind": item.kind.value,
        "tone": (item.tone or mark.tone).value,
        "track": item.track or None,
        "text": clock.say(item.text),
        "sources": list(item.sources),
    }


def _event(event: Event, clock: Clock) -> Data:
    return {
        "rows": list(event.rows),
        **_time(in_truth(event)),
        "text": clock.say(event.label),
        "short": clock.say(event.short),
        "tone": event.tone.value,
        "emphasised": event.emphasised,
        "sources": list(event.sources),
    }


def _correction(row: Correction) -> Data:
    told = {name: getattr(row, name) for name in ("where", "was", "now", "why", "source", "row")}
    return {"corrected": iso_text(row.corrected)} | told


def _caution(embed: Embed) -> Data | None:
    found = caution_of(embed.story, embed.chart, other=embed.other)
    if found is None:
        return None
    parts = [
        {"heading": part.heading, "text": embed.clock.say(part.text), "sources": _named(part.sources)}
        for part in found.parts
    ]
    return {"motto": found.motto or None, "motto_sources": _named(found.motto_sources), "parts": parts}


def _named(sources: tuple[Source, ...]) -> list[Data]:
    """Whole sources: a caution may rest on some that the chart does not draw."""
    return [asdict(source) for source in sources]


def _time(when: When) -> Data:
    known, ended = when.precision is not Precision.NONE, not when.open
    stated = iso_text(when.stated) if when.stated else None
    return {
        "earliest": iso_text(when.earliest) if known else None,
        "latest": iso_text(when.latest) if known and ended else None,
        "stated": stated[:10] if stated and when.precision is Precision.DAY else stated,
        "precision": when.precision.value,
    }
