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
from components.charts.phrases.claim_words import quotable, reasons, takeaway, verdict_clauses, why_open
from components.clock import Clock
from data.core.errors import DataError
from data.core.frames import SourcedFrame
from data.core.model import Precision, When, Window
from data.core.settings import Settings
from data.evidence.accounts import first_of, subjects_of
from data.evidence.anchors import Anchor, anchor_of, anchors_of, nightly
from data.evidence.claims import Account, Subject, Verdict, agreed, nth, order, span_of, weigh, with_each
from data.evidence.evidence_rows import ObservationRow
from data.evidence.findings import Finding, check_claim, default_question
from data.evidence.outages import load_observations
from data.evidence.rises import rises
from data.evidence.searches import load_interest_marks
from data.evidence.series import load_series
from data.story.store import find_story, read_story
from data.story.story import Story, caller_name
from tests.support.cases import cases
from tests.support.wording import offences

STORIES = Path(__file__).resolve().parents[3] / "data" / "stories"
NIGHT = datetime(2016, 11, 9, tzinfo=UTC)
#: When searches peaked, as The Boston Globe has it from Google: 11:48 p.m. EST.
GLOBE = "observations:globe-search-peak"

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


REVERSED = {Verdict.BEFORE: Verdict.AFTER, Verdict.AFTER: Verdict.BEFORE}


@given(thing=spans, event=spans)
def test_exchanging_the_two_reverses_the_verdict(thing: Window, event: Window) -> None:
    found = order(thing, event)
    assert order(event, thing) is REVERSED.get(found, found)


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
    def carried(held: list[tuple[Window, bool]]) -> tuple[Verdict, set[Verdict]]:
        found, weighed = weigh(Subject("x", "site", "x", "x", tuple(account(span, by=by) for span, by in held)), event)
        return found, {one.verdict for one in weighed}

    before, named = carried(accounts)
    span, by = accounts[chosen % len(accounts)]
    wider = Window(span.start - timedelta(seconds=earlier), span.end + timedelta(seconds=later))
    widened = [*accounts]
    widened[chosen % len(accounts)] = (wider, by)
    after, _ = carried(widened)
    # Only where accounts contradicted each other may one that says less leave the word to the others.
    assert after in (before, Verdict.CANNOT_TELL) or named >= {Verdict.BEFORE, Verdict.AFTER}


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
        pytest.param([Verdict.CANNOT_TELL] * 3 + [Verdict.BEFORE], Verdict.BEFORE, id="who names none denies none"),
        pytest.param([Verdict.CANNOT_TELL] * 3, Verdict.CANNOT_TELL, id="nobody names one"),
    ],
)
def test_accounts_of_one_thing_decide_unless_they_contradict(found: list[Verdict], together: Verdict) -> None:
    assert agreed(found) is together


def test_of_several_moments_each_must_be_placed() -> None:
    assert agreed([Verdict.BEFORE, Verdict.CANNOT_TELL], of_each=True) is Verdict.CANNOT_TELL
    assert agreed([Verdict.BEFORE, Verdict.BEFORE], of_each=True) is Verdict.BEFORE


def test_the_sites_trouble_came_before_florida_by_two_accounts_and_each_grade_is_shown() -> None:
    found = checked("site:cic", "US-FL")
    assert found.verdict is Verdict.BEFORE and found.reported is Verdict.BEFORE
    assert found.counts == (2, 0, 3)
    assert verdicts(found) == {
        "B · first seen": Verdict.BEFORE,
        "C · first seen": Verdict.CANNOT_TELL,
        "D · first seen": Verdict.BEFORE,
        "D · says it began": Verdict.CANNOT_TELL,
        "B · says it began": Verdict.CANNOT_TELL,
    }


def test_what_was_reported_first_is_another_question_than_what_began_when() -> None:
    contested = checked("site:cic", "first-call")
    assert (contested.reported, contested.verdict) == (Verdict.BEFORE, Verdict.CANNOT_TELL)
    assert contested.counts.on_both_sides
    late = checked("observations:screenshot-1059pm", "US-FL")
    assert (late.reported, late.verdict) == (Verdict.AFTER, Verdict.CANNOT_TELL)


