from __future__ import annotations

import io
import json
import shutil
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image

import components.ap_style
import components.clock
import components.text
from components.embeds.bundles import hosting
from components.embeds.bundles.bundle import bake, wanted_charts, wanted_view
from components.embeds.bundles.manifest import DRAWING, code_of, inputs_of, version_name
from data.core.errors import DataError
from data.core.settings import Settings
from data.story.store import BUNDLED, FolderStore, find_story, read_story, story_store
from data.story.story import Story
from tests.support.bundles import NOW

VERSION = "20261108T035000Z-0123456789ab"
LATE = "chart=timeline&from=2016-11-09T01:00Z&to=2016-11-09T06:00Z&clock=Europe/London&theme=dark"


@pytest.fixture(scope="module")
def story() -> Story:
    return find_story("us-2016", Settings())


@pytest.fixture(scope="module")
def files(story: Story) -> dict[str, bytes]:
    """The bundle of us-2016 with one frozen view."""
    wanted = (*wanted_charts(story), wanted_view(story, LATE))
    return dict(bake(story, wanted, settings=Settings(), site="https://nightdesk.example", version=VERSION))


@pytest.mark.slow
def test_every_chart_that_holds_anything_is_there_in_every_form(story: Story, files: dict[str, bytes]) -> None:
    frozen = wanted_view(story, LATE).stem
    # Nothing was fetched or imported for the lenses of this story.
    stems = ["timeline", "interest", "outages", "results", "map", "traffic", "replay", frozen]
    endings = [".html", ".svg", ".png", "@2x.png", ".pdf", ".csv", ".json"]
    assert set(files) == {f"{stem}{ending}" for stem in stems for ending in endings} | {"headers.json", "listener.js"}
    assert all(files.values())


@pytest.mark.slow
def test_pictures_have_the_size_that_cards_want(files: dict[str, bytes]) -> None:
    assert Image.open(io.BytesIO(files["timeline.png"])).size == (1200, 630)
    assert Image.open(io.BytesIO(files["timeline@2x.png"])).size == (2400, 1260)


@pytest.mark.slow
def test_every_document_says_which_version_it_is(files: dict[str, bytes]) -> None:
    documents = {name: text.decode() for name, text in files.items() if name.endswith(".html")}
    assert [name for name, text in documents.items() if VERSION not in text] == []


@pytest.mark.slow
def test_a_frozen_view_is_exactly_the_view_asked_for(story: Story, files: dict[str, bytes]) -> None:
    view = wanted_view(story, LATE)
    assert (view.chart, view.theme, view.view.clock) == ("timeline", "dark", "Europe/London")
    assert view.view.end - view.view.start == timedelta(hours=5)
    assert files[f"{view.stem}.html"] != files["timeline.html"]
    assert b"GMT" in files[f"{view.stem}.csv"] and b"GMT" not in files["timeline.csv"]


def test_a_view_is_named_after_what_it_shows_however_it_is_written(story: Story) -> None:
    same = "?to=2016-11-09T06:00:00%2B00:00&theme=dark&clock=Europe/London&from=2016-11-08T20:00-05:00&story=us-2016"
    assert wanted_view(story, same) == wanted_view(story, LATE)
    other = wanted_view(story, LATE.replace("06:00Z", "06:01Z"))
    assert other.stem.startswith("timeline-") and other.stem != wanted_view(story, LATE).stem


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        pytest.param("chart=pie", "no chart “pie” here; chart must be one of timeline", id="chart"),
        pytest.param("from=noon", "from is “noon”", id="from"),
        pytest.param("from=2016-11-09T06:00Z&to=2016-11-09T01:00Z", "ends before it starts", id="backwards"),
        pytest.param("clock=Mars", "clock is “Mars”", id="clock"),
        pytest.param("colour=red", "“colour”, which means nothing here", id="unknown"),
        pytest.param("theme=sepia", "theme is “sepia”", id="theme"),
        pytest.param("width=320", "A view has no width", id="width"),
        pytest.param("story=uk-2017", "A view is of one chart of us-2016", id="story"),
        pytest.param("chart=timeline&chart=results", "A view is of one chart", id="twice"),
        pytest.param("chart=../../etc", "no chart “../../etc” here", id="a path"),
        pytest.param("at=" + "9" * 5000, "query", id="long"),
    ],
)
def test_a_view_that_cannot_be_meant_is_refused_in_a_sentence(story: Story, query: str, sentence: str) -> None:
    with pytest.raises(DataError) as refused:
        wanted_view(story, query)
    assert sentence in str(refused.value) and "\n" not in str(refused.value)


