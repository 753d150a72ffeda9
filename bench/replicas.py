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

ROUNDS = 3


def nginx_rows(server: str, path: str) -> Iterator[Row]:
    """Requests a second for one chart of this server: through nginx, which keeps it, against asking the server."""
    if not installed():
        print(f"Requests per second through nginx not measured: {MISSING}")
        return
    port = urlsplit(server).port
    assert port
    with tempfile.TemporaryDirectory() as folder, nginx(port, port, Path(folder)) as front:
        pairs = [(wrk.requests_a_second(front + path), wrk.requests_a_second(server + path)) for _ in range(ROUNDS)]
    kept, asked = (statistics.median(side) for side in zip(*pairs, strict=True))
    yield Row("Requests: /embed through nginx, which keeps it, against without nginx", kept, asked, "/s", None, True)
