"""What a newsroom pastes: where each code leads, what it lets the frame do, and that no text of a story breaks out."""

from __future__ import annotations

import shlex
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from components.charts.said import Said
from components.embeds.bundles.bundle import wanted_view
from components.embeds.bundles.manifest import VERSION
from components.embeds.codes import (
    HEIGHTS_AT,
    SANDBOX,
    Codes,
    cite,
    credit,
    frozen,
    height_steps,
    publish_command,
    snippets,
)
from components.embeds.embed import Embed, embed_of
from components.render.words import describe
from components.view.view_state import default_view, parse_view
from data.core.settings import Settings
from data.story.store import find_story
from data.story.story import Story
from tests.support.tags import Tags

SITE = "https://charts.example"
HEIGHTS = {320: 1010, 479: 1309, 480: 921, 639: 1128, 640: 1129, 759: 1303, 760: 1048, 899: 1183, 900: 1184, 1040: 1316}
PUBLISHED = "https://cdn.example/us-2016/v/20261122T200000Z-0123456789ab/timeline-1a2b3c4d.html"
QUERY = "from=2016-11-08T18:00Z&to=2016-11-09T12:00Z&clock=America/New_York&caller=AP"
NOW = datetime(2026, 11, 22, 20, 30, tzinfo=UTC)
TAKEAWAY = (
    "CBC News says cic.gc.ca was in trouble from about 2 p.m.; UNILAD says searches rose from about 6 p.m.; "
    "AP called Florida at 10:50 p.m. EST"
)


@pytest.fixture(scope="module")
def story() -> Story:
    return find_story("us-2016", Settings())


@pytest.fixture(scope="module")
def embed(story: Story) -> Embed:
    return embed_of(story, "timeline", default_view(story), site=SITE)


@pytest.fixture(scope="module")
def codes(embed: Embed) -> Codes:
    return snippets(embed, heights=HEIGHTS)


def test_the_link_is_the_share_page_of_exactly_this_view(codes: Codes) -> None:
    assert codes.link == f"{SITE}/s/us-2016/timeline?{QUERY}"


def test_a_frame_is_named_lazy_full_width_and_kept_in_a_sandbox(codes: Codes) -> None:
    for code in (codes.listener, codes.plain):
        frame = Tags(code).only("iframe")
        assert frame["src"] == f"{SITE}/embed/us-2016/timeline?{QUERY}"
        assert frame["title"] == TAKEAWAY
        assert (frame["loading"], frame["width"], frame["sandbox"]) == ("lazy", "100%", SANDBOX)
        assert "style" not in frame
    assert SANDBOX == "allow-scripts allow-popups allow-popups-to-escape-sandbox allow-downloads"


def test_the_listener_comes_from_this_server_and_finds_its_frame_by_a_mark(codes: Codes) -> None:
    tags = Tags(codes.listener)
    assert "data-nightdesk" in tags.only("iframe")
    assert tags.only("script") == {"src": f"{SITE}/embed/listener.js", "async": None}


def test_without_a_script_the_frame_is_as_high_as_its_column_needs_and_else_the_highest(codes: Codes) -> None:
    assert Tags(codes.plain).only("iframe")["height"] == "1316"
    assert "<script" not in codes.plain
    (step,) = (line for line in codes.plain.split("\n") if "(min-width: 480px)" in line)
    assert step.endswith("iframe { height: calc(921px + (min(100cqw, 639px) - 480px) * 1.3019); } }")


@pytest.mark.parametrize(
    ("heights", "steps"),
    [
        pytest.param({320: 900}, ((0, "900px"),), id="one height"),
        pytest.param({320: 900, 480: 800}, ((0, "900px"), (480, "800px")), id="one height a step"),
        pytest.param({320: 900, 479: 900}, ((0, "900px"),), id="as high at both ends"),
        pytest.param(
            {320: 900, 420: 1000}, ((0, "calc(900px + (min(100cqw, 420px) - 320px) * 1.0000)"),), id="growing"
        ),
        pytest.param(
            {320: 900, 400: 1000, 420: 1000},
            ((0, "calc(920px + (min(100cqw, 420px) - 320px) * 1.0000)"),),
            id="higher in the middle than a straight line",
        ),
    ],
)
def test_heights_between_two_widths_lie_on_a_line_that_is_never_too_low(
    heights: dict[int, int], steps: tuple[tuple[int, str], ...]
) -> None:
    assert height_steps(heights) == steps


def test_heights_are_wanted_at_both_ends_of_every_step() -> None:
    assert height_steps(HEIGHTS)[0][0] == 0
    assert [low for low, _ in height_steps(HEIGHTS)][1:] == [480, 640, 760, 900]
    assert set(HEIGHTS) == set(HEIGHTS_AT)


def test_the_picture_has_alternative_text_a_caption_with_sources_and_a_way_to_the_view(
    embed: Embed, codes: Codes
) -> None:
    tags = Tags(codes.image)
    picture = tags.only("img")
    assert picture["src"] == f"{SITE}/embed/us-2016/timeline.png?{QUERY}&shape=social&scale=2"
    assert picture["alt"] == describe(embed.chart, embed.clock).alt
    assert (picture["width"], picture["height"]) == ("1200", "630")
    assert next(attributes for tag, attributes in tags.found if tag == "a")["href"] == embed.app_address
    assert f"<figcaption>{TAKEAWAY}. Timing alone does not show cause. Sources: The Associated Press; " in codes.image


