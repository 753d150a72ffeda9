"""What a rehearsal's charts are as documents, pictures and data: a test, and never published."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from components.embeds.codes import cite, credit, snippets
from components.embeds.documents.document import draw_document, policy
from components.embeds.documents.heights import document_height
from components.embeds.embed import Embed, Theme, embed_of
from components.embeds.formats import FORMS, file_name, render
from components.embeds.pictures.cards import SHAPES, drawing_of
from components.embeds.web.oembed import Wish, oembed_json
from components.embeds.web.share import draw_share
from components.view.view_state import default_view
from data.core.settings import Settings
from data.story.store import find_story
from tests.support.rehearsing import BANNER, NAME, rehearsal_at
from tests.support.terminal import typed

SITE = "https://desk.example"
FOOT = "TEST. Not a live election."


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stories")


@pytest.fixture(scope="module")
def embed(root: Path) -> Embed:
    story = rehearsal_at(root)
    return embed_of(story, "timeline", default_view(story), site=SITE)


def test_a_document_says_it_above_its_headline_and_in_its_title(embed: Embed) -> None:
    document = draw_document(embed)
    body = document[document.index("<body>") :]
    assert body.index(f'<p class="nd-test" role="note">{BANNER}</p>') < body.index("<h1")
    assert re.search(r"<title>TEST: ", document) and re.search(r"<h1[^>]*>TEST: ", document)
    assert re.search(rf"<caption>{re.escape(BANNER)} TEST: ", document)
    assert "style-src 'sha256-" in policy(document) and "style=" not in document


def test_a_real_nights_document_has_no_trace_of_it() -> None:
    story = find_story("us-2016", Settings())
    assert "nd-test" not in draw_document(embed_of(story, "timeline", default_view(story), site=SITE))


@pytest.mark.parametrize("width", [320, 640, 1040])
def test_the_band_is_foretold(width: int, embed: Embed) -> None:
    without = replace(embed, chart=replace(embed.chart, banner=""))
    assert document_height(embed, width) - document_height(without, width) >= 28


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_picture_says_it_at_both_ends_and_keeps_its_size(shape: str, theme: Theme, embed: Embed) -> None:
    drawing = drawing_of(replace(embed, theme=theme), shape=shape)
    assert FOOT in drawing.text and drawing.text.count(">TEST</text>") >= drawing.width * drawing.height / 60_000
    assert BANNER in drawing.text
    if size := SHAPES[shape]:
        assert (drawing.width, drawing.height) == size


def test_the_pixels_of_a_picture_are_yellow_at_its_top_and_foot(embed: Embed) -> None:
    picture = Image.open(io.BytesIO(render(embed, "png", shape="social").body)).convert("RGB")
    assert picture.size == (1200, 630)
    assert {picture.getpixel((40, y)) for y in (10, 615)} == {(0xFF, 0xD4, 0x00)}


def test_a_picture_carries_it_in_its_own_words(embed: Embed) -> None:
    picture = Image.open(io.BytesIO(render(embed, "png", shape="social").body))
    assert str(picture.info["Title"]).startswith("TEST: ") and str(picture.info["Description"]).startswith("TEST: ")


def test_a_pdf_says_it_in_its_words_and_its_title(embed: Embed) -> None:
    document = PdfReader(io.BytesIO(render(embed, "pdf").body))
    words = document.pages[0].extract_text()
    assert BANNER in " ".join(words.split()) and FOOT in words
    assert document.metadata and str(document.metadata.title).startswith("TEST: ")


def test_the_passport_says_it_and_a_real_one_says_that_it_is_none(embed: Embed) -> None:
    assert json.loads(render(embed, "json").body)["passport"]["test"] == BANNER
    story = find_story("us-2016", Settings())
    real = json.loads(render(embed_of(story, "timeline", default_view(story)), "json").body)
    assert real["passport"]["test"] is None


def test_files_words_and_codes_say_it(embed: Embed) -> None:
    assert all(file_name(embed, form).startswith("nightdesk-TEST-") for form in FORMS)
    codes = snippets(embed, heights={320: 900, 640: 900})
    assert 'title="TEST: ' in codes.listener and 'alt="TEST: ' in codes.image
    assert "TEST: " in cite(embed) and credit(embed).startswith("TEST: ")


def test_a_share_page_and_an_oembed_answer_say_it(embed: Embed) -> None:
    page = draw_share(embed)
    assert page.index(BANNER) < page.index("<h1>TEST: ") and "<title>TEST: " in page
    assert '<meta property="og:title" content="TEST: ' in page and '<meta name="robots" content="noindex">' in page
    answer = json.loads(oembed_json(embed, Wish(f"{SITE}/embed/{NAME}/timeline", None, None)))
    assert answer["title"].startswith("TEST: ") and "TEST: " in answer["html"]


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param([NAME], id="itself"),
        pytest.param(["us-2020", "--view", f"chart=compare&with={NAME}"], id="beside another night"),
    ],
)
def test_a_rehearsal_is_never_published(
    asked: list[str],
    root: Path,
    tmp_path: Path,
    embed: Embed,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert embed.story.slug == NAME
    monkeypatch.setenv("NIGHTDESK_STORIES", str(root))
    assert typed("publish", *asked, "--to", str(tmp_path / "out")) == 1
    refusal = f"{NAME} is a rehearsal, and what is published lasts; publish the night itself\n"
    assert capsys.readouterr().err == refusal
    assert not (tmp_path / "out").exists()
