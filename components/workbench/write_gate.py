"""Who may have something fetched, kept or removed, asked at every action and not only where its button is drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

import streamlit as st
from starlette.requests import HTTPConnection
from starlette.types import Scope
from streamlit.runtime import Runtime, exists, get_instance
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from components.cache.stories import desk_here, settings_here
from components.text import markdown
from components.workbench.address_bar import draft_drawn
from components.workbench.sign_in import COOKIE, identity_cookies, signed_in
from components.workbench.write_access import Uploads, is_local, is_marked, is_marked_own
from data.core.errors import DataError
from data.core.program import utc_now
from data.desk.values import Action, Person

if TYPE_CHECKING:
    from data.desk.quotas import Spent

REFUSED = "Nothing was changed: this server takes changes from its own machine only."
#: What whoever sits at the machine may do where nobody signs in. Everything else wants a name.
_WITHOUT_A_NAME = frozenset({Action.FETCH, Action.ACCEPT})
NOT_SIGNED_IN = "Nothing was changed: sign in first, with a role that may do this."


def may_write(action: Action) -> bool:
    """Whether whoever this session belongs to may do this, asked anew each time.

    At a desk that is a signed-in person by their role; else whoever sits at this machine, unless settings say nobody. A
    session that does not say where it comes from may not, and nobody on the page of a draft, which is only looked at.
    """
    if draft_drawn():
        return False
    settings = settings_here()
    if settings.has_desk:
        found = person()
        return found is not None and found.role.may(action)
    return settings.takes_changes and action in _WITHOUT_A_NAME and is_marked(st.context.headers)


def person() -> Person | None:
    """Who this session belongs to, as the desk's database knows them at this moment; None for a reader."""
    settings = settings_here()
    if not settings.has_desk or not is_marked_own(st.context.headers):
        return None
    with suppress(DataError):  # a database that does not answer knows nobody
        return _person_in(st.user.to_dict(), st.context.cookies.get(COOKIE, ""), origin())
    return None


def _person_in(claims: Mapping[str, object], cookie: str, place: str) -> Person | None:
    if not cookie and not claims.get("is_logged_in"):
        return None  # a reader, of whom no database is asked
    return signed_in(desk_here().people, claims, cookie, utc_now(), place)


def origin() -> str:
    """Where this session's connection comes from, as the audit keeps it."""
    return st.context.ip_address or "this machine"


def is_within_limits(story: str, what: Spent) -> bool:
    """Take one of the times a day that a desk lets a source be asked or a file be imported for a story.

    Where none is left, or the disk is full, that is said and nothing taken. Without a desk there is no limit.
    """
    settings, who = settings_here(), person()
    if not settings.has_desk or who is None:
        return not settings.has_desk
    try:
        desk_here().quotas.spend(who, story, what, utc_now(), origin())
    except DataError as reached:
        st.error(markdown(f"Nothing was done: {reached}"))
        return False
    return True


def refuse() -> None:
    """Say that an action was not taken."""
    st.error(NOT_SIGNED_IN if settings_here().has_desk else REFUSED)


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
    """Whether this session's uploader is open: its files are taken only while it is, and from its person alone."""
    if is_open:
        UPLOADS.open_for(_session(), _admission())
    else:
        UPLOADS.close_for(_session())


def _admission() -> Callable[[Scope], bool]:
    """Whether a request is of whoever this session belongs to, and they still may."""
    settings = settings_here()
    if not settings.has_desk:
        return is_local
    claims, cookie, place = st.user.to_dict(), st.context.cookies.get(COOKIE, ""), origin()
    own = identity_cookies(st.context.cookies)

    def admits(scope: Scope) -> bool:
        if identity_cookies(HTTPConnection(scope).cookies) != own:
            return False
        with suppress(DataError):
            found = _person_in(claims, cookie, place)
            return found is not None and found.role.may(Action.FETCH)
        return False

    return admits
