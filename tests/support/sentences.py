"""Reads sentences back from what is served, and holds each against the reference: what it finds false it names."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import accumulate
from typing import Any
from urllib.parse import urlencode

from tests.support.reference import Fact, Night, bounded, instant, round_of, unit_of

_DAY = timedelta(days=1)
#: What may be seen of a site.
SEEN = ("failing", "unreachable", "degraded", "answering")
#: Characters of a document's own headline and of a shorter one: with fewer it leaves nothing out.
_ROOM, _LITTLE_ROOM = 240, 140
_FIGURE = r"((?:at least )?\d+(?:,\d{3})*(?: to \d+(?:,\d{3})*)?)"
#: A projection with its bounds, and the two kinds of clauses that tell figures which are in no total.
_BOUNDED = r"(\d+ to \d+|\d+(?: \(\d+(?: to \d+)?\))?)"
_BESIDE = r"last projected (?!by )([^;.]*)|([^;.:]*?): votes counted(?:, round (\d+))?: ([^;.]*)"
#: Contests that nobody has won, and how else than simply one was won, as calls.csv and sentences have them.
_UNDECIDED = {"a run-off": "runoff", "run-offs": "runoff", "a tie": "tie", "ties": "tie"}
_HOW = {"": "won", "by lot": "lots", "after a tie": "tie", "not leading in the count": "not_leading"}


#: "6:59 p.m. EST: Indiana for Trump, AP (11 electoral votes, Trump total 19)", and so for what is withdrawn.
_IN_WORDS = (
    rf": (?:Possibly )?(withdrawn: )?([^<>:]+?) for ([^<>,(]+?)(?: \([a-z ]+\))?, [^<>]*?"
    rf"\((?:less )?\d+ [a-z ]+, [^<>,()]+ total {_FIGURE}\)"
)

_HEADS = ("headline", "card title", "headline of a picture", "alternative")
_HEAD_KINDS = (
    *("totals", "totals, none", "totals, withdrawn", "calls", "calls, no", "calls, withdrawn", "a series"),
    *("totals, for nobody", "calls, outcome", "a projection"),
)
_MOMENT_KINDS = ("nothing", "last call", "withdrawal", "total", "outcome", "projection", "count")
_SUMMARY_KINDS = ("totals", "observations", "one", "projections", "counts")
#: Every kind of sentence that is read.
KINDS = (
    *(f"{head} of {kind}" for head in _HEADS for kind in _HEAD_KINDS),
    *(f"{kind} of {what}" for kind in ("summary", "card description") for what in _SUMMARY_KINDS),
    *(f"{kind}, {what}" for kind in ("moment", "replay, happened", "replay, known") for what in _MOMENT_KINDS),
    "moment, time",
    *("replay, happened, no minute that is over", "replay, known, no minute that is over"),
    *("moment, reading", "replay, happened, reading", "no total stands"),
    *("label of a total", "by or before", "no observation", "time of two", "events counted"),
    *(
        f"{what} in {form}"
        for form in ("a table", "data")
        for what in ("weight", "total", "total beyond what is drawn", "withdrawal")
    ),
    "total in words",
    *("no winner stood", "outcome in a table", "projection in a table", "count in a table", "outcome of an event"),
    *("label of a count", "label of a projection", "time before the first call"),
    *("verdict on an account", "reported first", "reported first, nothing"),
    *("count of accounts", "count of accounts, open", "count of accounts, apart", "count of accounts, none"),
    "claim without a call",
)


@dataclass(frozen=True)
class Case:
    """What is asked: a chart of a night in a window, by one caller, told whole or up to a moment."""

    night: Night
    slug: str
    chart: str
    start: datetime
    end: datetime
    caller: str
    at: datetime | None = None

    @property
    def query(self) -> str:
        asked = {"from": _utc(self.start), "to": _utc(self.end), "caller": self.caller}
        return urlencode(asked | ({"at": _utc(self.at)} if self.at else {}))

    def address(self, form: str = "") -> str:
        """Where the routes answer in this form: "" is the document, "share" the page to paste."""
        if form == "share":
            return f"/s/{self.slug}/{self.chart}?{self.query}"
        return f"/embed/{self.slug}/{self.chart}{form}?{self.query}"

    @property
    def until(self) -> datetime:
        return self.at or self.end

    def totals(self) -> dict[str, str]:
        """The totals at the end of what is drawn: of a window, which is half-open, without what came at its end."""
        before = self.end if self.chart != "map" and self.chart != "replay" else None
        return self.night.totals(self.caller, self.until, before=before, until=self.at)

    def taken(self) -> list[Fact]:
        """The calls that had surely been taken back by then; of a window, which is half-open, before its end."""
        backs = [call for call in self.night.of(self.caller) if call.back]
        open_end = self.chart == "results" and self.at is None
        return [call for call in backs if call.back and _by(call.back, self.until, open_end=open_end)]

    def undecided(self) -> list[Fact]:
        """Of each contest the last call by then, if nobody has won it."""
        open_end = self.chart == "results" and self.at is None
        return self.night.undecided(self.caller, lambda call: _by(call, self.until, open_end=open_end))

    def projected(self) -> list[Fact]:
        """What the caller, or for want of it another, projected in the window and by the moment it is told to.

        What is played shows its last instant too, as its totals do.
        """
        rows = self.night.projected_by(self.caller, self.at)
        ends = [fact for fact in rows if self.chart == "replay" and fact.first == self.end]
        return [fact for fact in rows if (fact.first < self.end or fact in ends) and fact.last >= self.start]

    def counts_of(self, contest: str, turn: int) -> dict[str, int]:
        """Side -> the votes that stood for it at the end of what is drawn."""
        told = self.night.counted(self.until, contest=contest, turn=turn, before=self.at is None)
        sides = self.night.sides(self.caller, self.at)
        votes = {name: [int(told[one].row["votes"]) for one in of if one in told] for name, of in sides.items()}
        return {name: sum(found) for name, found in votes.items() if found}


def _by(back: Fact, until: datetime, *, open_end: bool) -> bool:
    return back.last < until if open_end else back.last <= until


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Reading:
    """How many sentences of each kind were read, and the false ones."""

    met: Counter[str] = field(default_factory=Counter)
    false: list[str] = field(default_factory=list)

    def __add__(self, other: Reading) -> Reading:
        return Reading(self.met + other.met, [*self.false, *other.false])

    def hold(self, kind: str, case: Case, said: str, *, true: bool, right: object = "") -> None:
        """Count a sentence, and keep it where it is not true."""
        if kind not in KINDS:
            raise ValueError(f"{kind} is not among KINDS")
        self.met[kind] += 1
        if not true:
            self.false.append(f"{kind}: {case.address()}: “{said}”; right: {right}")

    def read(self, case: Case, form: str, body: str) -> None:
        """Everything that this body says and the reference can tell."""
        if form == ".csv":
            self._table(case, body)
            return
        if form == ".json":
            self._data(case, body)
            return
        if form == ".svg":
            self._drawing(case, body)
            return
        self._heads(case, form, body)
        if form == "":
            self._picked(case, body)
            self._replay(case, body)
            self._claim_of_count(case, body)

    def _drawing(self, case: Case, body: str) -> None:
        """The alternative text of a drawing, and the totals that stand at the ends of its lines."""
        self._headline("alternative", case, _found(r"<desc[^>]*>(.*?)</desc>", body))
        if case.night.complete(case.caller):
            for short, right in case.totals().items():
                counts = self._counts_drawn(case, short)
                for said in re.findall(rf">{re.escape(short)} ((?:at least )?[\d,]+(?:–[\d,]+)?)<", body):
                    total = said == right.replace(" to ", "–")
                    kind = "label of a count" if counts and not total else "label of a total"
                    self.hold(kind, case, said, true=total or said in counts, right=(right, counts))
        self._words(case, body)
        for call in case.night.of(case.caller):
            if call.exact and case.night.is_twice(call.last):
                label = rf">{re.escape(_name(case.night, call))} {re.escape(_clock(case.night, call.last))}([^<]*)<"
                for zone in re.findall(label, body.replace("\u00a0", " ")):
                    right = case.night.time(call.last)
                    self.hold("time of two", case, zone, true=zone.split()[:1] == right.split()[-1:], right=right)
        drawn = {(case.night.parties[fact.row["party"]], bounded(fact.row)) for fact in case.projected()}
        for label in re.findall(rf">([^<>]+?) {_BOUNDED} projected<", body):
            self.hold("label of a projection", case, " ".join(label), true=label in drawn, right=drawn)

    def _words(self, case: Case, body: str) -> None:
        """The total behind each call and withdrawal that a drawing tells in words."""
        night = case.night
        if not night.complete(case.caller):
            return
        for back, name, short, total in re.findall(_IN_WORDS, unescape(body.replace("\u00a0", " "))):
            calls = [
                one
                for one in night.of(case.caller)
                if (_name(night, one), one.row["party"]) == (name, night.ids.get(short))
            ]
            made = [(one, one.back if back else one) for one in calls]
            right = [self._total_by(case, call, fact) for call, fact in made if fact]
            self.hold("total in words", case, f"{name} for {short}: {total}", true=total in right, right=right)

    @staticmethod
    def _total_by(case: Case, call: Fact, fact: Fact) -> str:
        """The total of a call's side once it or its withdrawal had come, at the latest by the moment told to."""
        at = min(fact.last, case.at or fact.last)
        return case.night.total(case.caller, case.night.side_of(case.caller, call.row["party"], case.at), at)

    @staticmethod
    def _counts_drawn(case: Case, side: str) -> set[str]:
        """The votes of a side that stand in any count, as a drawing writes them."""
        if case.chart not in ("results", "replay"):
            return set()
        rounds = {(fact.row["contest"], round_of(fact)) for fact in case.night.counts}
        return {f"{case.counts_of(*one)[side]:,}" for one in rounds if side in case.counts_of(*one)}

    # Headline, summary, share card

    def _heads(self, case: Case, form: str, body: str) -> None:
        title = _found(r"<title>(.*?)</title>", body)
        described = _found(r'<meta name="description" content="(.*?)">', body)
        texts = {"headline": title, "summary": described}
        if form == "share":
            texts = {
                "card title": _found(r'<meta property="og:title" content="(.*?)">', body),
                "card description": _found(r'<meta property="og:description" content="(.*?)">', body),
                "headline of a picture": _found(r'<meta property="og:image:alt" content="(.*?)">', body),
            }
        for kind, text in texts.items():
            if "title" in kind or "headline" in kind:
                self._headline(kind, case, text)
            else:
                self._summary(kind, case, text)

    def _headline(self, kind: str, case: Case, text: str) -> None:
        if case.chart in ("results", "map"):
            self._result(f"{kind} of totals", case, text)
            held = [fact for fact in case.projected() if fact.last <= case.until]
            self._projections(f"{kind} of a projection", case, text, case.night.standing(held))
        if case.chart in ("timeline", "replay"):
            self._named(f"{kind} of calls", case, text)

    def _result(self, kind: str, case: Case, text: str) -> None:
        night, verb = case.night, case.night.verb
        if not night.complete(case.caller):
            called = len({call.row["contest"] for call in night.of(case.caller) if call.last <= (case.at or call.last)})
            self.hold(f"{kind}, none", case, text, true=f"no total: {called} of {len(night.weights)} calls" in text)
            return
        totals = case.totals()
        taken = case.taken()
        stood = rf"({_FIGURE} for .*?) stood as {verb} by " if " stood as " in text else ""
        if m := re.search(stood or rf"had {verb} (.*?)(?:;|…|$)", text):
            right = _all([f"{figure} for {short}" for short, figure in totals.items()])
            nothing = all(figure in ("0", "at least 0") for figure in totals.values())
            said = m[1].removesuffix(".")
            self._withdrawn(f"{kind}, withdrawn", case, text, taken)
            self._for_nobody(f"{kind}, for nobody", case, text)
            good = (
                said.startswith("nothing")
                if nothing and not taken
                else right.startswith(said) and (said == right or "…" in text)
            )
            self.hold(kind, case, text, true=good and night.time(case.until) in text, right=right)
        elif "no winner stood" in text:
            none = all(not re.search("[1-9]", one) for one in totals.values())
            self.hold("no winner stood", case, text, true=none and bool(case.undecided()), right=totals)
            self._for_nobody(f"{kind}, for nobody", case, text)
        elif "is known to stand" in text:
            none = all(not re.search("[1-9]", one) for one in totals.values())
            self.hold("no total stands", case, text, true=none and bool(taken), right=totals)
        elif "Nothing is known" in text:
            self.hold(kind, case, text, true=all(not re.search("[1-9]", one) for one in totals.values()), right=totals)
        if text.startswith("By ") and case.at is None and case.chart == "results":
            calls = night.of(case.caller)
            at_end = any(case.end in (call.first, call.back.first if call.back else None) for call in calls)
            self.hold("by or before", case, text, true=not at_end, right="before")

    def _withdrawn(self, kind: str, case: Case, text: str, taken: list[Fact]) -> None:
        """Which calls a headline of totals says were taken back: of many the first and how many more."""
        said = re.search(r"withdrawn (?:by then|before): (.*)$", text)
        if not said and not taken:
            return
        names = [_name(case.night, call) for call in taken]
        more = re.search(r"and (\d+) more", said[1]) if said else None
        told = [name for name in names if said and re.search(rf"\b{re.escape(name)} for ", said[1])]
        whole = _taken_text(case.night, taken)
        good = not _has_room(kind, text, whole) if not said else bool(told) and (bool(more) or set(told) == set(names))
        self.hold(kind, case, text, true=good, right=names)

    def _for_nobody(self, kind: str, case: Case, text: str) -> None:
        """The contests that a headline of totals says nobody has won: of many the first two and how many more."""
        said = re.search(r"counted for nobody: (.*?)(?:; |$)", text)
        right = [_undecided_text(case.night, call) for call in case.undecided()]
        if not said and not right:
            return
        if not said:
            # What was withdrawn stands before it, and clauses are left out from the end.
            taken = "" if "; withdrawn " in text else _taken_text(case.night, case.taken())
            clause = f"; counted for nobody: {_all(right[:3])}"
            self.hold(kind, case, text, true=not _has_room(kind, text, taken + clause), right=right)
            return
        told = [one for one in right if re.search(rf"\b{re.escape(one)}(?!\w)", said[1])]
        more = re.search(r"and (\d+) more", said[1])
        good = len(right) == 2 + int(more[1]) and len(told) == 2 if more else len(told) == len(right)
        self.hold(kind, case, text, true=good or "…" in said[1], right=right)

    def _projections(self, kind: str, case: Case, text: str, right: dict[str, dict[str, Fact]]) -> None:
        """What each was said to have projected last, the most first; of many the first two and how many more."""
        ends = r"(?:; |\.(?= [A-Z]|$)|$)"
        for who, said in re.findall(
            rf"[Ll]ast projected by (.+?)(?:,? (?:the newest )?at [^;]*?)?: (\d.*?){ends}", text
        ):
            found = next((rows for caller, rows in right.items() if case.night.said(caller) == who), {})
            self.hold(kind, case, text, true="…" in said or _says(case.night, said, found), right=found)

    def _outcomes(self, kind: str, case: Case, text: str, told: list[Fact]) -> None:
        """That nobody has won a contest, or how it was won where it was not simply won."""
        night = case.night
        for found in re.finditer(r"(a run-off|run-offs|a tie|ties) in ", text):
            named = [call for call in told if re.match(rf"{re.escape(_name(night, call))}(?!\w)", text[found.end() :])]
            good = any(not call.row["party"] and call.outcome == _UNDECIDED[found[1]] for call in named)
            self.hold(kind, case, text, true=good, right=[call.outcome for call in named])
        for call in told:
            whom = f"{_name(night, call)} for {night.parties.get(call.row['party'], '-')}"
            if whom not in text:
                continue
            for how in re.findall(rf"\b{re.escape(whom)}(?!\w)(?: \(([a-z ]+)\))?", text):
                alike = {
                    one.outcome
                    for one in told
                    if (one.row["contest"], one.row["party"]) == (call.row["contest"], call.row["party"])
                }
                self.hold(kind, case, text, true=_HOW.get(how, "won") in alike, right=alike)

    def _series(self, kind: str, case: Case, text: str) -> None:
        """Where a series is said to stand highest, and between which two of its readings."""
        night, until = case.night, case.at
        read = [entry for entry in night.readings if until is None or entry[0] <= until]
        for name, figure, when in re.findall(
            r"(\w[\w ]*?) were highest at ([\d.,]+) a minute, the mean from (.*?)(?:;|$)", text
        ):
            found = _until(night, read).highest(case.start, case.end).get(name)
            good = found and figure == _figure(found[0]) and _clock(night, found[2]) in when
            self.hold(kind, case, text, true=bool(good), right=found)

    def _named(self, kind: str, case: Case, text: str) -> None:
        night, verb, who = case.night, case.night.verb, case.night.said(case.caller)
        told = [call for call in night.of(case.caller) if call.last <= (case.at or call.last)]
        inside = [call for call in told if call.touches(case.start, case.end)]
        self._series(f"{kind[: -len(' of calls')]} of a series", case, text)
        self._outcomes(f"{kind}, outcome", case, text, told)
        for who, said in re.findall(r"(?:^|[;:.] )([^;:.]+?) projected (\d.*?) (?:at|on|by|between) ", text):
            rows = case.projected()
            first = [one for one in rows if (one.row["caller"], one.last) == (rows[0].row["caller"], rows[0].last)]
            held = {one.row["party"]: one for one in first}
            good = bool(first) and night.said(first[0].row["caller"]).casefold() == who.casefold()
            good = good and ("…" in said or _says(night, said, held))
            self.hold(f"{kind[: -len(' of calls')]} of a projection", case, text, true=good, right=held)
        for said in re.findall(rf"{re.escape(who)} withdrew its \w+ of (.*?)(?:; |$)", text):
            backs = [call for call in told if call.back and call.back.touches(case.start, case.end)]
            named = [call for call in backs if _in(_name(night, call), said)]
            timed = [one for one in named if one.back and (_clock(night, one.back.last) in said or not one.back.exact)]
            self.hold(f"{kind}, withdrawn", case, text, true=bool(timed), right=[_name(night, one) for one in backs])
        if "o call" in text:
            self.hold(f"{kind}, no", case, text, true=not inside, right=[_name(night, call) for call in inside[:3]])
            seen = sum(night.seen(case.start, case.end).values())
            if "observation falls" in text and case.at is None:
                self.hold("no observation", case, text, true=not seen, right=seen)
        for said in re.findall(rf"{re.escape(who)} {verb} (.*?)(?:; |$)", text):
            names = [call for call in inside if _in(_name(night, call), said)]
            timed = [call for call in names if _clock(night, call.last) in said or not call.exact]
            more = re.search(r"and (\d+) more", said)
            together = [call for call in inside if names and (call.first, call.last) == (names[0].first, names[0].last)]
            count = not more or len(together) == 2 + int(more[1])
            self.hold(kind, case, text, true=bool(timed) and count, right=[_name(night, call) for call in inside[:3]])
            for call in names:
                if call.exact and night.is_twice(call.last) and _clock(night, call.last) in said:
                    self.hold(
                        "time of two", case, text, true=night.time(call.last) in text, right=night.time(call.last)
                    )

    def _summary(self, kind: str, case: Case, text: str) -> None:
        night, beside = case.night, re.sub(_BESIDE, "", text)
        for label in night.labels:
            # What else happened is told in the story's own words, votes among them.
            beside = beside.replace(label, "")
        self._beside(kind, case, text)
        if night.complete(case.caller) and case.chart in ("timeline", "results", "map", "replay"):
            for short, right in case.totals().items():
                for said in re.findall(rf"\b{re.escape(short)} {_FIGURE}", beside):
                    self.hold(f"{kind} of totals", case, text, true=said == right, right=f"{short} {right}")
        if (m := re.search(r"(\d+) dated observations?: ([^;.]*)", text)) and case.at is None:
            seen = night.seen(case.start, case.end)
            counts = {state: count for state, count in seen.items() if state in SEEN}
            said_ = {state: int(count) for count, state in re.findall(r"(\d+) (\w+)", m[2])}
            self.hold(f"{kind} of observations", case, text, true=said_ == counts and int(m[1]) == sum(counts.values()))
        self.hold(f"{kind} of one", case, text, true=not re.search(r"(?<!to )\b1 (seats|areas|electoral votes)", text))

    def _beside(self, kind: str, case: Case, text: str) -> None:
        """What a summary says of projections and counts, which are in no total."""
        night = case.night
        for projected, title, turn, counted in re.findall(_BESIDE, text):
            if "…" in projected + counted:
                continue
            if projected:
                right = {}
                for name, parties in night.sides(case.caller, case.at).items():
                    # A number for one of the parties of a side is none for all of them.
                    for party in parties:
                        if own := [fact for fact in case.projected() if fact.row["party"] == party]:
                            latest = max(fact.last for fact in own)
                            alone = name if len(parties) == 1 else night.parties[party]
                            right[alone] = next(bounded(fact.row) for fact in own if fact.last == latest)
                said = dict(re.findall(rf"(?:^|, )([^,]+?) {_BOUNDED}(?=,| [a-z]|$)", projected))
                self.hold(f"{kind} of projections", case, text, true=said == right, right=right)
                continue
            contest = next((code for code, name in night.names.items() if title.strip().endswith(name)), "")
            votes = {name: f"{number:,}" for name, number in case.counts_of(contest, int(turn or 1)).items()}
            said = dict(re.findall(r"(?:^|, )([^,]+?) ([\d,]*\d)(?=, | votes?$|$)", counted))
            self.hold(f"{kind} of counts", case, text, true=bool(votes) and said == votes, right=votes)

    # Sentences of moments

    def _picked(self, case: Case, body: str) -> None:
        """What a summary says of the moment up to which a night is told, behind what it says of the drawing."""
        told = _found(r'<p class="nd-told"[^>]*>(.*?)</p>', body).replace("\u00a0", " ")
        *_, picked = re.split(r"(?<![ap]\.m)\. (?=[A-Z])", told, maxsplit=1)
        if case.at and case.chart != "replay" and picked != told:
            self._moment("moment", case, case.at, picked)

    def _replay(self, case: Case, body: str) -> None:
        if not (found := re.search(r'id="nd-night">(.*?)</script>', body, re.DOTALL)):
            return
        night = json.loads(found[1])
        items = re.findall(r'<li data-after="(\d+)">(.*?)</li>', body)
        steps = accumulate(int(step) for step, _ in items)
        listed = [(at, unescape(said)) for at, (_, said) in zip(steps, items, strict=True)]
        said = [*dict.fromkeys(sentence for _, sentence in listed), *night["said"]]
        for order, told in night["orders"].items():
            own = told["moments"]
            moments = listed if own is None else [(at, said[place]) for at, place in own]
            for second, sentence in moments:
                at, plain = case.start + timedelta(seconds=second), sentence.replace("\u00a0", " ")
                self._played(f"replay, {order}", case, at, plain, sure=order == "known")

    def _played(self, kind: str, case: Case, at: datetime, sentence: str, *, sure: bool) -> None:
        """What happened last, each with its own time, and the totals of this instant."""
        night = case.night
        made = [call for call in night.of(case.caller) if call.last <= at]
        self._reading(f"{kind}, reading", case, at, sentence)
        for caller, rows in night.standing([fact for fact in night.projections if fact.last == at]).items():
            told = re.search(rf"(?i:{re.escape(night.said(caller))}) projected (\d.*?) at ", sentence)
            shown = any(fact in night.projected_by(case.caller, case.at) for fact in rows.values())
            good = _says(night, told[1], rows) if told else not shown
            self.hold(f"{kind}, projection", case, sentence, true=good, right=rows)
        if any(fact.last == at for fact in night.counts):
            self._last_counted(f"{kind}, count", case, at, sentence)
        # It stands until the next change, when the minute that it was made for is over.
        self.hold(f"{kind}, no minute that is over", case, sentence, true=not sentence.startswith(("At ", "By ")))
        for nothing in (f"had {night.verb} nothing", "othing is known to have been", "No call of"):
            if nothing in sentence:
                self.hold(f"{kind}, nothing", case, sentence, true=not made, right=made[:3])
                return
        self._outcomes(f"{kind}, outcome", case, sentence, made)
        now = [call for call in made if call.last == at]
        if backs := [call for call in made if call.back and call.back.last == at]:
            good = " withdrew its " in sentence and any(_name(night, call) in sentence for call in backs)
            self.hold(f"{kind}, withdrawal", case, sentence, true=good, right=[_name(night, call) for call in backs])
        elif now:
            names = [_name(night, call) for call in now]
            self.hold(f"{kind}, last call", case, sentence, true=any(name in sentence for name in names), right=names)
        if night.complete(case.caller) and made:
            for short, right in night.totals(case.caller, at, sure=sure, until=case.at).items():
                said = re.findall(rf"\b{re.escape(short)} {_FIGURE}", sentence)
                good = right in said or (not said and right in ("0", "at least 0"))
                self.hold(f"{kind}, total", case, sentence, true=good, right=f"{short} {right}")

    def _moment(self, kind: str, case: Case, at: datetime, sentence: str, *, sure: bool = False) -> None:
        night, verb = case.night, case.night.verb
        calls = night.of(case.caller)
        made = [call for call in calls if call.last <= at]
        parts = rf"\. (?=No |Latest|Last projected|Last count|The last reading|{re.escape(_main(night))})"
        first = re.split(parts, sentence)[0]
        self._reading(f"{kind}, reading", case, at, sentence)
        self._last_projected(f"{kind}, projection", case, at, sentence)
        self._last_counted(f"{kind}, count", case, at, sentence)
        self._outcomes(f"{kind}, outcome", case, first, made)
        if "had " + verb + " nothing" in first:
            possible = [] if sure else [call for call in calls if call.first <= at]
            good = not made and not possible and night.complete(case.caller)
            self.hold(f"{kind}, nothing", case, sentence, true=good, right=[_name(night, call) for call in made[:3]])
            return
        if "nothing is known" in first.casefold() or "no call of" in first.casefold():
            self.hold(
                f"{kind}, nothing", case, sentence, true=not made, right=[_name(night, call) for call in made[:3]]
            )
            return
        newest = [call for call in made if call.last == max(one.last for one in made)] if made else []
        backs = [(call.back.last, call) for call in calls if call.back and call.back.last <= at]
        if backs and max(moment for moment, _ in backs) >= newest[0].last:
            last = [call for moment, call in backs if moment == max(moment for moment, _ in backs)]
            good = " withdrew its " in first and any(_name(night, call) in first for call in last)
            self.hold(f"{kind}, withdrawal", case, sentence, true=good, right=[_name(night, call) for call in last])
        named = any(_name(night, call) in first for call in newest)
        if not (backs and " withdrew its " in first):
            self.hold(f"{kind}, last call", case, sentence, true=named, right=[_name(night, call) for call in newest])
        if first.startswith(("At ", "By ")):
            # A sentence of several times says their zone with the last of them.
            shown, _, zone = night.time(at).rpartition(" ")
            good = shown in first[:40] and zone in first
            self.hold(f"{kind}, time", case, sentence, true=good, right=night.time(at))
        if night.complete(case.caller):
            for short, right in night.totals(case.caller, at, sure=sure, until=case.at).items():
                said = re.findall(rf"\b{re.escape(short)} {_FIGURE}", first.rpartition(": ")[2])
                good = said == [right] or (not said and right in ("0", "at least 0"))
                self.hold(f"{kind}, total", case, sentence, true=good, right=f"{short} {right}")

    def _reading(self, kind: str, case: Case, at: datetime, sentence: str) -> None:
        """The last reading of each total: none is told in the order of publication, as readings are not dated so."""
        told = re.findall(r"The last reading, (.*?), was ([\d.,]+) ([^.]*)\.", sentence)
        if kind.startswith("replay, known") or not (told or case.night.readings):
            return
        last = case.night.read_at(at)
        right = [(_figure(float(row["value"])), row["unit"]) for _, row in last]
        said = [(figure, unit) for _, figure, unit in told]
        times = all(_clock(case.night, moment) in when for (moment, _), (when, _, _) in zip(last, told, strict=False))
        good = times and len(said) == len(right) and all(one[0] == two[0] for one, two in zip(said, right, strict=True))
        self.hold(kind, case, sentence, true=good, right=right)

    def _last_projected(self, kind: str, case: Case, at: datetime, sentence: str) -> None:
        """What every one of those who projected had projected last."""
        night = case.night
        right = night.standing([fact for fact in night.projected_by(case.caller, case.at) if fact.last <= at])
        said = re.findall(r"Last projected by .+?: \d", sentence)
        if said or right:
            self.hold(kind, case, sentence, true=len(said) == len(right), right=right)
        for caller, rows in right.items():
            own = re.search(
                rf"Last projected by {re.escape(night.said(caller))}(, the newest)? (.*?): (\d.*?)\.(?= [A-Z]|$)",
                sentence,
            )
            times = {(fact.last, fact.first) for fact in rows.values()}
            good = own and _clock(night, max(times)[0]) in own[2] and _says(night, own[3], rows)
            good = good and bool(own and own[1]) == (len(times) > 1)
            self.hold(kind, case, sentence, true=bool(good), right=rows)

    def _last_counted(self, kind: str, case: Case, at: datetime, sentence: str) -> None:
        """The count that was published last, with the votes of all its parties, the most first."""
        night, said = case.night, re.search(r"Last counts? published, of (.*?): (\d.*?)\.(?= [A-Z]|$)", sentence)
        held = night.counted(at)
        if not said and not held:
            return
        if not said or not held or (case.at and at > case.at):
            self.hold(kind, case, sentence, true=False, right=held)
            return
        last = max(held.values(), key=lambda fact: fact.last)
        turns = {round_of(fact) for fact in night.counts if fact.row["contest"] == last.row["contest"]
                 and (case.at is None or fact.last <= case.at)}  # fmt: skip
        turn = f", round {round_of(last)}" if max(turns) > 1 else ""
        votes = sorted((-int(fact.row["votes"]), night.parties[party]) for party, fact in held.items())
        told = [
            (-int(votes.replace(",", "")), short) for votes, short in re.findall(_each("([\\d,]+)", night), said[2])
        ]
        more = re.search(r"and (\d+) more", said[2])
        whole = len(votes) == 2 + int(more[1]) if more else len(told) == len(votes)
        good = whole and set(told) <= set(votes) and [one for one, _ in told] == [one for one, _ in votes[: len(told)]]
        named = said[1].startswith(f"{_name(night, last)}{turn}, ") and _clock(night, last.last) in said[1]
        # One time is that of all votes only where all were published at it.
        named &= ("the newest" in said[1]) == (len({(fact.first, fact.last) for fact in held.values()}) > 1)
        self.hold(kind, case, sentence, true=good and named, right=(votes, turn))

    def _claim_of_count(self, case: Case, body: str) -> None:
        """What opens says how many events it holds."""
        panel = re.search(
            r'<details id="nd-events"><summary>([\d,]+) events?</summary>(.*?)</details>', body, re.DOTALL
        )
        if panel and "nd-cut" not in panel[2]:
            held = len(re.findall(r"<li\b", panel[2]))
            if held:
                self.hold("events counted", case, panel[1], true=int(panel[1].replace(",", "")) == held, right=held)
        for label in re.findall(r"<li\b[^>]*>(.*?)</li>", panel[2], re.DOTALL) if panel else ():
            self._outcomes(
                "outcome of an event", case, unescape(re.sub("<[^>]+>", "", label)), case.night.of(case.caller)
            )
        for said, unit in re.findall(r"at least (\d+) (hour|minute)s? before the first call of", body):
            calls = case.night.of(case.caller)
            trouble = [fact for fact in case.night.observations if _is_trouble(case.night, fact)]
            inside = [fact for fact in trouble if fact.touches(case.start, case.end)]
            if calls and inside and case.at is None:
                least = min(call.first for call in calls) - min(fact.last for fact in inside)
                length = int(said) * timedelta(**{f"{unit}s": 1})
                self.hold("time before the first call", case, said, true=length <= least, right=least)

    # Claims

    def claim(self, night: Night, address: str, contest: str, caller: str, body: str) -> None:
        """The verdict on each account beside a caller's call, and how many of them the takeaway counts."""
        told = json.loads(body)
        case = Case(night, night.folder.name, "claim", *night.window, caller)
        event = next((call for call in night.of(caller) if call.row["contest"] == contest), None)
        accounts = [one for lane in told["lanes"] if lane["slug"] == "accounts" for one in lane["marks"][0]["items"]]
        if event is None:
            self.hold("claim without a call", case, told["passport"]["takeaway"], true=not told["events"])
            return
        orders = Counter[str]()
        for account in accounts:
            verdict, _, rest = account["track"].partition(" · ")
            right = _order(account, event)
            self.hold(
                "verdict on an account", case, f"{address}: {account['track']}", true=verdict == right, right=right
            )
            orders[right] += not rest.startswith("not counted")
        self._verdict(case, told["passport"]["takeaway"], orders)
        self._reported(case, event, told["passport"]["methods"])

    def _verdict(self, case: Case, said: str, orders: Counter[str]) -> None:
        """Before, by two accounts; three do not settle it: each number is that of the accounts whose bounds say so."""
        held, still = orders.total(), orders["cannot tell"]
        for order, words in re.findall(r": (before|after) .*, by (both|(?:all )?\w+) accounts?", said):
            number = {"both": 2}.get(words) or _SPELT.index(words.removeprefix("all "))
            good = number == orders[order] and orders.keys() - {order, "cannot tell"} == set()
            self.hold("count of accounts", case, said, true=good and (number == held or "settle" in said), right=orders)
        for words in re.findall(r"; (\w+) do(?:es)? not settle it", said):
            self.hold("count of accounts, open", case, said, true=_SPELT.index(words) == still, right=orders)
        for words, order in re.findall(r"(\w+) says? (before|after)", said):
            self.hold("count of accounts, apart", case, said, true=_SPELT.index(words) == orders[order], right=orders)
        if m := re.search(r"Cannot tell: (?:the (one)|(neither)|none of the (\w+)) account", said):
            number = 1 if m[1] else 2 if m[2] else _SPELT.index(m[3])
            self.hold("count of accounts, none", case, said, true=number == held == still, right=orders)

    def _reported(self, case: Case, event: Fact, notes: list[str]) -> None:
        """What was on record first, as the observations of the main site and the call have it."""
        said = next((note for note in notes if note.startswith("Reported first: ")), "")
        main = next((str(one["id"]) for one in case.night.about.get("services", []) if one.get("main")), "")
        if not (first := case.night.reported(main)):
            self.hold("reported first, nothing", case, said, true=not said)
            return
        right = "cannot"
        if first[1] <= event.first:
            right = "before"
        elif first[0] >= event.last + unit_of(event):
            right = "after"
        words = {
            "before": r"was on record .* before |, came .* before ",
            "after": r"is on record before |, came .* after ",
            "cannot": r"so its order with|too close to tell",
        }
        self.hold("reported first", case, said, true=bool(re.search(words[right], said)), right=right)

    # Tables

    def _table(self, case: Case, body: str) -> None:
        rows = [row for row in csv.DictReader(io.StringIO(body.removeprefix("\ufeff"))) if "row" in row]
        self._rows_beside(case, rows)
        if not case.night.complete(case.caller):
            return
        calls = {f"calls:{one.row['id']}": one for one in case.night.of(case.caller)}
        for row in rows:
            call = calls.get(row["row"])
            if call and not call.back and (case.at is None or call.last <= case.at):
                right = "called" if call.outcome == "won" else call.outcome
                self.hold("outcome in a table", case, row["status"], true=row["status"] == right, right=right)
        self._totals("a table", case, rows)

    def _data(self, case: Case, body: str) -> None:
        """What a program reads: the takeaway, and the totals of what adds up."""
        told = json.loads(body)
        self._headline("headline", case, told["passport"]["takeaway"].replace("\u00a0", " "))
        names = {"row": "row", "value": "value", "total_low": "low", "total_high": "high"}
        marks = [mark for lane in told["lanes"] for mark in lane["marks"] if mark["drawn_as"] in ("steps", "tiles")]
        items = [item for mark in marks for item in mark["items"]]
        rows = [{name: "" if item[of] is None else str(item[of]) for name, of in names.items()} for item in items]
        if case.night.complete(case.caller):
            self._totals("data", case, rows)

    def _totals(self, form: str, case: Case, rows: list[dict[str, str]]) -> None:
        """The weight of each call and withdrawal, and the total that its side then had."""
        night = case.night
        calls = {f"calls:{one.row['id']}": one for one in night.of(case.caller)}
        backs = {f"withdrawals:{one.back.row['id']}": one for one in calls.values() if one.back}
        for row in rows:
            call = calls.get(row["row"]) or backs.get(row["row"])
            if call is None or not call.row["party"] or not row["value"]:
                continue
            weight, fact = night.weights[call.row["contest"]], call
            if row["row"] in backs and call.back:
                weight, fact = -weight, call.back
            # What may have come by the moment told to has the total of that moment.
            at, right, said = min(fact.last, case.at or fact.last), self._total_by(case, call, fact), _total(row)
            if fact is not call:
                if case.chart == "results" and said and at < case.end:
                    good = said == right and float(row["value"]) == weight
                    self.hold(f"withdrawal in {form}", case, said, true=good, right=right)
                continue
            self.hold(f"weight in {form}", case, row["value"], true=float(row["value"]) == weight, right=weight)
            if case.chart not in ("map", "replay") and (at < case.end if case.at is None else at <= case.at):
                self.hold(f"total in {form}", case, said, true=said == right, right=right)
            elif said and case.at is None:
                # A call that may come after the window has the total of its own latest moment, or none.
                self.hold(f"total beyond what is drawn in {form}", case, said, true=said == right, right=right)

    def _rows_beside(self, case: Case, rows: list[dict[str, str]]) -> None:
        """Each projection with its bounds, and each count with how it differs from the one before of its party."""
        night, before = case.night, dict[tuple[str, int, str], int]()
        projected = {f"projections:{fact.row['id']}": fact.row for fact in night.projections}
        counts = dict[str, tuple[int, int]]()
        for fact in night.counts:
            contest, turn, party = fact.row["contest"], round_of(fact), fact.row["party"]
            stood = night.counted(fact.last, contest=contest, turn=turn)
            side, votes = night.side_of(case.caller, party, case.at), int(fact.row["votes"])
            total = sum(int(stood[one].row["votes"]) for one in side if one in stood)
            name = f"counts:{contest}.{party}.{turn}.{_utc(fact.last)}"
            counts[name] = votes - before.get((contest, turn, party), 0), total
            before[contest, turn, party] = votes
        for row in rows:
            if (known := projected.get(row["row"])) and row["lane"]:
                said = [row[name] for name in ("value_low", "value", "value_high")]
                right = [known[name] for name in ("low", "value", "high")]
                self.hold("projection in a table", case, str(said), true=said == right, right=right)
            if row["row"] in counts and row["lane"]:
                told = [row[name] for name in ("value", "total_low", "total_high")]
                change, total = counts[row["row"]]
                wanted = [str(change), str(total), str(total)]
                self.hold("count in a table", case, str(told), true=told == wanted, right=wanted)


