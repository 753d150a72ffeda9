"""Every account that a story holds of what rose or failed: its sites by grade, its search reports, its series."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from data.core.frames import SourcedFrame
from data.core.model import Precision, Source, When, Window
from data.evidence.claims import MARK, SEARCHES, SIGHTING, SITE, Account, Subject, span_of
from data.evidence.evidence_rows import Marks, NamedRow, ObservationRow, Observations
from data.evidence.measured import load_measured, surges
from data.evidence.rises import rises
from data.story.story import Story, when_of
from data.story.tables import Observation

#: What a grade of evidence is, for a reader who has not met it.
GRADE_SAYS = {
    "A": "a machine record",
    "B": "first-hand or official",
    "C": "a dated picture",
    "D": "second-hand",
}
TROUBLE = ("failing", "unreachable", "degraded")
_COUNTED = "Counted over a window of hours, so it says nothing about a moment in it."
_ROSE = "The rise was counted between these two times and had come by the second; its minute is not held."
_BY_THEN = "It was there by then; a first sighting does not say when it began."


def subjects_of(story: Story, *, observations: Observations, marks: Marks, drawn: SourcedFrame) -> tuple[Subject, ...]:
    """Everything of the story that can be held against an event, sites first, with keys that an address can hold.

    `observations`, `marks` and `drawn` are what load_observations, load_interest_marks and load_series give.
    """
    seen = observations.rows
    begun = {row.id for row in story.observations if row.begins}
    bases = {f"observations:{row.id}": row.time_basis for row in story.observations}
    mark_accounts = tuple(_mark_accounts(marks, bases))
    return (
        *(_site(story, service.id, service.name, seen) for service in story.about.services),
        *surges(load_measured(story), story),
        *([_all_marks(mark_accounts)] if "searches" in story.subjects else []),
        *rises(drawn, story.window),
        *(_single(MARK, account) for account in mark_accounts),
        *(
            _single(SIGHTING, _row_account(row, row.host, row.when, by=row.id not in begun))
            for row in seen
            if row.status in TROUBLE
        ),
    )


def _site(story: Story, service: str, name: str, seen: Sequence[ObservationRow]) -> Subject:
    """A site's first trouble on record by each grade of evidence, and every account that says when trouble began.

    The first sighting among rows of one grade lies between their smallest lower and their smallest upper bound, and the
    trouble was there by then. Grades are never mixed, so that what rests on second-hand word alone can be told apart.
    A row that says when trouble began is an account of its own and no sighting besides: no row speaks twice.
    """
    trouble = [row for row in seen if row.service == service and row.status in TROUBLE]
    begun = [row for row in story.observations if row.service == service and row.begins == "yes"]
    sighted = [row for row in trouble if row.id not in {one.id for one in begun}]
    accounts = [
        first_of(grade, [row for row in sighted if row.grade == grade])
        for grade in sorted({row.grade for row in sighted})
    ]
    accounts += [_begins(row, story) for row in begun if when_of(row, story)]
    lacks = "" if accounts else f"No dated trouble at {_within(name)} is on record in this story."
    refs = dict.fromkeys([*map(_ref, trouble), *(ref for account in accounts for ref in account.rows)])
    return Subject(f"site:{service}", SITE, f"trouble at {_within(name)}", name, tuple(accounts), lacks, tuple(refs))


def _within(name: str) -> str:
    """The name as it stands inside a sentence."""
    return f"the {name.removeprefix('The ')}" if name.startswith("The ") else name


def _ref(row: NamedRow, table: str = "observations") -> str:
    return f"{table}:{row.id}"


def first_of(grade: str, rows: list[ObservationRow]) -> Account:
    """The earliest sighting by its upper bound, in its own words, with the others that may have come before it."""
    first = min(rows, key=lambda row: (row.when.latest, row.when.earliest))
    spans = [span_of(row.when) for row in rows]
    others = [row for row in rows if row is not first and _overlaps(row, first)]
    candidates = [first, *others]
    return Account(
        label=f"{grade} · first seen",
        what=first.what,
        span=Window(min(span.start for span in spans), min(span.end for span in spans)),
        when=None if others else first.when,
        rows=tuple(map(_ref, candidates)),
        sources=tuple(dict.fromkeys(name for row in candidates for name in row.sources)),
        credit=first.credit,
        grade=grade,
        note=_others(others) if others else f"{_BY_THEN} {_basis(first.time_basis, first.note)}",
        by=True,
    )


def _overlaps(row: ObservationRow, first: ObservationRow) -> bool:
    """Whether a row may have come before the first; one that only begins where the first ends cannot have."""
    return bool(row.when.earliest < first.when.latest or row.when.latest == first.when.latest)


def _others(rows: list[ObservationRow]) -> str:
    names = "; ".join(dict.fromkeys(row.credit for row in rows))
    return f"{_BY_THEN} Others whose times overlap: {names}."


def _basis(time_basis: object, note: object) -> str:
    """What the time of a row rests on, and what its own note has to say."""
    said = f"Time: {str(time_basis).rstrip('.')}." if time_basis else ""
    return f"{said} {note or ''}".strip()


def _begins(row: Observation, story: Story) -> Account:
    when = when_of(row, story)
    assert when is not None  # noqa: S101 - chosen by _site
    return _row_account(row, "says it began", when)


def _row_account(row: Observation, said: str, when: When, *, by: bool = False) -> Account:
    basis = _basis(row.time_basis, row.note)
    return Account(
        label=f"{row.grade} · {said}",
        what=row.what,
        span=span_of(when),
        when=when,
        rows=(f"observations:{row.id}",),
        sources=tuple(row.source.split()),
        credit=row.credit,
        grade=row.grade,
        note=f"{_BY_THEN} {basis}".strip() if by else basis,
        by=by,
    )


def _mark_accounts(marks: Marks, bases: Mapping[str, str]) -> Iterator[Account]:
    """One for each mark; `bases` says what the time of a row ("table:id") rests on, where its table does."""
    for row in marks.rows:
        ref = _ref(row, row.table)
        basis = _basis(bases.get(ref), row.note)
        when, until = row.when, row.until
        span = Window(when.earliest, max(until, span_of(when).end)) if until else span_of(when)
        counted = _COUNTED if until else _ROSE if when.precision is Precision.WINDOW else ""
        sources = row.sources
        yield Account(
            label=_org(marks.sources, sources),
            what=row.what,
            span=span,
            when=None if until else when,
            rows=(ref,),
            sources=sources,
            credit=row.credit,
            grade=row.grade,
            note=f"{counted} {basis}".strip(),
        )


def _org(sources: tuple[Source, ...], names: tuple[str, ...]) -> str:
    return next((source.org for source in sources if source.id in names), "")


def _all_marks(marks: Iterable[Account]) -> Subject:
    """Marks of a moment; what was counted over hours is a subject of its own only."""
    accounts = tuple(account for account in marks if account.when)
    lacks = "" if accounts else "No published report of searches with a time is on record in this story."
    rows = tuple(row for account in accounts for row in account.rows)
    return Subject(
        "marks", SEARCHES, "published reports of searches", "all published reports", accounts, lacks, rows, moments=True
    )


def _single(kind: str, account: Account) -> Subject:
    said = f"{account.what} ({account.credit})"
    return Subject(account.rows[0], kind, said, f"{account.label}: {account.what}", (account,), rows=account.rows)
