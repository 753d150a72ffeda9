"""What a chart says, as clauses until it is printed: whoever has less room leaves some of them out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self

from components.text import shortened

STATES, TOTALS, MARKS = "states", "totals", "marks"


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence in `clauses`, times as clock tokens, the first of which says most.

    `moment` leads up to all of it. Of what is asked, `subject` names it as the chart's title does, and `question` is
    what the clauses answer; `label` stands before all, as that it is a test. `mark` stands between two clauses.
    `tells` is what it counts of the chart's marks: STATES, TOTALS, MARKS, or the row of the highest; `lacks` that it
    denies something that may still come.
    """

    clauses: tuple[str, ...]
    subject: str = ""
    question: str = ""
    moment: str = ""
    mark: str = ";"
    tells: str = ""
    lacks: bool = False
    label: str = ""

    @classmethod
    def of(cls, *clauses: str, tells: str = "", lacks: bool = False) -> Self:
        """A sentence of those of these clauses that are not empty."""
        return cls(tuple(filter(None, clauses)), tells=tells, lacks=lacks)

    @property
    def text(self) -> str:
        """All of it, without a full stop."""
        subject = f"{self.subject}: " if self.subject else ""
        question = f"{self.question} " if self.question else ""
        return f"{self.label}{self.moment}{subject}{question}{' '.join(self._parts)}"

    @property
    def _parts(self) -> tuple[str, ...]:
        return (*(f"{clause}{self.mark}" for clause in self.clauses[:-1]), *self.clauses[-1:])

    def then(self, *clauses: str) -> Said:
        """The sentence with those of these clauses behind it that are not empty."""
        return replace(self, clauses=(*self.clauses, *filter(None, clauses)))

    def within(self, limit: int, title: str = "", say: Callable[[str], str] = str) -> str:
        """It in at most `limit` characters, put as `say` puts a text, as a clock does.

        The title stands for the question before the answer is cut. What is left out goes first, so that whatever a
        clause leaves to a later one to say, as the zone of its time, is said by the last that stays.
        """
        lead = self.label if self.question else replace(self, clauses=()).text
        parts = self._parts
        shorter = [self.text, *([f"{title}. {' '.join(parts)}"] if self.question else [])]
        shorter += [lead + " ".join(parts[:count]).removesuffix(";") for count in range(len(parts), 0, -1)]
        texts = map(say, shorter)
        return next((text for text in texts if len(text) <= limit), None) or shortened(say(shorter[-1]), limit)


NOTHING = Said(())
