"""The guide says what the code does."""

from __future__ import annotations

import re

import pytest

from bench.proxy import DEPLOY
from bench.server import UNIT, shipped_weight
from components.cache import shared_answers as pool
from data.core import settings
from data.net import answer_cache, shared_cache

GUIDE = (DEPLOY / "README.md").read_text(encoding="utf-8")
CONFIGURATION = (DEPLOY / "nightdesk.conf").read_text(encoding="utf-8")


def test_every_setting_it_names_is_read() -> None:
    named = set(re.findall(r"NIGHTDESK_[A-Z_]+", GUIDE + CONFIGURATION))
    assert named
    assert [name for name in named if name not in settings.FIELDS] == []


def test_every_file_it_names_is_there_and_every_file_there_is_named() -> None:
    there = {path.name for path in DEPLOY.iterdir() if path.is_file()} - {"README.md"}
    assert set(re.findall(r"^\| `([^`]+)` \| `/etc", GUIDE, re.MULTILINE)) == there


@pytest.mark.parametrize(
    ("said", "held"),
    [
        pytest.param("left alone for 30 seconds", shared_cache.REST_SECONDS == 30, id="how long Redis rests"),
        pytest.param("within half a second", shared_cache.TIMEOUT_SECONDS == 0.5, id="how long Redis may take"),
        pytest.param(
            "up to 2 MiB each | a day", (pool.MOST_BYTES_SHARED, pool.KEPT_SECONDS) == (2**21, 86_400), id="drawn"
        ),
        pytest.param("`nightdesk:answers:…`", answer_cache.NAMESPACE == "nightdesk:answers", id="its names"),
        pytest.param("up to 1 GB", CONFIGURATION.count("max_size=1g") == 2, id="how much nginx keeps"),
        pytest.param("for a month", "inactive=30d" in CONFIGURATION, id="how long nginx keeps a plain address"),
        pytest.param("for a week", "inactive=7d" in CONFIGURATION, id="how long nginx keeps a question"),
        pytest.param("50 requests a second, with 400 at once", "rate=50r/s" in CONFIGURATION, id="how often"),
        pytest.param("2 a second, with 60 at once", "rate=2r/s" in CONFIGURATION, id="how often pictures"),
        pytest.param("`Retry-After: 10`", "Retry-After 10 always" in CONFIGURATION, id="when to come again"),
        pytest.param("five times as much", shipped_weight() * 5 == 100, id="how much more of a processor nginx has"),
        pytest.param("/var/cache/nginx-nightdesk", "_path /var/cache/nginx-nightdesk " in CONFIGURATION, id="where"),
    ],
)
def test_its_figures_are_those_of_the_code(said: str, held: bool) -> None:
    assert said in " ".join(GUIDE.split())
    assert held


def test_every_replica_stands_in_every_place() -> None:
    (enabled,) = re.findall(r"^systemctl enable --now (nightdesk@.*)$", GUIDE, re.MULTILINE)
    ports = re.findall(r"@(\d+)", enabled)
    assert ports == ["8501", "8502"]
    for port in ports:
        assert CONFIGURATION.count(f"    server 127.0.0.1:{port}") == len(ports) + 1
        assert rf'"~127\.0\.0\.1:{port}$"' in CONFIGURATION


def test_a_replica_is_weighed_beside_nginx_and_not_beside_the_other_replicas_alone() -> None:
    assert "Slice=system.slice" in UNIT.read_text(encoding="utf-8").splitlines()