def test_the_networks_later_minute_leaves_that_verdict_as_it_is() -> None:
    assert checked("site:cic", "US-FL").differing == ()


def test_the_documents_two_p_m_is_before_the_first_call() -> None:
    found = checked("observations:cbc-documents-2pm", "first-call")
    assert found.verdict is Verdict.BEFORE
    assert found.anchor
    assert found.anchor.when.latest == at("08T23:59")


def test_a_single_sighting_is_never_after_and_says_why() -> None:
    found = checked("observations:screenshot-1059pm", "US-FL")
    (only,) = found.accounts
    assert only.by and found.verdict is Verdict.CANNOT_TELL
    assert only.note.startswith("It was there by then; a first sighting does not say when it began.")
    assert why_open(found) == "A first sighting does not say when it began."
    assert Clock("America/New_York").say(quotable(found)) == (
        "From the one account on record, it cannot be told whether this began before or after AP’s Florida call "
        "(10:50 p.m.): Screenshot of the server’s error page (All That’s Interesting, "
        "10:59:59 p.m. EST, Nov. 8, 2016). A first sighting does not say when it began."
    )


def test_a_sighting_tells_what_its_time_rests_on() -> None:
    (only,) = checked("observations:screenshot-1059pm", "US-FL").accounts
    assert "Time: screenshot file name, the author’s own clock; zone assumed Eastern." in only.note.replace("'", "’")
    assert only.note.endswith("One visitor at one moment.")


def test_so_does_a_search_mark() -> None:
    (only,) = checked(GLOBE, "US-FL").accounts
    assert only.note.startswith("Time: says 11:48 p.m. and no zone; read as Eastern. The peak as of when")


def test_what_says_when_trouble_began_may_be_after() -> None:
    found = checked("observations:it-world-canada-1030pm", "polls-close")
    (only,) = found.accounts
    assert not only.by and found.verdict is Verdict.AFTER
    assert only.note.startswith("Time: says around 10:30 p.m. and starting around 10:30 p.m. ET. ")


def test_no_row_speaks_in_two_accounts_of_a_site() -> None:
    for slug in ("us-2016", "uk-2016", "us-2020", "us-2024", "uk-2019", "revoke-2019"):
        here = read_story(STORIES / slug)
        for subject in subjects_of(
            here, observations=load_observations(here), marks=load_interest_marks(here), drawn=load_series(here)
        ):
            told = [row for account in subject.accounts for row in account.rows]
            assert subject.kind != "site" or len(told) == len(set(told)), subject.key


def test_a_first_sighting_is_credited_to_the_row_whose_words_it_has() -> None:
    own = {f"observations:{row.id}": row for row in story().observations}
    for account in next(one for one in subjects() if one.key == "site:cic").accounts:
        quoted = own[account.rows[0]]
        assert (account.what, account.credit) == (quoted.what, quoted.credit)
        assert all(own[row].credit in account.note for row in account.rows[1:])


def sighting(name: str, first: int, last: int) -> ObservationRow:
    seen = load_observations(find_story("us-2016", Settings())).rows[0]
    bounds = When(NIGHT + timedelta(minutes=first), NIGHT + timedelta(minutes=last), Precision.WINDOW)
    return seen.model_copy(update={"id": name, "what": f"{name} saw it", "credit": name, "when": bounds})


@pytest.mark.parametrize(
    ("others", "joined"),
    [
        pytest.param([("touching", 20, 60)], [], id="bounds that touch do not join"),
        pytest.param([("across", 19, 60)], ["across"], id="bounds that overlap do"),
        pytest.param([("same", 10, 20)], ["same"], id="the same bounds do"),
        pytest.param([("later", 30, 40)], [], id="a later one does not"),
    ],
)
def test_only_what_may_have_come_before_joins_a_first_sighting(
    others: list[tuple[str, int, int]], joined: list[str]
) -> None:
    rows = [sighting("first", 10, 20), *(sighting(*other) for other in others)]
    found = first_of("D", rows)
    assert (found.credit, found.what) == ("first", "first saw it")
    assert found.rows == tuple(f"observations:{name}" for name in ("first", *joined))
    assert ("Others whose times overlap: " in found.note) is bool(joined)


