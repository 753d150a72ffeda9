"""What playing a night costs a browser, in the document and on Timeline: frames, late and skipped changes, bytes."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from bench.comparison import Figure, Line, Row
from bench.loading import FLAGS, STREAMLIT, chromium_here
from bench.server import ROOT, serving
from components.embeds.documents.document import draw_document
from components.embeds.documents.player_frames import night_of
from components.embeds.embed import Embed, embed_of
from components.render.svg import svg
from components.view.address import utc_text
from components.view.view_state import default_view
from data.core.settings import Settings
from data.story.store import find_story

SLUG, SECONDS = "us-2016", 18.0
FRAMES, LATE_MS, BYTES = 50, 100.0, 1.0
_PATIENCE_MS = 60_000
#: Of the play, a stretch without an event at most: 3 of 72 seconds.
_LONGEST = 1 / 24
#: Plays to the end; counts frames, and notes by its name when each moment was drawn, from the press of Play on.
_WATCH = """root => new Promise(done => {
  const drawn = [], button = root.querySelector('[aria-label=Play]'), first = performance.now();
  let frames = 0;
  root.addEventListener('nd-frame', ({ detail }) => drawn.push([detail, performance.now() - first]));
  button.click();
  const count = time => {
    frames += 1;
    if (button.ariaLabel === 'Pause') requestAnimationFrame(count);
    else done({ frames, seconds: (time - first) / 1000, drawn });
  };
  requestAnimationFrame(count);
})"""


def replay_lines() -> Iterator[Line]:
    """One night at its fastest to its end, in this machine's Chromium: from a file, then on a page of a running app."""
    story = find_story(SLUG, Settings())
    embed = embed_of(story, "replay", default_view(story))
    night = night_of(embed)
    moments = _moments(embed, night)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_here(), args=list(FLAGS))
        page_file = Path(folder) / "replay.html"
        page_file.write_text(draw_document(embed), encoding="utf-8")
        yield from _played("its document", _play(browser, page_file.as_uri(), "svg"), moments)
        with serving(ROOT / "app.py") as app:
            yield from _played("on Timeline", _play(browser, f"{app.address}/timeline", STREAMLIT), moments)
        browser.close()
    still = svg.draw(embed.chart, embed.clock, width=800, brief=True)
    yield Row(
        "  bytes of all frames / of the still drawing", len(json.dumps(night)) / 1e3, len(still) / 1e3, "kB", BYTES
    )


def _moments(embed: Embed, night: Mapping[str, Any]) -> dict[str, float]:
    """When each moment of the night is due, in milliseconds from the start of the play, by its name."""
    start, length = embed.chart.window.start, (night["end"] - night["start"]) / 1000
    seconds = [second for second, _ in night["orders"]["happened"]["moments"]]
    stops = sorted({0.0, *seconds, length})
    shares = _shares([later - one for one, later in pairwise(stops)])
    due = dict(zip(stops, accumulate([0.0, *shares]), strict=True))
    return {utc_text(start + timedelta(seconds=second)): due[second] * SECONDS * 1000 for second in seconds}


def _shares(gaps: Sequence[float]) -> list[float]:
    """What of the play each stretch between moments takes: as it is long, but a twenty-fourth at most."""
    rate = sum(gaps)
    while any(gap > rate * _LONGEST for gap in gaps):
        open_ = [gap for gap in gaps if gap <= rate * _LONGEST]
        slower = sum(open_) / (1 - _LONGEST * (len(gaps) - len(open_)))
        if slower == rate:
            break
        rate = slower
    return [min(gap / rate, _LONGEST) for gap in gaps]


def _play(browser: Browser, address: str, drawn: str) -> dict[str, Any]:
    """The night at this address, played once `drawn` is there."""
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    page.set_default_timeout(_PATIENCE_MS)
    page.goto(address)
    page.locator(drawn).locator("visible=true").first.wait_for()
    for _ in range(2):
        page.get_by_role("button", name="All in").click()
    seen: dict[str, Any] = page.locator("figure.nd-played").evaluate(_WATCH)
    page.close()
    return seen


def _played(where: str, seen: Mapping[str, Any], moments: Mapping[str, float]) -> Iterator[Line]:
    """Frames a second, how late the latest change was, and how many of the night's moments were not drawn at all."""
    late = [time - moments[name] for name, time in seen["drawn"]]
    skipped = len(moments.keys() - {name for name, _ in seen["drawn"]})
    yield Row(
        f"Replay, {where}: frames a second, against {FRAMES}", seen["frames"] / seen["seconds"], FRAMES, "/s", 1.0, True
    )
    yield Figure(f"  latest of {len(late)} changes of the figure after its moment", max(late), "ms", LATE_MS)
    yield Figure(f"  moments of {len(moments)} that were skipped", skipped, "", 0)
