"""Story, caution and claim say the same of what was reported first, on every bundled night and on random ones."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components.charts.builders.claim_chart import all_subjects, claim_chart
from components.charts.builders.timeline_chart import timeline_chart
from components.charts.grammar import Chart
from components.charts.kinds import Question
from components.charts.loaders import Loaders
from components.charts.phrases.caution import caution_of
from components.charts.phrases.claim_words import verdict_clauses
from components.clock import Clock
from data.core.model import Window
from data.evidence.claims import Verdict
from data.evidence.findings import Finding, check_claim
from data.story.store import BUNDLED, read_story
from data.story.story import Story
from tests.support.cases import examples
from tests.support.random_cases import small_night
from tests.support.views import view_of

NIGHTS = tuple(folder.name for folder in sorted(BUNDLED.iterdir()) if (folder / "calls.csv").exists())
#: Nights that hold no first call of their caller, or nothing to be held against it.
WITHOUT = ("us-2020", "uk-2019")
#: Everything that a story holds lies in it.
ALL = Window(datetime(2004, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC))
#: What a sentence of the caution says of trouble and of marks, beside the first call.
SAID = {
    Verdict.BEFORE: r"was on record by .* before the first call|, came .* before the first call",
    Verdict.AFTER: r"first call of .*, is on record before the first|, came .* after the first call",
    Verdict.CANNOT_TELL: r"so its order with the first call|too close to tell",
}


@cache
def bundled(slug: str) -> Story:
    return read_story(BUNDLED / slug)


def claim(story: Story, subject: str, event: str = "first-call") -> Finding:
    found = all_subjects(story, Loaders())
    return check_claim(story, found, subject=subject, event=event, caller=story.about.caller)


def timeline(story: Story) -> Chart:
    return timeline_chart(Question(story, view_of(story, ALL, caller=story.about.caller), Loaders()))


def check(story: Story) -> int:
    """How many sentences of the story's caution were held against its claims."""
    chart, clock = timeline(story), Clock("UTC")
    caution = caution_of(story, chart)
    lines = clock.say(caution.parts[0].text).split("\n") if caution else []
    keys = {subject.key for subject in all_subjects(story, Loaders())}
    asked = {f"site:{service.id}": "dated trouble seen" for service in story.about.services if service.main}
    held = 0
    for subject, names in (asked | {"marks": "published report"}).items():
        if subject not in keys:
            continue
        finding = claim(story, subject)
        if finding.anchor is None or finding.reported is Verdict.NOT_ENOUGH:
            continue
        for line in (one for one in lines if names in one and "first call" in one):
            assert re.search(SAID[finding.reported], line), (finding.reported, line)
            held += 1
        assert_no_other_order(finding)
    return held


def assert_no_other_order(finding: Finding) -> None:
    """What was on record before an event began before it: no verdict says the contrary."""
    assert not (finding.reported is Verdict.BEFORE and finding.verdict is Verdict.AFTER)
    assert finding.counts.before or finding.reported is not Verdict.BEFORE or finding.subject.moments
    said = "; ".join(verdict_clauses(finding))
    assert finding.verdict is not Verdict.BEFORE or "before" in said
    assert finding.counts.held == len([one for one in finding.accounts if one.counts])


@pytest.mark.parametrize("slug", NIGHTS)
def test_caution_and_claim_say_the_same_order_of_a_bundled_night(slug: str) -> None:
    assert check(bundled(slug)) or slug in WITHOUT


def test_the_headline_names_the_time_from_which_the_claim_is_counted() -> None:
    story, clock = bundled("us-2016"), Clock("America/New_York")
    said = clock.say(timeline(story).takeaway)
    chart = claim_chart(Question(story, view_of(story, caller="AP"), Loaders()))
    assert "CBC News says cic.gc.ca was in trouble from about 2 p.m." in said
    assert clock.say(chart.notes[0]) == (
        "Reported first: Trouble at Canada’s immigration website was on record by 2:30 p.m., "
        "at least 8 hours before AP’s Florida call, at 10:50 p.m. EST, Nov. 8, 2016."
    )


def test_before_any_result_is_what_the_claim_says_was_reported_first() -> None:
    story = bundled("us-2016")
    assert "before any result" in story.about.dek
    assert claim(story, "site:cic").reported is Verdict.BEFORE
    documents = claim(story, "observations:cbc-documents-2pm")
    assert (documents.reported, documents.verdict) == (Verdict.BEFORE, Verdict.BEFORE)


_MADE = iter(range(10**9))


@settings(examples(25), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32 - 1))
def test_caution_and_claim_say_the_same_order_of_any_small_night(seed: int, tmp_path: Path) -> None:
    night = small_night(Random(seed), tmp_path, f"small-{next(_MADE)}")
    check(read_story(night.folder))
