"""A visitor without a browser: speaks Streamlit's own protocol, so that a rerun is timed without any drawing."""

from __future__ import annotations

import time
import uuid
from http.cookies import SimpleCookie
from types import TracebackType
from typing import NamedTuple, Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.typing import Subprotocol


class Run(NamedTuple):
    """One run of a page: seconds until the script had finished, the bytes of figures that it sent (JSON for Plotly, and
    data of our own player and readers), and what its download buttons make, each behind its label.
    """

    seconds: float
    figure_bytes: int
    failures: int
    files: list[tuple[str, str]]


class Visitor:
    """One session on a running app."""

    #: Its name, once a page was opened.
    session = ""

    def __init__(self, address: str, **headers: str) -> None:
        self._connection = connect(
            f"{address.replace('http', 'ws', 1)}/_stcore/stream",
            subprotocols=[Subprotocol("streamlit")],
            max_size=None,
            proxy=None,
            additional_headers=headers,
            # A hundred at once on a busy machine wait for their turn.
            open_timeout=60,
        )

    def __enter__(self) -> Self:
        self._socket = self._connection.__enter__()
        return self

    @property
    def cookies(self) -> SimpleCookie:
        """What the server set as it opened the session."""
        assert self._socket.response
        return SimpleCookie(self._socket.response.headers.get("Set-Cookie", ""))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.__exit__(kind, error, trace)

    def open(self, page: str, query: str = "") -> Run:
        """Run this page with this address."""
        message = BackMsg()
        message.rerun_script.page_name = page
        message.rerun_script.query_string = query
        message.rerun_script.context_info.timezone = "America/New_York"
        start = time.perf_counter()
        self._socket.send(message.SerializeToString())
        figure_bytes = failures = 0
        files = list[tuple[str, str]]()
        while True:
            answer = self._next()
            kind = answer.WhichOneof("type")
            if kind == "new_session":
                self.session = answer.new_session.initialize.session_id
            if kind == "delta" and answer.delta.HasField("new_element"):
                element = answer.delta.new_element
                own = element.bidi_component
                figure_bytes += len(element.plotly_chart.spec.encode()) + len(own.json) + len(own.mixed.json)
                failures += element.WhichOneof("type") == "exception"
                if element.HasField("download_button"):
                    files.append((element.download_button.label, element.download_button.deferred_file_id))
            if kind == "script_finished":
                return Run(time.perf_counter() - start, figure_bytes, failures, files)

    def press(self, *files: str) -> list[str]:
        """Have these files of download buttons made, all at once; where each lies, empty where it was refused."""
        asked = [str(uuid.uuid4()) for _ in files]
        for name, file in zip(asked, files, strict=True):
            message = BackMsg()
            message.backend_operation_request.request_id = name
            message.backend_operation_request.session_id = self.session
            message.backend_operation_request.deferred_file.file_id = file
            self._socket.send(message.SerializeToString())
        told = dict[str, str]()
        while len(told) < len(files):
            if (answer := self._next()).WhichOneof("type") == "backend_operation_response":
                response = answer.backend_operation_response
                told[response.request_id] = response.deferred_file.url
        return [told[name] for name in asked]

    def _next(self) -> ForwardMsg:
        answer: ForwardMsg = ForwardMsg.FromString(self._socket.recv(timeout=60))
        return answer
