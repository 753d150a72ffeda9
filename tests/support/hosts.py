"""Other people's pages that hold our charts, each in the way of one content system: tests/browser/hosts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from tests.support.loopback import Answer, Loopback
from tests.support.pym import parent_script

ROOT = Path(__file__).parents[2]
HOSTS = ROOT / "tests" / "browser" / "hosts"
LISTENER = ROOT / "components" / "embeds" / "listener.js"
CHARTS = ("timeline", "results", "outages")
#: Pages that follow the height an embed tells them, however tall.
FOLLOWING = ("listener", "sandboxed", "pym", "datawrapper", "amp", "medium", "guardian")


def published(site: Loopback, host: str, embeds: str, **blanks: str) -> str:
    """Put this host's page on the site, with the charts that `embeds` serves; its address."""
    site.answers("/pym.v1.js", script_answer(parent_script()))
    site.answers("/listener.js", script_answer(LISTENER.read_text(encoding="utf-8")))
    blanks = {chart: f"{embeds}/{chart}" for chart in CHARTS} | {"listener": "/listener.js"} | blanks
    text = (HOSTS / f"{host}.html").read_text(encoding="utf-8")
    return site.answers(f"/{host}.html", html_answer(filled(text, blanks)))


def filled(text: str, blanks: Mapping[str, str]) -> str:
    return re.sub(r"{{([\w ]+)}}", lambda blank: blanks[blank[1]], text)


def html_answer(text: str) -> Answer:
    return Answer(text.encode(), headers={"Content-Type": "text/html; charset=utf-8"})


def script_answer(text: str) -> Answer:
    return Answer(text.encode(), headers={"Content-Type": "text/javascript"})
