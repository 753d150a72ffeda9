"""A chart's page says in a chat, to a search engine and to a reader what it shows, and what was put right."""

from __future__ import annotations

import json
import re
import shutil
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

import pytest

from data.core.settings import Settings
from data.story.store import BUNDLED
from tests.support.asking import SITE, Desk, Reply

PAGE = "/s/us-2016/timeline"


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    asked = Desk()
    yield asked
    asked.close()


@pytest.fixture(scope="module")
def page(desk: Desk) -> Reply:
    return desk.ask(PAGE)


def metas(page: Reply) -> dict[str, str]:
    found = re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)">', page.text)
    return {name: unescape(said) for name, said in found}


def data_set(page: Reply) -> dict[str, object]:
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.text, re.DOTALL)
    found: dict[str, object] = json.loads(block)
    return found


def test_a_chat_shows_title_text_and_a_picture(page: Reply, desk: Desk) -> None:
    said = metas(page)
    (headline,) = re.findall(r"<h1>([^<]+)</h1>", page.text)
    assert said["og:title"] == said["twitter:title"] == unescape(headline)
    assert said["og:type"] == "article"
    assert said["twitter:card"] == "summary_large_image"
    assert "18 dated observations: 13 failing, 3 degraded, 2 answering" in said["og:description"]
    assert 50 <= len(said["og:image:alt"]) <= 250
    picture = said["og:image"]
    assert picture == said["twitter:image"]
    body = desk.ask(picture.removeprefix(SITE)).body
    size = (int.from_bytes(body[16:20]), int.from_bytes(body[20:24]))
    assert size == (int(said["og:image:width"]), int(said["og:image:height"])) == (1200, 630)


def test_a_search_engine_reads_a_data_set(page: Reply, desk: Desk) -> None:
    found = data_set(page)
    assert (found["@context"], found["@type"]) == ("https://schema.org", "Dataset")
    assert found["temporalCoverage"] == "2016-11-08T18:00Z/2016-11-09T12:00Z"
    assert found["dateModified"] == "2026-11-22T20:00Z"
    assert found["creator"] == {"@type": "Organization", "name": "Nightdesk"}
    assert isinstance(found["citation"], list) and len(found["citation"]) > 10
    assert {source["@type"] for source in found["citation"]} == {"CreativeWork"}
    assert isinstance(found["distribution"], list)
    for file in found["distribution"]:
        reply = desk.ask(file["contentUrl"].removeprefix(SITE))
        assert reply.headers["content-type"].split(";")[0] == file["encodingFormat"]


def test_every_link_of_the_page_into_this_server_leads_somewhere(page: Reply, desk: Desk) -> None:
    links = [unescape(link) for link in re.findall(r'href="((?:\.\./|http://desk)[^"]*)"', page.text)]
    ours = {urljoin(f"{SITE}{PAGE}", link).removeprefix(SITE) for link in links}
    files = {link for link in ours if link.startswith(("/embed/", "/s/", "/oembed"))}
    assert len(files) == 7
    assert {desk.ask(link).status for link in files} == {200}
    assert any(link.startswith("/timeline?story=us-2016&from=2016-11-08T18:00Z") for link in ours)


def test_the_page_runs_nothing_and_is_in_nobodys_frame(page: Reply) -> None:
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "script-src" not in policy
    for style in re.findall(r"<style>(.*?)</style>", page.text, re.DOTALL):
        assert b64encode(sha256(style.encode()).digest()).decode() in policy
    assert not re.search(r"\s(style|on\w+)=", re.sub(r">[^<]*<", "><", page.text))


def test_the_same_query_gives_the_same_view(desk: Desk) -> None:
    page = desk.ask(f"{PAGE}?from=2016-11-08T23:00Z&to=2016-11-09T05:00Z&clock=UTC&theme=dark")
    assert data_set(page)["temporalCoverage"] == "2016-11-08T23:00Z/2016-11-09T05:00Z"
    assert "theme=dark" in metas(page)["og:image"]
    assert "color-scheme:dark" in page.text


def test_what_hosts_append_is_not_in_the_canonical_address(desk: Desk) -> None:
    page = desk.ask(f"{PAGE}?utm_source=chat&fbclid=1")
    (canonical,) = re.findall(r'<link rel="canonical" href="([^"]+)">', page.text)
    assert "utm_source" not in page.text
    assert canonical.startswith(f"{SITE}{PAGE}")


def test_the_caution_of_the_chart_stands_under_its_picture(page: Reply, desk: Desk) -> None:
    assert page.text.index("</figure>") < page.text.index('<details id="caution"') < page.text.index("<h2>Sources")
    assert "There’s no guarantee the two things are related" in page.text
    assert "<details" not in desk.ask("/s/us-2016/traffic").text


HOSTILE = "</script><script>alert(1)</script>"


@pytest.fixture
def corrected(tmp_path: Path) -> Iterator[Desk]:
    """A story with two corrections, the later one with text that would like to run."""
    folder = shutil.copytree(BUNDLED / "us-2016", tmp_path / "us-corrected")
    rows = [
        "first,2026-01-02T03:04:00Z,calls.csv,10:50,10:51,The log says so.,",
        f"second,2026-02-03T03:04:00Z,results.csv,{HOSTILE},{HOSTILE},A typing error.,",
    ]
    (folder / "corrections.csv").write_text("\n".join(["id,corrected,where,was,now,why,source", *rows]) + "\n")
    desk = Desk(Settings(stories=(tmp_path,)))
    yield desk
    desk.close()


def test_corrections_say_what_changed_and_when(corrected: Desk) -> None:
    page = corrected.ask("/s/us-corrected/timeline")
    (section,) = re.findall(r'<section id="corrections">(.*?)</section>', page.text, re.DOTALL)
    told = [unescape(row) for row in re.findall(r"<li>(.*?)</li>", section)]
    assert told[1] == ("Corrected 10:04 p.m. EST, Jan. 1, 2026, calls.csv: was “10:50”, is “10:51”. The log says so.")
    assert told[0].startswith("Corrected 10:04 p.m. EST, Feb. 2, 2026, results.csv")
    notes = data_set(page)["correction"]
    assert isinstance(notes, list)
    assert [note["datePublished"] for note in notes] == ["2026-01-02T03:04Z", "2026-02-03T03:04Z"]


def test_text_of_a_story_stays_text(corrected: Desk) -> None:
    page = corrected.ask("/s/us-corrected/timeline").text
    assert "<script>alert" not in page
    assert page.count("<script") == 1
