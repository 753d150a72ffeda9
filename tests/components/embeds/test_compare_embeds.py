"""Two nights beside each other as a document, images, data and a frozen bundle: one address, one view."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from components.embeds.bundles.bundle import bake, wanted_view
from components.embeds.bundles.manifest import inputs_of
from data.core.settings import Settings
from data.story.store import find_story, story_store
from tests.support.asking import SITE, Desk
from tests.support.nights import another_night

BESIDE = "/embed/us-2016/compare"
VIEW = "with=us-1999&t0=first-call"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    root = tmp_path_factory.mktemp("stories")
    another_night(root, "us-1999", by=timedelta(days=-140), short="U.S. 1999")
    return Settings(stories=(root,))


@pytest.fixture(scope="module")
def desk(settings: Settings, monkeymodule: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeymodule.setenv("NIGHTDESK_STORIES", str(settings.stories[0]))
    asked = Desk(settings)
    yield asked
    asked.close()


@pytest.fixture(scope="module")
def monkeymodule() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def test_a_comparison_is_served_as_a_document_whose_axis_counts_from_t0(desk: Desk) -> None:
    reply = desk.ask(f"{BESIDE}?{VIEW}")
    assert reply.status == 200
    assert "Each night from its first call: " in reply.text
    assert ">0</text>" in reply.text
    assert "Hours on the axis count from the event of each night; times of day are Eastern." in reply.text
    assert f"{SITE}/embed/us-2016/compare?" in reply.text
    assert re.search(r"compare-nights\?story=us-2016[^\"]*with=us-1999&amp;t0=first-call", reply.text)


@pytest.mark.parametrize("form", ["svg", "png", "csv", "json"])
def test_every_form_of_it_is_served(form: str, desk: Desk) -> None:
    assert desk.ask(f"{BESIDE}.{form}?{VIEW}").status == 200


def test_an_oembed_answer_and_a_share_page_keep_the_pair(desk: Desk) -> None:
    address = quote(f"{SITE}{BESIDE}?{VIEW}", safe="")
    assert "with=us-1999" in json.loads(desk.ask(f"/oembed?url={address}").text)["html"]
    assert "with=us-1999" in desk.ask(f"/s/us-2016/compare?{VIEW}").text


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        pytest.param("", 400, "A comparison holds a second story beside this; “with” ", id="no other story"),
        pytest.param("with=us-1066", 404, "There is no story “us-1066” to compare with here; “with” ", id="unknown"),
        pytest.param("with=us-2016", 400, "us-2016 cannot be compared with itself; “with” ", id="itself"),
        pytest.param(
            "with=us-1999&t0=noon", 400, "Nights cannot be counted from “noon”; “t0” must be one of", id="no start"
        ),
    ],
)
def test_what_cannot_be_compared_is_refused_with_the_name_of_what_is_wrong(
    query: str, status: int, said: str, desk: Desk
) -> None:
    reply = desk.ask(f"{BESIDE}?{query}", accept="application/json")
    assert reply.status == status
    assert said.partition(";")[0] in reply.text
    assert json.loads(reply.text)["parameter"] == ("t0" if "t0=" in query else "with")


@pytest.mark.slow
def test_a_bundle_freezes_the_pair_and_follows_both_stories(settings: Settings) -> None:
    story, other = find_story("us-2016", settings), find_story("us-1999", settings)
    wanted = wanted_view(story, f"chart=compare&{VIEW}&lanes=results")
    files = dict(bake(story, [wanted], settings=settings, version="20261108T035000Z-0123456789ab"))
    assert b"Each night from its first call: " in files[f"{wanted.stem}.html"]
    alone, both = inputs_of(story, story_store(settings)), inputs_of(story, story_store(settings), others=[other])
    assert "us-1999/calls.csv" in both.story
    changed = Path(story_store(settings).place(other.slug)) / "controls.csv"
    changed.write_text(changed.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert inputs_of(story, story_store(settings), others=[other]).digest != both.digest != alone.digest
    assert inputs_of(story, story_store(settings)).digest == alone.digest
