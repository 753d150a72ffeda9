"""The static document: whole without a script, inert, of one piece with its data, small, and the same every time."""

from __future__ import annotations

import gzip
import json
import re
from base64 import b64encode
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from html.parser import HTMLParser
from itertools import accumulate

import pytest

from components.charts.catalogue import publishable
from components.charts.grammar import Tone
from components.embeds.documents.document import draw_document, played_part, policy
from components.embeds.documents.heights import document_height
from components.embeds.documents.lines import Lines, lines_of
from components.embeds.documents.mark_counts import findings
from components.embeds.documents.parts import text
from components.embeds.embed import Embed, Theme, embed_of
from components.text import visible
from components.view.view_state import default_view
from data.core.model import Precision
from data.core.settings import Settings
from data.story.store import find_story
from tests.support import documents, samples
from tests.support.documents import SITE

STORY = find_story("us-2016", Settings())
EACH_CHART = pytest.mark.parametrize("slug", publishable())
#: Those, a claim with a question, two nights beside each other, and a story of hundreds of areas.
DOCUMENTS = (*documents.NIGHT, *documents.AREAS)
EACH_DOCUMENT = pytest.mark.parametrize("name", DOCUMENTS)
HOSTILE = pytest.mark.parametrize("said", samples.HOSTILE, ids=lambda said: visible(said)[:20] or "empty")
#: Elements that take no end tag.
_VOID = {"meta", "link", "base"}