@pytest.mark.slow
def test_headers_say_type_policy_and_how_long_a_file_may_be_kept(story: Story, files: dict[str, bytes]) -> None:
    rules = hosting.read_rules(files["headers.json"])
    stands = hosting.headers_for(rules, f"/us-2016/v/{VERSION}/timeline.html")
    assert stands.pop("Content-Security-Policy").startswith("default-src 'none'; script-src 'sha256-")
    assert stands == {
        "Content-Type": "text/html; charset=utf-8",
        "Cache-Control": "public, max-age=31536000, immutable",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    latest = hosting.headers_for(rules, "/us-2016/latest/timeline.html")
    assert latest["Cache-Control"] == "public, max-age=60, stale-while-revalidate=600, stale-if-error=86400"
    assert "frame-ancestors *" in latest["Content-Security-Policy"]
    kinds = {name.rpartition(".")[2]: hosting.headers_for(rules, f"/us-2016/latest/{name}") for name in files}
    assert {kind: headers["Content-Type"] for kind, headers in kinds.items()} == {
        "html": "text/html; charset=utf-8",
        "svg": "image/svg+xml",
        "png": "image/png",
        "pdf": "application/pdf",
        "csv": "text/csv; charset=utf-8",
        "json": "application/json",
        "js": "text/javascript; charset=utf-8",
    }


@pytest.mark.slow
def test_no_two_rules_give_a_path_the_same_header(files: dict[str, bytes]) -> None:
    rules = hosting.read_rules(files["headers.json"])
    for name in files:
        for place in ("latest", f"v/{VERSION}"):
            matching = [rule for rule in rules if hosting.headers_for([rule], f"/us-2016/{place}/{name}")]
            given = [header for rule in matching for header in rule.headers]
            assert sorted(given) == sorted(set(given))


def test_a_host_of_static_files_reads_the_same_headers() -> None:
    rules = hosting.rules_of("us-2016", VERSION, {"timeline.html": "default-src 'none'"})
    lines = hosting.netlify_text(rules).decode().splitlines()
    assert lines[lines.index("/us-2016/latest/*") + 1].startswith("  Cache-Control: public, max-age=60,")
    assert lines[lines.index("/us-2016/latest/timeline.html") + 1] == "  Content-Security-Policy: default-src 'none'"
    # There a * may only stand at the end of a path.
    assert [line for line in lines if "*" in line[:-1] and not line.startswith("  ")] == []


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b'{"rules": [1]}', b'{"rules": [{"path": "/"}]}', b"\xff"])
def test_a_header_file_that_is_none_is_a_value_error(text: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever of it is wrong, the sentence is json's or ours
        hosting.read_rules(text)


def test_the_hash_follows_from_the_inputs_alone(story: Story, tmp_path: Path) -> None:
    copy = tmp_path / "us-2016"
    shutil.copytree(BUNDLED / "us-2016", copy)
    copies = FolderStore((tmp_path,))
    same = inputs_of(read_story(copy), copies)
    assert same == inputs_of(story, story_store(Settings()))
    assert version_name(NOW, same) == f"20261108T035000Z-{same.digest}"

    with (copy / "calls.csv").open("a", encoding="utf-8") as calls:
        calls.write("\n")
    (copy / "snapshots" / "wikimedia").mkdir(parents=True)
    (copy / "snapshots" / "wikimedia" / "views.json").write_text(json.dumps({"views": 1}))
    edited = inputs_of(read_story(copy), copies)
    assert edited.story["calls.csv"] != same.story["calls.csv"]
    assert list(edited.snapshots) == ["wikimedia/views.json"]
    others = [edited, same.model_copy(update={"views": (LATE,)}), same.model_copy(update={"site": "https://a.example"})]
    others += [same.model_copy(update={"code": "0" * 64}), same.model_copy(update={"libraries": {"pillow": "0"}})]
    assert len({one.digest for one in (same, *others)}) == 6


def test_the_libraries_that_draw_are_named_with_their_versions(story: Story) -> None:
    assert {"vl-convert-python", "pillow", "pandas", "python"} <= inputs_of(
        story, story_store(Settings())
    ).libraries.keys()


@pytest.mark.parametrize("module", [components.clock, components.ap_style, components.text])
def test_a_version_follows_from_the_modules_beside_the_rooms_that_draw(module: ModuleType) -> None:
    assert module in DRAWING


def test_a_single_module_counts_by_what_its_file_says(tmp_path: Path) -> None:
    module = ModuleType("a_module")
    module.__file__ = str(tmp_path / "a_module.py")
    (tmp_path / "a_module.py").write_text("x = 1\n")
    before = code_of((components.text, module))
    code_of.cache_clear()
    (tmp_path / "a_module.py").write_text("x = 2\n")
    assert code_of((components.text, module)) != before