def _says(night: Night, said: str, right: dict[str, Fact]) -> bool:
    """Whether words say these projections, the most first, with the unit behind the first one."""
    told = re.findall(_each(rf"{_BOUNDED}(?: ([a-z][a-z ]*?))?", night), said)
    known = {night.parties[party]: bounded(fact.row) for party, fact in right.items()}
    more = re.search(r"and (\d+) more", said)
    whole = len(known) == len(told) + int(more[1]) if more else len(known) == len(told)
    order = [_most(fact) for fact in sorted(right.values(), key=_most, reverse=True)][: len(told)]
    found = {night.parties[party]: _most(fact) for party, fact in right.items()}
    good = all(known.get(short) == figure for figure, _, short in told)
    unit = str(night.about["unit"])
    single = (
        " ".join([unit.split()[0].removesuffix("s"), *unit.split()[1:]]) if "areas" in unit else unit.removesuffix("s")
    )
    units = [one for _, one, _ in told] == [single if told and told[0][0] == "1" else unit, *[""] * (len(told) - 1)]
    return bool(told) and whole and good and units and [found[short] for _, _, short in told] == order


def _each(figure: str, night: Night) -> str:
    """The pattern of a figure for one of the sides of a night."""
    return rf"{figure} for ({'|'.join(sorted(map(re.escape, night.parties.values()), key=len, reverse=True))})(?!\w)"


