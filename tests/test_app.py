"""What the process answers, and with which headers."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import AbstractContextManager
from email.message import Message
from pathlib import Path

import pytest

from components.server.index_page import index_html
from components.server.middleware import app_policy

BUNDLED = len(list(Path("data/stories").glob("*/story.toml")))
Serve = Callable[..., AbstractContextManager[str]]

_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def ask(address: str, method: str = "GET") -> tuple[int, Message, bytes]:
    try:
        with _opener.open(urllib.request.Request(address, method=method), timeout=60) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.headers, refusal.read()


@pytest.mark.slow
def test_a_setting_that_cannot_be_meant_is_one_sentence_at_start(serve: Serve) -> None:
    said = (
        r"ended at once:\n(.*\n)*NIGHTDESK_CACHE_URL must be the address of a Redis, like redis://127.0.0.1:6379/0\n$"
    )
    with pytest.raises(RuntimeError, match=said) as told, serve(NIGHTDESK_CACHE_URL="http://cache:6379"):
        pass
    assert "Traceback" not in str(told.value)


@pytest.mark.slow
def test_healthz_counts_the_stories(server: str) -> None:
    status, headers, body = ask(f"{server}/healthz")
    assert status == 200
    assert headers["content-type"] == "application/json"
    assert json.loads(body) == {"status": "ok", "stories": BUNDLED}


@pytest.mark.slow
def test_a_server_without_a_desk_loads_no_database() -> None:
    asked = "import sys, app; print(*{'sqlalchemy', 'alembic'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.split() == []


@pytest.mark.slow
def test_head_answers_without_a_body(server: str) -> None:
    status, _, body = ask(f"{server}/healthz", "HEAD")
    assert (status, body) == (200, b"")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "kind", "begins"),
    [
        pytest.param("/robots.txt", "text/plain; charset=utf-8", b"User-agent: *", id="robots"),
        pytest.param("/favicon.ico", "image/png", b"\x89PNG", id="icon"),
        pytest.param("/favicon.png", "image/png", b"\x89PNG", id="the icon that Streamlit's page names"),
    ],
)
def test_what_browsers_ask_for_unasked_is_there(path: str, kind: str, begins: bytes, server: str) -> None:
    status, headers, body = ask(server + path)
    assert (status, headers["content-type"]) == (200, kind)
    assert body.startswith(begins)


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/", "/timeline", "/healthz", "/robots.txt", "/_stcore/health"])
def test_every_answer_carries_the_security_headers(path: str, server: str) -> None:
    _, headers, _ = ask(server + path)
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_scripts_are_ours_or_named_by_their_hash() -> None:
    (scripts,) = (part for part in app_policy(index_html(charted=True)).split("; ") if part.startswith("script-src"))
    assert "'self'" in scripts
    assert "'sha256-" in scripts
    for loose in ("'unsafe-inline'", "'unsafe-eval'", "blob:", "data:", "http"):
        assert loose not in scripts


def test_the_policy_names_the_inline_script_by_its_own_bytes() -> None:
    page = '<script src="./a.js"></script><script>\n  alert(1)\n</script>'
    # printf '\n  alert(1)\n' | openssl dgst -sha256 -binary | base64
    assert "'sha256-BjA0ROBfupHLCiW2gRrYiELX3ecfNFbiR7URMIXYaeU='" in app_policy(page)


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/embed/us-2016/timeline", "/embed/us-2016/timeline.svg", "/s/us-2016/timeline"])
def test_an_embed_keeps_the_policy_that_its_route_gave_it(path: str, server: str) -> None:
    status, headers, _ = ask(server + path)
    assert status == 200
    assert headers.get_all("content-security-policy") == [headers["content-security-policy"]]
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in headers


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param("/", 200, id="home"),
        pytest.param("/compare-nights", 200, id="a second address of a page"),
        pytest.param("/?story=uk-2016", 200, id="a story"),
        pytest.param("/weather", 404, id="no page"),
        pytest.param("/timeline/deeper", 404, id="nothing below a page"),
        pytest.param("/timeline?story=atlantis", 404, id="no story"),
    ],
)
def test_an_address_that_is_not_there_is_answered_with_404_and_the_app(path: str, status: int, server: str) -> None:
    answer, headers, body = ask(server + path)
    assert (answer, headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert headers["vary"] == "Accept-Encoding"
    assert b"BACKEND_BASE_URL" in body and b'as="font"' not in body


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "charted"),
    [
        pytest.param("/", True, id="home"),
        pytest.param("/outage-reports", True, id="a page with charts"),
        pytest.param("/weather", True, id="home, where there is no page"),
        pytest.param("/embed-and-export", False, id="a page without one"),
    ],
)
def test_what_draws_a_chart_is_asked_for_ahead_where_there_is_one(path: str, charted: bool, server: str) -> None:
    page = ask(server + path)[2].decode()
    (link,) = re.findall(r'<link rel="modulepreload" crossorigin href="\./(static/js/PageLink\.[^"]+)">', page)
    drawing = re.findall(r'new URL\("\./(static/js/PlotlyChart\.[^"]+)"', page)
    assert len(drawing) == charted
    assert all(ask(f"{server}/{name}")[0] == 200 for name in (link, *drawing))
    assert len(re.findall(r"static/js/[^\"]+", page)) == len(set(re.findall(r"static/js/[^\"]+", page))) + charted


@pytest.mark.slow
def test_a_newsrooms_own_stories_are_counted_and_robots_find_its_share_pages(tmp_path: Path, serve: Serve) -> None:
    (tmp_path / "de-2021").mkdir()
    (tmp_path / "de-2021" / "story.toml").write_text("", encoding="utf-8")
    with serve(NIGHTDESK_STORIES=str(tmp_path), NIGHTDESK_PUBLIC_URL="https://desk.example.org/") as address:
        assert json.loads(ask(f"{address}/healthz")[2])["stories"] == BUNDLED + 1
        assert b"Sitemap: https://desk.example.org/sitemap.xml" in ask(f"{address}/robots.txt")[2]
        assert b"<loc>https://desk.example.org/s/us-2016/timeline</loc>" in ask(f"{address}/sitemap.xml")[2]


def test_the_app_frames_only_what_is_its_own() -> None:
    rules = app_policy(index_html()).split("; ")
    assert "frame-src 'self'" in rules
    assert "frame-ancestors 'none'" in rules


@pytest.mark.slow
def test_the_agent_api_is_off(server: str) -> None:
    assert ask(f"{server}/_stcore/agent/interact", "POST")[0] in {403, 404, 405}
