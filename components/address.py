"""What a single value of an address can mean, and the sentence for one that cannot be meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from components.charts.clock import Clock

EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2101, 1, 1, tzinfo=UTC)
#: How much of a value a sentence quotes, in characters.
QUOTED = 40

#: An address: a key that is repeated has several values.
Query = Mapping[str, str | Sequence[str]]
#: Sentences for the reader; whoever finds something wrong adds one.
Problems = list[str]

# A plus sign that nobody escaped arrives as a space.
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(?::\d\d)?)([Zz]|[+ -]\d\d:\d\d)")
#: Names that some machines keep among their zones, for whatever zone they stand in.
_EACH_ITS_OWN = frozenset({"localtime", "Factory"})
_WANTS_TIME = "write it like 2016-11-08T23:00Z"


def value_of(query: Query, name: str, problems: Problems) -> str:
    """The value under this name, the last one where it is repeated; empty where there is none."""
    value = query.get(name, "")
    if isinstance(value, str):
        return value.strip()
    if len(value) > 1 and len(set(value)) > 1:
        problems.append(f"The address gives {name} {len(value)} times; the last one counts.")
    return value[-1].strip() if value else ""


def match(asked: str, known: Iterable[str]) -> str | None:
    """The known name that was asked for, whatever its case."""
    folded = {name.casefold(): name for name in known}
    return folded.get(asked.casefold())


def quote(text: str) -> str:
    """What the address said, short and printable enough to quote."""
    shown = "".join(letter if letter.isprintable() else "?" for letter in text[:QUOTED])
    return f"“{shown}…”" if len(text) > QUOTED else f"“{shown}”"


def instant_of(query: Query, name: str, problems: Problems) -> datetime | None:
    """The UTC instant under this name; None where there is none, or none that can be meant."""
    text = value_of(query, name, problems)
    if not text:
        return None
    moment = read_instant(text)
    if moment is None:
        lacks = "has no zone, so it could be any of 24 times" if read_instant(text + "Z") else "is not a time"
        problems.append(f"In the address, {name} is {quote(text)}, which {lacks}; {_WANTS_TIME}.")
    elif not EARLIEST <= moment < LATEST:
        problems.append(f"In the address, {name} is {quote(text)}, which is outside the years 1970 to 2100.")
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
