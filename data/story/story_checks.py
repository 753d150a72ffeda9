"""A story checked whole: its files, what its rows name, the sums that must come out, and one call at a time."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import TypeVar

from data.core.model import OPEN_END, When, iso_text
from data.story.colours import OTHERS
from data.story.faults import Fault, Faults, quoted
from data.story.results import form_of, long_form
from data.story.row_checks import AboutFile, Content, Table, read_about, read_table
from data.story.story_toml import About
from data.story.table_rows import SLUG, Row
from data.story.tables import (
    TABLES,
    Call,
    Contest,
    Projection,
    Reading,
    Result,
    Tile,
    VoteCount,
    WideResult,
    Withdrawal,
)

#: Without these two a folder is no story; without one of the other tables, a lane has no records.
REQUIRED = ("story.toml", "sources.csv")
FILES = ("story.toml", *(row_type.file for row_type in TABLES))
#: Contests that a sentence lists.
_MOST_NAMED = 8

R = TypeVar("R", bound=Row)


@dataclass(slots=True)
class Examined:
    """A story as read: what holds, what does not, and how much there was."""

    read: AboutFile = field(default_factory=AboutFile)
    tables: dict[str, Table] = field(default_factory=lambda: {row_type.file: Table() for row_type in TABLES})
    faults: Faults = field(default_factory=Faults)
    files: int = 0
    #: The rows of a results.csv that has a column for each party; its table has them in the long form.
    wide: tuple[WideResult, ...] = ()

    @property
    def count(self) -> int:
        """Rows of all tables together."""
        return sum(table.count for table in self.tables.values())

    def lines(self, row_type: type[R]) -> list[tuple[int, R]]:
        """The rows of a table that hold, each with its line."""
        return [(line, row) for line, row in self.tables[row_type.file].rows if isinstance(row, row_type)]

    def rows(self, row_type: type[R]) -> tuple[R, ...]:
        """The rows of a table that hold, in their order."""
        return tuple(row for _, row in self.lines(row_type))


def examine(slug: str, content: Content) -> Examined:
    """Every file of a story read and every fault noted; never an exception, whatever the files hold."""
    found = Examined(files=len(content.keys() & set(FILES)))
    for fault in _misnamed(slug, content.keys()):
        found.faults.add(fault)
    if "story.toml" in content:
        found.read = read_about(content["story.toml"], faults=found.faults)
    known = {entries: found.read.ids(entries) for entries in ("parties", "callers", "services")}
    known["sides"] = None if known["parties"] is None else known["parties"] | {OTHERS}
    for row_type in TABLES:
        table = Table(ids=None if row_type.file in REQUIRED else frozenset())
        if row_type.file in content:
            form = form_of(content[row_type.file]) if row_type is Result else row_type
            table = read_table(content[row_type.file], form, known=known, faults=found.faults)
            found.wide += tuple(row for _, row in table.rows if isinstance(row, WideResult))
        found.tables[row_type.file] = table
        known[row_type.file.removesuffix(".csv")] = table.ids
    if found.wide and found.read.about:
        long = long_form(found.wide, found.read.about.parties)
        found.tables[Result.file].rows = list(enumerate(long, start=2))
    for fault in _disagreements(found):
        found.faults.add(fault)
    return found


def _misnamed(slug: str, names: Set[str]) -> Iterator[Fault]:
    if not re.fullmatch(SLUG, slug):
        wants = "lower-case letters, digits and hyphens, 2 to 64, because it stands in addresses"
        yield Fault("folder", None, "", f"the name {quoted(slug)}", wants)
    for name in REQUIRED:
        if name not in names:
            yield Fault(name, None, "", "no such file", "one, because every story has it")
    for name in sorted(names - set(FILES)):
        if name.casefold().endswith(".csv"):
            tables = ", ".join(FILES[1:])
            yield Fault(
                quoted(name)[1:-1], None, "", "a file that is not one of a story's tables", f"only these: {tables}"
            )


def _disagreements(examined: Examined) -> Iterator[Fault]:
    """Every fault that only shows when the files of a story are held against each other."""
    read, tables = examined.read, examined.tables
    about, contests, calls = read.about, tables["contests.csv"], tables["calls.csv"]
    if about is None:
        return
    yield from _unknown_names(read, about, tables["sources.csv"].ids, contests.ids)
    weights = {row.code: row.weight for row in examined.rows(Contest)}
    if weights and contests.sound and sum(weights.values()) != about.total:
        found = f"weights that sum to {sum(weights.values()):,}"
        yield Fault("contests.csv", None, "weight", found, f"{about.total:,}, the total in story.toml")
    if contests.sound:
        yield from _strange_tiles(examined.lines(Contest))
        yield from _strange_places(weights, examined.lines(Tile))
    yield from _strange_votes(about, examined.wide)
    yield from _strange_series(examined.lines(Reading))
    ledger = examined.lines(Call)
    if calls.sound:
        yield from _unusable_minutes(read, about, ledger)
    yield from strange_calls(about, ledger, examined.lines(Withdrawal))
    yield from _strange_counts(about, examined.lines(VoteCount))
    yield from _strange_projections(about, examined.lines(Projection))
    if contests.sound and calls.sound and not about.live:
        yield from _incomplete_ledger(weights, ledger)


def _strange_counts(about: About, rows: list[tuple[int, VoteCount]]) -> Iterator[Fault]:
    """Two counts of one contest, party and round at one time."""
    firsts: dict[tuple[str, str, int, datetime], int] = {}
    for line, row in rows:
        when = row.interval(about.clock)
        if when and (first := firsts.setdefault((row.contest, row.party, row.round, when.latest), line)) != line:
            what = f"{row.contest} for {row.party} in round {row.round} at {iso_text(when.latest)}"
            found, wants = f"a second count of {what}, first on line {first}", "one at a time, or another round"
            yield Fault("counts.csv", line, "votes", found, wants)


def _strange_projections(about: About, rows: list[tuple[int, Projection]]) -> Iterator[Fault]:
    """Projections of more than there is, and two of one caller for one party at one time."""
    firsts: dict[tuple[str, str, datetime], int] = {}
    for line, row in rows:
        most = max(number for number in (row.low, row.value, row.high) if number is not None)
        if about.total and most > about.total:
            wants = f"at most {about.total:,}, the total in story.toml: projections are in its unit"
            yield Fault("projections.csv", line, "high" if row.high is not None else "value", f"{most:,g}", wants)
        when = row.interval(about.clock)
        if when and (first := firsts.setdefault((row.caller, row.party, when.latest), line)) != line:
            found = (
                f"a second projection for {row.party} by {row.caller} at {iso_text(when.latest)}, first on line {first}"
            )
            yield Fault(
                "projections.csv", line, "party", found, "one at a time: the later one stands from its own time"
            )


def _unknown_names(
    read: AboutFile, about: About, sources: frozenset[str] | None, contests: frozenset[str] | None
) -> Iterator[Fault]:
    for index, code in enumerate(about.emphasised):
        if contests is not None and code not in contests:
            yield read.fault(("emphasised", index), quoted(code), "a code of contests.csv")
    for key in ("claims", "known", "unknown", "settle"):
        for index, entry in enumerate(getattr(about, key)):
            for name in entry.source.split():
                if sources is not None and name not in sources:
                    yield read.fault((key, index, "source"), quoted(name), "an id of sources.csv")


def _unusable_minutes(read: AboutFile, about: About, ledger: list[tuple[int, Call]]) -> Iterator[Fault]:
    """What a study lists and cannot use: no call, another caller's, a second log, or one without a single minute.

    On a night in progress it may name calls that are still to come.
    """
    held = {call.id: call for _, call in ledger}
    for index, name in enumerate(about.study):
        call = held.get(name)
        if call is None and about.live:
            continue
        good = call and call.caller == about.caller and call.role != "corroboration" and call.at
        if not (call and good and {call.earliest or call.at, call.latest or call.at} == {call.at}):
            wants = f"the id of a call by {about.caller} in calls.csv whose minute is known"
            yield read.fault(("study", index), quoted(name), wants)


def _strange_tiles(contests: list[tuple[int, Contest]]) -> Iterator[Fault]:
    """Two contests on one tile, and contests that a map would leave out because only others have a tile."""
    taken: dict[tuple[int, int], tuple[int, str]] = {}
    for line, row in contests:
        if row.tile is None:
            continue
        first, code = taken.setdefault(row.tile, (line, row.code))
        if first != line:
            found = f"column {row.tile_column}, row {row.tile_row} for {row.code}, which is {code}'s on line {first}"
            yield Fault("contests.csv", line, "tile_column", found, "a place of its own")
    left = [(line, row.code) for line, row in contests if row.tile is None]
    for line, code in left if taken else ():
        yield Fault("contests.csv", line, "tile_column", f"no place for {code}", "one for every contest, or for none")


def _strange_places(codes: Collection[str], tiles: list[tuple[int, Tile]]) -> Iterator[Fault]:
    """Two tiles in one place, tiles of two shapes, and contests that tiles.csv leaves out."""
    taken: dict[tuple[int, int], tuple[int, str]] = {}
    for line, tile in tiles:
        first, code = taken.setdefault((tile.column, tile.row), (line, tile.code))
        if first != line:
            found = f"column {tile.column}, row {tile.row} for {tile.code}, which is {code}'s on line {first}"
            yield Fault("tiles.csv", line, "column", found, "a place of its own")
        if tile.shape != tiles[0][1].shape:
            yield Fault(
                "tiles.csv", line, "shape", tile.shape, f"{tiles[0][1].shape}, because all tiles of a map are alike"
            )
    left = [code for code in codes if code not in {tile.code for _, tile in tiles}]
    if tiles and left:
        named = ", ".join(left[:_MOST_NAMED]) + (", …" if len(left) > _MOST_NAMED else "")
        yield Fault("tiles.csv", None, "code", f"no place for {named}", "one for every contest")


def _strange_series(readings: list[tuple[int, Reading]]) -> Iterator[Fault]:
    """Rows of one series that disagree on what it is, and such as stand before an earlier one of it."""
    firsts: dict[str, tuple[int, Reading]] = {}
    before: dict[str, Reading] = {}
    for line, row in readings:
        first, one = firsts.setdefault(row.id, (line, row))
        for column in ("name", "unit", "kind"):
            if getattr(row, column) != getattr(one, column):
                wants = f"{quoted(getattr(one, column))}, as on line {first}: rows of one id are one series"
                yield Fault("series.csv", line, column, quoted(getattr(row, column)), wants)
        if (last := before.get(row.id)) and row.at < last.at:
            wants = f"{iso_text(last.at)} or later: readings of a series stand in the order of time"
            yield Fault("series.csv", line, "at", iso_text(row.at), wants)
        before[row.id] = row


def _strange_votes(about: About, results: tuple[WideResult, ...]) -> Iterator[Fault]:
    """Columns of votes that belong to no party of the story."""
    columns = [f"votes_{party.id.lower()}" for party in about.parties]
    named = dict.fromkeys(name for row in results for name in row.model_extra or ())
    for name in named:
        if name not in columns:
            wants = f"one for a party of story.toml: {', '.join(columns)}"
            yield Fault("results.csv", None, name, "a column of votes of no party", wants)


def _incomplete_ledger(weights: Mapping[str, int], ledger: list[tuple[int, Call]]) -> Iterator[Fault]:
    called = {call.contest for _, call in ledger if call.role == "primary"}
    left = [code for code in weights if code not in called]
    if called and left:
        named = ", ".join(left[:_MOST_NAMED]) + (", …" if len(left) > _MOST_NAMED else "")
        found = f"no primary call of {named} ({sum(weights[code] for code in left):,} of {sum(weights.values()):,})"
        yield Fault("calls.csv", None, "contest", found, "one primary call of each contest")


Ledger = list[tuple[int, Call]]
Taken = Mapping[str, tuple[int, Withdrawal]]


def strange_calls(about: About, ledger: Ledger, withdrawals: list[tuple[int, Withdrawal]]) -> Iterator[Fault]:
    """Calls and withdrawals that contradict each other, or that a total would count twice."""
    for line, call in ledger:
        if call.role == "primary" and call.caller != about.caller:
            wants = f"{about.caller}, the caller in story.toml, whose ledger the primary calls are"
            yield Fault("calls.csv", line, "caller", f"{quoted(call.caller)} in a primary call", wants)
    taken: dict[str, tuple[int, Withdrawal]] = {}
    for line, row in withdrawals:
        first, _ = taken.setdefault(row.call, (line, row))
        if first != line:
            yield Fault(
                "withdrawals.csv", line, "call", f"{quoted(row.call)} again, first on line {first}", "each once"
            )
    lives = _lives(about, ledger)
    yield from _strange_logs(ledger, lives)
    yield from _strange_withdrawals(about, {call.id: call for _, call in ledger}, taken)
    selectable = {caller.id for caller in about.callers if caller.selectable}
    for (_, caller), life in lives.items():
        for before, after in pairwise(life):
            if before[1].id in taken:
                yield from _too_early(about, taken[before[1].id][1], after)
            elif not before[1].party:
                yield from _undecided_later(about, before[1], after)
            elif caller in selectable:
                yield _doubled(before, after)


def _lives(about: About, ledger: Ledger) -> dict[tuple[str, str], Ledger]:
    """The calls of each contest by each caller, by time; second logs left out."""
    found: dict[tuple[str, str], Ledger] = defaultdict(list)
    for line, call in ledger:
        if call.role != "corroboration":
            found[call.contest, call.caller].append((line, call))
    return {key: sorted(calls, key=lambda entry: _latest(entry[1], about)) for key, calls in found.items()}


def _latest(call: Call, about: About) -> datetime:
    when = call.interval(about.clock)
    return when.latest if when else OPEN_END


def _doubled(before: tuple[int, Call], after: tuple[int, Call]) -> Fault:
    """Two calls of one contest of which the earlier was not taken back."""
    (first, _), (line, call) = sorted((before, after), key=lambda entry: entry[0])
    found = f"a second {call.role} call of {call.contest} by {call.caller}, the first is on line {first}"
    wants = "one, and role corroboration for another log of it"
    if before[1].party != after[1].party:
        wants = f"one, or a row of withdrawals.csv that says when {call.caller} took {before[1].id} back"
    return Fault("calls.csv", line, "contest", found, wants)


def _strange_logs(ledger: Ledger, lives: Mapping[tuple[str, str], Ledger]) -> Iterator[Fault]:
    """Second logs that name another party than every call of that contest by that caller which they are logs of."""
    for line, call in ledger:
        logged = lives.get((call.contest, call.caller), [])
        if call.role == "corroboration" and logged and all(other.party != call.party for _, other in logged):
            first, other = logged[0]
            found = f"a corroboration of {call.contest} for {_party(call)} by {call.caller}"
            wants = f"{_party(other)}, as in the call on line {first} that it is another log of"
            yield Fault("calls.csv", line, "party", found, wants)


def _party(call: Call) -> str:
    return quoted(call.party) if call.party else "nobody"


def _strange_withdrawals(about: About, calls: Mapping[str, Call], taken: Taken) -> Iterator[Fault]:
    for line, row in taken.values():
        call = calls.get(row.call)
        made, back = call and call.interval(about.clock), row.interval(about.clock)
        if call and call.role == "corroboration":
            found = f"{quoted(call.id)}, which is a second log"
            yield Fault("withdrawals.csv", line, "call", found, "the id of the call that it is a log of")
        elif made and back and _may_precede(back, made):
            yield Fault(
                "withdrawals.csv", line, "call", f"a withdrawal that may lie before {row.call} was made", _ORDER
            )


_ORDER = "bounds that do not overlap: a call, then its withdrawal, then the next call"


def _too_early(about: About, row: Withdrawal, after: tuple[int, Call]) -> Iterator[Fault]:
    back, made = row.interval(about.clock), after[1].interval(about.clock)
    if back and made and _may_precede(made, back):
        found = f"a call that may lie before the withdrawal {row.id}"
        yield Fault("calls.csv", after[0], "contest", found, _ORDER)


def _undecided_later(about: About, before: Call, after: tuple[int, Call]) -> Iterator[Fault]:
    """A call that may lie before the run-off or the tie that it decides."""
    first, made = before.interval(about.clock), after[1].interval(about.clock)
    if first and made and _may_precede(made, first):
        found = f"a call that may lie before {before.id}, which has no winner"
        yield Fault("calls.csv", after[0], "contest", found, "bounds that do not overlap: a run-off, then who won it")


def _may_precede(later: When, earlier: When) -> bool:
    """Whether what came later ends sooner, or the two are too vague to say when each stood.

    An interval that reaches over an exact time before it is cut there, since it came after it.
    """
    vague = earlier.earliest < earlier.latest
    return later.latest < earlier.latest or (vague and later.earliest < earlier.latest)