@pytest.mark.parametrize(
    ("contest", "caller", "said"),
    [
        pytest.param("US-FL", "AP", "AP’s Florida call (10:50 p.m.)", id="Florida by AP"),
        pytest.param(
            "US-FL",
            "TV",
            "the Florida call of TV networks in MaltaToday’s log (11:35 p.m.)",
            id="Florida by the networks",
        ),
        pytest.param("US-OH", "AP", "AP’s Ohio call (by 10:39 p.m.)", id="Ohio by AP"),
        pytest.param("US-OH", "CNN", "CNN’s Ohio call (10:27 p.m.)", id="Ohio by CNN"),
    ],
)
def test_the_globes_search_peak_at_11_48_is_after_each_of_these_calls(contest: str, caller: str, said: str) -> None:
    found = checked(GLOBE, contest, caller=caller)
    assert found.verdict is Verdict.AFTER
    sentence = Clock("America/New_York").say(quotable(found, said=caller_name(story(), caller)))
    assert sentence.startswith(f"By the one account on record, this came after {said}: ")


@pytest.mark.parametrize(
    ("contest", "others"),
    [
        pytest.param("US-FL", ["Guardian", "TV", "ap-and-fox"], id="Florida"),
        pytest.param("US-OH", ["CNN", "Guardian"], id="Ohio, of which the networks’ log has no time"),
    ],
)
def test_beside_aps_call_every_other_caller_with_a_time_has_the_same_verdict(contest: str, others: list[str]) -> None:
    found = checked(GLOBE, contest)
    assert [(other.caller, other.verdict) for other in found.elsewhere] == [(name, Verdict.AFTER) for name in others]
    assert found.differing == ()


def test_of_ohio_the_networks_log_has_no_time_and_the_claim_says_so() -> None:
    found = checked(GLOBE, "US-OH", caller="TV")
    assert found.anchor is None and found.verdict is Verdict.NOT_ENOUGH
    assert quotable(found, said=caller_name(story(), "TV")) == (
        "No time for the Ohio call of TV networks in MaltaToday’s log is on record here, "
        "so the order cannot be checked against it."
    )
    assert {other.caller: other.verdict for other in found.elsewhere}["AP"] is Verdict.AFTER


def test_a_caller_without_the_call_leaves_nothing_to_compare_with() -> None:
    found = checked(GLOBE, "US-FL", caller="CNN")
    assert found.anchor is None
    assert found.verdict is Verdict.NOT_ENOUGH
    assert quotable(found) == (
        "No time for CNN’s Florida call is on record here, so the order cannot be checked against it."
    )


def test_a_caller_is_called_by_its_name_where_it_has_no_time() -> None:
    found = checked(GLOBE, "US-AK", caller="TV")
    assert found.anchor is None
    name = caller_name(story(), "TV")
    assert name == "TV networks in MaltaToday’s log"
    assert quotable(found, said=name).startswith(f"No time for the Alaska call of {name} is on record here, ")
    assert reasons(story(), found)[0].startswith(f"This story has no time for the Alaska call of {name};")


def test_another_callers_time_is_said_as_a_condition() -> None:
    (said,) = (
        Clock("America/New_York").say(one) for one in reasons(story(), checked("observations:ctv-11pm", "US-FL"))
    )
    assert said.startswith("By the time of TV networks in MaltaToday’s log (")
    assert said.endswith("), the verdict would be: before.")


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
        "polls-close": at("08T23:00"),
        "first-call": at("08T23:59"),
        "decisive-call": at("09T07:29"),
        "concession": at("09T07:40"),
    }


def test_first_polls_close_an_hour_before_the_last_in_states_of_two_time_zones() -> None:
    first = anchor_of(story(), "AP", "polls-close")
    assert first and first.when.exact
    assert (first.label, first.short) == ("First polls close: Indiana, Kentucky", "First polls close")
    assert set(first.rows) == {"poll_closings:close-in", "poll_closings:close-ky"}
    last = anchor_of(story(), "AP", "closing:2016-11-09T00:00Z")
    assert last and last.label.startswith("Last polls close in ")


