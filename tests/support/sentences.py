"""Reads sentences back from what is served, and holds each against the reference: what it finds false it names."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import urlencode

from tests.support.reference import Fact, Night, instant

_DAY = timedelta(days=1)
_FIGURE = r"((?:at least )?\d+(?:,\d{3})*(?: to \d+(?:,\d{3})*)?)"


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
        return self.night.totals(self.caller, self.until, told=self.at, before=before)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Reading:
    """How many sentences of each kind were read, and the false ones."""

    met: Counter[str] = field(default_factory=Counter)
    false: list[str] = field(default_factory=list)

    def hold(self, kind: str, case: Case, said: str, *, true: bool, right: object = "") -> None:
        """Count a sentence, and keep it where it is not true."""
        self.met[kind] += 1
        if not true:
            self.false.append(f"{kind}: {case.address()}: “{said}”; right: {right}")

    def read(self, case: Case, form: str, body: str) -> None:
        """Everything that this body says and the reference can tell."""
        if form == ".csv":
            self._table(case, body)
            return
        if form == ".svg":
            self._drawing(case, body)
            return
        self._heads(case, form, body)
        if form == "":
            self._moments(case, body)
            self._replay(case, body)
            self._claim_of_count(case, body)

    def _drawing(self, case: Case, body: str) -> None:
        """The alternative text of a drawing, and the totals that stand at the ends of its lines."""
        self._headline("alternative", case, _found(r"<desc[^>]*>(.*?)</desc>", body))
        if case.night.complete(case.caller):
            for short, right in case.totals().items():
                for said in re.findall(rf">{re.escape(short)} ((?:at least )?[\d,]+(?:–[\d,]+)?)<", body):
                    self.hold("label of a total", case, said, true=said == right.replace(" to ", "–"), right=right)

    # Headline, summary, share card

    def _heads(self, case: Case, form: str, body: str) -> None:
        title = _found(r"<title>(.*?)</title>", body)
        described = _found(r'<meta name="description" content="(.*?)">', body)
        texts = {"headline": title, "summary": described}
        if form == "share":
            texts = {
                "card title": _found(r'<meta property="og:title" content="(.*?)">', body),
                "card description": _found(r'<meta property="og:description" content="(.*?)">', body),
            }
        for kind, text in texts.items():
            if "title" in kind or kind == "headline":
                self._headline(kind, case, text)
            else:
                self._summary(kind, case, text)

    def _headline(self, kind: str, case: Case, text: str) -> None:
        if case.chart in ("results", "map"):
            self._result(f"{kind} of totals", case, text)
        if case.chart in ("timeline", "replay"):
            self._named(f"{kind} of calls", case, text)

    def _result(self, kind: str, case: Case, text: str) -> None:
        night, verb = case.night, case.night.verb
        if not night.complete(case.caller):
            called = len({call.row["contest"] for call in night.of(case.caller) if call.last <= (case.at or call.last)})
            self.hold(f"{kind}, none", case, text, true=f"no total: {called} of {len(night.weights)} calls" in text)
            return
        totals = case.totals()
        if m := re.search(rf"had {verb} (.*?)(?:;|$)", text):
            *others, last = [f"{figure} for {short}" for short, figure in totals.items()]
            right = f"{', '.join(others)} and {last}"
            nothing = all(figure in ("0", "at least 0") for figure in totals.values())
            said = m[1].removesuffix(".")
            good = said.startswith("nothing") if nothing else said == right
            self.hold(kind, case, text, true=good and night.time(case.until) in text, right=right)
        elif "Nothing is known" in text:
            self.hold(kind, case, text, true=all(not re.search("[1-9]", one) for one in totals.values()), right=totals)
        if text.startswith("By ") and case.at is None and case.chart == "results":
            at_end = any(call.first == case.end for call in night.of(case.caller))
            self.hold("by or before", case, text, true=not at_end, right="before")

    def _named(self, kind: str, case: Case, text: str) -> None:
        night, verb, who = case.night, case.night.verb, case.night.said(case.caller)
        told = [call for call in night.of(case.caller) if call.last <= (case.at or call.last)]
        inside = [call for call in told if call.touches(case.start, case.end)]
        if "No call" in text:
            self.hold(f"{kind}, no", case, text, true=not inside, right=[_name(night, call) for call in inside[:3]])
            seen = sum(night.seen(case.start, case.end).values())
            if "observation falls" in text and case.at is None:
                self.hold("no observation", case, text, true=not seen, right=seen)
        for said in re.findall(rf"{re.escape(who)} {verb} (.*?)(?:; |$)", text):
            names = [call for call in inside if re.search(rf"\b{re.escape(_name(night, call))}\b", said)]
            timed = [call for call in names if night.time(call.last).rsplit(" ", 1)[0] in said or not call.exact]
            more = re.search(r"and (\d+) more", said)
            together = [call for call in inside if names and (call.first, call.last) == (names[0].first, names[0].last)]
            count = not more or len(together) == 2 + int(more[1])
            self.hold(kind, case, text, true=bool(timed) and count, right=[_name(night, call) for call in inside[:3]])
            for call in names:
                if call.exact and night.is_twice(call.last):
                    self.hold(
                        "time of two", case, text, true=night.time(call.last) in text, right=night.time(call.last)
                    )

    def _summary(self, kind: str, case: Case, text: str) -> None:
        night = case.night
        if night.complete(case.caller) and case.chart in ("timeline", "results", "map", "replay"):
            for short, right in case.totals().items():
                for said in re.findall(rf"\b{re.escape(short)} {_FIGURE}", text):
                    self.hold(f"{kind} of totals", case, text, true=said == right, right=f"{short} {right}")
        if (m := re.search(r"(\d+) dated observations?: ([^;.]*)", text)) and case.at is None:
            seen = night.seen(case.start, case.end)
            counts = {state: count for state, count in seen.items() if state in ("failing", "degraded", "answering")}
            said_ = {state: int(count) for count, state in re.findall(r"(\d+) (\w+)", m[2])}
            self.hold(f"{kind} of observations", case, text, true=said_ == counts and int(m[1]) == sum(counts.values()))
        self.hold(f"{kind} of one", case, text, true=not re.search(r"(?<!to )\b1 (seats|areas|electoral votes)", text))

    # Sentences of moments

    def _moments(self, case: Case, body: str) -> None:
        if found := re.search(r'id="nd-moments">(.*?)</script>', body, re.DOTALL):
            for utc, sentence, _ in json.loads(found[1]):
                self._moment("moment", case, instant(utc), sentence)

    def _replay(self, case: Case, body: str) -> None:
        if not (found := re.search(r'id="nd-night">(.*?)</script>', body, re.DOTALL)):
            return
        night = json.loads(found[1])
        for order, told in night["orders"].items():
            for second, place in told["moments"]:
                at = case.start + timedelta(seconds=second)
                self._moment(f"replay, {order}", case, at, night["said"][place], sure=order == "known")

    def _moment(self, kind: str, case: Case, at: datetime, sentence: str, *, sure: bool = False) -> None:
        night, verb = case.night, case.night.verb
        calls = night.of(case.caller)
        made = [call for call in calls if call.last <= at]
        first = re.split(rf"\. (?=No |Latest|{re.escape(_main(night))})", sentence)[0]
        if kind.startswith("replay") and not made:
            # It stands until the next change, when the minute that it was made for is over.
            self.hold("replay, no minute that is over", case, sentence, true=not first.startswith("At "))
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
        named = any(_name(night, call) in first for call in newest)
        self.hold(f"{kind}, last call", case, sentence, true=named, right=[_name(night, call) for call in newest])
        if first.startswith(("At ", "By ")):
            self.hold(f"{kind}, time", case, sentence, true=night.time(at) in first[:40], right=night.time(at))
        if night.complete(case.caller):
            for short, right in night.totals(case.caller, at, told=case.at, sure=sure).items():
                said = re.findall(rf"\b{re.escape(short)} {_FIGURE}", first.rpartition(": ")[2])
                self.hold(f"{kind}, total", case, sentence, true=said == [right], right=f"{short} {right}")

    def _claim_of_count(self, case: Case, body: str) -> None:
        """What opens says how many events it holds."""
        panel = re.search(
            r'<details id="nd-events"><summary>([\d,]+) events?</summary>(.*?)</details>', body, re.DOTALL
        )
        if panel and "nd-cut" not in panel[2]:
            held = len(re.findall(r"<li\b", panel[2]))
            if held:
                self.hold("events counted", case, panel[1], true=int(panel[1].replace(",", "")) == held, right=held)
        for said in re.findall(r"at least (\d+) hours? before the first call of", body):
            calls = case.night.of(case.caller)
            trouble = [fact for fact in case.night.observations if _is_trouble(case.night, fact)]
            inside = [fact for fact in trouble if fact.touches(case.start, case.end)]
            if calls and inside and case.at is None:
                least = min(call.first for call in calls) - min(fact.last for fact in inside)
                self.hold("hours before the first call", case, said, true=int(said) <= least / timedelta(hours=1))

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
        said = told["passport"]["takeaway"].rpartition("? ")[2]
        for words, order in re.findall(r"([A-Za-z]+) (?:of \w+ accounts puts? it|came) (before|after)", said):
            self.hold(
                "count of accounts", case, said, true=_SPELT.index(words.casefold()) == orders[order], right=orders
            )

    # Tables

    def _table(self, case: Case, body: str) -> None:
        for row in csv.DictReader(io.StringIO(body.removeprefix("\ufeff"))):
            call = next((one for one in case.night.of(case.caller) if f"calls:{one.row['id']}" == row["row"]), None)
            if call is None or not case.night.complete(case.caller) or not row["value"]:
                continue
            weight = case.night.weights[call.row["contest"]]
            self.hold("weight in a table", case, row["value"], true=float(row["value"]) == weight, right=weight)
            ends = [f"{int(row[name]):,}" for name in ("total_low", "total_high") if row[name]]
            said = " to ".join(dict.fromkeys(ends))
            said = f"at least {said}" if row["total_low"] and not row["total_high"] else said
            inside = call.last < case.end if case.at is None else call.last <= case.at
            if case.chart not in ("map", "replay") and inside:
                right = case.night.total(case.caller, case.night.side_of(call, case.at), call.last)
                self.hold("total in a table", case, said, true=said == right, right=right)
            elif said and case.at is None:
                # A call that may come after the window has the total of its own latest moment, or none.
                right = case.night.total(case.caller, case.night.side_of(call, case.at), call.last)
                self.hold("total in a table, beyond", case, said, true=said == right, right=right)


_SPELT = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def _order(account: dict[str, Any], event: Fact) -> str:
    """Before, after or neither: a minute is all of its instants, and a first sighting all before it too."""
    units = {"second": timedelta(seconds=1), "day": timedelta(seconds=1)}
    minute = timedelta(minutes=1)
    if instant(account["latest"]) + units.get(account["precision"], minute) <= event.first:
        return "before"
    ends = event.last + units.get(event.row["precision"], minute)
    return "after" if not account["by"] and instant(account["earliest"]) >= ends else "cannot tell"


def _main(night: Night) -> str:
    return next((str(one["host"]) for one in night.about.get("services", []) if one.get("main")), "site")


def _is_trouble(night: Night, fact: Fact) -> bool:
    hosts = {one["id"]: one["host"] for one in night.about.get("services", [])}
    return fact.row["status"] in ("failing", "degraded") and hosts.get(fact.row["service"]) == _main(night)


def _name(night: Night, call: Fact) -> str:
    return night.names[call.row["contest"]]


def _found(pattern: str, body: str) -> str:
    found = re.search(pattern, body, re.DOTALL)
    return unescape(found[1]).replace("\u00a0", " ") if found else ""
