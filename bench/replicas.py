"""What nginx with the configuration of deploy/ adds to a server: kept charts, given without asking it."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from bench import wrk
from bench.comparison import Row
from bench.proxy import MISSING, installed, nginx
from bench.server import ROOT, serving
from bench.subject import CHART, SLUG

ROUNDS = 3


def nginx_lines() -> Iterator[Row]:
    """Requests a second for one chart of this server: through nginx, which keeps it, against asking the server."""
    if not installed():
        raise RuntimeError(MISSING)
    with serving(ROOT / "app.py") as server:
        yield _row(server.address, f"/embed/{SLUG}/{CHART}")


def _row(server: str, path: str) -> Row:
    port = urlsplit(server).port
    assert port
    with tempfile.TemporaryDirectory() as folder, nginx(port, port, Path(folder)) as front:
        pairs = [(wrk.requests_a_second(front + path), wrk.requests_a_second(server + path)) for _ in range(ROUNDS)]
    kept, asked = (statistics.median(side) for side in zip(*pairs, strict=True))
    return Row("Requests: /embed through nginx, which keeps it, against without nginx", kept, asked, "/s", None, True)
