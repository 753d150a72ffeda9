"""Rose after the calls on held series: whose minutes, which bins may answer, other nights, and files to check it by."""

from __future__ import annotations

import csv
import io
import json
import math
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from components.charts.phrases.study_words import (
    call_rows,
    compared_said,
    minutes_said,
    nights_said,
    no_series,
    single_calls_refused,
)
from components.clock import Clock
from data.analysis.event_study import LEAST_MINUTES, READINGS, pooled
from data.core.errors import DataError
from data.core.settings import Settings
from data.evidence.searches import load_interest
from data.evidence.series import load_series
from data.evidence.study import RoseAfter, held_of_the_night, held_series, is_listed, minutes_of, rose_after
from data.evidence.study_record import COLUMNS, minutes_csv, record_of, record_text
from data.story.store import read_story, story_store
from data.story.story import Story
from data.story.tables import Call
from data.story.totals import call_when, calls_of
from tests.support.checked import check_story
from tests.support.imported import NIGHT, US_2016, export, keep, name_control_terms, newsroom

METHODS = Path(__file__).resolve().parents[3] / "docs" / "methods.md"
EASTERN = Clock("America/New_York")


@pytest.fixture(scope="module")
def bundled() -> Story:
    return read_story(US_2016)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return newsroom(tmp_path)


def ap_minutes(story: Story) -> list[datetime]:
    return [minute.at for minute in minutes_of(story, "AP")]


def by_the_rule(story: Story) -> list[Call]:
    """Calls of the story's caller, whose minute it gave in its own log or on its own wire."""
    made = calls_of(story, story.about.caller)
    return [call for call in made if call.basis in ("own log", "own wire") and call_when(call, story).exact]


def studied(settings: Settings, data: bytes, *, caller: str = "AP") -> tuple[Story, RoseAfter]:
    story = keep(settings, data)
    drawn = load_series(story, story_store(settings))
    return story, rose_after(story, drawn, held_series(drawn)[0].name, caller)


@pytest.mark.parametrize(("slug", "calls", "minutes"), [("us-2016", 37, 20), ("us-2020", 45, 25), ("us-2024", 24, 21)])
def test_a_bundled_study_lists_every_call_whose_minute_its_caller_itself_gave(
    slug: str, calls: int, minutes: int
) -> None:
    story = read_story(US_2016.parent / slug)
    assert set(story.about.study) == {call.id for call in by_the_rule(story)}
    found = minutes_of(story, "AP")
    assert (sum(len(minute.calls) for minute in found), len(found)) == (calls, minutes)
    assert f"| `{slug}` | {calls} | {minutes} |" in METHODS.read_text(encoding="utf-8")


def test_the_referendum_has_no_list_and_too_few_minutes_for_an_answer() -> None:
    story = read_story(US_2016.parent / "uk-2016")
    assert by_the_rule(story) == [] and not is_listed(story, "Official")
    assert len(minutes_of(story, "Official")) == 4 < LEAST_MINUTES


def test_nine_calls_of_one_minute_are_one_minute(bundled: Story) -> None:
    (nine,) = (minute for minute in minutes_of(bundled, "AP") if minute.at.isoformat() == "2016-11-09T02:00:00+00:00")
    assert len(nine.calls) == 9


def test_another_callers_minutes_are_all_that_are_exact(bundled: Story) -> None:
    minutes = minutes_of(bundled, "CNN")
    assert [minute.at.isoformat()[11:16] for minute in minutes] == ["02:00", "03:27"]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("ap-atlantis", id="no call"),
        pytest.param("cnn-oh", id="another caller's"),
        pytest.param("ap-oh", id="a bound"),
        pytest.param("ap-ne-02", id="ten minutes wide"),
        pytest.param("ap-pa-wate", id="a second log"),
    ],
)
def test_a_study_lists_only_calls_whose_minute_is_known(settings: Settings, name: str) -> None:
    file = settings.stories[0] / "us-2016" / "story.toml"
    file.write_text(file.read_text(encoding="utf-8").replace('"ap-in"', f'"{name}"', 1), encoding="utf-8")
    (fault,) = check_story(file.parent)
    assert f"found '{name}', expected the id of a call by AP in calls.csv whose minute is known" in str(fault)


