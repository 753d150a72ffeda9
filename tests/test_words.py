"""The app's own words, in its source and in the prose it makes of its stories: no cause, no count, no bare share."""

from __future__ import annotations

import ast
import dataclasses
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from components.charts.builders.claim_chart import all_subjects, finding_of
from components.charts.catalogue import chart_of, publishable
from components.charts.grammar import Chart
from components.charts.loaders import Loaders
from components.charts.phrases import study_words
from components.charts.phrases.caution import caution_of
from components.charts.phrases.claim_words import quotable, reasons
from components.charts.phrases.claim_words import takeaway as claim_takeaway
from components.charts.phrases.moments import Moments
from components.clock import Clock
from components.render.words import describe
from data.analysis.event_study import pooled
from data.analysis.event_words import sentence
from data.core.settings import Settings
from data.evidence.anchors import anchors_of
from data.evidence.calls import load_calls
from data.evidence.outages import load_observations
from data.evidence.rises import onsets_in
from data.evidence.searches import load_interest_marks
from data.evidence.series import load_series
from data.story.store import SHIPPED, find_story, story_store
from data.story.story import Story
from tests.support.cases import cases
from tests.support.imported import export, keep, newsroom
from tests.support.views import view_of
from tests.support.wording import banned, offences, offences_in_source, script_strings, written_strings

ROOT = Path(__file__).resolve().parents[1]
STORIES = SHIPPED.slugs()
#: Keys of story.toml that are names and addresses, not prose; what a claim says is somebody's, with a source.
_NO_PROSE = {"id", "source", "url", "host", "zone", "geo", "term", "clock", "caller", "tone", "embed_hosts", "who"}


@cache
def story_of(slug: str) -> Story:
    return find_story(slug, Settings())


def callers_of(story: Story) -> list[str]:
    return [caller.id for caller in story.about.callers if caller.selectable]


@cache
def held_cells(slug: str) -> frozenset[str]:
    """Every text of a row with a source, and of a claim: what others published, in their words."""
    story = story_of(slug)
    tables = (story.figures, story.observations, story.controls, story.milestones, story.corrections)
    cells = {
        value
        for row in (*(row for table in tables for row in table), *story.about.claims, *story.sources)
        for value in (dataclasses.asdict(row) if dataclasses.is_dataclass(row) else row.model_dump()).values()
        if isinstance(value, str) and len(value) > 8
    }
    return frozenset(form for cell in cells for form in spoken(cell))


def spoken(text: str) -> set[str]:
    """A cell as it stands, and with its times as the story's clock says them."""
    return {text, EASTERN.say(text)}


EASTERN = Clock("America/New_York")


def test_no_string_of_the_source_says_what_is_never_said() -> None:
    wrong = []
    for path in (ROOT / "app.py", *(path for room in ("components", "data", "pages") for path in rooms(room))):
        name = path.relative_to(ROOT)
        for line, text in written_strings(ast.parse(path.read_text(encoding="utf-8"))):
            # What refuses a file or a question says why; charts and pages say it of nothing.
            found = offences_in_source(text, reports=name.parts[0] == "data")
            wrong += [f"{name}:{line}: {what}" for what in found]
    assert not wrong, "\n".join(wrong)


def rooms(room: str, ending: str = "py") -> list[Path]:
    return sorted((ROOT / room).rglob(f"*.{ending}"))


