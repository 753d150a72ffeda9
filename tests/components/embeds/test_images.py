"""Pictures: exact sizes, the same bytes on every machine, text that can be read, and nothing that runs."""

from __future__ import annotations

import fcntl
import io
import os
import re
import signal
import subprocess
import sys
import termios
import time
from hashlib import sha256
from pathlib import Path
from typing import cast

import pytest
from PIL import Image
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from components.charts.catalogue import publishable
from components.embeds.embed import Embed, Theme, embed_of
from components.embeds.pictures import images
from components.embeds.pictures.cards import SHAPES, credit_of, drawing_of
from components.embeds.pictures.images import ImageFailed, TooLarge, converted, pdf, png
from components.view.view_state import default_view
from data.core.settings import Settings
from data.story.store import find_story
from data.story.story import Story
from tests.support import samples
from tests.support.cases import cases

ROOT = Path(__file__).parents[3]
RED, BLUE, GREY = (0xB2, 0x18, 0x2B), (0x21, 0x66, 0xAC), (0xF1, 0xF0, 0xED)
HOSTILE = pytest.mark.parametrize("text", samples.HOSTILE, ids=lambda text: ascii(text)[:20])

_DRAW = """
from hashlib import sha256
from data.core.settings import Settings
from data.story.store import find_story
from tests.components.embeds.test_images import pictures

print(*(sha256(picture).hexdigest() for picture in pictures(find_story("us-2016", Settings()))))
"""


@pytest.fixture(scope="module")
def story() -> Story:
    return find_story("us-2016", Settings())


def embedded(story: Story, slug: str = "results", *, theme: Theme = "auto") -> Embed:
    return embed_of(story, slug, default_view(story), theme=theme)


def saying(story: Story, text: str) -> Embed:
    """A view of a chart all of whose texts are this one."""
    return Embed(story, samples.saying(text), default_view(story))


def opened(picture: bytes) -> Image.Image:
    found = Image.open(io.BytesIO(picture))
    found.load()
    return found


@pytest.mark.parametrize(
    ("shape", "scale", "size"),
    [
        pytest.param("social", 1, (1200, 630), id="social"),
        pytest.param("social", 2, (2400, 1260), id="social at double density", marks=pytest.mark.slow),
        pytest.param("square", 1, (1200, 1200), id="square"),
        pytest.param("square", 1.5, (1800, 1800), id="square at one and a half", marks=pytest.mark.slow),
    ],
)
def test_a_card_is_exactly_as_large_as_its_shape(story: Story, shape: str, scale: float, size: tuple[int, int]) -> None:
    assert opened(png(embedded(story), shape=shape, scale=scale)).size == size


@pytest.mark.parametrize("width", [320, 960, 2400])
def test_a_natural_picture_is_as_wide_as_asked(story: Story, width: int) -> None:
    assert opened(png(embedded(story, "interest"), width=width)).size[0] == width


@pytest.mark.slow
def test_a_picture_of_double_density_prints_at_the_same_size(story: Story) -> None:
    one, two = (opened(png(embedded(story, "interest"), scale=scale)) for scale in (1, 2))
    assert two.size == (2 * one.size[0], 2 * one.size[1])
    assert two.info["dpi"][0] == pytest.approx(2 * one.info["dpi"][0], rel=0.001)


def pictures(story: Story) -> list[bytes]:
    """A picture in each of three forms."""
    embed = embedded(story, "timeline")
    return [png(embed), png(embed, shape="social"), pdf(embed)]


