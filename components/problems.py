"""What is wrong with a value of an address, once for pages and for routes, which say it in different sentences."""

from __future__ import annotations

from dataclasses import dataclass

#: How much of a value a sentence quotes, in characters.
QUOTED = 40


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in an address that cannot be meant: a page shows something else instead, a route refuses it.

    `said` names the value and what is wrong with it; `instead` is how a page's sentence goes on, its comma or
    semicolon included; `wants` finishes "this parameter wants ..." and is empty where nobody can mend it.
    """

    parameter: str
    got: str
    said: str
    wants: str
    instead: str

    @property
    def notice(self) -> str:
        """What a page says that shows something else instead."""
        return f"{self.said}{self.instead}."

    @property
    def refusal(self) -> str:
        """What a route says that answers nothing else: the parameter, what it got and what it wants."""
        return f"{self.said}; {self.parameter} wants {self.wants}." if self.wants else f"{self.said}."


#: Whoever finds something wrong adds it.
Problems = list[Problem]


def quote(text: str) -> str:
    """What the address said, short and printable enough to quote."""
    shown = "".join(letter if letter.isprintable() else "?" for letter in text[:QUOTED])
    return f"“{shown}…”" if len(text) > QUOTED else f"“{shown}”"


def misread(name: str, text: str, wrong: str, *, wants: str, instead: str = "") -> Problem:
    """The problem of a value that stands in the address as it is; `wrong` is a clause about it."""
    return Problem(name, quote(text), f"In the address, {name} is {quote(text)}, {wrong}", wants, instead)
