"""Before or after: interval arithmetic, the accounts of the 2016 night, and what no caller's minute can change."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.charts.claim_record import record_of
from components.charts.claim_words import quotable
from components.charts.clock import Clock
from data.accounts import subjects_of
from data.analysis.claims import Verdict, agreed, order, span_of
from data.anchors import Anchor, anchor_of, anchors_of, nightly
from data.claims import Account, Subject, weigh
from data.errors import DataError
from data.findings import Finding, check_claim, default_question
from data.interest import load_interest_marks
from data.model import Precision, Sourced, When, Window
from data.outages import load_observations
from data.rises import rises
from data.series import load_series
from data.story import Story, read_story

STORIES = Path(__file__).resolve().parents[1] / "data" / "stories"
NIGHT = datetime(2016, 11, 9, tzinfo=UTC)

moments = st.integers(0, 20_000).map(lambda seconds: NIGHT + timedelta(seconds=seconds))
spans = st.builds(
    lambda start, length: Window(start, start + timedelta(seconds=length)), moments, st.integers(1, 9_000)
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2016-11-{text}:00+00:00")


def account(span: Window, *, by: bool = False) -> Account:
    return Account("said", "it failed", span, ("observations:x",), ("source",), by=by)


@cache
def story() -> Story:
    return read_story(STORIES / "us-2016")


@cache
def subjects() -> tuple[Subject, ...]:
    here = story()
    return subjects_of(
        here, observations=load_observations(here), marks=load_interest_marks(here), drawn=load_series(here)
    )


def checked(subject: str, event: str, caller: str = "AP") -> Finding:
    return check_claim(story(), subjects(), subject=subject, event=event, caller=caller)


def verdicts(finding: Finding) -> dict[str, Verdict]:
    return {account.label: account.verdict for account in finding.accounts}


@given(thing=spans, event=spans)
def test_exchanging_the_two_reverses_the_verdict(thing: Window, event: Window) -> None:
    assert order(event, thing) is order(thing, event).reversed


@given(thing=spans, event=spans, earlier=st.integers(0, 9_000), later=st.integers(0, 9_000))
def test_a_wider_interval_never_sharpens_a_verdict(thing: Window, event: Window, earlier: int, later: int) -> None:
    wider = Window(thing.start - timedelta(seconds=earlier), thing.end + timedelta(seconds=later))
    assert order(wider, event) in (order(thing, event), Verdict.CANNOT_TELL)


@given(
    accounts=st.lists(st.tuples(spans, st.booleans()), min_size=1, max_size=5),
    event=spans,
    chosen=st.integers(0, 4),
    earlier=st.integers(0, 9_000),
    later=st.integers(0, 9_000),
)
def test_nor_does_a_wider_account_among_several(
    accounts: list[tuple[Window, bool]], event: Window, chosen: int, earlier: int, later: int
) -> None:
    def carried(held: list[tuple[Window, bool]]) -> Verdict:
        return weigh(Subject("x", "site", "x", "x", tuple(account(span, by=by) for span, by in held)), event)[0]

    before = carried(accounts)
    span, by = accounts[chosen % len(accounts)]
    wider = Window(span.start - timedelta(seconds=earlier), span.end + timedelta(seconds=later))
    widened = [*accounts]
    widened[chosen % len(accounts)] = (wider, by)
    assert carried(widened) in (before, Verdict.CANNOT_TELL)


@given(span=spans, event=spans)
def test_a_sighting_may_say_before_but_never_after(span: Window, event: Window) -> None:
    assert account(span, by=True).against(event).verdict is not Verdict.AFTER


@pytest.mark.parametrize(
    ("thing", "event", "verdict"),
    [
        pytest.param(When.at(at("09T03:49")), When.at(at("09T03:50")), Verdict.BEFORE, id="the minute before"),
        pytest.param(When.at(at("09T03:50")), When.at(at("09T03:50")), Verdict.CANNOT_TELL, id="the same minute"),
        pytest.param(
            When.at(at("09T03:50") + timedelta(seconds=59), Precision.SECOND),
            When.at(at("09T03:50")),
            Verdict.CANNOT_TELL,
            id="a second inside the event's minute",
        ),
        pytest.param(
            When(at("09T03:00"), at("09T04:00"), Precision.WINDOW),
            When.at(at("09T03:50")),
            Verdict.CANNOT_TELL,
            id="an hour that holds the event",
        ),
        pytest.param(
            When.at(at("08T19:00"), Precision.APPROXIMATE), When.at(at("08T23:59")), Verdict.BEFORE, id="about 2 p.m."
        ),
    ],
)
def test_minutes_and_bounds_are_as_wide_as_they_are_stated(thing: When, event: When, verdict: Verdict) -> None:
    assert order(span_of(thing), span_of(event)) is verdict


@pytest.mark.parametrize(
    ("found", "together"),
    [
        pytest.param([], Verdict.NOT_ENOUGH, id="nobody says anything"),
        pytest.param([Verdict.NOT_ENOUGH, Verdict.BEFORE], Verdict.BEFORE, id="one that counts for nothing"),
        pytest.param([Verdict.BEFORE, Verdict.BEFORE], Verdict.BEFORE, id="all agree"),
        pytest.param([Verdict.BEFORE] * 9 + [Verdict.AFTER], Verdict.CANNOT_TELL, id="no majority decides"),
    ],
)
def test_accounts_decide_only_together(found: list[Verdict], together: Verdict) -> None:
    assert agreed(found) is together


def test_the_sites_trouble_beside_florida_is_contested_and_both_grades_are_shown() -> None:
    found = checked("site:cic", "US-FL")
    assert found.verdict is Verdict.CANNOT_TELL
    assert found.accounts_differ
    assert verdicts(found) == {
        "B · first seen": Verdict.BEFORE,
        "C · first seen": Verdict.CANNOT_TELL,
        "D · first seen": Verdict.BEFORE,
        "D · says it began": Verdict.CANNOT_TELL,
        "B · says it began": Verdict.CANNOT_TELL,
    }


def test_the_networks_later_minute_would_change_that_verdict_and_it_says_so() -> None:
    assert [(other.caller, other.verdict) for other in checked("site:cic", "US-FL").differing] == [
        ("TV", Verdict.BEFORE)
    ]


def test_the_documents_two_p_m_is_before_the_first_call() -> None:
    found = checked("observations:cbc-documents-2pm", "first-call")
    assert found.verdict is Verdict.BEFORE
    assert found.anchor
    assert found.anchor.when.latest == at("08T23:59")


@pytest.mark.parametrize("contest", ["US-OH", "US-FL"])
def test_the_globes_search_peak_is_after_ohio_and_florida_under_every_caller(contest: str) -> None:
    found = checked("observations:globe-search-peak", contest)
    assert found.verdict is Verdict.AFTER
    assert {other.caller for other in found.elsewhere} >= {"Guardian"}
    assert found.differing == ()


def test_a_caller_without_the_call_leaves_nothing_to_compare_with() -> None:
    found = checked("observations:globe-search-peak", "US-FL", caller="CNN")
    assert found.anchor is None
    assert found.verdict is Verdict.NOT_ENOUGH


@pytest.mark.parametrize(
    ("subject", "event", "names"),
    [
        pytest.param("site:nowhere", "US-FL", "'site:nowhere'", id="subject"),
        pytest.param("site:cic", "US-XX", "'US-XX'", id="event"),
        pytest.param("x" * 9_000, "US-FL", "x" * 60, id="a long one"),
    ],
)
def test_what_a_story_does_not_hold_is_refused_with_what_it_does(subject: str, event: str, names: str) -> None:
    with pytest.raises(DataError, match="choose one like") as refusal:
        checked(subject, event)
    assert names in str(refusal.value)
    assert len(str(refusal.value)) < 300


def test_a_night_offers_its_anchors_in_the_order_of_a_night() -> None:
    found = {anchor.key: anchor.when.latest for anchor in nightly(story(), "AP")}
    assert found == {
        "polls-close": at("09T00:00"),
        "first-call": at("08T23:59"),
        "decisive-call": at("09T07:29"),
        "concession": at("09T07:40"),
    }


def test_only_a_caller_whose_calls_are_all_known_has_a_first_one() -> None:
    assert anchor_of(story(), "CNN", "first-call") is None


def test_every_anchor_can_be_found_again_by_its_key() -> None:
    for anchor in anchors_of(story(), "AP"):
        assert anchor_of(story(), "AP", anchor.key) == anchor


CLOCKS = ("America/New_York", "Europe/London", "UTC", "Asia/Tokyo", "Asia/Kathmandu")
#: Questions of every kind: a site, all marks, one mark, one sighting; a call, a night's moment, a batch, a closing.
ASKED = [
    (subject, event)
    for subject in ("site:cic", "marks", "observations:globe-search-peak", "observations:cbc-documents-2pm")
    for event in ("US-FL", "US-OH", "first-call", "decisive-call", "polls-close", "calls:2016-11-09T02:00Z")
]
UNSAID = re.compile(
    r"\b(impact\w*|caus\w+|trigger\w*|crashed because|because of|led to|due to|result\w* in|number of searches)\b"
    r"|\d+ people searched",
    re.IGNORECASE,
)


def record(finding: Finding, zone: str = "America/New_York") -> dict[str, Any]:
    here = story()
    return record_of(here, finding, clock=Clock(zone), observations=load_observations(here), drawn=load_series(here))


@pytest.mark.parametrize("zone", CLOCKS)
@pytest.mark.parametrize(("subject", "event"), ASKED)
def test_no_clock_changes_a_verdict(subject: str, event: str, zone: str) -> None:
    found = checked(subject, event)
    here, there = record(found), record(found, zone)
    for part in ("verdict", "verdict_by_caller", "event", "inputs"):
        assert there[part] == here[part]
    assert [one["verdict"] for one in there["accounts"]] == [one["verdict"] for one in here["accounts"]]
    said = Clock(zone).say(quotable(found))
    assert "{" not in said and Clock(zone).abbreviation(found.anchor.when.latest if found.anchor else NIGHT) in said


@pytest.mark.parametrize(("subject", "event"), ASKED)
def test_the_record_holds_every_row_that_was_looked_at_as_the_story_has_it(subject: str, event: str) -> None:
    found = checked(subject, event)
    told = record(found)
    rows = {f"{table}:{row['id']}": row for table, held in told["inputs"].items() for row in held}
    wanted = {row for account in found.accounts for row in account.rows} | set(found.subject.rows)
    wanted |= {row for other in found.elsewhere for row in other.anchor.rows}
    wanted |= set(found.anchor.rows) if found.anchor else set()
    assert set(rows) == wanted
    own = {f"{table}:{row.id}": row for table in told["inputs"] for row in getattr(story(), table)}
    assert all(row == own[name].model_dump(mode="json") for name, row in rows.items())
    named = {name for row in rows.values() for name in row["source"].split()}
    assert {source["id"] for source in told["sources"]} == named


def test_the_record_of_a_site_holds_sightings_that_no_account_cites() -> None:
    found = checked("site:cic", "US-FL")
    cited = {row for account in found.accounts for row in account.rows}
    assert "observations:reader-245am" in set(found.subject.rows) - cited
    assert "reader-245am" in {row["id"] for row in record(found)["inputs"]["observations"]}


@pytest.mark.parametrize(("subject", "event"), ASKED)
def test_a_quotable_sentence_says_the_verdict_and_no_reason_for_it(subject: str, event: str) -> None:
    found = checked(subject, event)
    said = Clock("America/New_York").say(quotable(found))
    assert not UNSAID.search(said.replace(found.accounts[0].what, ""))
    assert said.endswith(".") and not re.search(r"\d%", said)
    other = found.verdict.reversed.value
    if found.verdict.decided:
        assert f" {found.verdict.value} " in said and f" {other} " not in said
    else:
        assert re.search("cannot be told|differ on whether|lie on both sides|not enough evidence", said)


@pytest.mark.parametrize(
    ("span", "by", "said"),
    [
        pytest.param((0, 10), False, "By both accounts held, trouble at a site came before", id="both before"),
        pytest.param(
            (200, 210), False, "Accounts differ on whether trouble at a site came before or after", id="apart"
        ),
        pytest.param((95, 105), False, "Accounts differ on whether", id="one leaves it open"),
    ],
)
def test_a_sentence_about_several_accounts_says_how_many_say_what(span: tuple[int, int], by: bool, said: str) -> None:
    def minutes(first: int, last: int) -> Window:
        return Window(NIGHT + timedelta(minutes=first), NIGHT + timedelta(minutes=last))

    both = (account(minutes(1, 2)), account(minutes(*span), by=by))
    subject = Subject("site:x", "site", "Trouble at a site", "x", both)
    anchor = Anchor("US-FL", "AP’s Florida call", When.at(NIGHT + timedelta(minutes=100)), ("calls:x",), ("s",), "AP")
    verdict, accounts = weigh(subject, span_of(anchor.when))
    found = Finding(subject, "US-FL", "call of Florida", "AP", anchor, verdict, accounts, ())
    assert quotable(found).startswith(said)


def bins(values: list[int], *, step: timedelta, start: datetime) -> Sourced:
    times = pd.date_range(start, periods=len(values), freq=step)
    told = {"series": "drawn-0a1b", "term": "move to canada", "geo": "US", "source": "trends"}
    frame = pd.DataFrame({**told, "start": times, "end": times + step, "value": [float(value) for value in values]})
    return Sourced(frame, ())


#: A flat day in 8-minute bins, then forty bins of a burst.
BURST = [*([3, 4, 5, 4] * 55), *[90] * 40]


def test_a_series_rose_within_bins_of_its_onset() -> None:
    step = timedelta(minutes=8)
    start = NIGHT - 220 * step
    (subject,) = rises(
        bins(BURST, step=step, start=start), Window(NIGHT - timedelta(hours=9), NIGHT + timedelta(hours=9))
    )
    (only,) = subject.accounts
    assert only.span == Window(NIGHT - 3 * step, NIGHT + 2 * step)
    assert only.counts and only.verdict is Verdict.NOT_ENOUGH
    assert "in the U.S., 8-minute bins" in subject.label


@pytest.mark.parametrize("minutes", range(-7, 8))
def test_an_event_within_one_bin_of_a_rise_is_never_told_from_it(minutes: int) -> None:
    step = timedelta(minutes=8)
    (subject,) = rises(
        bins(BURST, step=step, start=NIGHT - 220 * step), Window(NIGHT - timedelta(hours=9), NIGHT + timedelta(hours=9))
    )
    event = span_of(When.at(NIGHT + timedelta(minutes=minutes)))
    assert weigh(subject, event)[0] is Verdict.CANNOT_TELL


def test_a_rise_of_another_night_says_nothing_about_this_one() -> None:
    step = timedelta(minutes=8)
    later = Window(NIGHT + timedelta(hours=2), NIGHT + timedelta(hours=3))
    (held,) = rises(bins(BURST, step=step, start=NIGHT - 220 * step), later)
    assert held.accounts == () and "no rise stands out on this night" in held.lacks
    (gone,) = rises(bins(BURST, step=step, start=NIGHT - 600 * step), later)
    assert gone.accounts == () and "holds no bin of this night" in gone.lacks
    assert weigh(gone, span_of(When.at(NIGHT)))[0] is Verdict.NOT_ENOUGH


def test_a_bare_address_asks_about_the_main_site_and_the_first_emphasised_contest() -> None:
    assert default_question(story(), subjects()) == ("site:cic", "US-FL")


def test_a_story_without_trouble_at_its_site_asks_about_what_it_has() -> None:
    bare = tuple(replace(one, accounts=()) if one.kind == "site" else one for one in subjects())
    assert default_question(story(), bare) == ("marks", "US-FL")