def test_a_rise_after_the_calls_is_found_in_minutes_and_ranked(settings: Settings, bundled: Story) -> None:
    story, rose = studied(settings, export(1, calls=ap_minutes(bundled)))
    assert rose.study.low > 0
    assert rose.study.p <= 0.005
    rows = call_rows(story, rose, EASTERN)
    assert len(rows) == rose.study.n == 20
    assert ("9 p.m. EST", "Kansas, North Dakota and 7 more") in {row[:2] for row in rows}
    assert "37 calls, as the story file fixes them. Used: 20. Left out: 0." in minutes_said(story, rose, EASTERN)
    assert single_calls_refused(rose.study.step) == ""


def test_bins_of_eight_minutes_answer_for_all_calls_only(settings: Settings) -> None:
    story, rose = studied(settings, export(8))
    assert not rose.study.refused
    assert not rose.study.detectable
    assert call_rows(story, rose, EASTERN) == []
    assert "8-minute bins answer for all calls together only" in single_calls_refused(rose.study.step)
    assert "(in the same bin as an earlier one)" in minutes_said(story, rose, EASTERN)


def test_a_rise_in_coarse_bins_is_kept_both_ways_and_said_of_neither_alone(settings: Settings, bundled: Story) -> None:
    story, rose = studied(settings, export(10, calls=ap_minutes(bundled)))
    starts, ends = rose.readings
    assert starts.low > 0 and not ends.detectable
    record = record_of(story, rose)
    assert record["answer"]["sentence"].startswith("Cannot tell: the answer depends on whether Google’s stamps mark")
    assert {record["answer"][name] for name in ("effect", "low", "high", "p")} == {None}
    assert [(one["stamps_mark"], one["low"]) for one in record["readings"]] == [
        ("start", starts.low),
        ("end", ends.low),
    ]
    assert [minute["stamps_mark"] for minute in record["minutes"]] == ["start"] * 20 + ["end"] * 20


def test_a_rise_that_both_readings_find_is_said_with_the_bounds_of_both(settings: Settings, bundled: Story) -> None:
    story, rose = studied(settings, export(2, calls=ap_minutes(bundled)))
    answer = record_of(story, rose)["answer"]
    assert "search interest rose" in answer["sentence"] and answer["effect"] is None
    assert answer["low"] == min(study.low for study in rose.readings) > 0
    assert answer["high"] == max(study.high for study in rose.readings)
    assert answer["p"] == max(study.p for study in rose.readings) <= 0.05


def test_the_p_of_a_record_is_that_of_its_sentence(settings: Settings, bundled: Story) -> None:
    """A series that is low after each call: it fell, and few placebos moved as clearly."""
    before = [at - timedelta(minutes=10) for at in ap_minutes(bundled)]
    story, rose = studied(settings, export(1, calls=before))
    answer = record_of(story, rose)["answer"]
    assert rose.study.high < 0
    assert answer["p"] == rose.study.p == pytest.approx(0.001 / 0.4)
    assert "fell" in answer["sentence"] and "moved as clearly, up or down, 0.2% of the time" in answer["sentence"]


def test_other_nights_are_asked_whether_they_fell_as_much_as_a_night_that_fell(
    settings: Settings, bundled: Story
) -> None:
    keep(settings, export(1, start=NIGHT - timedelta(days=7, hours=1)), "earlier.csv")
    before = [at - timedelta(minutes=10) for at in ap_minutes(bundled)]
    story = keep(settings, export(1, calls=before), "night.csv")
    drawn = load_series(story, story_store(settings))
    (night,) = (held for held in held_series(drawn) if held.values.index.min() == NIGHT)
    rose = rose_after(story, drawn, night.name, "AP")
    assert nights_said(rose).endswith("0 of 1 fell as much.")
    assert set(record_of(story, rose)["nights"]) == {"compared", "left_out"}


def test_hourly_bins_answer_nothing(settings: Settings) -> None:
    story, rose = studied(settings, export(60))
    assert "cannot show the ten minutes after a call" in rose.study.refused
    assert call_rows(story, rose, EASTERN) == [] and nights_said(rose) == ""
    assert single_calls_refused(rose.study.step).startswith("Nothing is said about any call")


def test_published_marks_and_weeks_answer_never(bundled: Story) -> None:
    said = no_series(bundled, load_interest(bundled))
    assert "only published reports are on record, and reports are never tested" in said
    assert "weekly" in said


def test_an_unknown_series_is_refused_with_those_there_are(settings: Settings) -> None:
    story = keep(settings, export(8))
    with pytest.raises(DataError, match="there is no series 'x'; choose one of: imported-"):
        rose_after(story, load_series(story, story_store(settings)), "x", "AP")


def test_without_another_night_there_is_no_second_comparison(settings: Settings) -> None:
    _, rose = studied(settings, export(1))
    assert rose.nights == ()
    assert nights_said(rose).startswith("No other night of these searches is on record")