def test_a_picture_of_one_kind_of_thing_needs_no_caution(story: Story) -> None:
    embed = embed_of(story, "traffic", default_view(story), site=SITE)
    assert "Timing alone" not in snippets(embed, heights=HEIGHTS).image


def test_a_frame_s_title_is_not_cut_inside_the_finding(story: Story) -> None:
    embed = embed_of(story, "claim", default_view(story), site=SITE)
    title = Tags(snippets(embed, heights=HEIGHTS).plain).only("iframe")["title"]
    answer = describe(embed.chart, embed.clock).takeaway.rpartition("? ")[2]
    assert title and title.endswith(answer) and len(title) <= 200


def test_a_theme_other_than_the_readers_goes_into_every_address(embed: Embed) -> None:
    dark = snippets(replace(embed, theme="dark"), heights=HEIGHTS)
    for code in (dark.link, dark.listener, dark.plain, dark.image):
        assert "theme=dark" in code


def test_a_published_copy_takes_the_place_of_the_server(embed: Embed) -> None:
    codes = snippets(replace(embed, site=""), heights=HEIGHTS, published=PUBLISHED)
    assert codes.link == PUBLISHED
    assert Tags(codes.listener).only("iframe")["src"] == PUBLISHED
    assert Tags(codes.image).only("img")["src"] == PUBLISHED.replace(".html", "@2x.png")
    assert SITE not in "".join((codes.link, codes.plain, codes.image))


def test_a_chart_without_any_address_is_refused_in_a_sentence(embed: Embed) -> None:
    with pytest.raises(ValueError, match="set NIGHTDESK_PUBLIC_URL, or publish it"):
        snippets(replace(embed, site=""), heights=HEIGHTS)
    with pytest.raises(ValueError, match="no height"):
        snippets(embed, heights={})


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('"><script>alert(1)</script>', id="a tag"),
        pytest.param("' onload='alert(1)", id="an attribute"),
        pytest.param("</figcaption></figure><iframe src=//evil.example>", id="the end of its element"),
        pytest.param("\u202egpj.exe\u0000", id="direction and NUL"),
        pytest.param("word " * 3_000, id="15,000 characters"),
    ],
)
def test_no_text_of_a_story_breaks_out_of_a_code(embed: Embed, text: str) -> None:
    hostile = replace(embed, chart=replace(embed.chart, said=Said.of(text), title=text))
    codes = snippets(hostile, heights=HEIGHTS)
    assert [tag for tag, _ in Tags(codes.listener).found] == ["iframe", "script"]
    assert [tag for tag, _ in Tags(codes.plain).found] == ["div", "iframe", "style"]
    assert [tag for tag, _ in Tags(codes.image).found] == ["figure", "a", "img", "figcaption", "a"]
    assert set(Tags(codes.plain).only("iframe")) == set(Tags(snippets(embed, heights=HEIGHTS).plain).only("iframe"))
    assert "\u202e" not in codes.image and "\u0000" not in codes.image
    assert len(codes.plain) < 3_000


def test_a_citation_says_what_whose_as_of_when_where_and_when_it_was_read(embed: Embed) -> None:
    assert cite(embed, now=NOW) == (
        "“The night on one clock, 1 p.m. Nov. 8 to 7 a.m. EST Nov. 9, 2016”. "
        "On the night Trump won, searches about moving to Canada rose and Canada’s immigration site failed. "
        "Nightdesk. Data as of Nov. 22, 2026. "
        f"Accessed Nov. 22, 2026. {embed.app_address}"
    )


def test_a_credit_line_names_who_published_the_figures(embed: Embed) -> None:
    said = credit(embed, now=NOW)
    assert said.startswith("Nightdesk chart of figures from The Associated Press; ")
    assert said.endswith("as of 3 p.m. EST Nov. 22, 2026; accessed Nov. 22, 2026")


def test_the_publish_command_asks_for_exactly_this_view(story: Story) -> None:
    view, _ = parse_view({"from": "2016-11-09T03:00Z", "to": "2016-11-09T05:00Z", "lanes": "interest,results"}, story)
    embed = embed_of(story, "timeline", view, theme="dark", site=SITE)
    words = shlex.split(publish_command(embed, site=SITE))
    assert words[:3] == ["nightdesk", "publish", "us-2016"]
    assert words[-4:] == ["--site", SITE, "--to", "TARGET"]
    asked = wanted_view(story, words[words.index("--view") + 1])
    assert (asked.chart, asked.view, asked.theme) == ("timeline", view, "dark")


def test_a_frozen_copy_is_stamped_with_its_moment_and_its_content(embed: Embed) -> None:
    copy = frozen(embed, now=NOW)
    assert VERSION.fullmatch(copy.version) and copy.version.startswith("20261122T203000Z-")
    assert frozen(embed, now=NOW).version == copy.version
    assert frozen(copy, now=NOW).version == copy.version
    other = frozen(replace(embed, theme="dark"), now=NOW)
    assert other.version != copy.version


def test_a_played_night_goes_into_an_article_as_a_picture_that_moves_only_for_who_wants_it(story: Story) -> None:
    night = embed_of(story, "replay", default_view(story), site=SITE)
    code = snippets(night, heights={640: 1_200}).image
    still, moving = (f"{SITE}/embed/us-2016/replay.{form}" for form in ("png", "webp"))
    assert f'<picture><source srcset="{still}' in code and 'media="(prefers-reduced-motion: reduce)"' in code
    assert f'<img src="{moving}' in code and 'width="720"' in code
