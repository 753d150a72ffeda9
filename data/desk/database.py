"""The desk's database: SQLite beside the newsroom's data, or PostgreSQL; brought up to date when it is opened."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.exc import DataError as Unkeepable
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from data.core.errors import DataError
from data.core.settings import Settings

#: How long a writer waits for another one.
WAIT_SECONDS = 15
_MIGRATIONS = Path(__file__).with_name("migrations")
#: One number for all processes that might bring the same PostgreSQL up to date.
_UPGRADE_LOCK = 20_161_108


class DeskUnavailable(DataError):
    """The desk's database does not answer, is locked or full; nothing was changed, and later it may work."""

    retryable = True


@dataclass(frozen=True, slots=True)
class Database:
    """Sessions to read in and to write in; what goes wrong is a DeskUnavailable or a DataError of one sentence."""

    engine: Engine

    @property
    def is_file(self) -> bool:
        """Whether it is a SQLite file."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of a SQLite file, and of a PostgreSQL whatever is committed."""
        with _explained(self.engine), Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose changes are kept together at its end, or not at all where anything goes wrong."""
        engine = self.engine.execution_options(writes=True)
        with _explained(self.engine), Session(engine, expire_on_commit=False) as session, session.begin():
            yield session


@lru_cache(maxsize=8)
def open_database(settings: Settings) -> Database:
    """The database of these settings, with this version’s tables; DeskUnavailable, or DataError for a newer one."""
    url = database_url(settings)
    engine = _file_engine(url) if url.get_backend_name() == "sqlite" else _server_engine(url)
    try:
        with _explained(engine):
            _upgrade(engine)
    except BaseException:
        engine.dispose()
        raise
    return Database(engine)


def why_unreachable(settings: Settings) -> str:
    """Why the desk's database cannot be used now, in a sentence; empty where it can."""
    try:
        with open_database(settings).reading() as session:
            session.execute(text("SELECT 1"))
    except DataError as error:
        return str(error)
    return ""


def database_url(settings: Settings) -> URL:
    """NIGHTDESK_DATABASE, or the file desk.sqlite3 in the newsroom's data; DataError for what is no such address."""
    try:
        url = make_url(settings.database or f"sqlite:///{settings.records.parent / 'desk.sqlite3'}")
    except (ArgumentError, ValueError):
        raise DataError(_WANTS) from None
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername not in ("sqlite", "postgresql+psycopg") or not url.database:
        raise DataError(_WANTS)
    return url


_WANTS = (
    "NIGHTDESK_DATABASE must be the address of a database, like postgresql://desk@127.0.0.1/nightdesk "
    "or sqlite:////var/lib/nightdesk/desk.sqlite3"
)


def _file_engine(url: URL) -> Engine:
    path = Path(url.database or "")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
    except OSError as error:
        raise DeskUnavailable(f"The desk’s database cannot be kept at {path}: {error.strerror}.") from None
    engine = create_engine(url, connect_args={"timeout": WAIT_SECONDS})

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: object) -> None:
        # The library begins transactions by itself, see below; each commit is on disk when it returns.
        connection.isolation_level = None
        for pragma in ("synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer takes its turn at once: one that first reads could not be let in after another has written.
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _server_engine(url: URL) -> Engine:
    try:
        return create_engine(
            url,
            pool_pre_ping=True,
            connect_args={"connect_timeout": WAIT_SECONDS, "options": f"-c lock_timeout={WAIT_SECONDS}s"},
        )
    except (ImportError, NoSuchModuleError):
        raise DataError(
            "NIGHTDESK_DATABASE names a PostgreSQL, and a package is not installed: "
            "run `python -m pip install -c constraints.txt -r requirements-desk.txt`."
        ) from None


def _upgrade(engine: Engine) -> None:
    """Make the tables of this version of what is there; whoever else opens the database meanwhile waits."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    scripts = ScriptDirectory.from_config(config)
    with engine.connect() as connection:
        if _version(connection) == scripts.get_current_head() and _writes_ahead(connection):
            return
    with _alone(engine), _writing_ahead(engine).execution_options(writes=True).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _UPGRADE_LOCK})
        found = _version(connection)
        if found and found not in {script.revision for script in scripts.walk_revisions()}:
            raise DataError(
                f"The desk’s database belongs to a newer version of Nightdesk (schema {found}): start that version, "
                "or restore the backup from before its first start."
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _version(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _writes_ahead(connection: Connection) -> bool:
    return connection.dialect.name != "sqlite" or connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def _writing_ahead(engine: Engine) -> Engine:
    """The engine, once its SQLite file has a write-ahead log, so that readers and a writer do not wait for each other.

    The file keeps it. Of two processes that ask for it at once SQLite refuses one without letting it wait.
    """
    if engine.dialect.name == "sqlite":
        with closing(engine.raw_connection()) as connection:
            connection.cursor().execute("PRAGMA journal_mode=WAL")
    return engine


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """Of processes that open one SQLite file, one after another."""
    if engine.dialect.name != "sqlite":
        yield
        return
    try:
        with FileLock(f"{engine.url.database}.lock", timeout=WAIT_SECONDS):
            yield
    except Timeout:
        raise DeskUnavailable("The desk’s database is being brought up to date; try again in a moment.") from None


@contextmanager
def _explained(engine: Engine) -> Iterator[None]:
    try:
        yield
    except PoolTimeout:
        raise DeskUnavailable("The desk’s database is too busy; try again in a moment.") from None
    except (UnicodeEncodeError, Unkeepable):
        raise DataError("part of what was typed is not text; type it again") from None
    except DBAPIError as error:
        raise _sentence(engine, error) from error


#: What a database says -> what a person is told.
_SAID = {
    "locked": "is busy with another change; try again in a moment",
    "lock timeout": "is busy with another change; try again in a moment",
    "full": "has no room left on its disk; make room, then try again",
    "no space left": "has no room left on its disk; make room, then try again",
    "unable to open": "cannot be opened; let the user that runs Nightdesk open it, or name another file",
    "readonly": "cannot be written to; let the user that runs Nightdesk write to it",
    "not a database": "is not a database; restore a backup, or name another file in NIGHTDESK_DATABASE",
    "malformed": "is damaged; restore a backup",
    "append-only": "keeps what was written: revisions and audit are never changed or removed",
    "password authentication": "refuses the name or the password in NIGHTDESK_DATABASE",
    "does not exist": "does not exist or lacks a part; look at NIGHTDESK_DATABASE",
}


def _sentence(engine: Engine, error: DBAPIError) -> DataError:
    said = str(error.orig).casefold()
    why = next((words for part, words in _SAID.items() if part in said), "does not answer; try again in a moment")
    # The address is told without its password.
    return DeskUnavailable(f"The desk’s database ({engine.url.render_as_string()}) {why}.")
