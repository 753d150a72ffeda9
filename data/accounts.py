"""Every account that a story holds of what rose or failed: its sites by grade, its search marks, its series."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from data.analysis.claims import span_of
from data.claims import MARK, SEARCHES, SIGHTING, SITE, Account, Subject
from data.frames import records, when_in
from data.model import Source, Sourced, Window
from data.rises import rises
from data.story import Story
from data.tables import Observation
from data.timing import when_of

#: What a grade of evidence is, for a reader who has not met it.
GRADE_SAYS = {
    "A": "a machine record",
    "B": "first-hand or official",
    "C": "a dated picture",
    "D": "second-hand",
}
_TROUBLE = ("failing", "degraded")
_BY_THEN = "It was there by then; a first sighting does not say when it began."


def subjects_of(story: Story, *, observations: Sourced, marks: Sourced, drawn: Sourced) -> tuple[Subject, ...]:
    """Everything of the story that can be held against an event, sites first, with keys that an address can hold.

    `observations`, `marks` and `drawn` are what load_observations, load_interest_marks and load_series give.
    """
    seen = records(observations)
    return (
        *(_site(story, service.id, service.name, seen) for service in story.about.services),
        _all_marks(marks),
        *rises(drawn, story.window),
        *(_single(MARK, account) for account in _mark_accounts(marks)),
        *(_single(SIGHTING, _row_account(row)) for row in seen if row["status"] in _TROUBLE),
    )


def _site(story: Story, service: str, name: str, seen: list[dict[str, Any]]) -> Subject:
    """A site's first trouble on record by each grade of evidence, and every account that says when trouble began.

    The first sighting among rows of one grade lies between their smallest lower and their smallest upper bound, and the
    trouble was there by then. Grades are never mixed, so that what rests on second-hand word alone can be told apart.
    """
    trouble = [row for row in seen if row["service"] == service and row["status"] in _TROUBLE]
    accounts = [
        _first_of(grade, rows)
        for grade in sorted({str(row["grade"]) for row in trouble})
        if (rows := [row for row in trouble if row["grade"] == grade])
    ]
    begun = [row for row in story.observations if row.service == service and row.begins == "yes"]
    accounts += [_begins(row, story) for row in begun if when_of(row, story)]
    lacks = "" if accounts else f"No dated trouble at {_within(name)} is held in this story."
    refs = dict.fromkeys([*map(_ref, trouble), *(ref for account in accounts for ref in account.rows)])
    return Subject(f"site:{service}", SITE, f"Trouble at {_within(name)}", name, tuple(accounts), lacks, tuple(refs))


def _within(name: str) -> str:
    """The name as it stands inside a sentence."""
    return f"the {name.removeprefix('The ')}" if name.startswith("The ") else name


def _ref(row: dict[str, Any], table: str = "observations") -> str:
    return f"{table}:{row['id']}"


def _first_of(grade: str, rows: list[dict[str, Any]]) -> Account:
    first = min(rows, key=lambda row: (row["latest"], row["earliest"]))
    spans = [span_of(when_in(row)) for row in rows]
    near = min(span.end for span in spans)
    candidates = [row for row, span in zip(rows, spans, strict=True) if span.start < near]
    return Account(
        label=f"{grade} · first seen",
        what=str(first["what"]),
        span=Window(min(span.start for span in spans), near),
        when=when_in(first) if len(candidates) == 1 else None,
        rows=tuple(map(_ref, candidates)),
        sources=tuple(dict.fromkeys(name for row in candidates for name in str(row["source"]).split())),
        credit=str(first["credit"]) if len(candidates) == 1 else f"{first['credit']} and {len(candidates) - 1} more",
        grade=grade,
        note=_BY_THEN,
        by=True,
    )


def _begins(row: Observation, story: Story) -> Account:
    when = when_of(row, story)
    assert when is not None  # noqa: S101 - chosen by _site
    return Account(
        label=f"{row.grade} · says it began",
        what=row.what,
        span=span_of(when),
        when=when,
        rows=(f"observations:{row.id}",),
        sources=tuple(row.source.split()),
        credit=row.credit,
        grade=row.grade,
    )


def _row_account(row: dict[str, Any]) -> Account:
    when = when_in(row)
    return Account(
        label=f"{row['grade']} · {row['host']}",
        what=str(row["what"]),
        span=span_of(when),
        when=when,
        rows=(_ref(row),),
        sources=tuple(str(row["source"]).split()),
        credit=str(row["credit"]),
        grade=str(row["grade"]),
    )


def _mark_accounts(marks: Sourced) -> Iterator[Account]:
    for row in records(marks):
        when, until = when_in(row), row["until"]
        span = Window(when.earliest, max(until, span_of(when).end)) if until else span_of(when)
        sources = tuple(str(row["source"]).split())
        yield Account(
            label=_org(marks.sources, sources),
            what=str(row["what"]),
            span=span,
            when=None if until else when,
            rows=(_ref(row, str(row["table"])),),
            sources=sources,
            credit=str(row["credit"]),
            grade=str(row["grade"]),
            note="Counted over a window of hours, so it says nothing about a moment in it." if until else "",
        )


def _org(sources: tuple[Source, ...], names: tuple[str, ...]) -> str:
    return next((source.org for source in sources if source.id in names), "")


def _all_marks(marks: Sourced) -> Subject:
    """Marks of a moment; what was counted over hours is a subject of its own only."""
    accounts = tuple(account for account in _mark_accounts(marks) if account.when)
    lacks = "" if accounts else "No published search mark with a time is held in this story."
    rows = tuple(row for account in accounts for row in account.rows)
    return Subject(
        "marks", SEARCHES, "Published search marks", "all published marks", accounts, lacks, rows, moments=True
    )


def _single(kind: str, account: Account) -> Subject:
    said = f"{account.what} ({account.credit})"
    return Subject(account.rows[0], kind, said, f"{account.label}: {account.what}", (account,), rows=account.rows)
