"""A story folder whose texts would like to run goes through loaders, routes and bundles, and comes out as text."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from components.charts.catalogue import KINDS, publishable
from data.core.settings import Settings
from data.story.store import read_story
from tests.support.asking import SITE, Desk
from tests.support.checked import check_story
from tests.support.hostile import CHECKS, elements, hostile_folder, inert_markup, no_actions
from tests.support.terminal import typed

#: A formula, tags, a link for Plotly and one for Markdown, unseen characters, entities, and times that are none.
LOUD = (
    '=HYPERLINK("https://evil.example","x")</script></style></title><script>alert(1)</script>'
    "<img src=x onerror=alert(1)> 'onload=alert(1) $\\href{javascript:alert(1)}{x}$ [x](javascript:alert(1)) "
    "\u202eturned\u2066 \x1b[31m\x7f NUL \0 two\r\nlines\tand\u2028a third &lt;b&gt; ]]> "
    "{time:garbage} {time:0001-01-01T00:00:00Z} {time:2016-99-99T00:00Z}"
)
#: One word, as long as a cell may be.
LONG = "W" * 1_000
BESIDE = {"us-loud": "us-long", "us-long": "us-loud", "us-plain": "us-plain-2"}
HOSTILE = ("us-loud", "us-long")


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("stories")
    for slug, said in {"us-loud": LOUD, "us-long": LONG, "us-plain": "words", "us-plain-2": "words"}.items():
        hostile_folder(root, slug, said)
    return root


@pytest.fixture(scope="module")
def desk(stories: Path) -> Iterator[Desk]:
    asked = Desk(Settings(stories=(stories,)))
    yield asked
    asked.close()


def asked_of(slug: str, chart: str) -> str:
    """The query that this chart needs."""
    return f"?with={BESIDE[slug]}" if chart == "compare" else ""


@pytest.mark.parametrize("slug", HOSTILE)
def test_the_story_is_sound_and_holds_the_text_as_it_was_written(slug: str, stories: Path) -> None:
    assert check_story(stories / slug) == ()
    story, said = read_story(stories / slug), {"us-loud": LOUD, "us-long": LONG}[slug]
    assert {row.name for row in story.contests} == {said.replace("\0", "")}
    assert story.about.kicker == said


@pytest.mark.parametrize("slug", ["us-loud", pytest.param("us-long", marks=pytest.mark.slow)])
@pytest.mark.parametrize("chart", KINDS)
def test_every_chart_of_it_is_inert_in_every_form(chart: str, slug: str, desk: Desk) -> None:
    query = asked_of(slug, chart)
    for form in ("html", "svg", "csv", "json"):
        reply = desk.ask(f"/embed/{slug}/{chart}.{form}{query}")
        assert reply.status == 200
        CHECKS[form](reply.text)
    for path in (f"/embed/{slug}/{chart}{query}", f"/s/{slug}/{chart}{query}"):
        harmless = path.replace(query, asked_of("us-plain", chart)).replace(slug, "us-plain")
        inert_markup(desk.ask(path).text)
        assert elements(desk.ask(path).text) <= elements(desk.ask(harmless).text)
    answer = json.loads(desk.ask(f"/oembed?url={SITE}/s/{slug}/{chart}{query}").body)
    inert_markup(answer["html"])
    assert elements(answer["html"]) == {"blockquote", "a", "iframe"}


@pytest.mark.parametrize("when", ["happened", "known"])
@pytest.mark.parametrize("chart", publishable())
def test_told_up_to_a_moment_it_is_inert_too(chart: str, when: str, desk: Desk) -> None:
    reply = desk.ask(f"/embed/us-loud/{chart}?at=2016-11-09T06:00Z&when={when}")
    assert reply.status == 200
    inert_markup(reply.text)


@pytest.mark.slow
@pytest.mark.parametrize("slug", HOSTILE)
@pytest.mark.parametrize("chart", ["claim", "compare"])
def test_its_pictures_are_drawn(chart: str, slug: str, desk: Desk) -> None:
    query = asked_of(slug, chart)
    assert Image.open(io.BytesIO(desk.ask(f"/embed/{slug}/{chart}.png{query}").body)).size[0] == 960
    no_actions(desk.ask(f"/embed/{slug}/{chart}.pdf{query}").body.decode("latin-1"))


@pytest.mark.slow
@pytest.mark.parametrize("slug", HOSTILE)
def test_its_night_plays_as_an_animated_picture(slug: str, desk: Desk) -> None:
    reply = desk.ask(f"/embed/{slug}/replay.webp")
    assert reply.status == 200, reply.text
    # Three calls, a failing site, a mark of searches and a speech, and the whole at the end.
    assert getattr(Image.open(io.BytesIO(reply.body)), "n_frames", 1) > 5


@pytest.mark.slow
def test_its_bundle_is_inert_and_verifies(
    stories: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NIGHTDESK_STORIES", str(stories))
    views = [f"--view={view}" for view in ("chart=claim", "chart=compare&with=us-long")]
    assert typed("publish", "us-loud", "--to", str(tmp_path), "--site", SITE, *views) == 0
    assert typed("verify", str(tmp_path)) == 0
    latest = tmp_path / "us-loud" / "latest"
    charts = {file.name.partition(".")[0].partition("@")[0].partition("-")[0] for file in latest.iterdir()}
    assert charts >= {"timeline", "interest", "outages", "results", "map", "traffic", "replay", "claim", "compare"}
    for file in latest.iterdir():
        check = CHECKS.get(file.suffix[1:])
        if check and file.name not in ("headers.json", "manifest.json"):
            check(file.read_bytes().decode("latin-1" if file.suffix == ".pdf" else "utf-8"))


@pytest.mark.parametrize(
    ("file", "text", "sentence"),
    [
        pytest.param(
            "milestones.csv", "W" * 10_000, "column label: found 10,000 characters, expected at most 1,000 characters",
            id="a cell of 10,000 characters",
        ),
        pytest.param("milestones.csv", "a \0 NUL", "found a NUL byte at offset ", id="a NUL in a table"),
        pytest.param(
            "milestones.csv", '=HYPERLINK("x")', "found text after a closing quote", id="a quote that is not doubled"
        ),
        pytest.param(
            "figures.csv", "$\\href{javascript:alert(1)}$", "{javascript:alert(1)} is not a time token", id="braces"
        ),
        pytest.param(
            "figures.csv", "{time:0001-01-01T00:00:00Z}", "{time:0001-01-01T00:00:00Z} is not a time token",
            id="a time that zones are beyond",
        ),
        pytest.param("story.toml", "W" * 10_000, "key short: found 10,000 characters", id="a key of 10,000 characters"),
        pytest.param("story.toml", "a \0 NUL", "found a NUL byte at offset ", id="a NUL in story.toml"),
    ],
)  # fmt: skip
def test_what_no_story_may_hold_is_refused_in_one_sentence(file: str, text: str, sentence: str, tmp_path: Path) -> None:
    folder = hostile_folder(tmp_path, "us-plain", "MARK")
    where = {"milestones.csv": "speech,MARK", "figures.csv": "asked,site_visits,MARK", "story.toml": 'short = "MARK'}
    table = (folder / file).read_text(encoding="utf-8")
    assert where[file] in table
    told = where[file].replace("MARK", f'"{text}' if "HYPERLINK" in text else text)
    (folder / file).write_text(table.replace(where[file], told, 1), encoding="utf-8")
    (fault,) = check_story(folder)
    assert sentence in str(fault)
    assert str(fault).count("\n") == 0 and len(str(fault)) < 400
