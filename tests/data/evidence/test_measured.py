"""The bundled petition: what its prose says of its counts, recomputed from the rows of its table alone."""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime

import pytest

from components.charts.builders.claim_chart import all_subjects
from components.charts.loaders import Loaders
from data.core.model import Order
from data.evidence.claims import Verdict
from data.evidence.findings import check_claim, default_question
from data.evidence.measured import load_measured, readings_by_series, stretches_in
from data.story.as_of import story_at
from data.story.store import BUNDLED, SHIPPED

REVOKE = SHIPPED.read("revoke-2019")
#: The rows as a spreadsheet has them; of a stamp the last.
TOTALS = {
    datetime.fromisoformat(row["at"]): int(row["value"])
    for row in csv.DictReader((BUNDLED / "revoke-2019" / "series.csv").open(encoding="utf-8"))
}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def mean(start: str, end: str) -> int:
    """Signatures a minute between two readings."""
    first, last = utc(f"2019-03-{start}"), utc(f"2019-03-{end}")
    return round((TOTALS[last] - TOTALS[first]) / ((last - first).total_seconds() / 60))


def test_every_reading_of_the_table_is_held_with_its_sources() -> None:
    (series,) = readings_by_series(load_measured(REVOKE))
    assert (len(series.rows), len(TOTALS), series.kind) == (3_015, 3_008, "cumulative")
    assert {source.id for source in load_measured(REVOKE).sources} == {"petition-241584", "odi-leeds-hex-map"}


@pytest.mark.parametrize(
    ("start", "end", "rate"),
    [
        ("21T03:09:57", "21T04:10:00", 76),
        ("21T08:50:00", "21T08:55:00", 2_095),
        ("21T08:55:00", "21T09:40:00", 218),
        ("21T10:19:38", "21T10:55:00", 391),
        ("21T11:19:43", "21T11:45:21", 1_243),
        ("21T21:30:10", "21T21:41:25", 5_742),
    ],
)
def test_the_rates_of_the_story_are_those_of_its_readings(start: str, end: str, rate: int) -> None:
    assert mean(start, end) == rate


def test_the_storys_words_give_no_rate_that_its_readings_do_not() -> None:
    about = REVOKE.about
    texts = [about.title, about.dek, *(point.text for point in about.known)]
    said = {int(number.replace(",", "")) for text in texts for number in re.findall(r"\b[\d,]{2,}\b(?!:)", bare(text))}
    assert said - {50, 2016} == {76, 2_095, 218, 5_742}


def bare(text: str) -> str:
    return re.sub(r"\{[^}]*\}", "", text)


def test_lunchtime_never_has_a_mean_of_two_thousand() -> None:
    (series,) = readings_by_series(load_measured(REVOKE))
    noon = [one for one in stretches_in(series) if utc("2019-03-21T12:00") <= one.start < utc("2019-03-21T14:00")]
    assert len(noon) > 10
    assert max(one.per_minute for one in noon) < 2_000


def test_signatures_surged_before_the_site_failed() -> None:
    subjects = all_subjects(REVOKE, Loaders())
    subject, event = default_question(REVOKE, subjects)
    finding = check_claim(REVOKE, subjects, subject=subject, event=event, caller="")
    assert (subject, event) == ("surge:signatures|2019-03-21T03:09Z", "failure:guardian-first-down")
    assert finding.verdict is Verdict.BEFORE
    (account,) = finding.accounts
    assert (account.span.start, account.span.end) == (utc("2019-03-21T03:09:57"), utc("2019-03-21T06:10"))
    assert "from 76 a minute" in account.what
    assert "to 891 a minute" in account.what


def test_every_surge_of_the_night_is_an_account_of_its_own() -> None:
    whole = next(one for one in all_subjects(REVOKE, Loaders()) if one.key == "measured:signatures")
    assert [account.label for account in whole.accounts] == ["First surge", "Second surge"]
    each = [one for one in all_subjects(REVOKE, Loaders()) if one.key.startswith("surge:")]
    assert [one.label for one in each] == ["the first surge of signatures", "the second surge of signatures"]
    assert each[1].menu == "Signatures: second surge"


def test_a_story_told_up_to_a_moment_has_no_later_reading() -> None:
    moment = utc("2019-03-21T09:30")
    told = story_at(REVOKE, moment)
    assert max(row.at for row in told.series) == utc("2019-03-21T08:55")
    assert story_at(REVOKE, moment, Order.KNOWN).series == ()


def test_no_failure_rests_on_a_reading() -> None:
    failing = [row for row in REVOKE.observations if row.status in ("failing", "degraded")]
    assert len(failing) == 5
    assert not {name for row in failing for name in row.source.split()} & {"petition-241584", "odi-leeds-hex-map"}


def test_the_second_referendum_petition_is_held_whole_and_of_another_day_than_the_night() -> None:
    story = SHIPPED.read("uk-2016")
    (series,) = readings_by_series(load_measured(story))
    assert (len(series.rows), series.rows[0].at, series.rows[-1].value) == (
        5_033,
        utc("2016-06-25T08:15:04"),
        4_095_690,
    )
    assert series.rows[0].at > story.window.end
    fell = max(stretches_in(series), key=lambda one: one.fell)
    assert (fell.fell, fell.start <= utc("2016-06-26T12:48") < fell.end) == (75_169, True)
