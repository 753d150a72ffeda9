"""Whoever sits at the desk, and what they do there: the gate is asked again at every action."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import streamlit as st

from components.cache.stories import desk_here, settings_here
from components.clock import Clock
from components.text import markdown
from components.view.address import known_zone
from components.workbench.notices import tell_done
from components.workbench.write_gate import may_write, origin, person, refuse
from data.core.errors import DataError
from data.desk.desk import Desk
from data.desk.values import AT_TERMINAL, BY_CLOCK, BY_OTHERS, Action, KeptRow, Person, RowRefused
from data.story.faults import Fault

T = TypeVar("T")
#: Faults that are said of one action.
_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Seat:
    """The desk, and who looks at it as the store had them when the page began."""

    desk: Desk
    who: Person
    #: Address -> name of everybody of the desk.
    names: Mapping[str, str]

    def name_of(self, email: str) -> str:
        """Whose address this is; the address itself of who has left."""
        return self.names.get(email, email)

    def written(self, row: KeptRow, clock: Clock) -> str:
        """Who wrote a row and when; of one that came with its story, that it did: whoever brought it wrote none."""
        if row.revision == 1:
            return "which came with the story"
        return f"written by {self.name_of(row.by)} {clock.dated(row.at)}"


def take_seat() -> Seat | None:
    """The desk, where there is one and this session belongs to somebody of it."""
    settings = settings_here()
    who = person() if settings.has_desk else None
    if who is None:
        return None
    desk = desk_here()
    people = (*(member.person for member in desk.people.all()), AT_TERMINAL, BY_CLOCK, BY_OTHERS)
    return Seat(desk, who, {one.email: one.name for one in people})


def act(
    action: Action, do: Callable[[Person, str], T], *, done: str = "",
    refused: Callable[[tuple[Fault, ...]], None] | None = None,
) -> T | None:  # fmt: skip
    """What comes of an action of whoever this session belongs to at this moment; None where it was not taken.

    `do` is told who does it and from where. Why it was not taken is said, the faults of a row by `refused` where given.
    """
    who = person()
    if who is None or not may_write(action):
        refuse()
        return None
    try:
        found = do(who, origin())
    except RowRefused as row:
        (refused or _say_faults)(row.faults)
        return None
    except (DataError, OSError) as failure:
        st.error(markdown(f"Nothing was changed: {str(failure).rstrip('.')}."))
        return None
    if done:
        tell_done(done)
    return found


def act_and_draw(action: Action, do: Callable[[Person, str], object], done: str) -> None:
    """Act as `act` does and draw the page anew, which says what was done."""
    if act(action, lambda who, origin: (do(who, origin),), done=done):
        st.rerun()


def _say_faults(faults: tuple[Fault, ...]) -> None:
    for fault in faults[:_SHOWN]:
        st.error(markdown(str(fault)))


def own_clock() -> Clock:
    """The visitor's own clock, for what belongs to no story; UTC where the browser says none."""
    return Clock(known_zone(st.context.timezone or "") or "UTC")
