"""A CMS that is given an address of ours gets a frame that fits into its page."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import parse_qs, quote, urlsplit

import micawber
import pytest

from tests.support.asking import SITE, Desk

DOCUMENT = f"{SITE}/embed/us-2016/timeline"
#: What WordPress leaves of an answer by a provider it does not know: a bare quote, then a bare frame.
LEFT_BY_WORDPRESS = re.compile(
    r'<blockquote><a href="[^"<>]+">[^<>]+</a></blockquote>'
    r'<iframe src="[^"<>]+" title="[^"<>]+" width="\d+" height="\d+"></iframe>'
)


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    asked = Desk()
    yield asked
    asked.close()


def answer(desk: Desk, url: str, **more: object) -> dict[str, object]:
    extra = "".join(f"&{name}={value}" for name, value in more.items())
    reply = desk.ask(f"/oembed?url={quote(url, safe='')}{extra}")
    assert reply.status == 200, reply.text
    found: dict[str, object] = json.loads(reply.body)
    return found


def frame(found: dict[str, object]) -> dict[str, str]:
    source, title, width, height = re.findall(r' (?:src|title|width|height)="([^"]*)"', str(found["html"]))
    return {"src": source.replace("&amp;", "&"), "title": title, "width": width, "height": height}


def test_the_answer_is_a_rich_one_with_a_picture(desk: Desk) -> None:
    found = answer(desk, DOCUMENT)
    assert (found["version"], found["type"], found["provider_name"]) == ("1.0", "rich", "Nightdesk")
    assert found["provider_url"] == SITE
    assert found["title"] == re.findall("<h1[^>]*>([^<]*)</h1>", desk.ask("/s/us-2016/timeline").text)[0]
    assert (found["thumbnail_width"], found["thumbnail_height"]) == (1200, 630)
    assert desk.ask(str(found["thumbnail_url"]).removeprefix(SITE)).headers["content-type"] == "image/png"


def test_the_html_is_what_wordpress_lets_through(desk: Desk) -> None:
    assert LEFT_BY_WORDPRESS.fullmatch(str(answer(desk, DOCUMENT)["html"]))


def test_the_frame_leads_to_the_very_view_that_was_asked_for(desk: Desk) -> None:
    found = answer(desk, f"{DOCUMENT}?from=2016-11-08T23:00Z&to=2016-11-09T05:00Z&clock=UTC&theme=dark")
    asked = parse_qs(urlsplit(frame(found)["src"]).query)
    assert (asked["from"], asked["to"]) == (["2016-11-08T23:00Z"], ["2016-11-09T05:00Z"])
    assert (asked["clock"], asked["theme"]) == (["UTC"], ["dark"])
    assert desk.ask(frame(found)["src"].removeprefix(SITE)).status == 200


@pytest.mark.parametrize(
    ("url", "chart"),
    [
        pytest.param(f"{SITE}/embed/us-2016/results", "results", id="a document"),
        pytest.param(f"{SITE}/embed/us-2016/results.png?width=640", "results", id="a picture"),
        pytest.param(f"{SITE}/s/us-2016/outages?caller=CNN", "outages", id="a share page"),
        pytest.param(f"{SITE}/", "timeline", id="the first page of the app"),
        pytest.param(f"{SITE}/outage-reports?story=us-2016&clock=UTC", "outages", id="a page of the app"),
        pytest.param(f"{SITE}/search-trends?embed=true", "interest", id="a page with names of its own"),
        pytest.param("https://desk.example/s/us-2016/traffic", "traffic", id="behind a proxy that speaks https"),
        pytest.param("http://DESK.example:80/s/us-2016/traffic", "traffic", id="the port that is meant anyway"),
    ],
)
def test_every_address_of_ours_that_shows_a_chart_is_known(url: str, chart: str, desk: Desk) -> None:
    assert urlsplit(frame(answer(desk, url))["src"]).path == f"/embed/us-2016/{chart}"


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("http://other.example/embed/us-2016/timeline", id="another host"),
        pytest.param("http://desk.example.evil.example/embed/us-2016/timeline", id="a host that begins like ours"),
        pytest.param("http://desk.example@evil.example/embed/us-2016/timeline", id="a user like our host"),
        pytest.param("http://desk.example:8502/embed/us-2016/timeline", id="another port"),
        pytest.param("ftp://desk.example/embed/us-2016/timeline", id="another scheme"),
        pytest.param("/embed/us-2016/timeline", id="half an address"),
        pytest.param("http://[::1/embed", id="half a host"),
        pytest.param("http://desk.example:99999999/embed/us-2016/timeline", id="no port"),
        pytest.param(f"{SITE}/embed/fr-2017/timeline", id="no such story"),
        pytest.param(f"{SITE}/embed/us-2016/weather", id="no such chart"),
        pytest.param(f"{SITE}/embed/../../etc/passwd", id="a path"),
        pytest.param(f"{SITE}/sources-and-methods", id="a page without a chart"),
        pytest.param(f"{SITE}/embed/us-2016/timeline?from=soon", id="a view that cannot be meant"),
        pytest.param("x" * 3_000, id="three kilobytes"),
    ],
)
def test_an_address_that_is_no_chart_of_ours_is_404(url: str, desk: Desk) -> None:
    reply = desk.ask(f"/oembed?url={quote(url, safe='')}")
    assert reply.status == 404
    assert json.loads(reply.body)["error"].endswith(".")


@pytest.mark.parametrize(
    ("query", "status", "parameter"),
    [
        pytest.param("", 400, "url", id="nothing"),
        pytest.param("url=", 400, "url", id="an empty address"),
        pytest.param(f"url={DOCUMENT}&format=xml", 501, "format", id="xml"),
        pytest.param(f"url={DOCUMENT}&format=JSON", 501, "format", id="another word for json"),
        pytest.param(f"url={DOCUMENT}&maxwidth=0", 400, "maxwidth", id="no width"),
        pytest.param(f"url={DOCUMENT}&maxwidth=-1", 400, "maxwidth", id="less than none"),
        pytest.param(f"url={DOCUMENT}&maxwidth=1e9", 400, "maxwidth", id="an exponent"),
        pytest.param(f"url={DOCUMENT}&maxheight=NaN", 400, "maxheight", id="no number"),
        pytest.param(f"url={DOCUMENT}&maxheight=300&maxheight=400", 400, "maxheight", id="two heights"),
    ],
)
def test_a_wish_that_cannot_be_met_is_refused_by_name(query: str, status: int, parameter: str, desk: Desk) -> None:
    reply = desk.ask(f"/oembed?{query}")
    assert (reply.status, json.loads(reply.body)["parameter"]) == (status, parameter)


@pytest.mark.parametrize("width", [1, 200, 320, 500, 900, 1200])
@pytest.mark.parametrize("height", [None, 100, 400])
def test_the_frame_fits_into_the_room_there_is(width: int, height: int | None, desk: Desk) -> None:
    room = {"maxwidth": width} | ({"maxheight": height} if height else {})
    found = answer(desk, DOCUMENT, **room)
    assert found["width"] == width
    assert isinstance(found["height"], int) and found["height"] <= (height or 10_000)
    assert (frame(found)["width"], frame(found)["height"]) == (str(found["width"]), str(found["height"]))
    if "thumbnail_width" in found:
        assert width >= 1200 and (height or 630) >= 630


def test_more_room_than_a_chart_needs_is_left(desk: Desk) -> None:
    assert answer(desk, DOCUMENT, maxwidth=100_000)["width"] == 1200


class _Discovery(HTMLParser):
    """The oEmbed address that a page names in its head."""

    found = ""

    def handle_starttag(self, name: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if name == "link" and said.get("type") == "application/json+oembed":
            self.found = said["href"] or ""


def _discovered(page: str) -> str:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    reader = _Discovery()
    with opener.open(page, timeout=30) as reply:
        reader.feed(reply.read().decode())
    return reader.found


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/s/us-2016/timeline?clock=UTC", "/embed/us-2016/timeline?clock=UTC"])
def test_a_consumer_that_is_not_ours_discovers_and_renders_a_chart(
    path: str, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    url = server + path
    endpoint, _, query = _discovered(url).partition("?")
    assert parse_qs(query)["format"] == ["json"]
    providers = micawber.ProviderRegistry()
    providers.register(rf"{re.escape(server)}/\S+", micawber.Provider(endpoint, timeout=30))

    rendered = micawber.parse_html(f"<p>{url}</p>", providers, maxwidth=500)
    (drawn,) = re.findall("<iframe[^>]*></iframe>", rendered)
    assert f' src="{server}/embed/us-2016/timeline?from=' in drawn
    assert "clock=UTC" in drawn
    assert ' width="500"' in drawn
    assert providers.request(url, maxwidth=500)["width"] == 500


@pytest.mark.slow
def test_a_consumer_that_wants_xml_is_told_that_there_is_none(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    provider = micawber.Provider(f"{server}/oembed", timeout=30, format="xml")
    with pytest.raises(micawber.ProviderException) as told:
        provider.request(f"{server}/embed/us-2016/timeline")
    assert isinstance(told.value.__cause__, urllib.error.HTTPError)
    assert told.value.__cause__.code == 501
