"""A visitor without a browser: speaks Streamlit's own protocol, so that a rerun is timed without any drawing."""

from __future__ import annotations

import time
from types import TracebackType
from typing import NamedTuple, Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.typing import Subprotocol


class Run(NamedTuple):
    """One run of a page: seconds until the script had finished, and the bytes of figure JSON it sent."""

    seconds: float
    figure_bytes: int
    failures: int


class Visitor:
    """One session on a running app."""

    def __init__(self, address: str) -> None:
        self._connection = connect(
            f"{address.replace('http', 'ws', 1)}/_stcore/stream",
            subprotocols=[Subprotocol("streamlit")],
            max_size=None,
            proxy=None,
            # A hundred at once on a busy machine wait for their turn.
            open_timeout=60,
        )

    def __enter__(self) -> Self:
        self._socket = self._connection.__enter__()
        return self

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
        while True:
            answer = ForwardMsg.FromString(self._socket.recv(timeout=60))
            kind = answer.WhichOneof("type")
            if kind == "delta" and answer.delta.HasField("new_element"):
                element = answer.delta.new_element
                figure_bytes += len(element.plotly_chart.spec.encode())
                failures += element.WhichOneof("type") == "exception"
            if kind == "script_finished":
                return Run(time.perf_counter() - start, figure_bytes, failures)
