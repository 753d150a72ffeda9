"""Other nights in the caution: what is held is said wherever it goes, by the words of the study itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from components.cache.memo import Memo, Same
from components.charts.catalogue import chart_of
from components.charts.loaders import Loaders
from components.charts.phrases.caution import Part, caution_of
from components.charts.phrases.placebo import NONE_HELD
from components.charts.phrases.study_words import compared_said
from components.embeds.documents.parts import panel
from components.embeds.embed import Embed, embed_of
from components.embeds.passport import data_of
from components.view.view_state import default_view
from data.core.model import Order
from data.core.settings import Settings
from data.evidence.series import load_series
from data.evidence.study import held_of_the_night, minutes_of, rose_after
from data.story.store import find_story, story_store
from data.story.story import Story
from tests.support.imported import NIGHT, export, keep, keep_weeks, name_control_terms, newsroom
from tests.support.views import view_of
from tests.support.wording import offences

HEADING = "Other nights"
LAST = "What is on record was not sampled: it does not say how often searches move as far by chance."
OPEN = "So nobody can tell from this chart how often things stand this close together by chance."
SERIES = "“move to canada” in the U.S., minute by minute"
#: When 19 of the 20 minutes with calls by AP are past, and before the first of them.
LATE, EARLY = datetime(2016, 11, 9, 7, tzinfo=UTC), datetime(2016, 11, 8, 23, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return newsroom(tmp_path)


def loaders(settings: Settings) -> Loaders:
    """Loaders that read a series once for a story."""
    drawn = Memo(partial(load_series, stories=story_store(settings)), most=4, marks={Story: Same})
    return Loaders(drawn=drawn)


@dataclass(frozen=True)
class Held:
    """A newsroom's story and its series, as they were when it was made."""

    story: Story
    load: Loaders

    def embed(self, slug: str, at: datetime | None = None, order: Order = Order.HAPPENED) -> Embed:
        return embed_of(self.story, slug, replace(default_view(self.story), at=at, order=order), load=self.load)


def held_by(settings: Settings) -> Held:
    return Held(find_story("us-2016", settings), loaders(settings))


def embed_at(settings: Settings, slug: str) -> Embed:
    return held_by(settings).embed(slug)


@pytest.fixture(scope="module")
def four_nights(tmp_path_factory: pytest.TempPathFactory) -> Held:
    """The night, with a rise after each of AP's calls, and three others, which no test changes."""
    settings = newsroom(tmp_path_factory.mktemp("four-nights"))
    keep_weeks(settings)
    keep_the_night(settings)
    return held_by(settings)


def placebo(embed: Embed) -> Part:
    found = caution_of(embed.story, embed.chart)
    assert found is not None
    (part,) = (part for part in found.parts if part.heading == HEADING)
    return part


def keep_the_night(settings: Settings, *, minutes: int = 1) -> Story:
    """The night itself, with a rise after each of AP's calls."""
    calls = [minute.at for minute in minutes_of(find_story("us-2016", settings), "AP")]
    return keep(settings, export(minutes, calls=calls), "night.csv")


def test_with_nothing_held_it_says_that_none_is(settings: Settings) -> None:
    assert placebo(embed_at(settings, "timeline")) == Part(HEADING, NONE_HELD)


@pytest.mark.parametrize("slug", ["timeline", "interest", "outages", "claim"])
def test_imported_nights_are_said_by_the_words_of_search_trends(four_nights: Held, slug: str) -> None:
    story, drawn = four_nights.story, four_nights.load.drawn(four_nights.story)
    rose = rose_after(story, drawn, held_of_the_night(story, drawn)[0].name, "AP")
    part = placebo(four_nights.embed(slug))
    lines = part.text.split("\n")
    assert lines[1:] == [f"{SERIES}: {compared_said(rose)[0]}", LAST]
    assert lines[1].endswith("on 3 other nights that are on record, 20 of them at least: 0 of 3 rose as much.")
    assert NONE_HELD not in part.text
    files = {source.title.partition(": ")[2].partition(",")[0] for source in part.sources}
    assert files == {"night.csv", "week-2.csv", "week-1.csv", "week+1.csv"}


def test_a_document_and_data_say_what_the_page_says(four_nights: Held) -> None:
    embed = four_nights.embed("timeline")
    told = placebo(embed)
    (sent,) = (part for part in data_of(embed)["caution"]["parts"] if part["heading"] == HEADING)
    assert sent["text"] == told.text and len(sent["sources"]) == 4
    document = panel(embed, "nd-caution")
    assert all(line in document for line in told.text.split("\n"))
    assert "None is on record" not in document


