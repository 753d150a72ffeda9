"""`/sign-in/SECRET`: a link that signs one person in, once, on a machine that no provider signs people in for."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from getpass import getuser
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from components.workbench.sign_in import COOKIE, LINK_LASTS, SESSION_LASTS, issuers
from components.workbench.write_access import is_own_page
from data.core.errors import DataError
from data.core.program import utc_now
from data.core.settings import Settings
from data.desk.values import AT_TERMINAL, Role

if TYPE_CHECKING:
    from data.desk.people import People

PATH = "/sign-in/{secret}"
_TERMINAL = "terminal"
#: Nothing of a link is kept by a browser, or told to another site. Under "no-referrer" its form would say no Origin.
_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin", "X-Robots-Tag": "noindex"}
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sign in · Nightdesk</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1.0625rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 12vh auto; padding: 0 1rem; }}
h1 {{ font: 700 1.75rem/1.2 Charter, Georgia, serif; }}
button {{ font: inherit; padding: 0.5rem 1rem; min-height: 2.75rem; }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
{body}
</main>
</body>
</html>
"""
_ASK = _PAGE.format(
    title="Sign in to the desk",
    # A link that is only looked at, by a mail program or a preview, is not used up.
    body='<p>This link works once.</p>\n<form method="post"><button>Sign in</button></form>',
)
_SPENT = _PAGE.format(
    title="This link no longer works",
    body="<p>A link works once and for ten minutes. On the server, <code>nightdesk desk link</code> makes another.</p>",
)
_AWAY = _PAGE.format(title="The desk cannot be reached", body="<p>Its database does not answer. Try again soon.</p>")


def link_routes(settings: Settings, base: str) -> list[Route]:
    """The route of one-time links, below the path that the app is served at; none where no desk is."""
    if not settings.has_desk:
        return []
    # Loaded where there is a desk, and then before its first sessions, which would race for it.
    from data.desk.desk import desk_of

    return [Route(f"{base}{PATH}", partial(_answer, lambda: desk_of(settings).people, base), methods=["GET", "POST"])]


def new_link(settings: Settings, *, port: int, base: str = "", email: str = "", role: str = "") -> str:
    """An address that signs this person in, once and within LINK_LASTS; somebody new is a publisher unless told.

    Without an address of mail it is whoever runs this. DataError where the database cannot be used.
    """
    from data.desk.desk import desk_of

    people, now, email = desk_of(settings).people, utc_now(), email or _own_email()
    if people.find(email) is None or role:
        people.set_role(AT_TERMINAL, email, Role(role or Role.PUBLISHER), now, _TERMINAL)
    secret = people.new_token(email, "link", now, LINK_LASTS, _TERMINAL, by=AT_TERMINAL)
    return f"{settings.public_url or f'http://localhost:{port}{base}'}/sign-in/{secret}"


def link_at_start(settings: Settings, *, port: int, base: str) -> str:
    """For whoever starts a desk at a terminal and has no provider: how they come in; else nothing.

    Nothing, too, for who is not of a desk that has people: at a terminal they may still ask for a link.
    """
    if not settings.has_desk or issuers() or not sys.stdout.isatty():
        return ""
    from data.desk.desk import desk_of

    with suppress(DataError):  # what is wrong with the database stands in /readyz, and on every page that wants it
        people = desk_of(settings).people
        if people.find(_own_email()) or not people.all():
            link = new_link(settings, port=port, base=base)
            return f"Sign in to the desk, once and within ten minutes: {link}\n"
    return ""


def _own_email() -> str:
    return f"{getuser()}@localhost"


async def _answer(people_here: Callable[[], People], base: str, request: Request) -> Response:
    if request.method != "POST":
        return HTMLResponse(_ASK, headers=_HEADERS)
    if not is_own_page(request.scope):
        return HTMLResponse(_SPENT, 403, _HEADERS)
    place = request.client.host if request.client else ""
    try:
        secret = await run_in_threadpool(_begin, people_here, request.path_params["secret"], place)
    except DataError:
        return HTMLResponse(_AWAY, 503, _HEADERS)
    if secret is None:
        return HTMLResponse(_SPENT, 403, _HEADERS)
    answer = RedirectResponse(f"{base}/sign-in", 303, _HEADERS)
    answer.set_cookie(
        COOKIE,
        secret,
        max_age=int(SESSION_LASTS.total_seconds()),
        path=base or "/",
        # What the browser's own address bar says; a proxy may speak plainly to this server.
        secure=request.headers["origin"].startswith("https://"),
        httponly=True,
        samesite="strict",
    )
    return answer


def _begin(people_here: Callable[[], People], link: str, place: str) -> str | None:
    """The secret of a new session for a link; None where the link is worth nothing."""
    people, now = people_here(), utc_now()
    found = people.spend_token(link, "link", now)
    return people.new_token(found.email, "session", now, SESSION_LASTS, place) if found else None
