"""What playing a night costs a browser: frames a second, how late the figure changes, and the bytes of its frames."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright

from bench.comparison import Figure, Line, Row
from bench.loading import FLAGS, chromium_here
from components.charts import svg
from components.embeds.documents.document import draw_document
from components.embeds.documents.playing import night_of
from components.embeds.embed import embed_of
from components.view import default_view
from data.settings import Settings
from data.story import find_story

SLUG, SECONDS = "us-2016", 18.0
FRAMES, LATE_MS, BYTES = 50, 100.0, 1.0
#: Counts frames and notes when each moment was drawn, from the press of Play on.
_WATCH = """() => new Promise(done => {
  const drawn = [];
  let frames = 0, first = 0;
  document.addEventListener('nd-frame', ({ detail }) => drawn.push([detail, performance.now() - first]), true);
  const count = time => {
    first ||= time;
    frames += 1;
    if (time - first < 15000) requestAnimationFrame(count);
    else done({ frames, seconds: (time - first) / 1000, drawn });
  };
  document.querySelector('.nd-play button[aria-label=Play]').click();
  requestAnimationFrame(count);
})"""


def replay_lines() -> Iterator[Line]:
    """The document of one night at its fastest, in this machine's Chromium."""
    story = find_story(SLUG, Settings())
    embed = embed_of(story, "replay", default_view(story))
    night = night_of(embed)
    length = (night["end"] - night["start"]) / 1000
    expected = {second: second / length * SECONDS * 1000 for second, _ in night["orders"]["happened"]["moments"]}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page_file = Path(folder) / "replay.html"
        page_file.write_text(draw_document(embed), encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=chromium_here(), args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.goto(page_file.as_uri())
        for _ in range(2):
            page.get_by_role("button", name="All in").click()
        seen = page.evaluate(_WATCH)
        browser.close()
    moments = list(expected.values())[: len(seen["drawn"])]
    late = [time - wanted for (_, time), wanted in zip(seen["drawn"], moments, strict=True)]
    yield Row("Replay: frames a second, against 50", seen["frames"] / seen["seconds"], FRAMES, "/s", 1.0, True)
    yield Figure(f"  latest of {len(late)} changes of the figure after its moment", max(late), "ms", LATE_MS)
    still = svg.draw(embed.chart, embed.clock, width=800, brief=True)
    yield Row(
        "  bytes of all frames / of the still drawing", len(json.dumps(night)) / 1e3, len(still) / 1e3, "kB", BYTES
    )