def test_another_night_is_compared_at_the_same_clock_time_across_a_change_of_clocks(
    settings: Settings, bundled: Story
) -> None:
    """A week earlier, New York was on daylight time: its 9 p.m. was 1 a.m. UTC."""
    keep(settings, export(1, start=NIGHT - timedelta(days=7, hours=1)), "earlier.csv")
    story = keep(settings, export(1, calls=ap_minutes(bundled)), "night.csv")
    drawn = load_series(story, story_store(settings))
    (night,) = (held for held in held_series(drawn) if held.values.index.min() == NIGHT)
    rose = rose_after(story, drawn, night.name, "AP")
    assert [one.name for nights in rose.nights for one in nights.compared] == ["2016-11-01"]
    assert rose.nights[0].compared[0].effect > rose.nights[0].compared[0].control
    assert nights_said(rose).endswith("0 of 1 rose as much.")


UNMOVED = "no detectable change beyond the evening’s rise in the ten minutes after a call"


def with_control(settings: Settings, term: str, *, minutes: int = 1, rises: bool = False, only: int = 14) -> RoseAfter:
    """The night of 2016 with a rise after AP's calls, beside a control term that does or does not rise with it."""
    name_control_terms(settings, "pizza", "weather")
    calls = ap_minutes(read_story(settings.stories[0] / "us-2016"))
    keep(settings, export(minutes, term=term, calls=calls if rises else (), hours=only, level=60), "control.csv")
    story = keep(settings, export(minutes, calls=calls), "night.csv")
    drawn = load_series(story, story_store(settings))
    night = held_of_the_night(story, drawn)[0]
    assert night.term == "move to canada"
    return rose_after(story, drawn, night.name, "AP")


def test_a_control_term_that_did_not_move_is_said_beside_the_other_nights(settings: Settings) -> None:
    rose = with_control(settings, "Pizza")
    assert compared_said(rose) == (
        "No other night of these searches is on record in such bins.",
        f"In the same minutes searches for “Pizza” showed {UNMOVED} (95% interval {percents(rose)}).",
        "No series of “weather”, a control term, is on record for these minutes in such bins.",
        "Of the control terms on record, 0 of 1 rose as much over the minutes in common, 20 at least.",
    )


def percents(rose: RoseAfter) -> str:
    """The interval of the first control term, worked out from its numbers."""
    study = rose.terms[0].readings[0]
    low, high = (round(100 * math.expm1(bound)) for bound in (study.low, study.high))
    return f"{low}% to {high}%".replace("-", "−")


def test_a_control_term_that_rose_too_is_said_to(settings: Settings) -> None:
    rose = with_control(settings, "pizza", rises=True)
    found, held = rose.terms[0].readings[0], rose.terms[0].held
    assert held and found.low > 0
    assert found.effect == pytest.approx(pooled(held.values, [minute.at for minute in rose.study.used]).effect)
    said = f"In the same minutes searches for “pizza” rose {100 * math.expm1(found.effect):.0f}% (95% interval"
    assert compared_said(rose)[1].startswith(said)


def test_a_control_term_that_lacks_some_of_the_minutes_says_how_many_it_has(settings: Settings) -> None:
    rose = with_control(settings, "pizza", only=9)
    n = rose.terms[0].readings[0].n
    assert 5 <= n < 20
    assert compared_said(rose)[1].startswith(f"In {n} of the same 20 minutes searches for “pizza”")
    assert rose.beside[0].compared[0].n == n


@pytest.mark.parametrize(
    "term", [pytest.param("hockey", id="a term that is not named"), pytest.param("pizza", id="other bins")]
)
def test_what_is_no_control_is_held_beside_nothing(settings: Settings, term: str) -> None:
    name_control_terms(settings, "pizza")
    keep(settings, export(1 if term == "hockey" else 4, term=term), "other.csv")
    story = keep(settings, export(1), "night.csv")
    drawn = load_series(story, story_store(settings))
    (night,) = (held for held in held_series(drawn) if held.term == "move to canada")
    rose = rose_after(story, drawn, night.name, "AP")
    assert [(one.term, one.held) for one in rose.terms] == [("pizza", None)] and rose.beside == ()


def test_a_control_in_coarse_bins_is_read_both_ways_as_the_searches_are(settings: Settings) -> None:
    rose = with_control(settings, "pizza", minutes=8)
    assert len(rose.terms[0].readings) == len(rose.beside) == 2
    assert "whichever edge of a bin Google’s stamps mark" in compared_said(rose)[1]


