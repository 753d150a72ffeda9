"""`nightdesk rehearse --live`: a recorded night played by servers of our own, and recorded anew by the recorders."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tqdm import tqdm

from components.cli.exits import DONE, FAILED, fail, say
from data.core.errors import DataError
from data.core.program import utc_now
from data.core.settings import Settings
from data.net.client import open_desk
from data.net.plain_client import open_client
from data.net.snapshots import read_snapshots
from data.recorders.ap_playback import playback
from data.recorders.follow import Follower, feed_of
from data.recorders.probe import Prober
from data.recorders.searches import SearchRecorder
from data.recorders.story_rows import rows_lock
from data.recorders.trends_playback import trends_answer
from data.sources.feeds.registry import FEEDS
from data.sources.google_trends.provider import SOURCE
from data.sources.google_trends.trends_request import HOME
from data.sources.trends_api import TrendsApi
from data.story.rehearse import RehearsalPlan, name_of, rehearsed
from data.story.store import files_of
from data.story.story import Story
from data.story.story_toml import Rehearsal
from data.story.totals import call_when

#: Seconds between two askings of the feed, two looks at the site, and two rounds of searches.
_FEED_SECONDS, _SITE_SECONDS, _SEARCH_SECONDS = 1.0, 5.0, 10.0
_ORIGIN = "http://127.0.0.1"


@dataclass(frozen=True, slots=True)
class NightClock:
    """What time it is in the night: it began at `start` when this machine's clock said `began`."""

    start: datetime
    speed: float
    began: datetime = field(default_factory=utc_now)

    def __call__(self) -> datetime:
        return self.start + (utc_now() - self.began) * self.speed


def rehearse_live(plan: RehearsalPlan, settings: Settings, *, keep: bool) -> int:
    """Play the night through the recorders; FAILED where a call did not come out again within its bounds.

    At the end its folder is gone, or with `keep` stays as the recorders wrote it, with a banner that it is over.
    """
    try:
        return _play(plan, settings)
    finally:
        if keep and plan.name in plan.stories.slugs():
            _tell(plan, settings, plan.stretch.end, ended=True)
        else:
            plan.stories.remove(plan.name)


def _play(plan: RehearsalPlan, settings: Settings) -> int:
    recorded = plan.story
    shutil.rmtree(settings.records / plan.name, ignore_errors=True)
    clock = NightClock(plan.stretch.start, plan.speed)
    with _serving(recorded, clock) as address:
        _begin(plan, clock, address)
        stop = threading.Event()
        recorders = [
            threading.Thread(target=work, name=name, daemon=True)
            for name, work in _recorders(plan, settings, clock, address, stop).items()
        ]
        for thread in recorders:
            thread.start()
        try:
            _watch(plan, settings, clock)
        finally:
            stop.set()
            for thread in recorders:
                thread.join(timeout=10)
    return _compared(recorded, plan)


def _begin(plan: RehearsalPlan, clock: NightClock, address: str) -> None:
    """The folder as it stood before the first call, whose sites are ours."""
    rehearsal = Rehearsal(of=name_of(plan.story), speed=plan.speed, started=clock.began, moment=plan.stretch.start)
    story = rehearsed(plan.story, rehearsal, order=plan.order)
    services = tuple(one.model_copy(update={"url": f"{address}/{one.id}"}) for one in plan.story.about.services[:1])
    others = story.about.services[1:]
    about = story.about.model_copy(update={"services": (*services, *others), "study": ()})
    plan.stories.remove(plan.name)
    plan.stories.write(plan.name, files_of(replace(story, about=about)))


def _recorders(
    plan: RehearsalPlan, settings: Settings, clock: NightClock, address: str, stop: threading.Event
) -> dict[str, Callable[[], None]]:
    mirrors = (("NIGHTDESK_REHEARSAL_URL", address), (HOME.variable, address))
    ours = {"stories": plan.stories.own, "snapshots": None, "trends_client": "pytrends", "mirrors": mirrors}
    own = settings.model_copy(update=ours)
    feed = feed_of(
        plan.stories.read(plan.name), FEEDS["ap"], name="", url=f"{address}/v3", source="", caller="", settings=own
    )  # fmt: skip

    def follow() -> None:
        with open_client(own, now=clock) as client:
            follower = Follower(
                plan.name, plan.stories, FEEDS["ap"], feed, own, client, clock=clock, every=_FEED_SECONDS * plan.speed
            )  # fmt: skip
            while not stop.is_set():
                if not _asked(follower.ask):
                    stop.wait(_FEED_SECONDS)

    def probe() -> None:
        prober = Prober(plan.name, plan.stories, own, "rehearsal", every=_SITE_SECONDS * plan.speed, clock=clock)
        prober.resume()
        while not stop.wait(_SITE_SECONDS):
            _asked(prober.step)

    def record() -> None:
        with open_desk(own, now=clock) as desk:
            every = _SEARCH_SECONDS * plan.speed
            recorder = SearchRecorder(
                plan.name, plan.stories, own, desk, every=every, clock=clock, days=TrendsApi({})
            )  # fmt: skip
            while not stop.wait(_SEARCH_SECONDS):
                _asked(recorder.step)

    about = plan.story.about
    return (
        {"feed": follow} | ({"site": probe} if about.services else {}) | ({"trends": record} if about.searches else {})
    )


