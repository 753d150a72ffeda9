"""What the desk publishes of its saved views: each that holds becomes files named after what it shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from components.embeds.bundles import desk_bundle
from components.embeds.bundles.bundle import WantedChart, saved_view
from components.embeds.bundles.manifest import read_manifest
from components.workbench.desk.views_part import query_of
from data.core.errors import DataError
from data.core.settings import Settings
from data.story.store import find_story
from data.story.story import Story
from tests.support.desks import ANA, FROM, NOW, PAT, SLUG, a_desk, a_night

STORY = find_story("us-2016", Settings())
NIGHT = "from=2016-11-09T01:00Z&to=2016-11-09T06:00Z&clock=Europe/London"


@pytest.mark.parametrize(
    ("link", "chart", "theme"),
    [
        pytest.param(f"https://a.example/timeline?story=us-2016&{NIGHT}", "timeline", "auto", id="a page"),
        pytest.param(f"https://a.example/outage-reports?{NIGHT}", "outages", "auto", id="a page of another chart"),
        pytest.param(f"https://a.example/embed-and-export?{NIGHT}&chart=map&theme=dark", "map", "dark", id="a choice"),
        pytest.param(f"https://a.example/nd/embed/us-2016/results?{NIGHT}&theme=light", "results", "light", id="embed"),
    ],
)
def test_a_link_is_saved_as_the_chart_that_it_shows(link: str, chart: str, theme: str) -> None:
    found = saved_view(STORY, query_of(link, STORY))
    assert (found.chart, found.theme, found.view.clock) == (chart, theme, "Europe/London")


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("timeline?story=us-2016", "Paste what “Copy link” on a page"),
        ("https://a.example/weather", "Paste what “Copy link” on a page"),
        ("https://a.example/timeline?story=uk-2016", "This is a link to another story"),
        ("https://a.example/embed/uk-2016/timeline", "This is a link to another story"),
        ("https://a.example/timeline?caller=BBC", "BBC"),
        ("https://a.example/embed/us-2016/pie", "pie"),
    ],
)
def test_what_shows_no_view_of_the_story_is_refused_in_a_sentence(link: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        query_of(link, STORY)


def test_saved_views_are_in_the_bundle_and_one_that_holds_no_more_keeps_nothing_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drawn(_: Story, wanted: Sequence[WantedChart], **__: object) -> Iterator[tuple[str, bytes]]:
        return ((f"{one.stem}.html", one.query.encode()) for one in wanted)

    monkeypatch.setattr(desk_bundle, "bake", drawn)
    desk = a_desk(tmp_path, a_night())
    settings = desk.settings.model_copy(update={"bundle": str(tmp_path / "bundle")})
    views = desk.views
    old = views.save(ANA, SLUG, "The night", "timeline?caller=AP&clock=UTC", NOW, FROM)
    views.use(ANA, SLUG, "The night", "https://news.example.org/night", NOW, FROM)
    new = views.save(ANA, SLUG, "The night", "timeline?clock=Europe/London", NOW, FROM)
    views.save(ANA, SLUG, "Gone", "timeline?caller=BBC", NOW, FROM)
    desk.publish(PAT, SLUG, NOW, FROM, bundle=desk_bundle.bundle_of(settings))
    latest = tmp_path / "bundle" / SLUG / "latest"
    wanted = [saved_view(desk.story(SLUG), view.query) for view in (old, new)]
    assert {one.stem for one in wanted} <= {path.stem for path in latest.glob("timeline-*.html")}
    assert len([*latest.glob("timeline-*.html")]) == 2
    assert read_manifest((latest / "manifest.json").read_bytes()).inputs.views == tuple(
        sorted(one.query for one in wanted)
    )
    with pytest.raises(DataError, match="BBC"):
        saved_view(desk.story(SLUG), "timeline?caller=BBC")