class Page(HTMLParser):
    """What a document is made of: every element with its attributes, its text, and what was left open."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: dict[str, list[str]] = {}
        self.open: list[str] = []
        self.feed(document)
        self.close()

    def handle_starttag(self, name: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((name, {key: value or "" for key, value in attrs}))
        self.open += [] if name in _VOID else [name]

    def handle_startendtag(self, name: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((name, {key: value or "" for key, value in attrs}))

    def handle_endtag(self, name: str) -> None:
        assert self.open.pop() == name

    def handle_data(self, data: str) -> None:
        for name in self.open:
            self.texts.setdefault(name, []).append(data)

    def all(self, name: str) -> list[dict[str, str]]:
        return [attributes for found, attributes in self.elements if found == name]

    def having(self, attribute: str) -> list[dict[str, str]]:
        return [attributes for _, attributes in self.elements if attribute in attributes]

    def text(self, name: str) -> str:
        return "".join(self.texts.get(name, []))


@cache
def embed(slug: str, *, theme: Theme = "auto", version: str = "", site: str = SITE, caller: str = "AP") -> Embed:
    view = replace(default_view(STORY), caller=caller)
    return embed_of(STORY, slug, view, theme=theme, version=version, site=site)


def document(slug: str) -> str:
    return documents.document(f"us-2016/{slug}")


@cache
def page_of(name: str) -> Page:
    return Page(documents.document(name))


@pytest.mark.parametrize(
    ("figures", "widths"),
    [(("narrow",), ["320", "520"]), (("wide",), ["900"]), (("narrow", "wide"), ["320", "520", "900"])],
)
def test_a_page_is_sent_a_night_in_the_widths_of_its_window(figures: tuple[str, ...], widths: list[str]) -> None:
    part = played_part(embed("replay"), figures)
    assert re.findall(r'<div class="nd-(\d+)">', part) == widths
    # What is sent alone is shown whatever the window is, as on paper.
    assert (part.count('class="nd-stage nd-alone"') == 1) == (len(figures) == 1)


def test_a_summary_ends_with_a_sentence_however_much_there_is_to_say() -> None:
    counts = tuple(f"Last count published, of Contest {number}: 901 for Jon, 850 for Ann." for number in range(20))
    summary = Lines("Ann leads", counts, (), ()).summary
    assert summary.endswith("for Ann.") and len(summary) > 500
    assert text(summary) == summary


@EACH_DOCUMENT
def test_a_document_is_well_formed_and_no_id_stands_twice(name: str) -> None:
    page = page_of(name)
    assert page.open == []
    ids = [attributes["id"] for attributes in page.having("id")]
    assert sorted(set(ids)) == sorted(ids)


@pytest.mark.parametrize("name", [*DOCUMENTS, *(f"us-2016/{chart}?caller=CNN" for chart in publishable())])
def test_every_mark_and_event_leads_to_a_table_row_and_its_source(name: str) -> None:
    text, page = documents.document(name), page_of(name)
    rows = [attributes["data-row"] for attributes in page.all("tr") if "data-row" in attributes]
    told = {name for row in rows for name in (row, *row.split())}
    marks = {attributes["data-row"] for attributes in page.all("g") if "data-row" in attributes}
    events = {name for attributes in page.having("data-rows") for name in attributes["data-rows"].split()}
    assert marks | events <= told
    assert bool(rows) is ("lenses" not in name)
    for row in re.findall(r"<tr id=[^>]*>(.*?)</tr>", text):
        assert 'href="http' in row.rpartition("<td>")[2], "its last cell links to who published it"


@EACH_DOCUMENT
def test_every_number_of_the_drawing_is_an_entry_of_the_list(name: str) -> None:
    page = page_of(name)
    numbers = [str(number) for number, _ in documents.embed(name).chart.numbered]
    drawn = {attributes["data-event"] for attributes in page.having("data-event")}
    listed = [a["id"].removeprefix("nd-e") for a in page.all("li") if a.get("id", "").startswith("nd-e")]
    assert listed == numbers
    assert drawn == set(numbers)


@EACH_DOCUMENT
def test_the_table_has_a_row_for_each_mark_and_a_head_for_each_column(name: str) -> None:
    page, chart = page_of(name), documents.embed(name).chart
    rows = [attributes for attributes in page.all("tr") if "data-row" in attributes]
    assert len(rows) >= sum(1 for _ in chart.listed)
    assert len({attributes["data-row"] for attributes in rows}) == len(rows)
    assert {attributes.get("scope") for attributes in page.all("th")} <= {"col", "row"}
    assert len(page.all("caption")) == 1


@pytest.mark.parametrize(
    ("slug", "facts"),
    [
        pytest.param(
            "timeline",
            ["18 dated observations: 13 failing, 3 degraded, 2 answering", "Trump 279, Clinton 218 electoral votes"],
        ),
        pytest.param("results", ["279 for Trump and 218 for Clinton; 270 are needed to win"]),
        pytest.param("outages", ["18 dated observations of the site: 13 failing, 3 degraded, 2 answering"]),
        pytest.param("lenses", ["nothing on record"]),
    ],
    ids=["timeline", "results", "outages", "lenses"],
)
def test_headline_and_summary_say_the_numbers_of_the_chart(slug: str, facts: list[str]) -> None:
    said = " ".join(Page(document(slug)).text("header").replace("\u00a0", " ").split())
    for fact in facts:
        assert fact in said


def test_the_summary_says_what_the_marks_come_to() -> None:
    lanes = {lane.slug: lane for lane in embed("timeline").chart.lanes}
    states = Counter(item.tone or mark.tone for mark, item in lanes["outages"].items)
    ends = {mark.name: max(item.high or 0 for item in mark.items) for mark in lanes["results"].marks}
    said = lines_of(embed("timeline")).summary
    assert f"{sum(1 for _ in lanes['interest'].items)} search reports; " in said
    assert f"{states[Tone.FAILING]} failing, {states[Tone.DEGRADED]} degraded" in said
    assert f"Trump {ends['Trump']:.0f}, Clinton {ends['Clinton']:.0f} electoral votes" in said
    assert "table row" not in said


def test_the_shapes_of_a_lane_are_named_under_every_drawing() -> None:
    said = document("outages")
    assert all(said.count(f">{state}</text>") == 4 for state in ("failing", "degraded", "answering")), (
        "in each width, and on paper"
    )
    assert ">failing</text>" not in document("results")


def test_a_total_that_is_not_sure_is_a_range_and_a_headline_is_not_repeated() -> None:
    picked = embed("results")
    assert "Trump 279" not in lines_of(picked).summary
    (lane,) = picked.chart.lanes
    last = lane.marks[0].items[-1]
    after = replace(last.when, latest=picked.chart.window.end + timedelta(hours=1), precision=Precision.WINDOW)
    unsure = replace(lane.marks[0], items=(*lane.marks[0].items[:-1], replace(last, when=after)))
    chart = replace(picked.chart, lanes=(replace(lane, marks=(unsure,)),))
    assert f"Trump {279 - (last.value or 0):.0f} to 279 electoral votes" in findings(chart, picked.clock)


def test_the_method_counts_events_rows_and_sources() -> None:
    page, chart = Page(document("timeline")), embed("timeline").chart
    rows = len([attributes for attributes in page.all("tr") if "data-row" in attributes])
    said = f"{len(chart.events)} events and {rows} table rows from {len(chart.sources)} sources."
    assert said in document("timeline")


def test_the_moment_a_view_picks_out_is_told_in_the_summary() -> None:
    picked = embed("timeline")
    at = datetime(2016, 11, 9, 3, 50, tzinfo=UTC)
    text = draw_document(replace(picked, view=replace(picked.view, at=at)))
    assert "AP called Florida at 10:50 p.m. EST" in Page(text).text("header").replace("\u00a0", " ")


def _saying(said: str) -> str:
    """A document in which every text of the chart, and the name of its version, is this text."""
    return draw_document(replace(embed("timeline"), chart=samples.saying(said), version=said, site=""))


@HOSTILE
def test_hostile_text_of_data_stays_text(said: str) -> None:
    # A file in UTF-8 holds no half of a surrogate pair, so no story does.
    text, harmless = _saying(said.replace("\ud800", "")), Page(_saying("plain words"))
    text.encode()
    page = Page(text)
    assert page.open == []
    assert {name for name, _ in page.elements} <= {name for name, _ in harmless.elements}
    assert len(page.all("script")) == 1 and len(page.all("style")) == 1 and len(page.all("svg")) == 4
    assert not [a for a in page.all("a") if not a["href"].startswith(("http://", "https://", "#"))]
    assert not [key for _, attributes in page.elements for key in attributes if key.startswith("on") or key == "style"]
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", text)
    assert len(text) < 150_000


def test_moments_cannot_end_the_script_they_stand_in() -> None:
    hostile = STORY.about.model_copy(
        update={"callers": tuple(c.model_copy(update={"said": "</script><!--\u2028&"}) for c in STORY.about.callers)}
    )
    text = draw_document(replace(embed("replay"), story=replace(STORY, about=hostile)))
    block = re.search(r'id="nd-night">(.*?)</script>', text, re.DOTALL)
    assert block and not set(block[1]) & set("<>&\u2028\u2029")
    assert any("</script>" in said for said in json.loads(block[1])["said"])


@EACH_CHART
@pytest.mark.parametrize("theme", ["auto", "light", "dark"])
def test_the_policy_names_just_the_page_s_own_texts(slug: str, theme: Theme) -> None:
    text = document(slug) if theme == "auto" else draw_document(embed(slug, theme=theme))
    styles = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    assert (len(styles), len(scripts)) == (1, 1)
    rules = dict(rule.split(" ", 1) for rule in policy(text).split("; "))
    assert rules["script-src"] == _hash(scripts[0])
    assert rules["style-src"] == _hash(styles[0])
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert rules["img-src"] == "data:"
    assert rules["sandbox"] == "allow-scripts allow-popups allow-popups-to-escape-sandbox allow-downloads"
    assert rules["frame-ancestors"] == "*"


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def test_a_story_may_say_who_frames_its_charts() -> None:
    rules = policy(document("interest"), hosts=["https://news.example", "https://*.paper.example"]).split("; ")
    assert rules[-1] == "frame-ancestors https://news.example https://*.paper.example"


def test_a_page_without_texts_of_its_own_may_run_none() -> None:
    assert "script-src 'none'; style-src 'none'" in policy("<p>Nothing</p>")


@EACH_DOCUMENT
def test_a_document_asks_nothing_of_any_server(name: str) -> None:
    page = page_of(name)
    assert not page.having("src") and not page.having("srcset")
    links = {link["rel"]: link["href"] for link in page.all("link")}
    assert links.keys() == {"canonical", "alternate", "icon"}
    # A page that names no icon is asked one for, which its policy refuses in Firefox and WebKit.
    assert links["icon"] == "data:,"
    assert not re.search(r"@import|url\(\s*['\"]?http|fetch\(|localStorage|eval\(", documents.document(name))


# As docs/embedding.md says, at the level that servers pack with by default.
@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("us-2016/timeline", 34_500),
        ("uk-2016/timeline", 40_000),
        ("us-2020/timeline", 20_000),
        ("us-2024/timeline", 22_500),
        ("us-2016/replay", 40_000),
        ("uk-2016/replay", 40_000),
        ("uk-2019/replay", 40_000),
    ],
)
def test_a_night_with_all_its_calls_is_as_small_as_promised(name: str, most: int) -> None:
    assert len(gzip.compress(documents.document(name).encode(), 6)) <= most


def test_the_script_of_a_document_is_at_most_6_kb_and_a_half() -> None:
    (script,) = re.findall(r"<script>(.*?)</script>", document("timeline"), re.DOTALL)
    assert len(script.encode()) <= 6_500


@EACH_CHART
def test_the_same_embed_is_the_same_document(slug: str) -> None:
    again = embed_of(STORY, slug, default_view(STORY), site=SITE)
    assert draw_document(again) == document(slug)


@pytest.mark.parametrize(
    ("version", "site", "says", "says_not"),
    [
        pytest.param("", SITE, ["Updating", "Open in Nightdesk"], ["Frozen"], id="updating"),
        pytest.param("20261122T2100Z", SITE, ["Frozen copy 20261122T2100Z", "Open in"], ["Updating"], id="frozen"),
        pytest.param("", "", ["As of Nov. 22, 2026"], ["Updating", "Frozen", "Open in"], id="with no server"),
    ],
)
def test_the_foot_says_what_kind_of_copy_this_is(version: str, site: str, says: list[str], says_not: list[str]) -> None:
    text = draw_document(embed("results", version=version, site=site))
    foot = Page(text[text.index('<p class="nd-foot">') : text.index("</p></footer>")]).text("p")
    assert all(words in foot for words in says), foot
    assert not any(words in foot for words in says_not), foot
    assert ('rel="canonical"' in text) is bool(site)


def test_the_link_back_is_the_exact_view() -> None:
    view = replace(default_view(STORY), caller="CNN", clock="Europe/London", lanes=("results",))
    text = draw_document(embed_of(STORY, "timeline", view, site=SITE))
    link = f"{SITE}/timeline?story=us-2016&amp;from=2016-11-08T18:00Z&amp;to=2016-11-09T12:00Z"
    assert f'href="{link}&amp;clock=Europe/London&amp;caller=CNN&amp;lanes=results"' in text


@pytest.mark.parametrize("theme", ["auto", "light", "dark"])
def test_a_theme_is_the_reader_s_own_or_fixed_and_print_is_light(theme: Theme) -> None:
    styles = Page(draw_document(embed("results", theme=theme))).text("style")
    assert ("prefers-color-scheme:dark" in styles) is (theme == "auto")
    assert styles.startswith(f":root{{--paper:{'#14171A' if theme == 'dark' else '#FFFFFF'}")
    assert ("@media print{:root{--paper:#FFFFFF" in styles) is (theme == "dark")


def test_cautions_are_there_where_two_kinds_of_thing_share_a_clock() -> None:
    assert 'id="nd-caution"' in document("timeline")
    assert "There’s no guarantee the two things are related" in document("timeline")
    assert 'id="nd-caution"' not in document("traffic")


@EACH_CHART
def test_a_foretold_height_grows_with_what_is_drawn_and_is_whole_pixels(slug: str) -> None:
    heights = [document_height(embed(slug), width) for width in (320, 400, 479)]
    assert heights[0] > 100
    assert all(isinstance(height, int) for height in heights)
    assert document_height(embed(slug), 1040) <= document_height(embed(slug), 1400) <= 2_000


def test_no_document_is_less_than_a_pixel_wide() -> None:
    with pytest.raises(ValueError, match="320 to 1200"):
        document_height(embed("results"), 0)


def test_a_month_of_the_story_dates_its_times() -> None:
    view = default_view(STORY).with_window(
        replace(STORY.window, start=STORY.window.start - timedelta(days=10), end=STORY.window.end + timedelta(days=20))
    )
    text = draw_document(embed_of(STORY, "timeline", view, site=SITE))
    assert "EST, Nov. 8, 2016" in Page(text).text("ol").replace("\u00a0", " ")
    assert len(gzip.compress(text.encode(), 9)) <= 40_000


@pytest.mark.parametrize(
    ("slug", "most"),
    [
        *((slug, 20_500) for slug in ("us-2016", "uk-2016", "us-2020", "us-2024", "revoke-2019")),
        pytest.param("uk-2019", 22_000, id="with what makes frames of hundreds of units"),
    ],
)
def test_the_script_of_a_played_night_is_small(slug: str, most: int) -> None:
    story = find_story(slug, Settings())
    (script,) = re.findall(
        r"<script>(.*?)</script>", draw_document(embed_of(story, "replay", default_view(story))), re.DOTALL
    )
    assert len(script.encode()) <= most


def test_the_document_of_a_moment_holds_no_frame_of_a_later_one() -> None:
    view = replace(default_view(STORY), at=datetime(2016, 11, 9, 3, 50, tzinfo=UTC))
    text = draw_document(embed_of(STORY, "replay", view))
    night = json.loads(re.search(r'id="nd-night">(.*?)</script>', text, re.DOTALL)[1])  # type: ignore[index]
    until = (view.at - view.start).total_seconds() if view.at else 0
    assert night["names"] == ["happened"]
    assert sum(int(item["data-after"]) for item in Page(text).all("li") if "data-after" in item) == until
    steps = accumulate(int(row["data-after"]) for row in Page(text).all("tr") if "data-after" in row)
    assert max(*steps, *(night["sure"] | night["orders"]["happened"]["sure"]).values()) <= until
    assert "calls:ap-wi" not in text and "Wisconsin, not called" in text