def test_a_contest_without_a_first_closing_counts_by_its_last() -> None:
    here = story()
    rows = [row.model_copy(update={"first_close": None}) for row in here.poll_closings]
    first = next(nightly(replace(here, poll_closings=tuple(rows)), "AP"))
    assert (first.key, first.when.latest) == ("polls-close", at("09T00:00"))


@pytest.mark.parametrize(
    ("night", "minute"), [("us-2020", "2020-11-04T00:00:00+00:00"), ("us-2024", "2024-11-06T00:00:00+00:00")]
)
def test_a_first_call_of_an_exact_minute_is_that_minute_and_no_window(night: str, minute: str) -> None:
    first = anchor_of(read_story(STORIES / night), "AP", "first-call")
    assert first and first.when == When.at(datetime.fromisoformat(minute))
    assert "calls:ap-ky" in first.rows


def test_a_declaration_is_the_contests_own() -> None:
    here = read_story(STORIES / "uk-2016")
    labels = {anchor.key: (anchor.label, anchor.short) for anchor in anchors_of(here, "Official")}
    assert ("Sunderland’s declaration", "Sunderland") in labels.values()
    assert labels["first-call"][0] == "the first declaration"


def test_only_a_caller_whose_calls_are_all_known_has_a_first_one() -> None:
    assert anchor_of(story(), "CNN", "first-call") is None


def test_every_anchor_can_be_found_again_by_its_key() -> None:
    for anchor in anchors_of(story(), "AP"):
        assert anchor_of(story(), "AP", anchor.key) == anchor


CLOCKS = ("America/New_York", "Europe/London", "UTC", "Asia/Tokyo", "Asia/Kathmandu")
#: Questions of every kind: a site, all marks, one mark, one sighting; a call, a night's moment, a batch, a closing.
ASKED = [
    (subject, event)
    for subject in ("site:cic", "marks", GLOBE, "observations:cbc-documents-2pm")
    for event in ("US-FL", "US-OH", "first-call", "decisive-call", "polls-close", "calls:2016-11-09T02:00Z")
]


def record(finding: Finding, zone: str = "America/New_York") -> dict[str, Any]:
    here = story()
    return record_of(here, finding, clock=Clock(zone), observations=load_observations(here), drawn=load_series(here))


@pytest.mark.parametrize("zone", cases("Europe/London", "Asia/Kathmandu", long=CLOCKS))
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
    assert not offences(said, (found.accounts[0].what,))
    assert said.endswith(".") and not re.search(r"\d%", said)
    if found.verdict.decided:
        other = REVERSED[found.verdict].value
        assert f" {found.verdict.value} " in said and f" {other} " not in said
    else:
        open_ = (
            "cannot be (told|placed)|differ on whether|came before .* and .* after|not enough evidence|not settle it"
        )
        assert re.search(open_, said)


@pytest.mark.parametrize(
    ("slug", "subject", "event", "said"),
    [
        pytest.param(
            "us-2024",
            "marks",
            "US-WI",
            "Of two published reports of searches on record here, one came before AP’s Wisconsin call "
            "(5:34 a.m. EST, Nov. 6, 2024); the other cannot be placed.",
            id="one of two open",
        ),
        pytest.param(
            "us-2020",
            "marks",
            "US-AZ",
            "All three published reports of searches on record here came before AP’s Arizona call "
            "(2:51 a.m. EST, Nov. 4, 2020).",
            id="all on one side",
        ),
        pytest.param(
            "us-2016",
            "marks",
            "decisive-call",
            "Of six published reports of searches on record here, five came before the event "
            "“AP calls the presidency for Trump” (2:29 a.m. EST, Nov. 9, 2016) and one after.",
            id="on both sides, each told",
        ),
        pytest.param(
            "us-2020",
            "figures:rise-9pm",
            "first-call",
            "By the one account on record, this came after AP’s first call (7 p.m.): "
            "Searches began to rise (Google Trends, via MobileSyrup, about 9 p.m. EST, Nov. 3, 2020).",
            id="a whole sentence as a title",
        ),
        pytest.param(
            "us-2024",
            "figures:state-rank-1-vermont",
            "first-call",
            "From the one account on record, it cannot be told whether this came before or after AP’s first call "
            "(7 p.m. EST, Nov. 5, 2024): Rank of Vermont among U.S. states for “move to canada” "
            "(Google Trends, via CTV News, between 6 a.m. Nov. 5 and 10:59 a.m. EST Nov. 6, 2024).",
            id="a few words as a title",
        ),
    ],
)
def test_a_quotable_sentence_can_be_printed_as_it_is(slug: str, subject: str, event: str, said: str) -> None:
    here = read_story(STORIES / slug)
    held = subjects_of(
        here, observations=load_observations(here), marks=load_interest_marks(here), drawn=load_series(here)
    )
    found = check_claim(here, held, subject=subject, event=event, caller="AP")
    assert Clock("America/New_York").say(quotable(found)) == said