@pytest.mark.slow
def test_a_machine_without_fonts_or_with_many_draws_the_same_bytes(story: Story, tmp_path: Path) -> None:
    nowhere = {
        "HOME": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path),
        "FONTCONFIG_FILE": str(tmp_path / "none.conf"),
        "FONTCONFIG_PATH": str(tmp_path),
    }
    theirs = subprocess.run(
        [sys.executable, "-c", _DRAW],
        cwd=ROOT,
        env=os.environ | nowhere,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert theirs.stdout.split() == [sha256(picture).hexdigest() for picture in pictures(story)]


def test_a_picture_is_set_in_the_declared_fonts_and_no_others(story: Story) -> None:
    page = PdfReader(io.BytesIO(pdf(embedded(story, "timeline")))).pages[0]
    resources = cast("DictionaryObject", page["/Resources"])
    named = cast("DictionaryObject", resources["/Font"]).values()
    fonts = {str(cast("DictionaryObject", font.get_object())["/BaseFont"]).split("+")[1] for font in named}
    assert fonts == {"LiberationSans", "LiberationSans-Bold", "PTSerif-Bold"}


def test_a_family_that_is_not_declared_draws_nothing() -> None:
    blank = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30">TEXT</svg>'
    text = '<text y="20" style="font-family:{}">Florida</text>'
    empty = converted(blank.replace("TEXT", ""), "png", scale=1)
    assert converted(blank.replace("TEXT", text.format("DejaVu Serif")), "png", scale=1) == empty
    assert converted(blank.replace("TEXT", text.format("PT Serif")), "png", scale=1) != empty


@pytest.mark.parametrize("slug", publishable())
@pytest.mark.parametrize("shape", ["social", "square"])
def test_letters_on_a_card_can_be_read(story: Story, slug: str, shape: str) -> None:
    text = drawing_of(embedded(story, slug), shape=shape).text
    scaled = re.search(r"scale\(([\d.]+)\)(.*)</g><path", text, re.DOTALL)
    assert scaled
    words = re.findall(r'<text[^>]* font-size="([\d.]+)"[^>]*class="([^"]*)"', scaled[2])
    smallest = min(float(size) for size, classes in words if " d" not in classes)  # "d": digits in circles
    assert smallest * float(scaled[1]) >= 11


def test_a_card_has_every_event_of_the_night(story: Story) -> None:
    text = drawing_of(embedded(story, "timeline"), shape="social").text
    assert sorted(map(int, re.findall(r'data-event="(\d+)"', text))) == list(range(1, 41))
    assert "not drawn here" not in text


@pytest.mark.parametrize("shape", SHAPES)
def test_a_picture_carries_the_caution_where_two_kinds_of_thing_share_a_clock(story: Story, shape: str) -> None:
    assert ">Timing alone does not show cause." in drawing_of(embedded(story, "timeline"), shape=shape).text
    assert "Timing alone" not in drawing_of(embedded(story, "traffic"), shape=shape).text


def test_the_usual_day_is_named_in_the_drawing(story: Story) -> None:
    assert ">usual day: 2,300<" in drawing_of(embedded(story, "traffic"), shape="natural").text


def test_a_card_names_whole_sources_and_how_many_more(story: Story) -> None:
    text = drawing_of(embedded(story, "outages"), shape="social").text
    line = re.search(r"Sources: ([^<]*) and (\d+) more\. As of Nov\. 22, 2026\.<", text)
    assert line
    orgs = {source.org.replace("'", "&#x27;") for source in embedded(story, "outages").chart.sources}
    assert set(line[1].split("; ")) <= orgs
    assert len(line[1].split("; ")) + int(line[2]) == len(orgs)


def test_a_credit_names_the_eight_most_drawn_on_and_the_frozen_copy(story: Story) -> None:
    frozen = embed_of(story, "timeline", default_view(story), version="20261122T200000Z-0a1b")
    assert credit_of(frozen).startswith("Sources: The Associated Press; ")
    assert credit_of(frozen).endswith(" more. Nightdesk. As of Nov. 22, 2026. Version 20261122T200000Z-0a1b.")


def test_a_called_tile_is_filled_in_the_colour_of_its_side_and_another_is_not(story: Story) -> None:
    embed = embedded(story, "map")
    drawing, picture = drawing_of(embed, shape="natural").text, opened(png(embed))
    fills = {}
    for row in ("calls:ap-fl", "calls:ap-ca", "contests:US-MI"):
        x, y = re.findall(r'<rect x="([\d.]+)" y="([\d.]+)"', drawing.split(f'data-row="{row}"')[1])[0]
        fills[row] = picture.getpixel((round(float(x)) + 25, round(float(y)) + 4))
    assert fills == {"calls:ap-fl": RED, "calls:ap-ca": BLUE, "contests:US-MI": GREY}


@pytest.mark.slow
def test_a_dark_picture_has_dark_ground_and_auto_is_light(story: Story) -> None:
    grounds = {
        theme: opened(png(embedded(story, "interest", theme=theme), shape="social")).getpixel((3, 3))
        for theme in ("auto", "light", "dark")
    }
    assert grounds == {"auto": (255, 255, 255), "light": (255, 255, 255), "dark": (20, 23, 26)}


def test_a_png_says_what_it_shows_and_whose_it_is(story: Story) -> None:
    told = opened(png(embedded(story, "results"))).info
    assert told["Title"].startswith("By 7 a.m. EST AP had called 279 for Trump")
    assert told["Copyright"].startswith("Sources: The Associated Press; ")
    assert "Electoral votes" in told["Description"] or "called" in told["Description"]


@pytest.mark.slow
def test_a_pdf_has_a_title_and_text_that_can_be_selected(story: Story) -> None:
    found = PdfReader(io.BytesIO(pdf(embedded(story, "results"))))
    assert found.metadata
    assert found.metadata.title == (
        "By 7 a.m. EST AP had called 279 for Trump and 218 for Clinton; 270 are needed to win"
    )
    text = found.pages[0].extract_text()
    assert "AP had called 279" in text and "Trump 279" in text
    assert not list(found.pages[0].images)


def test_a_pdf_measures_three_quarters_of_a_point_for_each_pixel(story: Story) -> None:
    page = PdfReader(io.BytesIO(pdf(embedded(story), shape="social"))).pages[0]
    assert [float(side) for side in page.mediabox[2:]] == [900, 472.5]


def test_too_many_pixels_are_refused_before_any_is_drawn(story: Story) -> None:
    with pytest.raises(TooLarge, match=r"^scale: 4 at this width makes \d+ million pixels; at most 36 million"):
        png(embedded(story, "timeline"), width=2400, scale=4)


def test_an_unknown_shape_is_named(story: Story) -> None:
    with pytest.raises(
        ValueError, match="'poster' is not a shape; use natural, paper, paper-across, paper-map, social, sq"
    ):
        png(embedded(story), shape="poster")


@pytest.mark.slow
@pytest.mark.parametrize("shape", cases("social", long=SHAPES))
@HOSTILE
def test_hostile_labels_draw_a_picture_and_nothing_else(story: Story, text: str, shape: str) -> None:
    embed = saying(story, text)
    assert opened(png(embed, shape=shape)).mode == "RGB"
    page = PdfReader(io.BytesIO(pdf(embed, shape=shape))).pages[0]
    assert "/Annots" not in page and "/AA" not in page


def test_a_drawing_that_is_no_drawing_fails_with_one_sentence() -> None:
    with pytest.raises(ImageFailed, match=r"^the PNG could not be drawn \(.+\); take the SVG instead$"):
        converted("<svg", "png", scale=1)


@pytest.mark.slow
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_converter_that_is_paused_while_it_writes_gives_the_whole_picture(story: Story, unbuffered: str) -> None:
    drawing = drawing_of(embedded(story, "timeline"), shape="natural").text
    whole = converted(drawing, "png", scale=2)
    with subprocess.Popen(
        [sys.executable, "-P", images.__file__.replace("images.py", "convert.py"), "png", "2"],
        env=os.environ | images._fonts() | {"PYTHONUNBUFFERED": unbuffered},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as converter:
        assert converter.stdin and converter.stdout
        converter.stdin.write(images._in_declared_fonts(drawing).encode())
        converter.stdin.close()
        room = fcntl.fcntl(converter.stdout, fcntl.F_GETPIPE_SZ)
        while int.from_bytes(fcntl.ioctl(converter.stdout, termios.FIONREAD, bytes(4)), sys.byteorder) < room:
            assert converter.poll() is None
            time.sleep(0.01)
        converter.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, converter.pid, os.WSTOPPED)
        converter.send_signal(signal.SIGCONT)
        assert converter.stdout.read() == whole
    assert len(whole) > room


def test_a_converter_that_does_not_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "_LONGEST_SECONDS", 0.001)
    with pytest.raises(ImageFailed, match="took over"):
        converted("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>", "pdf", scale=1)
