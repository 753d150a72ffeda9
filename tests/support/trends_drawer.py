"""Run as a script: `python -m tests.support.trends_drawer FOLDER URL` draws a month of searches from a server."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from data.core.model import Window
from data.core.program import utc_now
from data.core.settings import Settings
from data.net.client import open_desk
from data.sources.google_trends.provider import draw
from data.sources.google_trends.trends_client import PytrendsClient
from data.sources.google_trends.trends_request import Wanted, plan_requests

SPAN = Window(datetime(2016, 10, 20, tzinfo=UTC), datetime(2016, 11, 17, tzinfo=UTC))


def main(folder: Path, url: str) -> None:
    plan = plan_requests(Wanted(("move to canada",), "US", SPAN), "hour", now=utc_now())
    settings = Settings(cache=folder / "cache", mirrors=(("NIGHTDESK_TRENDS_URL", url),))
    with open_desk(settings) as desk:
        sys.stdout.write(f"{draw(plan, PytrendsClient(settings, desk), folder, now=utc_now)}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
