"""Two real apps behind the real nginx, either of which a test may kill; and a reader's session without a browser."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.cookies import SimpleCookie
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.error import URLError

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from bench.proxy import nginx
from tests.conftest import ROOT, free_port
from tests.support.asking_http import Heard, ask

#: What an app that starts beside another one on two cores may take.
_START_SECONDS = 120


class Replicas:
    """Two apps on ports of their own; `url` is the nginx before them."""

    def __init__(self, **environ: str) -> None:
        self._environ, self.url = environ, ""
        self.ports = (free_port(), free_port())
        self._running: dict[int, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        """Start whichever does not run, and wait until both answer."""
        for number, port in enumerate(self.ports, start=1):
            if number not in self._running:
                self._running[number] = self._started(port)
        for port in self.ports:
            _wait_for(f"http://127.0.0.1:{port}/healthz")

    def _started(self, port: int) -> subprocess.Popen[bytes]:
        nowhere = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9")
        given = nowhere | {"STREAMLIT_SERVER_ADDRESS": "127.0.0.1"} | self._environ
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
        quiet = subprocess.DEVNULL
        return subprocess.Popen(command, cwd=ROOT, env=os.environ | given, stdout=quiet, stderr=quiet)

    def kill(self, *numbers: int) -> None:
        """End these, 1 or 2, without a word."""
        for number in numbers:
            process = self._running.pop(number)
            process.kill()
            process.wait(20)

    def end(self) -> None:
        self.kill(*self._running)


@contextmanager
def replicas(folder: Path, **environ: str) -> Iterator[Replicas]:
    """Both running, behind nginx; ended at the end."""
    both = Replicas(**environ)
    try:
        both.start()
        with nginx(*both.ports, folder) as url:
            both.url = url
            yield both
    finally:
        both.end()


def _wait_for(address: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            ask(address)
            return
        except (URLError, OSError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


class Session:
    """A reader's session as a browser has it: a websocket, its cookie, and downloads by that cookie."""

    def __init__(self, url: str) -> None:
        self.url, self._id, self._open = url, "", ExitStack()

    def __enter__(self) -> Self:
        address = f"{self.url.replace('http', 'ws', 1)}/_stcore/stream"
        opened = connect(address, subprotocols=[Subprotocol("streamlit")], max_size=None, proxy=None, open_timeout=60)
        self._socket = self._open.enter_context(opened)
        assert self._socket.response
        cookies = SimpleCookie(self._socket.response.headers["Set-Cookie"])
        self.replica = int(cookies["nightdesk_replica"].value)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._open.close()

    def open(self, page: str, query: str) -> list[str]:
        """Run a page; the files that its download buttons make, in their order."""
        message = BackMsg()
        message.rerun_script.page_name = page
        message.rerun_script.query_string = query
        message.rerun_script.context_info.timezone = "America/New_York"
        self._socket.send(message.SerializeToString())
        files = []
        while (kind := (answer := self._next()).WhichOneof("type")) != "script_finished":
            if kind == "new_session":
                self._id = answer.new_session.initialize.session_id
            element = answer.delta.new_element
            if element.HasField("download_button"):
                files.append(element.download_button.deferred_file_id)
        return files

    def press(self, file: str) -> str:
        """Where the file of a download button lies, made now."""
        message = BackMsg()
        message.backend_operation_request.request_id = str(uuid.uuid4())
        message.backend_operation_request.session_id = self._id
        message.backend_operation_request.deferred_file.file_id = file
        self._socket.send(message.SerializeToString())
        while (answer := self._next()).WhichOneof("type") != "backend_operation_response":
            pass
        response = answer.backend_operation_response
        assert not response.error_msg, response.error_msg
        return f"{self.url}{response.deferred_file.url}"

    def download(self, address: str) -> Heard:
        """A file, as the browser of this session asks for it."""
        return ask(address, Cookie=f"nightdesk_replica={self.replica}")

    def _next(self) -> ForwardMsg:
        answer: ForwardMsg = ForwardMsg.FromString(self._socket.recv(timeout=60))
        return answer