def test_marks_none_of_which_can_be_placed_are_all_left_open() -> None:
    wide = account(Window(NIGHT, NIGHT + timedelta(hours=2)))
    anchor = Anchor("US-FL", "AP’s Florida call", When.at(NIGHT + timedelta(hours=1)), ("calls:x",), ("s",), "AP")
    for held, none in ((2, "neither"), (3, "none")):
        marks = Subject("marks", "searches", "Published reports of searches", "all", (wide,) * held, moments=True)
        verdict, accounts = weigh(marks, span_of(anchor.when))
        said = quotable(Finding(marks, "US-FL", "Florida call", "AP", anchor, verdict, accounts, ()))
        assert f" on record here, {none} can be placed before or after AP’s Florida call (" in said


def test_a_window_of_hours_is_counted_wholly_on_one_side() -> None:
    counted = next(
        one for one in subjects() if one.kind == "mark" and one.accounts[0].when is None and one.accounts[0].note
    )
    after = counted.accounts[0].span.start - timedelta(hours=1)
    anchor = Anchor("US-FL", "AP’s Florida call", When.at(after), ("calls:x",), ("s",), "AP")
    verdict, accounts = weigh(counted, span_of(anchor.when))
    said = quotable(Finding(counted, "US-FL", "Florida call", "AP", anchor, verdict, accounts, ()))
    assert said.startswith("By the one account on record, this was counted wholly after AP’s Florida call (")


@pytest.mark.parametrize(
    ("label", "said"),
    [
        pytest.param("trouble at a site", "trouble at a site", id="our own word"),
        pytest.param("Google’s list of rising searches", "Google’s list of rising searches", id="a name"),
    ],
)
def test_a_subject_stands_inside_a_sentence_as_it_is_and_begins_one_with_a_capital(label: str, said: str) -> None:
    nothing = Subject("x", "mark", label, label, ())
    anchor = Anchor("US-FL", "AP’s Florida call", When.at(NIGHT), ("calls:x",), ("s",), "AP")
    found = Finding(nothing, "US-FL", "Florida call", "AP", anchor, Verdict.NOT_ENOUGH, (), ())
    assert quotable(found).startswith(f"There is not enough evidence to say whether {said} came")
    assert takeaway(found).text.startswith(f"{said[0].upper()}{said[1:]}: ")


@pytest.mark.parametrize(("subject", "event"), ASKED)
def test_every_verdict_can_be_worked_out_again_from_the_file(subject: str, event: str) -> None:
    told = record(checked(subject, event))

    def window(part: dict[str, Any]) -> Window:
        return Window(datetime.fromisoformat(part["from"]), datetime.fromisoformat(part["to"]))

    found = []
    for one in told["accounts"]:
        verdict = order(window(one), window(told["event"]))
        found.append(Verdict.CANNOT_TELL if one["by"] and verdict is Verdict.AFTER else verdict)
        assert found[-1].value == one["verdict"]
    assert agreed(found, of_each=told["claim"]["of_each"]).value == told["verdict"]


