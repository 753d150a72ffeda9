"""Files of download buttons are made in the queues of addresses: however many a session asks for, others are served."""

from __future__ import annotations

import threading
import time
from urllib.parse import urlsplit

import psutil
import pytest

from bench.visitor import Visitor
from components.cache.render_cache import WORKERS
from tests.support.asking_http import ask


def process_at(address: str) -> psutil.Process:
    """The server that listens there."""
    port = urlsplit(address).port
    listening = (found for found in psutil.net_connections("tcp4") if found.status == psutil.CONN_LISTEN)
    return psutil.Process(next(found.pid for found in listening if found.laddr and found.laddr.port == port))


def converters(server: psutil.Process) -> int:
    """How many pictures are being drawn at this moment."""
    found = 0
    for child in server.children():
        try:
            found += any(part.endswith("convert.py") for part in child.cmdline())
        except psutil.NoSuchProcess:
            continue
    return found


@pytest.mark.slow
def test_pictures_that_a_session_asks_for_keep_no_other_reader_from_a_table(server: str) -> None:
    process = process_at(server)
    with Visitor(server) as greedy, Visitor(server) as other:
        files = greedy.open("embed-and-export", "theme=dark").files
        pictures = [file for label, file in files if label.startswith(("PNG", "PDF"))]
        table = dict(other.open("embed-and-export").files)["CSV"]
        waited = list[str]()
        pressing = threading.Thread(target=lambda: waited.extend(greedy.press(*pictures)))
        pressing.start()
        while not (drawn := converters(process)):
            time.sleep(0.02)
        (path,) = other.press(table)
        most = drawn
        # Before the last of the pictures the table is there.
        assert pressing.is_alive()
        while pressing.is_alive():
            most = max(most, converters(process))
            time.sleep(0.02)
        assert most <= WORKERS
        assert ask(f"{server}{path}").body.startswith(b"\xef\xbb\xbf")
        assert all(waited) and len(waited) == len(pictures) > WORKERS
        assert ask(f"{server}{waited[0]}").body.startswith(b"\x89PNG")
