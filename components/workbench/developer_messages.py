"""What a browser may tell Streamlit: a reader asks for pages and files, and a developer, at this machine, for more."""

from __future__ import annotations

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

from components.workbench.write_access import is_local

#: What anybody's page sends. Not among them: emptying the caches of all, running on save, telling of the checkout,
#: ending the process, and installing files for a coding assistant.
_OF_READERS = ("rerun_script", "stop_script", "app_heartbeat", "file_urls_request")
_OPERATIONS_OF_READERS = ("deferred_file", "dataframe_chunk")


class GuardMessages:
    """ASGI middleware: passes over what only a developer tells Streamlit, unless it comes from this very machine."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket" or is_local(scope):
            await self.app(scope, receive, send)
            return

        async def received() -> Message:
            while True:
                message = await receive()
                if message["type"] != "websocket.receive" or _is_of_readers(message.get("bytes") or b""):
                    return message

        await self.app(scope, received, send)


def _is_of_readers(data: bytes) -> bool:
    """Whether anybody may send this; what is no message at all is left to Streamlit, which ends the connection."""
    message = BackMsg()
    try:
        message.ParseFromString(data)
    except DecodeError:
        return True
    kind = message.WhichOneof("type")
    if kind == "backend_operation_request":
        return message.backend_operation_request.WhichOneof("payload") in _OPERATIONS_OF_READERS
    return kind is None or kind in _OF_READERS
