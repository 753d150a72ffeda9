"""A checked claim as data: the question, the verdict, every account, and every row that went into it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

import pandas as pd

from components.charts.phrases.claim_words import CAUTION, quotable, takeaway
from components.charts.phrases.lag import notes_of
from components.clock import Clock
from components.text import capital
from data.core.frames import SourcedFrame
from data.core.model import When, Window, iso_text
from data.evidence.anchors import Anchor
from data.evidence.claims import Account, span_of
from data.evidence.evidence_rows import ObservationRow, Observations
from data.evidence.findings import Finding
from data.evidence.measured import reading_name
from data.story.story import Story, caller_name

#: Named in every file. A later schema has another number; within a number, fields are only added.
SCHEMA = "nightdesk-claim/1"

Data = dict[str, Any]
#: The columns of an observation that was fetched, in their order.
_FETCHED = (
    "id", "service", "host", "kind", "status", "precision", "stated", "earliest", "latest", "until", "place",
    "region", "what", "value", "unit", "grade", "confidence", "credit", "time_basis", "published", "known_from",
    "known_by", "note", "source",
)  # fmt: skip


def record_text(
    story: Story, finding: Finding, *, clock: Clock, observations: Observations, drawn: SourcedFrame
) -> str:
    """`record_of` as JSON text, the same for the same claim."""
    found = record_of(story, finding, clock=clock, observations=observations, drawn=drawn)
    return json.dumps(found, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def record_of(story: Story, finding: Finding, *, clock: Clock, observations: Observations, drawn: SourcedFrame) -> Data:
    """The claim as plain values.

    `schema`    "nightdesk-claim/1"
    `claim`     story, series and event (keys), caller, subject and event in words, clock, as_of; `of_each` where each
                account is of a moment of its own, so that all must name an order
    `verdict`   one of four, on when it began; `reported_first` the same on what was on record; `verdict_by_caller` the
                verdict by every other caller's time; `sentences` in words
    `accounts`  label, what, credit, grade, [from, to) in UTC, by (there by its end, begun at any time before), counts,
                verdict, note, rows ("table:id"), sources (ids)
    `event`     key, label, caller, [from, to), stated bounds (earliest, latest, precision), rows, sources; null where
                this caller has no time for it. A verdict follows from both [from, to): before where one ends by the
                other's start; `by` allows no "after"
    `inputs`    table -> rows that were looked at, every column as the story's table (or the series' bins) has it
    `sources`   id, org, title, url, published, licence

    Times are ISO 8601 in UTC; sentences say theirs on `clock`.
    """
    rows, said_of = tuple(dict.fromkeys(_rows_of(finding))), caller_name(story, finding.caller)
    inputs = _inputs(story, rows, observations=observations, drawn=drawn)
    held = (*story.sources, *observations.sources, *drawn.sources)
    named = {name for table in inputs.values() for row in table for name in str(row.get("source", "")).split()}
    return {
        "schema": SCHEMA,
        "claim": _claim(story, finding, clock),
        "verdict": finding.verdict.value,
        "reported_first": finding.reported.value,
        "verdict_by_caller": {other.caller: other.verdict.value for other in finding.elsewhere},
        "sentences": [
            clock.say(said)
            for said in (
                takeaway(finding, said=said_of).text,
                quotable(finding, said=said_of),
                *notes_of(story, finding),
            )
        ],
        "caution": CAUTION,
        "accounts": [_account(account, clock) for account in finding.accounts],
        "event": _anchor(finding.anchor, clock) if finding.anchor else None,
        "events_elsewhere": [_anchor(other.anchor, clock) for other in finding.elsewhere],
        "inputs": inputs,
        "sources": [asdict(source) for source in dict.fromkeys(held) if source.id in named],
    }


def _rows_of(finding: Finding) -> Iterator[str]:
    yield from finding.subject.rows
    yield from finding.anchor.rows if finding.anchor else ()
    for other in finding.elsewhere:
        yield from other.anchor.rows


def _claim(story: Story, finding: Finding, clock: Clock) -> Data:
    moments = [row.corrected for row in story.corrections]
    moments += [story.about.updated] if story.about.updated else []
    return {
        "story": story.slug,
        "series": finding.subject.key,
        "event": finding.event,
        "of_each": finding.subject.moments,
        "caller": finding.caller,
        "subject": capital(clock.say(finding.subject.label)),
        "held_against": finding.anchor.label if finding.anchor else finding.named,
        "clock": clock.zone,
        "as_of": iso_text(max(moments)) if moments else None,
    }


def _account(account: Account, clock: Clock) -> Data:
    return {
        "label": account.label,
        "what": clock.say(account.what),
        "credit": account.credit,
        "grade": account.grade or None,
        **_span(account.span),
        "stated": _stated(account.when),
        "by": account.by,
        "counts": account.counts,
        "verdict": account.verdict.value,
        "note": clock.say(account.note),
        "rows": list(account.rows),
        "sources": list(account.sources),
    }


def _anchor(anchor: Anchor, clock: Clock) -> Data:
    return {
        "key": anchor.key,
        "label": clock.say(anchor.label),
        "caller": anchor.caller or None,
        **_span(span_of(anchor.when)),
        "earliest": iso_text(anchor.when.earliest),
        "latest": iso_text(anchor.when.latest),
        "precision": anchor.when.precision.value,
        "rows": list(anchor.rows),
        "sources": list(anchor.sources),
    }


def _span(span: Window) -> Data:
    return {"from": iso_text(span.start), "to": iso_text(span.end)}


def _stated(when: When | None) -> Data | None:
    if when is None:
        return None
    return {"at": iso_text(when.stated) if when.stated else None, "precision": when.precision.value}


def _inputs(
    story: Story, rows: Iterable[str], *, observations: Observations, drawn: SourcedFrame
) -> dict[str, list[Data]]:
    """The rows by table: from the story's own tables, else from what was fetched or drawn for it."""
    found: dict[str, list[Data]] = {}
    fetched = {f"observations:{row.id}": row for row in observations.rows}
    read = {reading_name(row.id, row.at): row for row in story.series}
    for ref in rows:
        table, _, name = ref.partition(":")
        own = read.get(name) if table == "series" else None
        own = own or next((row for row in getattr(story, table, ()) if getattr(row, "id", "") == name), None)
        seen = fetched.get(ref)
        row = own.model_dump(mode="json") if own else _seen(seen) if seen else _bin(name, drawn)
        found.setdefault(table, []).append(row)
    return found


def _seen(row: ObservationRow) -> Data:
    """An observation that was fetched, by column."""
    times = {"stated": row.when.stated, "earliest": row.when.earliest, "latest": row.when.latest}
    told = {name: getattr(row, name) for name in _FETCHED if hasattr(row, name)} | times
    told["precision"] = row.when.precision.value
    return _plain({name: told[name] for name in _FETCHED})


def _bin(name: str, drawn: SourcedFrame) -> Data:
    """The bin of this series and start, by column; KeyError where there is none."""
    series, _, start = name.rpartition("|")
    frame = drawn.frame
    for row in frame[(frame["series"] == series) & (frame["start"] == start)].to_dict("records"):
        return _plain({str(column): None if pd.isna(value) else value for column, value in row.items()})
    raise KeyError(name)


def _plain(row: Data) -> Data:
    return {name: iso_text(value) if isinstance(value, datetime) else value for name, value in row.items()}
