"""What Google Trends ranks: places by interest, and the queries or topics that go with a search."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from data.errors import SourceChanged
from data.faults import quoted
from data.sources.trends_answers import BELOW, MOST_TERMS
from data.sources.trends_json import expect, inside, listed, read_answer

#: More than any answer has: all cities of a country are some hundred, related queries 25 a list.
_MOST_ROWS = 10_000
_REGION_COLUMNS = ["code", "region", "column", "value", "censored", "missing"]
_RELATED_COLUMNS = ["section", "rank", "query", "mid", "type", "value", "shown", "breakout"]


@dataclass(frozen=True, slots=True, eq=False)
class Regions:
    """Interest by place.

    `rows`: code (ISO 3166, or "lat,lng" of a city), region, column (place of the term in the request), value (index
    of 0 to 100, or with `unit` "share" the percentage each term has of all of them), censored ("<1", "0" or ""),
    missing (Google gives no number: too few searches, never none).
    """

    rows: pd.DataFrame
    unit: Literal["index", "share"]


@dataclass(frozen=True, slots=True, eq=False)
class Related:
    """Related queries or topics, maybe none.

    `rows`: section (top or rising), rank from 1, query (the words of a query or the title of a topic), mid and type
    ("" for queries), value (index of 0 to 100, or growth in percent), shown (as printed), breakout (grown by more
    than Google prints). `kind` says what they are: a query is a literal text, a topic a concept in all languages.
    """

    rows: pd.DataFrame
    kind: Literal["term", "topic", ""]


def parse_regions(data: bytes) -> Regions:
    """The places of an answer to "interest by region". Raises as `parse_multiline` does."""
    places = listed(inside(read_answer(data), "default", "the answer"), "geoMapData", "the answer")
    _refuse_endless(places)
    rows: list[dict[str, object]] = []
    shares = False
    for number, place in enumerate(places, 1):
        what = f"place {number}"
        fields = expect(place, dict, what)
        values, shown = listed(place, "value", what), listed(place, "formattedValue", what)
        has = listed(place, "hasData", what) if "hasData" in fields else [text != "" for text in shown]
        if not 1 <= len(values) <= MOST_TERMS or not len(values) == len(shown) == len(has):
            raise SourceChanged(f"Google Trends has changed its answers: {what} has lists of several lengths.")
        name = expect(inside(place, "geoName", what), str, f"geoName of {what}")
        for column, (value, text, known) in enumerate(zip(values, shown, has, strict=True)):
            cell = _cell(value, expect(text, str, what), known, what)
            shares |= "%" in str(text)
            rows.append({"code": _code(fields, what), "region": name, "column": column} | cell)
    return Regions(pd.DataFrame(rows, columns=_REGION_COLUMNS), "share" if shares else "index")


def _code(fields: Mapping[str, object], what: str) -> str:
    if "geoCode" in fields or "coordinates" not in fields:
        return expect(inside(fields, "geoCode", what), str, f"geoCode of {what}")
    where = expect(fields["coordinates"], dict, f"coordinates of {what}")
    return f"{inside(where, 'lat', what)},{inside(where, 'lng', what)}"


def _cell(value: object, shown: str, known: object, what: str) -> dict[str, object]:
    missing = not expect(known, bool, f"hasData of {what}") or not shown
    number = _number(value, what)
    if number > 100:
        raise SourceChanged(f"The value of {what} is {number:g}, and Google Trends counts to 100.")
    censored = BELOW if shown.strip().startswith("<") else "0" if number == 0 and not missing else ""
    return {"value": math.nan if missing else 0.0 if censored else number, "censored": censored, "missing": missing}


def _number(value: object, what: str) -> float:
    if not isinstance(value, float):
        value = expect(value, int, f"value of {what}")
    if not 0 <= value <= 1e9:
        raise SourceChanged(f"Google Trends has changed its answers: the value of {what} is out of all measure.")
    return float(value)


def parse_related(data: bytes) -> Related:
    """The lists of an answer to "related queries" or "related topics". Raises as `parse_multiline` does.

    Lists that are empty, or not there at all, are what Google answers where searches were few.
    """
    lists = listed(inside(read_answer(data), "default", "the answer"), "rankedList", "the answer")
    if len(lists) > 2:
        raise SourceChanged(f"Google Trends has changed its answers: there are {len(lists)} lists, not top and rising.")
    rows: list[dict[str, object]] = []
    for place, given in enumerate(lists):
        entries = expect(expect(given, dict, "a list").get("rankedKeyword", []), list, "rankedKeyword")
        _refuse_endless(entries)
        read = [_entry(entry, rank) for rank, entry in enumerate(entries, 1)]
        alone = len(lists) == 1 and any(row["breakout"] or str(row["shown"]).startswith("+") for row in read)
        section = "rising" if place == 1 or alone else "top"
        rows += [{"section": section} | row | {"breakout": row["breakout"] and section == "rising"} for row in read]
    kinds = {bool(row["mid"]) for row in rows}
    if len(kinds) > 1:
        raise SourceChanged("Google Trends has changed its answers: terms and topics stand in one list.")
    frame = pd.DataFrame(rows, columns=_RELATED_COLUMNS)
    return Related(frame, "" if not rows else "topic" if kinds == {True} else "term")


def _entry(entry: object, rank: int) -> dict[str, object]:
    what = f"entry {rank}"
    fields = expect(entry, dict, what)
    topic = expect(fields.get("topic", {}), dict, f"topic of {what}")
    if "topic" in fields:
        query, mid, kind = (
            expect(inside(topic, key, what), str, f"{key} of {what}") for key in ("title", "mid", "type")
        )
    else:
        query, mid, kind = expect(inside(entry, "query", what), str, f"query of {what}"), "", ""
    shown = expect(inside(entry, "formattedValue", what), str, f"formattedValue of {what}")
    if not query:
        raise SourceChanged(f"Google Trends has changed its answers: {what} has no text, shown as {quoted(shown)}.")
    return {
        "rank": rank,
        "query": query,
        "mid": mid,
        "type": kind,
        "value": _number(inside(entry, "value", what), what),
        "shown": shown,
        "breakout": not any(sign.isdigit() for sign in shown),
    }


def _refuse_endless(rows: list[object]) -> None:
    if len(rows) > _MOST_ROWS:
        raise SourceChanged(f"The answer has {len(rows):,} rows, more than any of Google Trends.")
