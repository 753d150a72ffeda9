"""What a single value of an address can mean, and what is wrong with one that means nothing, for pages and routes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from components.clock import Clock
from data.core.model import Order
from data.story.story import LANES

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
        return f"{self.said}; {self.parameter} must be {self.wants}." if self.wants else f"{self.said}."


#: Whoever finds something wrong adds it.
Problems = list[Problem]


def quote(text: str) -> str:
    """What the address said, short and printable enough to quote."""
    shown = "".join(letter if letter.isprintable() else "?" for letter in text[:QUOTED])
    return f"“{shown}…”" if len(text) > QUOTED else f"“{shown}”"


def misread(name: str, text: str, wrong: str, *, wants: str, instead: str = "") -> Problem:
    """The problem of a value that stands in the address as it is; `wrong` is a clause about it."""
    return Problem(name, quote(text), f"In the address, {name} is {quote(text)}, {wrong}", wants, instead)


EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2101, 1, 1, tzinfo=UTC)
#: An address: a key that is repeated has several values.
Query = Mapping[str, str | Sequence[str]]

# A plus sign that nobody escaped arrives as a space.
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(?::\d\d)?)([Zz]|[+ -]\d\d:\d\d)")
_KEY = re.compile(r"[A-Za-z0-9:._|+/-]{1,120}")
#: Names that some machines keep among their zones, for whatever zone they stand in.
_EACH_ITS_OWN = frozenset({"localtime", "Factory"})
_LIKE = "like 2016-11-08T23:00Z"
_WANTS_TIME = f"a time with its zone, {_LIKE}"


def value_of(query: Query, name: str, problems: Problems) -> str:
    """The value under this name, the last one where it is repeated; empty where there is none."""
    value = query.get(name, "")
    if isinstance(value, str):
        return value.strip()
    if len(value) > 1 and len(set(value)) > 1:
        said = f"The address gives {name} {len(value)} times"
        problems.append(Problem(name, f"{len(value)} values", said, "one value", "; the last one counts"))
    return value[-1].strip() if value else ""


def match(asked: str, known: Iterable[str]) -> str | None:
    """The known name that was asked for, whatever its case."""
    folded = {name.casefold(): name for name in known}
    return folded.get(asked.casefold())


def instant_of(query: Query, name: str, problems: Problems) -> datetime | None:
    """The UTC instant under this name; None where there is none, or none that can be meant."""
    text = value_of(query, name, problems)
    if not text:
        return None
    moment = read_instant(text)
    if moment is None:
        lacks = "has no zone, so it could be any of 24 times" if read_instant(text + "Z") else "is not a time"
        problems.append(misread(name, text, f"which {lacks}", wants=_WANTS_TIME, instead=f"; write it {_LIKE}"))
    elif not EARLIEST <= moment < LATEST:
        years = "the years 1970 to 2100"
        problems.append(misread(name, text, f"which is outside {years}", wants=f"a time in {years}", instead=""))
        return None
    return moment


def read_instant(text: str) -> datetime | None:
    """The UTC instant of an ISO 8601 time with Z or an offset, to the minute or second; None for anything else."""
    found = _INSTANT.fullmatch(text)
    if not found:
        return None
    offset = found[2].replace(" ", "+").upper().replace("Z", "+00:00")
    try:
        return datetime.fromisoformat(found[1].upper() + offset).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def known_zone(name: str) -> str | None:
    """The IANA zone of this name, and None for what is none or is another one on each machine."""
    try:
        return None if name in _EACH_ITS_OWN else Clock(name).zone
    except ValueError:
        return None


def zone_of(query: Query, default: str, problems: Problems) -> str:
    """The zone under "clock", else the default."""
    asked = value_of(query, "clock", problems)
    zone = known_zone(asked) if asked else default
    if not zone:
        wants, instead = "an IANA name like America/New_York", f"; showing {default}"
        problems.append(misread("clock", asked, "which is not a time zone", wants=wants, instead=instead))
    return zone or default


def caller_of(query: Query, callers: Mapping[str, bool], default: str, problems: Problems) -> str:
    """The id under "caller" of one that can be chosen, else the default; `callers` says of each id whether it can."""
    asked = value_of(query, "caller", problems)
    found = match(asked, callers)
    wants, instead = f"one of {', '.join(name for name in callers if callers[name])}", f"; showing {default}"
    if asked and not found:
        problems.append(misread("caller", asked, "who is not a caller in this story", wants=wants, instead=instead))
    elif found and not callers[found]:
        said = f"{found} is listed but cannot be chosen as a caller"
        problems.append(Problem("caller", quote(found), said, wants, instead))
        found = None
    return found or default


def order_of(query: Query, problems: Problems) -> Order:
    """The order under "when", in which things happened where there is none."""
    asked = value_of(query, "when", problems)
    found = match(asked, Order)
    if asked and not found:
        wants, instead = f"one of {', '.join(Order)}", f"; showing {Order.HAPPENED.value}"
        problems.append(misread("when", asked, "which is not an order to show things in", wants=wants, instead=instead))
    return Order(found) if found else Order.HAPPENED


def key_of(query: Query, name: str, problems: Problems) -> str:
    """The key under this name, in its shape; empty where there is none, or none that can be meant."""
    text = value_of(query, name, problems)
    if not text or _KEY.fullmatch(text):
        return text
    wants, instead = "letters, digits and : . _ | + / -, at most 120 of them", "; showing the default"
    problems.append(misread(name, text, "which names nothing", wants=wants, instead=instead))
    return ""


def lanes_of(query: Query, problems: Problems) -> tuple[str, ...]:
    """The lanes under "lanes", in their order; none where all of them are wanted."""
    wanted = [part.strip() for part in value_of(query, "lanes", problems).split(",") if part.strip()]
    found = {lane for part in wanted if (lane := match(part, LANES))}
    if unknown := [part for part in wanted if not match(part, LANES)]:
        got, known = quote(", ".join(unknown)), ", ".join(LANES)
        shown = "showing the others" if found else "showing all of them"
        said = f"There is no lane {got}, only {known}"
        problems.append(Problem("lanes", got, said, f"some of {known}", f"; {shown}"))
    return canonical_lanes(found)


def canonical_lanes(lanes: Iterable[str]) -> tuple[str, ...]:
    """The lanes in their one order; none where they are all of them."""
    chosen = tuple(lane for lane in LANES if lane in set(lanes))
    return () if chosen == LANES else chosen


def utc_text(moment: datetime) -> str:
    """2016-11-08T23:00Z, with seconds only where there are any: the form that addresses hold."""
    moment = moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    return moment.isoformat(timespec="seconds" if moment.second else "minutes") + "Z"