def _asked(ask: Callable[[], object]) -> bool:
    """Whether there is more to ask at once; a recorder's trouble is told and ends nothing."""
    try:
        return bool(getattr(ask(), "unfinished", False))
    except DataError as trouble:
        fail(f"{trouble}.")
        return False


def _watch(plan: RehearsalPlan, settings: Settings, clock: NightClock) -> None:
    """Move the story's own clock on until the night is over, and a little longer for what was called at its end."""
    with tqdm(total=plan.stretch.length // timedelta(minutes=1), desc=plan.name, unit="min", disable=None) as bar:
        while (now := clock()) < plan.stretch.end + timedelta(seconds=5 * plan.speed):
            at = min(now, plan.stretch.end).replace(microsecond=0)
            _tell(plan, settings, at)
            bar.update((at - plan.stretch.start) // timedelta(minutes=1) - bar.n)
            time.sleep(1)


def _tell(plan: RehearsalPlan, settings: Settings, at: datetime, *, ended: bool = False) -> None:
    """Write into the story up to when it is told; its tables are the recorders' own matter."""
    with rows_lock(settings, plan.name):
        story = plan.stories.read(plan.name)
        if (told := story.about.rehearsal) is None:
            return
        rehearsal = told.model_copy(update={"moment": at, "ended": ended})
        about = story.about.model_copy(update={"rehearsal": rehearsal, "updated": at})
        files = dict(plan.stories.files(plan.name))
        files["story.toml"] = files_of(replace(story, about=about))["story.toml"]
        plan.stories.write(plan.name, files)


def _compared(recorded: Story, plan: RehearsalPlan) -> int:
    """Say how many calls came out again, each within its bounds."""
    calls = plan.stories.read(plan.name).calls
    again = {(call.contest, call.party): call for call in calls if call.role == "primary"}
    lost, outside = [], []
    made = [call for call in recorded.calls if call.role == "primary"]
    timed = [(call, when) for call in made if (when := call_when(call, recorded)) and when.latest <= plan.stretch.end]
    for call, when in timed:
        found = again.get((call.contest, call.party))
        seen = found and found.interval(recorded.about.clock)
        if not seen:
            lost.append(call.contest)
        elif not seen.earliest <= when.latest <= seen.latest:
            outside.append(call.contest)
    right = len(timed) - len(lost) - len(outside)
    say(f"{right} of {len(timed)} calls came out again, each within its bounds.")
    if recorded.about.searches:
        drawn = read_snapshots(plan.stories.snapshots(plan.name)[-1], SOURCE)
        say(f"{len(drawn)} answers about searches were kept; the rehearsal knows none, so each is below what is shown.")
    for what, names in (("Not recorded", lost), ("Outside their bounds", outside)):
        if names:
            fail(f"{what}: {', '.join(names)}.")
    return FAILED if lost or outside else DONE


@contextmanager
def _serving(story: Story, clock: NightClock) -> Iterator[str]:
    """The address of a server here that answers as AP's API, as Google Trends, and as the sites did at this moment."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if told := trends_answer(parts.path, parts.query, clock()):
                self._send(200, *told)
            elif parts.path == "/v3":
                self._send(200, playback(story, parts.query, clock(), f"{address}/v3"), "application/json")
            elif parts.path == "/robots.txt":
                self._send(404, b"", "text/plain")
            else:
                failing = _failing(story, parts.path.strip("/"), clock())
                page = b"<title>Internal server error</title>" if failing else b"<title>The site</title>"
                self._send(500 if failing else 200, page, "text/html")

        do_POST = do_GET  # noqa: N815 - http.server's name

        def _send(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the recorders say what they met."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    address = f"{_ORIGIN}:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield address
    finally:
        server.shutdown()
        server.server_close()


def _failing(story: Story, service: str, at: datetime) -> bool:
    """Whether the site was failing at this moment: from where one saw it fail to where one saw it answer."""
    seen = [
        (when.latest, row.status)
        for row in story.observations
        if row.service == service and row.status != "none" and (when := row.interval(story.about.clock))
    ]
    before = [status for moment, status in sorted(seen) if moment <= at]
    return bool(before) and before[-1] == "failing"
