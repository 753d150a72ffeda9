"""A session of the app over its own websocket, spoken by a program: no browser stands between it and the server."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileUploaderState, UploadedFileInfo
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

#: What a control is set to: True presses a button or opens a folder, a text is typed or chosen, bytes are a file.
Value = bool | str | bytes
#: The name under which a session sends its file.
FILE = "file-of-a-test"
_KEY = re.compile(r"\$\$ID-[0-9a-f]+-(.+)", re.DOTALL)
_AGAIN = ForwardMsg.FINISHED_EARLY_FOR_RERUN


class SessionClient:
    """One connection; each `run` sends what a browser would and gives all that came of it, as text."""

    def __init__(
        self, address: str, *, origin: str | None, cookies: Mapping[str, str] | None = None, session: str = "",
        token: str = "", headers: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        """`session` is one to take up again, `token` what a browser says against forged requests."""
        said = dict(headers or {})
        if cookies:
            said["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        # What stands second and third in this header is a token and a session; an empty place is left empty.
        protocols = ["streamlit", token or "-", session] if session or token else ["streamlit"]
        self.address, self.session = address, ""
        self._ends = ExitStack()
        connection = connect(
            f"{address.replace('http', 'ws', 1)}/_stcore/stream",
            subprotocols=[Subprotocol(name) for name in protocols if name],
            origin=Origin(origin) if origin else None,
            additional_headers=said,
            max_size=None,
            proxy=None,
        )
        self._socket = self._ends.enter_context(connection)

    def __enter__(self) -> SessionClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ends.close()

    def run(self, page: str, query: str = "", states: Iterable[WidgetState] = (), fragment: str = "") -> Answered:
        """Everything that one run of a page sent, with these controls set."""
        message = BackMsg()
        asked = message.rerun_script
        asked.page_name, asked.query_string, asked.fragment_id = page, query, fragment
        asked.context_info.url = f"{self.address}/{page}"
        asked.widget_states.widgets.extend(states)
        self._socket.send(message.SerializeToString())
        found = Answered([], {}, [])
        while True:
            answer = ForwardMsg.FromString(self._socket.recv(timeout=60))
            self.session = answer.new_session.initialize.session_id or self.session
            found.take(answer)
            if answer.WhichOneof("type") == "script_finished" and answer.script_finished != _AGAIN:
                return found


@dataclass(frozen=True, slots=True)
class Answered:
    """What a run sent: its messages, its controls by the key that the page gave each, and the parts that run alone."""

    messages: list[ForwardMsg]
    controls: dict[str, Control]
    fragments: list[str]

    def take(self, answer: ForwardMsg) -> None:
        """Add one message to it."""
        self.messages.append(answer)
        if answer.WhichOneof("type") != "delta":
            return
        delta = answer.delta
        if delta.fragment_id and delta.fragment_id not in self.fragments:
            self.fragments.append(delta.fragment_id)
        kind = delta.new_element.WhichOneof("type") or delta.add_block.WhichOneof("type") or ""
        held = getattr(delta.new_element if delta.HasField("new_element") else delta.add_block, kind, None)
        if key := _KEY.fullmatch(getattr(held, "id", "") or ""):
            self.controls[key[1]] = Control(key[0], kind)

    @property
    def said(self) -> list[str]:
        """Its messages as texts."""
        return [str(message) for message in self.messages]

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join(self.said)


@dataclass(frozen=True, slots=True)
class Control:
    """A button, a field or a folder, by which the server knows it."""

    id: str
    kind: str

    def set(self, value: Value) -> WidgetState:
        """What a browser says once it is pressed, opened, filled, or has sent a file."""
        if isinstance(value, bytes):
            files = [UploadedFileInfo(file_id=FILE, name="export.csv", size=len(value))]
            return WidgetState(id=self.id, file_uploader_state_value=FileUploaderState(uploaded_file_info=files))
        if isinstance(value, str):
            return WidgetState(id=self.id, string_value=value)
        return (
            WidgetState(id=self.id, trigger_value=value)
            if self.kind == "button"
            else WidgetState(id=self.id, bool_value=value)
        )
