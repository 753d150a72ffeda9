"""Nights of a few calls, written as folders that a server reads, and asked of its routes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from re import DOTALL, search

from data.core.settings import Settings
from tests.support.asking import Desk

#: The sides of every such night: id, name and tone.
ANN, BEN = "A", "B"
NAMES = {ANN: "Ann", BEN: "Ben"}
_TABLES: Mapping[str, str] = {
    "calls": "id,contest,caller,party,outcome,role,basis,at,earliest,latest,date,precision,source,note",
    "contests": "code,name,short,weight,source",
    "milestones": "id,label,kind,party,at,earliest,latest,date,precision,source,note",
    "sources": "id,org,title,url,published,licence",
    "withdrawals": "id,call,at,earliest,latest,date,precision,source,note",
}
_PARTY = """[[parties]]
id = "{id}"
name = "Side {id}"
candidate = "{name}"
short = "{name}"

"""
_ABOUT = """title = "A night"
kicker = "A night of few calls"
short = "Night"
dek = "A night of few calls."
total = {total}
to_win = {to_win}
unit = "{unit}"
verb = "called"
clock = "{zone}"
caller = "AP"
emphasised = {emphasised}

[window]
start = {start}
end = {end}

[[clocks]]
zone = "{zone}"
label = "Local"

{parties}[[callers]]
id = "AP"
name = "AP"
selectable = true

[[services]]
id = "site"
host = "example.org"
name = "The results site"
main = true

[credit]
newsroom = "Example Desk"
licence = "MIT"
"""


@dataclass(frozen=True)
class SmallCall:
    """A call: contest, side, weight, and its minute or the two bounds between which it was made, in ISO 8601."""

    contest: str
    party: str
    weight: int
    at: str = ""
    earliest: str = ""
    latest: str = ""
    precision: str = "minute"
    #: Whether its caller took an earlier one of this contest back, or said that nobody had won it.
    again: bool = False
    outcome: str = ""

    @property
    def id(self) -> str:
        return f"ap-{self.contest.lower()}{'-again' if self.again else ''}"

    @property
    def row(self) -> str:
        times = f"{self.at},{self.earliest},{self.latest},"
        return f"{self.id},{self.contest},AP,{self.party},{self.outcome},primary,own log,{times},{self.precision},s,"


@dataclass(frozen=True)
class SmallWithdrawal:
    """That a call was taken back, in its minute or between two bounds, in ISO 8601."""

    call: SmallCall
    at: str = ""
    earliest: str = ""
    latest: str = ""

    @property
    def row(self) -> str:
        times = f"{self.at},{self.earliest},{self.latest},"
        return f"back-{self.call.id},{self.call.id},{times},{'minute' if self.at else 'window'},s,"


def clock(text: str) -> str:
    """A clock time of the small hours of 6 November 2030, in UTC."""
    return f"2030-11-06T{text}:00Z"


def called(contest: str, party: str, at: str, weight: int = 1) -> SmallCall:
    """A call of this minute, written as 01:30."""
    return SmallCall(contest, party, weight, at=clock(at))


def between(contest: str, party: str, earliest: str, latest: str, weight: int = 1) -> SmallCall:
    """A call of which only two bounds are known."""
    return SmallCall(contest, party, weight, earliest=clock(earliest), latest=clock(latest), precision="window")


def write_night(
    root: Path,
    calls: Sequence[SmallCall],
    *,
    slug: str = "night",
    emphasised: Sequence[str] = (),
    unit: str = "seats",
    zone: str = "UTC",
    start: str = clock("00:00"),
    end: str = clock("06:00"),
    milestones: Iterable[str] = (),
    tables: Mapping[str, str] | None = None,
    about: str = "",
    parties: Mapping[str, str] | None = None,
    withdrawals: Iterable[SmallWithdrawal] = (),
) -> Path:
    """The folder of such a night in `root`. `about` goes at the end of its story.toml, `tables` are whole files.

    `parties` are ids and names, Ann and Ben where none are named.
    """
    weights = {call.contest: call.weight for call in calls}
    total = sum(weights.values())
    rows = {
        "calls": [call.row for call in calls],
        "contests": [f"{code},Contest {code},{code},{weight},s" for code, weight in weights.items()],
        "milestones": list(milestones),
        "withdrawals": [row.row for row in withdrawals],
        "sources": ["s,Source,A page,https://example.org/,2030-11-06,"],
    }
    folder = root / slug
    folder.mkdir(parents=True)
    for name, head in _TABLES.items():
        if name == "withdrawals" and not rows[name]:
            continue
        (folder / f"{name}.csv").write_text("\n".join([head, *rows[name]]) + "\n", encoding="utf-8")
    for name, text in (tables or {}).items():
        (folder / name).write_text(text, encoding="utf-8")
    chosen = "[" + ", ".join(f'"{code}"' for code in emphasised) + "]"
    values = {"total": total, "to_win": total // 2 + 1, "unit": unit, "zone": zone, "start": start, "end": end}
    sides = "".join(_PARTY.format(id=party, name=name) for party, name in (parties or NAMES).items())
    text = _ABOUT.format(emphasised=chosen, parties=sides, **values)
    (folder / "story.toml").write_text(text + about, encoding="utf-8")
    return folder


class Served:
    """What the routes answer for stories below these folders."""

    def __init__(self, *roots: Path) -> None:
        self._desk = Desk(Settings(stories=roots))

    def close(self) -> None:
        self._desk.close()

    def text(self, address: str) -> str:
        """The body of what stands at this address; AssertionError with it where it is refused."""
        reply = self._desk.ask(address)
        assert reply.status == 200, reply.text
        return reply.text

    def document(self, address: str) -> Document:
        return Document(self.text(f"/embed/{address}"))


@dataclass(frozen=True)
class Document:
    """A served document, and the sentences in its head."""

    html: str

    @property
    def headline(self) -> str:
        return self._found("<title>(.*?)</title>")

    @property
    def description(self) -> str:
        return self._found('<meta name="description" content="(.*?)">')

    def _found(self, pattern: str) -> str:
        found = search(pattern, self.html, DOTALL)
        assert found, f"{pattern} is not in the document"
        return unescape(found[1])