def _most(fact: Fact) -> float:
    """By which number projections are in order: the value, else the upper bound."""
    return float(fact.row["value"] or 0) or float(fact.row["high"] or 0)


def _taken_text(night: Night, calls: Sequence[Fact]) -> str:
    """The clause "; withdrawn before: Georgia for Ann (by lot)" of calls, or of the first three."""
    how = {outcome: f" ({said})" if said else "" for said, outcome in _HOW.items()}
    told = [f"{_name(night, call)} for {night.parties[call.row['party']]}{how[call.outcome]}" for call in calls[:3]]
    return f"; withdrawn before: {_all(told)}" if told else ""


def _undecided_text(night: Night, call: Fact) -> str:
    """A run-off in Georgia."""
    return f"{'a run-off' if call.outcome == 'runoff' else 'a tie'} in {_name(night, call)}"


def _total(row: dict[str, str]) -> str:
    """The total of a row in words; of one without an upper end what is at least there."""
    ends = [f"{int(row[name]):,}" for name in ("total_low", "total_high") if row[name]]
    least = "at least " if row["total_low"] and not row["total_high"] else ""
    return f"{least}{' to '.join(dict.fromkeys(ends))}"


_SPELT = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def _order(account: dict[str, Any], event: Fact) -> str:
    """Before, after or neither: a minute is all of its instants, and a first sighting all before it too."""
    units = {"second": timedelta(seconds=1), "day": timedelta(seconds=1)}
    minute = timedelta(minutes=1)
    if instant(account["latest"]) + units.get(account["precision"], minute) <= event.first:
        return "before"
    ends = event.last + units.get(event.row["precision"], minute)
    return "after" if not account["by"] and instant(account["earliest"]) >= ends else "cannot tell"


