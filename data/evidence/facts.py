"""What the rows of a story's tables say apart from their words: which contest, for whom, by whom, in which state."""

from __future__ import annotations

from dataclasses import dataclass

from data.story.story import Story


@dataclass(frozen=True, slots=True)
class Fact:
    """One row in values of its own; what does not apply to its kind is empty.

    `contest` and `side` are ids of the story, `candidate` who stands for that side. `status` is "called", its
    outcome or "withdrawn" of a call, the state of an observation, and the kind of a milestone. `text` is the
    row's own words.
    """

    kind: str
    contest: str = ""
    contest_name: str = ""
    side: str = ""
    candidate: str = ""
    caller: str = ""
    status: str = ""
    grade: str = ""
    place: str = ""
    text: str = ""


#: Of a row that a story's tables do not hold: a bin of a series, a week of search interest.
NO_FACT = Fact("")


def facts_of(story: Story, prefix: str = "") -> dict[str, Fact]:
    """The rows of a story's tables by their names as marks have them, "calls:ap-fl", behind a `prefix`."""
    names = {contest.code: contest.name for contest in story.contests}
    stands = {party.id: party.candidate or party.name for party in story.about.parties}
    gone = {row.call for row in story.withdrawals}
    calls = {row.id: row for row in story.calls}
    found = {
        f"calls:{row.id}": Fact(
            "call",
            row.contest,
            names.get(row.contest, ""),
            row.party,
            stands.get(row.party, ""),
            row.caller,
            "withdrawn" if row.id in gone else "called" if row.outcome == "won" else row.outcome,
        )
        for row in story.calls
    }
    for row in story.withdrawals:
        call = calls[row.call]
        found[f"withdrawals:{row.id}"] = Fact(
            "withdrawal",
            call.contest,
            names.get(call.contest, ""),
            call.party,
            stands.get(call.party, ""),
            call.caller,
            "withdrawn",
        )
    found |= {
        f"observations:{row.id}": Fact(
            "observation", status=row.status, grade=row.grade, place=row.place, text=row.what
        )
        for row in story.observations
    }
    found |= {f"contests:{row.code}": Fact("contest", row.code, row.name) for row in story.contests}
    found |= {f"figures:{row.id}": Fact("figure", place=row.geo, text=row.label) for row in story.figures}
    found |= {f"milestones:{row.id}": Fact("milestone", status=row.kind, text=row.label) for row in story.milestones}
    return {f"{prefix}{name}": fact for name, fact in found.items()}


def facts_shown(story: Story, other: Story | None) -> dict[str, Fact]:
    """The facts of a chart's story; of two beside each other, behind their slugs, as the rows of such a chart are."""
    if other is None:
        return facts_of(story)
    return facts_of(story, f"{story.slug}/") | facts_of(other, f"{other.slug}/")