def test_the_record_has_the_control_terms_with_their_numbers_and_sources(settings: Settings) -> None:
    rose = with_control(settings, "pizza")
    record = record_of(read_story(settings.stories[0] / "us-2016"), rose)
    pizza, weather = record["control_terms"]
    study, held = rose.terms[0].readings[0], rose.terms[0].held
    assert held is not None
    assert (pizza["series"], pizza["readings"][0]["low"]) == (held.name, study.low)
    assert weather == {"term": "weather", "series": None, "readings": []}
    assert record["control_terms_by_reading"]["start"]["compared"][0]["control"] == pytest.approx(study.effect)
    assert held.source.id in {source["id"] for source in record["sources"]}
    json.dumps(record, allow_nan=False)


@pytest.mark.parametrize(
    ("named", "fault"),
    [
        pytest.param('["move to canada"]', "'move to canada' is a term of [[searches]]", id="a term of the story"),
        pytest.param('["pizza", "Pizza"]', "control terms must be unique; given twice: pizza", id="twice"),
        pytest.param('"pizza"', "control_terms", id="no list"),
        pytest.param('[""]', "control_terms", id="empty"),
    ],
)
def test_a_control_term_that_cannot_be_one_is_refused_in_a_sentence(settings: Settings, named: str, fault: str) -> None:
    file = settings.stories[0] / "us-2016" / "story.toml"
    told = file.read_text(encoding="utf-8").replace("\nstudy = [", f"\ncontrol_terms = {named}\nstudy = [", 1)
    file.write_text(told, encoding="utf-8")
    (found,) = check_story(file.parent)
    assert fault in str(found), str(found)
    assert str(found).startswith("story.toml")


def test_the_record_lets_a_reader_work_it_out_again(settings: Settings, bundled: Story) -> None:
    story, rose = studied(settings, export(1, calls=ap_minutes(bundled)))
    record = json.loads(record_text(story, rose))
    assert record == json.loads(json.dumps(record_of(story, rose)))
    values = dict(record["bins"])
    first = record["minutes"][0]
    at = datetime.fromisoformat(first["minute"])
    means = [
        math.log1p(
            np.mean([values[f"{at + timedelta(minutes=n):%Y-%m-%dT%H:%M:%SZ}"] for n in range(start, start + 10)])
        )
        for start in (-20, -10, 0, 10)
    ]
    by_hand = means[2] - means[1] - (means[1] - means[0] + means[3] - means[2]) / 2
    assert first["jump"] == pytest.approx(by_hand)
    (weighed,) = record["weighed"]
    by_bins = sum(influence * (math.log(level) + values[at] / level - 1) for at, level, influence in weighed["bins"])
    assert record["answer"]["effect"] == pytest.approx(by_bins)
    assert sum(minute["share"] for minute in record["minutes"]) == pytest.approx(1)
    method = record["method"]
    assert (method["seed"], method["placebo_draws"], method["placebo_shift_minutes"]) == (2016, 999, [11, 45])
    assert list(method["placebo_quantiles"]) == ["0", "0.025", "0.5", "0.975", "1"]
    assert first["calls"] == ["calls:ap-in", "calls:ap-ky", "calls:ap-vt"]
    assert {"ap-chronology", rose.held.source.id} <= {source["id"] for source in record["sources"]}


def test_the_same_rows_give_the_same_record(settings: Settings) -> None:
    story, rose = studied(settings, export(8))
    again = rose_after(story, load_series(story, story_store(settings)), rose.held.name, "AP")
    assert record_text(story, rose) == record_text(story, again)


def test_the_csv_has_every_listed_minute_used_or_left_out(settings: Settings) -> None:
    _, rose = studied(settings, export(8))
    rows = list(csv.DictReader(io.StringIO(minutes_csv(rose))))
    assert tuple(rows[0]) == COLUMNS
    for mark in READINGS:
        assert [row["stamps_mark"] for row in rows].count(mark) == 20
    assert {row["used"]: bool(row["jump"]) for row in rows} == {"yes": True, "no": False}
    assert all(row["left_out_because"] for row in rows if row["used"] == "no")


def test_a_refused_study_has_a_record_that_says_why(settings: Settings) -> None:
    story, rose = studied(settings, export(60))
    record = record_of(story, rose)
    assert record["answer"]["effect"] is None and "16 minutes" in record["answer"]["refused"]
    assert json.loads(record_text(story, rose))["minutes"][0]["left_out_because"] == "refused"