def _has_room(kind: str, text: str, clause: str) -> bool:
    """Whether a headline that leaves this clause out could have held it."""
    room = _ROOM if kind.startswith("headline of totals") else _LITTLE_ROOM
    return len(text) + len(clause) < room


def _all(names: Sequence[str]) -> str:
    """One, two and three."""
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def _until(night: Night, read: list[tuple[datetime, dict[str, str]]]) -> Night:
    """The night with no other readings than these."""
    found = copy(night)
    found.readings = read
    return found


def _clock(night: Night, moment: datetime) -> str:
    """A time of day without its zone."""
    return night.time(moment).rsplit(" ", 1)[0]


def _figure(value: float) -> str:
    """1,234 or 8.8 or 3"""
    told = round(value, 0 if abs(value) >= 10 else 1)
    return f"{int(told) if told == int(told) else told:,}"


def _main(night: Night) -> str:
    return next((str(one["host"]) for one in night.about.get("services", []) if one.get("main")), "site")


def _is_trouble(night: Night, fact: Fact) -> bool:
    hosts = {one["id"]: one["host"] for one in night.about.get("services", [])}
    return fact.row["status"] in ("failing", "unreachable", "degraded") and hosts.get(fact.row["service"]) == _main(
        night
    )


def _name(night: Night, call: Fact) -> str:
    return night.names[call.row["contest"]]


def _in(name: str, said: str) -> bool:
    """Whether a name stands in what is said, and not as a part of a longer word."""
    return name in said and bool(re.search(rf"\b{re.escape(name)}\b", said))


def _found(pattern: str, body: str) -> str:
    found = re.search(pattern, body, re.DOTALL)
    return unescape(found[1]).replace("\u00a0", " ") if found else ""
