"""Take the pictures of docs/desk.md at a desk of its own, in the Chromium of this machine: `make desk-pictures`."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from components.workbench.sign_in import COOKIE, SESSION_LASTS
from data.core.program import utc_now
from data.core.settings import read_settings
from data.desk.desk import Desk, desk_of
from data.desk.values import AT_TERMINAL, Change, Person, Role

DOCS = Path(__file__).resolve().parent
ANA, BEN = Person("ana@example.org", "Ana", Role.PUBLISHER), Person("ben@example.org", "Ben", Role.EDITOR)
STORY, WHENCE = "us-2016", "the desk's own pictures"
#: Of a palette, so that a picture takes some 30 kB.
_COLOURS, _WIDTH = 64, 1120
_START_SECONDS, _DRAWN_MS = 120, 3_000


def a_desk(environ: Mapping[str, str]) -> Desk:
    """A desk of two people with one story."""
    desk = desk_of(read_settings(environ))
    for person in (ANA, BEN):
        desk.people.set_role(AT_TERMINAL, person.email, person.role, utc_now(), WHENCE, name=person.name)
    desk.bring(AT_TERMINAL, STORY, utc_now(), WHENCE)
    return desk


@contextmanager
def served(environ: Mapping[str, str]) -> Iterator[str]:
    """The address of the app on a free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    address = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(command, cwd=DOCS.parent, env={**environ})  # noqa: S603 - our own app
    try:
        _wait_for(port)
        yield address
    finally:
        server.terminate()
        server.wait()


def _wait_for(port: int) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=2).close()
            return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(f"no answer within {_START_SECONDS} s")


def take(page: Page, name: str, selector: str) -> None:
    """The picture of one element, in few colours."""
    page.wait_for_timeout(_DRAWN_MS)
    taken = Image.open(BytesIO(page.locator(selector).first.screenshot())).convert("RGB")
    taken.quantize(_COLOURS).save(DOCS / name, optimize=True)


def main() -> None:
    """Take them all."""
    with tempfile.TemporaryDirectory() as folder:
        own = {"STORIES": "stories", "RECORDS": "records", "CACHE": "cache"}
        environ = {**os.environ, "NIGHTDESK_WRITES": "desk", "STREAMLIT_SERVER_ADDRESS": "127.0.0.1"}
        environ |= {f"NIGHTDESK_{name}": f"{folder}/{place}" for name, place in own.items()}
        desk = a_desk(environ)
        secret = desk.people.new_token(ANA.email, "session", utc_now(), SESSION_LASTS)
        with served(environ) as address, sync_playwright() as playwright:
            path = os.environ.get("CHROMIUM") or shutil.which("chromium")
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
            context = browser.new_context(viewport={"width": _WIDTH, "height": 900}, reduced_motion="reduce")
            context.add_cookies([{"name": COOKIE, "value": secret, "url": address}])
            _take_all(desk, context.new_page(), address)
            browser.close()


def _take_all(desk: Desk, page: Page, address: str) -> None:
    row = next(one for one in desk.rows(STORY, "calls.csv") if (one.cells or {}).get("id") == "ap-fl")
    page.goto(f"{address}/desk?story={STORY}&row={row.id}")
    page.locator(".st-key-told-row img").wait_for(timeout=_START_SECONDS * 1000)
    take(page, "desk-call.png", ".st-key-row-form")
    page.get_by_label("When").fill("10:51 pm")
    page.get_by_label("Why it changes").fill("AP says so.")
    page.get_by_text("10:51 p.m. EST").wait_for()
    page.wait_for_timeout(_DRAWN_MS)
    change = Change("calls.csv", {"at": "2016-11-09T03:52:00Z"}, row.id, row.revision, "Another log.")
    desk.write(BEN, STORY, change, utc_now(), WHENCE)
    page.locator(".st-key-save-row button").click()
    page.locator(".st-key-keep-chosen").wait_for(timeout=_START_SECONDS * 1000)
    take(page, "desk-both.png", ".st-key-row-form")


if __name__ == "__main__":
    main()
