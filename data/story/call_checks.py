"""What calls and their withdrawals say together: each caller has one call of a contest at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import pairwise

from data.core.model import OPEN_END, When
from data.story.faults import Fault, quoted
from data.story.story_toml import About
from data.story.tables import Call, Withdrawal

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
            found = f"a corroboration of {call.contest} for {quoted(call.party)} by {call.caller}"
            wants = f"{quoted(other.party)}, as in the call on line {first} that it is another log of"
            yield Fault("calls.csv", line, "party", found, wants)


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


def _may_precede(later: When, earlier: When) -> bool:
    """Whether what came later ends sooner, or the two are too vague to say when each stood.

    An interval that reaches over an exact time before it is cut there, since it came after it.
    """
    vague = earlier.earliest < earlier.latest
    return later.latest < earlier.latest or (vague and later.earliest < earlier.latest)
