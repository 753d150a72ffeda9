"""Every form of a view: right bytes, right name, the same from every thread, and hostile labels inert in each."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree

import pytest

from components.embeds.embed import Embed, Theme, embed_of
from components.embeds.formats import FORMS, SHAPES, file_name, render
from components.view.view_state import default_view
from data.core.settings import Settings
from data.story.store import find_story
from data.story.story import Story
from tests.support import samples
from tests.support.hostile import CHECKS

STARTS = {
    "html": b"<!doctype html>",
    "svg": b"<svg ",
    "png": b"\x89PNG\r\n",
    "pdf": b"%PDF-1.",
    "csv": b'\xef\xbb\xbf"row","kind"',
    "json": b'{\n "schema": "nightdesk/1"',
}
#: A story's files are UTF-8, which has no half of a surrogate pair.
HOSTILE = (
    *(text.replace("\ud800", "") for text in samples.HOSTILE),
    '=HYPERLINK("https://evil.example","x")',
    "</script><script>alert(1)</script>",
)


#: Each form; those that a process of its own draws take as long as all others together.
EACH_FORM = [pytest.param(form, marks=pytest.mark.slow) if form in ("png", "pdf") else form for form in FORMS]


@pytest.fixture(scope="module")
def story() -> Story:
    return find_story("us-2016", Settings())


def embedded(story: Story, slug: str = "interest", *, theme: Theme = "auto") -> Embed:
    return embed_of(story, slug, default_view(story), theme=theme, site="https://nightdesk.example")


@pytest.mark.parametrize("form", FORMS)
def test_a_form_is_what_its_media_type_says(story: Story, form: str) -> None:
    made = render(embedded(story), form)
    assert made.body[:200].lower().startswith(STARTS[form].lower())
    assert form in made.media_type or (form, made.media_type) == ("svg", "image/svg+xml")
    assert made.file_name == f"nightdesk-us-2016-interest-20161108T1800Z-20161109T1200Z.{form}"
    assert len(made) == len(made.body)


@pytest.mark.parametrize(
    ("form", "theme", "shape", "scale", "ending"),
    [
        pytest.param("png", "dark", "social", 2, "-social-dark@2x.png", id="all at once"),
        pytest.param("png", "light", "natural", 1.5, "@1.5x.png", id="density"),
        pytest.param("pdf", "auto", "square", 2, "-square.pdf", id="a PDF has no density"),
        pytest.param("csv", "dark", "social", 2, "1200Z.csv", id="a table has no look"),
    ],
)
def test_a_file_name_says_what_is_not_as_usual(
    story: Story, form: str, theme: Theme, shape: str, scale: float, ending: str
) -> None:
    assert file_name(embedded(story, theme=theme), form, scale=scale, shape=shape).endswith(ending)


@pytest.mark.parametrize("form", EACH_FORM)
def test_any_thread_at_any_time_makes_the_same_bytes(story: Story, form: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = set(pool.map(lambda _: render(embedded(story, "results"), form), range(4)))
    assert len(made) == 1


def test_an_svg_that_stands_alone_has_headline_credit_and_follows_the_reader(story: Story) -> None:
    text = render(embedded(story, "results"), "svg").body.decode()
    assert "By 7 a.m. EST AP had called" in text
    assert "Sources: The Associated Press; " in text and "As of Nov. 22, 2026." in text
    assert "prefers-color-scheme:dark" in text
    assert "prefers-color-scheme" not in render(embedded(story, theme="dark"), "svg").body.decode()


@pytest.mark.parametrize("shape", SHAPES)
def test_no_svg_asks_for_anything_from_outside(story: Story, shape: str) -> None:
    root = ElementTree.fromstring(render(embedded(story, "timeline"), "svg", shape=shape).body)
    for element in root.iter():
        assert element.tag.rsplit("}", 1)[1] not in ("script", "image", "use", "a", "foreignObject")
        assert not [name for name in element.attrib if name.startswith("on") or name.endswith("href")]


def test_an_unknown_form_is_named(story: Story) -> None:
    with pytest.raises(ValueError, match="'gif' is not a form of this chart; use html, svg, png, pdf, csv, json"):
        render(embedded(story), "gif")


@pytest.mark.parametrize("form", EACH_FORM)
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:24])
def test_a_hostile_label_stays_text_in_every_form(story: Story, text: str, form: str) -> None:
    made = render(Embed(story, samples.saying(text), default_view(story)), form).body
    assert made
    if form in CHECKS:
        CHECKS[form](made.decode("latin-1" if form == "pdf" else "utf-8"))