def test_no_string_of_a_script_says_it() -> None:
    scripts = [*rooms("components", "js"), *rooms("deploy", "js")]
    assert {"player.js", "reading.js", "playing.js", "hosting.js", "listener.js"} <= {path.name for path in scripts}
    wrong = []
    for path in scripts:
        *said, last = script_strings(path.read_text(encoding="utf-8") + "\n'the end'")
        assert last[1] == "the end", f"{path.name} is not read to its end"
        wrong += [f"{path.name}:{line}: {what}" for line, text in said for what in offences_in_source(text)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("slug", STORIES)
def test_no_prose_of_a_story_says_it_outside_of_quotations(slug: str) -> None:
    told = tomllib.loads(SHIPPED.files(slug)["story.toml"].decode())
    told.pop("claims", None)
    wrong = [f"{text[:80]}: {what}" for text in prose_in(told) for what in offences(text)]
    assert not wrong, "\n".join(wrong)


def prose_in(value: Any, key: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield from prose_in(part, name)
    elif isinstance(value, list):
        for part in value:
            yield from prose_in(part, key)
    elif isinstance(value, str) and key not in _NO_PROSE:
        yield value


@pytest.mark.slow
@pytest.mark.parametrize("slug", cases("us-2016", "uk-2019", long=STORIES))
def test_no_chart_of_any_caller_says_it(slug: str) -> None:
    story, wrong = story_of(slug), set()
    windows = {story.window, dataclasses.replace(story.window, start=story.window.start - timedelta(days=300))}
    for caller in callers_of(story):
        for name in publishable():
            for window in windows:
                wrong |= said_wrong(
                    held_cells(slug), texts_of(story, chart_of(story, name, view_of(story, window, caller=caller)))
                )
    assert not wrong, "\n".join(wrong)


def texts_of(story: Story, chart: Chart) -> Iterator[str]:
    words = describe(chart, EASTERN)
    yield from (words.takeaway, words.alt, *words.long, *map(EASTERN.say, chart.notes))
    yield from (EASTERN.say(text) for lane in chart.lanes for text in (lane.title, lane.note))
    if caution := caution_of(story, chart):
        yield from (EASTERN.say(line) for part in caution.parts for line in part.text.split("\n"))


def said_wrong(held: frozenset[str], texts: Iterator[str]) -> set[str]:
    """What is wrong with a text both as it stands, where a row may name the base, and without its rows' own words."""
    suspect = [text for text in set(texts) if offences(text)]
    return {f"{text[:160]}: {what}" for text in suspect for what in offences(text, held)}


@pytest.mark.slow
@pytest.mark.parametrize("minutes", [1, 60])
def test_no_chart_of_an_imported_series_says_it(tmp_path: Path, minutes: int) -> None:
    settings = newsroom(tmp_path)
    story = keep(settings, export(minutes, rise=datetime(2016, 11, 9, 4, tzinfo=UTC)))
    drawn = load_series(story, story_store(settings))
    load = Loaders(drawn=lambda _: drawn, onsets=lambda _: onsets_in(drawn))
    for name in publishable():
        chart = chart_of(story, name, view_of(story, caller="AP"), load=load)
        assert not said_wrong(held_cells(story.slug), texts_of(story, chart))


@pytest.mark.slow
def test_no_comparison_of_two_nights_says_it() -> None:
    # Two nights are compared from an event that both have: a petition has none of an election.
    first, *others = [story for story in map(story_of, STORIES) if story.calls]
    for other in others:
        chart = chart_of(first, "compare", view_of(first), other=other)
        assert not said_wrong(held_cells(first.slug) | held_cells(other.slug), texts_of(first, chart))


@pytest.mark.parametrize("slug", STORIES)
def test_no_sentence_about_a_minute_says_it(slug: str) -> None:
    story = story_of(slug)
    told = []
    for caller in callers_of(story):
        calls = load_calls(story, caller=caller)
        minutes = [row.when.latest for row in calls.rows[::4]]
        moments = Moments.of(
            story,
            caller=caller,
            calls=calls,
            marks=load_interest_marks(story),
            observations=load_observations(story),
        )
        told += [EASTERN.say(moments.sentence(minute)) for minute in minutes]
    assert told or not story.calls
    assert not said_wrong(held_cells(slug), iter(told))


@pytest.mark.parametrize("slug", [slug for slug in STORIES if SHIPPED.read(slug).subjects != {"calls"}])
def test_no_claim_says_it(slug: str) -> None:
    story = story_of(slug)
    subjects = all_subjects(story, Loaders())
    load = Loaders(subjects=lambda _: subjects)
    told = []
    own = story.about.caller
    keys = [anchor.key for anchor in anchors_of(story, own)][:4]
    asked = [(subject.key, key, own) for subject in subjects for key in keys[:1]]
    asked += [("", key, caller) for key in keys for caller in callers_of(story)]
    for series, event, caller in asked:
        finding = finding_of(story, view_of(story, caller=caller, series=series, event=event), load)
        told += [claim_takeaway(finding).text, quotable(finding), *reasons(story, finding)]
    assert told
    assert not said_wrong(held_cells(slug), map(EASTERN.say, told))


@pytest.mark.parametrize("minutes", [1, 8, 60])
@pytest.mark.parametrize("lift", [1.0, 3.0, 0.3], ids=["no rise", "a rise", "a fall"])
def test_no_study_says_it(minutes: int, lift: float) -> None:
    story = story_of("us-2016")
    listed = [minute.at for minute in study_words_minutes(story)]
    times = pd.date_range("2016-11-08T18:00Z", "2016-11-09T10:00Z", freq=f"{minutes}min")
    values = 40 + np.random.default_rng(3).normal(size=len(times))
    for at in listed:
        values[(times >= at) & (times < at + timedelta(minutes=10))] *= lift
    study = pooled(pd.Series(values, times), listed)
    assert offences(sentence(study)) == []
    assert offences(study_words.single_calls_refused(timedelta(minutes=minutes))) == []


def study_words_minutes(story: Story) -> tuple[Any, ...]:
    from data.evidence.study import minutes_of

    return minutes_of(story, story.about.caller)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("The call caused a rise.", id="caused"),
        pytest.param("Florida triggered searches.", id="triggered"),
        pytest.param("The site crashed because of the calls.", id="crashed because"),
        pytest.param("The site failed due to the calls.", id="failed due to"),
        pytest.param("Searches rose because Florida was called.", id="because"),
        pytest.param("The call triggers searches.", id="triggers"),
        pytest.param("The call causes a rise.", id="causes"),
        pytest.param("A call may cause the site to fail.", id="may cause"),
        pytest.param("Searches rose due to the call.", id="rose due to"),
        pytest.param("The call led to a rise.", id="led to"),
        pytest.param("Florida prompted searches.", id="prompted"),
        pytest.param("What drove searches was the call.", id="drove"),
        pytest.param("The call sparked a rise.", id="sparked"),
        pytest.param("The rise resulted from the call.", id="resulted from"),
        pytest.param("The impact of Florida", id="impact"),
        pytest.param("The number of searches doubled.", id="number of searches"),
        pytest.param("200,000 people searched for it.", id="people searched"),
        pytest.param("Searches rose 350%.", id="a bare percentage"),
        pytest.param("Searches rose by 350 percent on the night of Nov. 8.", id="an of that is no base"),
        pytest.param("Searches rose 12 per cent after the call of Florida.", id="per cent, in two words"),
        pytest.param("Against last week, little. Searches rose 350%.", id="a base in another sentence"),
        pytest.param("Searches rose 12% in the ten minutes after Florida.", id="a window after an event, and no base"),
        pytest.param("He said “more than usual”; searches rose 350%.", id="a base inside a quotation"),
    ],
)
def test_the_lint_bites(text: str) -> None:
    assert offences(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("The minister said the call “caused” it.", id="a quotation"),
        pytest.param("Searches rose 12% in the ten minutes after a call, against the ten before it.", id="against"),
        pytest.param("Searches rose 250 percent in an hour, about two hours after polls closed.", id="in an hour"),
        pytest.param("They were 700 percent above the day before.", id="above the day before"),
        pytest.param("50 percent of users had U.S. addresses.", id="of users"),
        pytest.param("At 10:50 p.m. EST, 12% more than in the week before", id="than"),
        pytest.param("What made the site fail is contested.", id="a contested matter"),
        pytest.param("Rival causes", id="a heading"),
        pytest.param("No claim about a cause is on record in this story.", id="that none is held"),
        pytest.param("The results in Ohio, as AP called them", id="results of an election"),
    ],
)
def test_the_lint_lets_pass(text: str) -> None:
    assert offences(text) == []


def test_what_a_sourced_row_says_is_its_own() -> None:
    cell = "Searches up 350 percent"
    assert offences(f"9 p.m.: {cell}, ABC.", (cell,)) == []
    assert offences(f"9 p.m.: {cell}, ABC.")


def test_a_refusal_says_why_and_a_night_has_no_reason() -> None:
    assert banned("Windows cannot be joined, because no two share six bins with searches.", reports=True) == []
    assert banned("Searches rose because Florida was called.", reports=True) == ["says 'because'"]
    assert banned("It is left out. The call triggered a rise.", reports=True) == ["says 'triggered'"]


def test_a_script_is_read_by_its_strings() -> None:
    source = "// never \"caused\"\nconst re = /[\"'`]/, a = 'rose'; /* 'due to' */\nsay(`${n} calls`, \"led to\");"
    assert list(script_strings(source)) == [(2, "rose"), (3, "0 calls"), (3, "led to")]


def test_strings_are_read_whole_and_docstrings_are_not_read() -> None:
    source = '"""Never says caused."""\nx = f"rose {n:.0%} since"\ny = f"The impact of {n}"\n'
    assert [text for _, text in written_strings(ast.parse(source))] == ["rose 0% since", "The impact of 0"]
    assert offences("rose 0% since")