def test_at_a_moment_only_what_was_over_by_then_is_compared(four_nights: Held) -> None:
    late = placebo(four_nights.embed("timeline", LATE)).text
    assert "on 2 other nights that are on record, 19 of them at least" in late, "a week later is still to come"
    early = placebo(four_nights.embed("timeline", EARLY)).text.split("\n")
    assert early[0] == "None is compared." and early[-1] == OPEN
    assert early[1].startswith(f"{SERIES}: Only 0 minutes with calls can be used")
    known = placebo(four_nights.embed("timeline", LATE, Order.KNOWN)).text
    assert known == NONE_HELD, "what was imported in 2026 was not known that night"


def test_a_night_without_another_one_says_that_nothing_is_compared(settings: Settings) -> None:
    keep_the_night(settings)
    said = placebo(embed_at(settings, "timeline")).text.split("\n")
    none = "No other night of these searches is on record in such bins, so there is no second comparison."
    assert said == ["None is compared.", f"{SERIES}: {none}", OPEN]


def test_other_nights_without_the_night_itself_are_not_said_not_to_be_held(settings: Settings) -> None:
    keep_weeks(settings)
    said = placebo(embed_at(settings, "timeline")).text
    assert said.startswith("None is compared: of this night no series of searches is on record") and said.endswith(OPEN)


def test_hours_are_no_minutes(settings: Settings) -> None:
    keep(settings, export(60, start=NIGHT - timedelta(days=7)), "week-1.csv")
    keep_the_night(settings, minutes=60)
    assert placebo(embed_at(settings, "timeline")).text == NONE_HELD


def test_an_import_makes_another_chart_of_a_cached_one(settings: Settings) -> None:
    keep_the_night(settings)
    before = embed_at(settings, "timeline")
    keep_weeks(settings)
    after = embed_at(settings, "timeline")
    assert hash(before.chart) != hash(after.chart) and before.chart != after.chart


def test_a_comparison_of_two_nights_says_it_of_each(four_nights: Held) -> None:
    story, other = four_nights.story, find_story("us-2020", Settings())
    chart = chart_of(story, "compare", view_of(story, caller="AP"), other=other, load=four_nights.load)
    found = caution_of(story, chart, other=other)
    assert found is not None
    told = {part.heading: part.text for part in found.parts if part.heading.startswith(HEADING)}
    assert list(told) == [f"{HEADING}, 2016", f"{HEADING}, 2020"]
    assert "0 of 3 rose as much" in told[f"{HEADING}, 2016"] and told[f"{HEADING}, 2020"] == NONE_HELD


@pytest.mark.slow
@pytest.mark.parametrize("level", [20.0, 4.0], ids=["much searched", "little searched"])
@pytest.mark.parametrize("minutes", [1, 8])
def test_no_line_of_it_says_what_is_never_said(settings: Settings, minutes: int, level: float) -> None:
    name_control_terms(settings, "pizza", "weather")
    keep_weeks(settings, minutes)
    story = keep_the_night(settings, minutes=minutes)
    calls = [minute.at for minute in minutes_of(story, "AP")]
    keep(settings, export(minutes, term="pizza", calls=calls, level=level), "pizza.csv")
    lines = placebo(embed_at(settings, "timeline")).text.split("\n")
    assert len(lines) == 6 and [what for line in lines for what in offences(line)] == []


def test_a_control_term_is_no_search_of_the_night(settings: Settings) -> None:
    """Imported first, and by its name before the searches, it stands behind them on Search trends alone."""
    name_control_terms(settings, "apples")
    keep(settings, export(1, term="apples"), "apples.csv")
    alone = embed_at(settings, "timeline").chart
    assert [lane.slug for lane in alone.lanes if lane.slug.startswith("series-")] == []
    keep_the_night(settings)
    shown = {slug: embed_at(settings, slug).chart for slug in ("timeline", "interest")}
    titles = {slug: [lane.title for lane in chart.lanes if "”, " in lane.title] for slug, chart in shown.items()}
    assert titles == {
        "timeline": ["“move to canada”, the U.S."],
        "interest": ["“move to canada”, the U.S.", "“apples”, the U.S."],
    }
