"""`nightdesk desk`: people, stories and their audit, for whoever sits at the server's terminal."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from components.cli.exits import DONE, FAILED, fail, say
from components.cli.lookups import settings_here
from components.embeds.bundles.desk_bundle import bundle_of
from components.server.sign_in_link import new_link
from data.core.errors import DataError
from data.core.files import write_folder
from data.core.program import utc_now
from data.desk.desk import Desk, desk_of
from data.desk.values import AT_TERMINAL, Role

_TERMINAL = "terminal"


def link(email: str, role: str | None, port: int) -> int:
    """Print an address that signs this person in; somebody new comes to the desk first."""
    say(new_link(settings_here(), port=port, email=email, role=role or ""))
    return DONE


def bring(slug: str) -> int:
    """Take a story's folder to the desk, and say so."""
    state = _desk().bring(AT_TERMINAL, slug, utc_now(), _TERMINAL)
    say(f"{state.slug} is at the desk: {state.title}")
    return DONE


def export(slug: str, to: Path, revision: int | None) -> int:
    """Write a draft as a folder that is whole or not there; FileExistsError where there is one."""
    folder = to / slug
    files = _desk().files(slug, revision=revision)
    try:
        write_folder(folder, files)
    except FileExistsError:
        raise DataError(f"{folder} already exists and was left alone; name another folder") from None
    say(f"{folder} holds {len(files)} files of {slug}")
    return DONE


def publish_due(every: float | None) -> int:
    """Publish what is due, once or again and again until Ctrl-C; FAILED where something due could not go out.

    Where nothing was due it says nothing: cron sends a mail of whatever is said.
    """
    while True:
        late = _publish_once()
        if every is None:
            return FAILED if late else DONE
        time.sleep(every)


def _publish_once() -> bool:
    """Publish what is due and say it; whether something could not go out."""
    desk = _desk()
    states = desk.run_due(utc_now(), bundle_of(desk.settings))
    for state in states:
        if state.due:
            fail(f"{state.slug} could not be published: {state.trouble}")
        else:
            say(f"{state.slug}: readers have revision {state.published:,}")
    return any(state.due for state in states)


def audit(slug: str) -> int:
    """Print the audit as CSV."""
    sys.stdout.write(_desk().audit.csv(slug).decode())
    return DONE


def add_person(email: str, role: str, name: str) -> int:
    """Give somebody a role."""
    _desk().people.set_role(AT_TERMINAL, email, Role(role), utc_now(), _TERMINAL, name=name)
    say(f"{email} is {role} now")
    return DONE


def remove_person(email: str) -> int:
    """Take somebody's role at the desk away, and end their sessions."""
    _desk().people.set_role(AT_TERMINAL, email, None, utc_now(), _TERMINAL)
    say(f"{email} no longer has a role at this desk")
    return DONE


def list_people() -> int:
    """Print everybody with their role."""
    members = _desk().people.all()
    for member in members:
        say(f"{member.person.email}\t{member.person.role}\t{member.person.name}")
    if not members:
        say("Nobody has a role at this desk yet; nightdesk desk people add gives the first one")
    return DONE


def _desk() -> Desk:
    return desk_of(settings_here())