@pytest.mark.parametrize(
    ("subject", "event", "says"),
    [
        pytest.param(
            "marks",
            "US-FL",
            "on both sides: two came before it and three after; the other cannot be placed",
            id="marks on both sides, one of them open",
        ),
        pytest.param(
            "marks",
            "decisive-call",
            "on both sides: five came before it and one after",
            id="marks on both sides, each told",
        ),
        pytest.param(
            "marks",
            "polls-close",
            "five came after it; the other cannot be placed",
            id="marks on one side, one of them open",
        ),
        pytest.param(
            "site:cic", "US-FL", "before, by two accounts; three do not settle it", id="none contradicts another"
        ),
        pytest.param(
            "site:cic",
            "first-call",
            "the accounts do not agree: one says before, two say after and two leave it open",
            id="accounts on both sides",
        ),
        pytest.param(GLOBE, "US-FL", "after", id="one mark, which nobody counts"),
        pytest.param("site:immigration-nz", "US-FL", "not enough evidence", id="no account"),
    ],
)
def test_a_verdict_says_its_count(subject: str, event: str, says: str) -> None:
    found = checked(subject, event)
    assert "; ".join(verdict_clauses(found)) == says
    assert why_open(found) == ""


def test_a_time_as_wide_as_the_question_is_too_coarse() -> None:
    wide = Subject("x", "mark", "X", "x", (account(Window(NIGHT, NIGHT + timedelta(hours=2))),))
    anchor = Anchor("US-FL", "AP’s Florida call", When.at(NIGHT + timedelta(hours=1)), ("calls:x",), ("s",), "AP")
    verdict, accounts = weigh(wide, span_of(anchor.when))
    assert why_open(Finding(wide, "US-FL", "Florida call", "AP", anchor, verdict, accounts, ())) == (
        "The time is too coarse."
    )


@pytest.mark.parametrize(
    ("span", "by", "said"),
    [
        pytest.param((0, 10), False, "By both accounts on record, trouble at a site came before", id="both before"),
        pytest.param(
            (200, 210), False, "Accounts differ on whether trouble at a site came before or after", id="apart"
        ),
        pytest.param(
            (95, 105),
            False,
            "Of the two accounts on record, one puts trouble at a site before AP’s Florida call",
            id="one leaves it open",
        ),
    ],
)
def test_a_sentence_about_several_accounts_says_how_many_say_what(span: tuple[int, int], by: bool, said: str) -> None:
    def minutes(first: int, last: int) -> Window:
        return Window(NIGHT + timedelta(minutes=first), NIGHT + timedelta(minutes=last))

    both = (account(minutes(1, 2)), account(minutes(*span), by=by))
    subject = Subject("site:x", "site", "trouble at a site", "x", both)
    anchor = Anchor("US-FL", "AP’s Florida call", When.at(NIGHT + timedelta(minutes=100)), ("calls:x",), ("s",), "AP")
    verdict, accounts = weigh(subject, span_of(anchor.when))
    found = Finding(subject, "US-FL", "call of Florida", "AP", anchor, verdict, accounts, ())
    assert quotable(found).startswith(said)
    apart = "do not agree" in verdict_clauses(found)[0]
    assert apart is said.startswith("Accounts differ")


def bins(values: list[int], *, step: timedelta, start: datetime) -> SourcedFrame:
    times = pd.date_range(start, periods=len(values), freq=step)
    told = {"series": "drawn-0a1b", "term": "move to canada", "geo": "US", "source": "trends"}
    frame = pd.DataFrame({**told, "start": times, "end": times + step, "value": [float(value) for value in values]})
    return SourcedFrame(frame, ())


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


def test_each_of_several_rises_is_named_as_a_person_would() -> None:
    began = datetime(2016, 11, 9, 3, 50, tzinfo=UTC)
    span = Window(began, began + timedelta(minutes=8))
    accounts = tuple(Account(label, "", span, (), ()) for label in ("First rise", "Second rise, unconfirmed"))
    whole = Subject("searches:x", "searches", "rises of searches for “x”", "“x”", accounts, moments=True)
    labels = [one.label for one in with_each(whole, "rise", "rises")]
    first, second = "the first rise of searches for “x”", "the second rise, unconfirmed, of searches for “x”"
    assert labels == ["rises of searches for “x”", first, second]
    assert [nth(place) for place in (9, 10, 11, 21, 22, 103, 112)] == [
        "Ninth", "10th", "11th", "21st", "22nd", "103rd", "112th",
    ]  # fmt: skip
