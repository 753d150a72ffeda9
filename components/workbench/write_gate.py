"""Who may have something fetched, kept or removed, asked at every action and not only where its button is drawn."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime import Runtime, exists, get_instance
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from components.cache.stories import settings_here
from components.workbench.write_access import Uploads, is_marked

REFUSED = "Nothing was changed: this server takes changes from its own machine only."


def may_write() -> bool:
    """Whether whoever this session belongs to may change what this server keeps, or have it ask a source.

    That is whoever sits at this machine, unless settings say nobody. A session that does not say where it comes from
    may not.
    """
    return settings_here().takes_changes and is_marked(st.context.headers)


def refuse() -> None:
    """Say that an action was not taken."""
    st.error(REFUSED)


def _held() -> dict[str, int]:
    """The bytes of the files that sessions sent and still hold, by session."""
    if not exists():
        return {}
    runtime: Runtime = get_instance()
    manager = runtime.uploaded_file_mgr
    if not isinstance(manager, MemoryUploadedFileManager):
        return {}
    # Copies, as other threads add and remove files meanwhile.
    sessions = list(manager.file_storage.copy().items())
    return {session: sum(len(file.data) for file in list(files.copy().values())) for session, files in sessions}


def _session() -> str:
    context = get_script_run_ctx()
    return context.session_id if context else ""


def _is_live(session: str) -> bool:
    return exists() and bool(get_instance().is_active_session(session))


UPLOADS = Uploads(_held, _is_live)


def let_upload(*, is_open: bool) -> None:
    """Whether this session's uploader is open: its files are taken only while it is."""
    change = UPLOADS.open_for if is_open else UPLOADS.close_for
    change(_session())
