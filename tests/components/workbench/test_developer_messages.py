"""What only a developer tells Streamlit is heard from this very machine, and from nobody else."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.types import Message
from streamlit.proto.BackMsg_pb2 import BackMsg

from components.workbench.developer_messages import GuardMessages

AT_THE_MACHINE = {b"host": b"localhost:8501", b"origin": b"http://localhost:8501"}
READER = {**AT_THE_MACHINE, b"x-forwarded-for": b"203.0.113.9"}


def flag(name: str) -> bytes:
    message = BackMsg()
    setattr(message, name, True)
    return bytes(message.SerializeToString())


def operation(payload: str) -> bytes:
    message = BackMsg()
    getattr(message.backend_operation_request, payload).SetInParent()
    return bytes(message.SerializeToString())


def rerun() -> bytes:
    message = BackMsg()
    message.rerun_script.page_name = "timeline"
    return bytes(message.SerializeToString())


DEVELOPERS = [
    pytest.param(flag("clear_cache"), id="empty the caches of all"),
    pytest.param(flag("set_run_on_save"), id="run on save"),
    pytest.param(flag("load_git_info"), id="tell of the checkout"),
    pytest.param(flag("debug_disconnect_websocket"), id="disconnect"),
    pytest.param(flag("debug_shutdown_runtime"), id="shut down"),
    pytest.param(operation("install_skills"), id="install files of an assistant"),
    pytest.param(operation("dismiss_skills_nudge"), id="dismiss its hint"),
]
READERS = [
    pytest.param(rerun(), id="run a page"),
    pytest.param(flag("stop_script"), id="stop"),
    pytest.param(flag("app_heartbeat"), id="a heartbeat"),
    pytest.param(operation("deferred_file"), id="a file made when it is asked for"),
    pytest.param(operation("dataframe_chunk"), id="more rows of a table"),
    pytest.param(b"", id="an empty message"),
    pytest.param(b"\xff\xff\xff", id="no message"),
]


def heard(data: bytes, headers: dict[bytes, bytes]) -> list[bytes]:
    """The messages that reach Streamlit of one that is sent before the connection ends."""
    coming: list[Message] = [{"type": "websocket.receive", "bytes": data}, {"type": "websocket.disconnect"}]
    reached: list[bytes] = []

    async def receive() -> Message:
        return coming.pop(0)

    async def send(_: Message) -> None:
        pass

    async def inner(_: Any, receive: Any, __: Any) -> None:
        while (message := await receive())["type"] == "websocket.receive":
            reached.append(message["bytes"])

    scope = {"type": "websocket", "path": "/_stcore/stream", "headers": [*headers.items()], "client": ("127.0.0.1", 9)}
    asyncio.run(GuardMessages(inner)(scope, receive, send))
    return reached


@pytest.mark.parametrize("data", DEVELOPERS)
def test_what_a_developer_says_is_heard_at_the_machine_alone(data: bytes) -> None:
    assert heard(data, AT_THE_MACHINE) == [data]
    assert heard(data, READER) == []


@pytest.mark.parametrize("data", READERS)
def test_what_a_reader_says_is_heard(data: bytes) -> None:
    assert heard(data, READER) == [data]


def test_each_kind_of_message_is_either_a_readers_or_a_developers() -> None:
    """A kind that a later Streamlit adds is looked at before it is let in."""
    kinds = {field.name for field in BackMsg.DESCRIPTOR.oneofs_by_name["type"].fields}
    told = {BackMsg.FromString(case.values[0]).WhichOneof("type") for case in (*DEVELOPERS, *READERS[:-1])}
    assert kinds - {kind for kind in told if kind} == {"file_urls_request"}
