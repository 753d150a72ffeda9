"""Who is of the desk, in which role, and what signs them in; read again at every action."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from data.core.errors import DataError
from data.desk.audit import note
from data.desk.database import Database
from data.desk.schema import PersonRecord, TokenRecord
from data.desk.values import AT_TERMINAL, BY_CLOCK, Action, Member, NotAllowed, Person, Role, plain

Kind = Literal["link", "session"]
_ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")
_LONGEST_NAME, _LONGEST_ADDRESS = 100, 255


def allowed(session: Session, who: Person, action: Action) -> Person:
    """The person as the store has them now; NotAllowed where they are not of the desk, or of too low a role."""
    if who.email in (AT_TERMINAL.email, BY_CLOCK.email):
        return who
    record = session.get(PersonRecord, who.email)
    if record is None:
        raise NotAllowed(f"{who.email} has no role at this desk and may not {action.value}")
    found = _person(record)
    if not found.role.may(action):
        least = next(role for role in Role if role.may(action))
        raise NotAllowed(
            f"{found.name} may not {action.value}: that takes the role {least}, and theirs is {found.role}"
        )
    return found


@dataclass(frozen=True, slots=True)
class People:
    """The people of the desk; addresses of mail are compared in lower case."""

    database: Database

    def all(self) -> tuple[Member, ...]:
        """Everybody, by address."""
        with self.database.reading() as session:
            records = session.scalars(select(PersonRecord).order_by(PersonRecord.email))
            return tuple(Member(_person(record), record.since, record.signed_out) for record in records)

    def find(self, email: str) -> Person | None:
        """Somebody by their address; None for who is not of the desk."""
        with self.database.reading() as session:
            record = session.get(PersonRecord, _email(email))
            return _person(record) if record else None

    def set_role(
        self, who: Person, email: str, role: Role | None, at: datetime, origin: str, *, name: str = ""
    ) -> None:
        """Give somebody a role, or take them off the desk with None. NotAllowed; DataError for no address.

        The last publisher stays one. Who is taken off is signed out.
        """
        email, name = _email(email), plain(name, _LONGEST_NAME)
        with self.database.writing() as session:
            who = allowed(session, who, Action.GOVERN)
            record = session.get(PersonRecord, email)
            before = {"role": record.role, "name": record.name} if record else None
            if role is not Role.PUBLISHER and record and record.role == Role.PUBLISHER:
                _refuse_last(session)
            if role is None:
                if record is None:
                    raise DataError(f"{email} has no role at this desk")
                session.delete(record)
                _end_sessions(session, email, at)
            elif record is None:
                if not _ADDRESS.fullmatch(email):
                    raise DataError(f"{email[:60]!r} is not an email address, like ana@example.org")
                name = name or email.partition("@")[0]
                session.add(PersonRecord(email=email, name=name, role=role.value, since=at, signed_out=None))
            else:
                name = name or record.name
                record.role, record.name = role.value, name
            after = None if role is None else {"role": role.value, "name": name}
            note(session, who, "set role", at, origin, row=email, was=before, now=after)

    def sign_out(self, who: Person, email: str, at: datetime, origin: str = "") -> None:
        """End every session and link of a person that began until now, in every browser.

        Anybody may end their own; NotAllowed for those of others, unless a publisher ends them.
        """
        with self.database.writing() as session:
            record = session.get(PersonRecord, _email(email))
            if record is None:
                return
            if who.email != record.email:
                who = allowed(session, who, Action.GOVERN)
            record.signed_out = at
            _end_sessions(session, record.email, at)
            note(session, who, "sign out", at, origin, row=record.email)

    def signed_out_since(self, email: str) -> datetime | None:
        """When this person last signed out: what began before has ended."""
        with self.database.reading() as session:
            record = session.get(PersonRecord, _email(email))
            return record.signed_out if record else None

    def new_token(
        self, email: str, kind: Kind, at: datetime, lasts: timedelta, origin: str = "", *, by: Person | None = None
    ) -> str:
        """A secret that signs this person in: by a link once, by a session until it ends; only its hash is kept.

        It is `by` whoever made it for them; left out, they did themselves.
        """
        secret = secrets.token_urlsafe(32)
        with self.database.writing() as session:
            record = session.get(PersonRecord, _email(email))
            if record is None:
                raise DataError(f"{email[:60]} has no role at this desk; add them with nightdesk desk people add")
            token = TokenRecord(
                digest=_digest(secret, kind), kind=kind, email=record.email, made=at, until=at + lasts, spent=None
            )
            session.add(token)
            note(session, by or _person(record), f"new {kind}", at, origin, row=record.email)
        return secret

    def begin_session(
        self, secret: str, email: str, issued: datetime, at: datetime, lasts: timedelta, origin: str = ""
    ) -> Person | None:
        """Whom a provider signed in at `issued`, by what tells this sign-in from others; None for nobody of the desk.

        It begins once: one that has ended, by time, by a sign-out or by a removal, stays at its end, and one that had
        not begun by then never does.
        """
        digest = _digest(secret, "session")
        if self.find(email) is None:
            return None
        with self.database.writing() as session:
            record = session.get(PersonRecord, _email(email))
            if record is None or session.get(TokenRecord, digest) is not None or _is_ended(record, issued):
                return None
            session.add(
                TokenRecord(digest=digest, kind="session", email=record.email, made=at, until=at + lasts, spent=None)
            )
            note(session, _person(record), "sign in", at, origin, row=record.email)
            return _person(record)

    def of_token(self, secret: str, kind: Kind, at: datetime) -> Person | None:
        """Whose secret it is; None where it is nobody's, spent, too old, or from before a sign-out."""
        with self.database.reading() as session:
            return _holder(session, secret, kind, at)

    def spend_token(self, secret: str, kind: Kind, at: datetime) -> Person | None:
        """The same, and it is worth nothing from now on: of two who ask at once, one is told."""
        with self.database.writing() as session:
            found = _holder(session, secret, kind, at)
            spent = update(TokenRecord).where(TokenRecord.digest == _digest(secret, kind), TokenRecord.spent.is_(None))
            taken = session.execute(spent.values(spent=at).returning(TokenRecord.email)).first()
            return found if taken else None


def _holder(session: Session, secret: str, kind: Kind, at: datetime) -> Person | None:
    token = session.get(TokenRecord, _digest(secret, kind))
    record = session.get(PersonRecord, token.email) if token else None
    if token is None or record is None or token.kind != kind or token.spent or not token.made <= at < token.until:
        return None
    return None if _is_ended(record, token.made) else _person(record)


def _is_ended(record: PersonRecord, began: datetime) -> bool:
    """Whether a sign-in of then ended since: by a sign-out, or since they were taken off the desk and came back."""
    return began < record.since or (record.signed_out is not None and began <= record.signed_out)


def _end_sessions(session: Session, email: str, at: datetime) -> None:
    ended = update(TokenRecord).where(TokenRecord.email == email, TokenRecord.spent.is_(None))
    session.execute(ended.values(spent=at))


def _refuse_last(session: Session) -> None:
    publishers = select(func.count()).select_from(PersonRecord).where(PersonRecord.role == Role.PUBLISHER.value)
    if session.scalar(publishers) == 1:
        raise DataError("this is the only publisher; give that role to somebody else first")


def _digest(secret: str, kind: Kind) -> str:
    return hashlib.sha256(f"{kind}:{secret}".encode()).hexdigest()


def _email(given: str) -> str:
    return plain(given, _LONGEST_ADDRESS).casefold()


def _person(record: PersonRecord) -> Person:
    return Person(record.email, record.name, Role(record.role))
