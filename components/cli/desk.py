"""`nightdesk desk`: whoever sits at the server's terminal lets people in."""

from __future__ import annotations

from getpass import getuser

from components.cli.exits import DONE, say
from components.cli.lookups import settings_here
from components.workbench.sign_in import LINK_LASTS
from data.core.program import utc_now
from data.desk.database import open_database
from data.desk.people import People
from data.desk.values import AT_TERMINAL, Role


def link(email: str, role: str | None, port: int) -> int:
    """Print an address that signs this person in, once and within LINK_LASTS; somebody new comes to the desk first."""
    settings, now = settings_here(), utc_now()
    people, email = People(open_database(settings)), email or f"{getuser()}@localhost"
    known = people.find(email)
    if known is None or role:
        people.set_role(AT_TERMINAL, email, Role(role or Role.PUBLISHER), now, "terminal")
    secret = people.new_token(email, "link", now, LINK_LASTS, "terminal")
    say(f"{settings.public_url or f'http://localhost:{port}'}/sign-in/{secret}")
    return DONE
