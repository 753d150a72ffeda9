"""The desk's database: its tables are those of the code, what is append-only stays, and trouble is one sentence."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from filelock import FileLock
from sqlalchemy import event, text
from sqlalchemy.engine.interfaces import DBAPIConnection

from data.core.errors import DataError
from data.core.settings import Settings
from data.desk import database as database_module
from data.desk.database import DeskUnavailable, open_database
from data.desk.desk import Desk
from data.desk.schema import Kept
from data.desk.values import Change
from tests.conftest import free_port
from tests.support import small_story
from tests.support.desks import ANA, FROM, NOW, SLUG, a_desk, a_night
from tests.support.forked import Forked, ended
from tests.support.postgres import PostgresServer

ROOT = Path(__file__).resolve().parents[3]


def test_migrations_make_the_tables_of_the_code(desk: Desk) -> None:
    with desk.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Kept.metadata) == []


@pytest.mark.parametrize("table", ["revisions", "row_revisions", "audit"])
@pytest.mark.parametrize("act", ["UPDATE {} SET story = 'x'", "DELETE FROM {}"])
def test_the_database_itself_refuses_to_change_what_was(desk: Desk, table: str, act: str) -> None:
    with pytest.raises(DeskUnavailable, match="are never changed or removed"), desk.database.writing() as session:
        session.execute(text(act.format(table)))


@pytest.mark.parametrize("address", ["mysql://here/desk", "desk", "postgresql://here", "sqlite://"])
def test_an_address_that_is_none_is_refused_without_saying_it(tmp_path: Path, address: str) -> None:
    with pytest.raises(DataError, match="NIGHTDESK_DATABASE must be the address of a database"):
        open_database(Settings(records=tmp_path, database=address))


def sentence(settings: Settings) -> str:
    """What opening the database of these settings says."""
    with pytest.raises(DataError) as told:
        open_database(settings)
    return str(told.value)


def log_of(file: Path) -> str:
    """How a SQLite file keeps its log: "delete" as it is made, and "wal"."""
    with closing(sqlite3.connect(file)) as connection:
        (kept,) = connection.execute("PRAGMA journal_mode").fetchone()
        return str(kept)


def test_a_file_gets_its_log_while_nobody_else_brings_it_up_to_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two processes that ask for it at the same time SQLite refuses one at once, however long it would wait."""
    monkeypatch.setattr(database_module, "WAIT_SECONDS", 0.1)
    file, settings = tmp_path / "desk.sqlite3", Settings(records=tmp_path / "records")
    with FileLock(f"{file}.lock"):
        assert sentence(settings) == "The desk’s database is being brought up to date; try again in a moment."
        assert log_of(file) == "delete"
    open_database(settings)
    assert log_of(file) == "wal"


def test_a_restored_copy_gets_the_log_that_a_copy_is_made_without(tmp_path: Path) -> None:
    file, settings = tmp_path / "desk.sqlite3", Settings(records=tmp_path / "records")
    open_database(settings).engine.dispose()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    assert log_of(file) == "delete"
    open_database.cache_clear()
    open_database(settings)
    assert log_of(file) == "wal"


def test_a_newer_database_is_left_alone(desk: Desk) -> None:
    with desk.database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    open_database.cache_clear()
    assert "belongs to a newer version of Nightdesk (schema 9999): start that version" in sentence(desk.settings)


def test_a_file_that_is_no_database_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "desk.sqlite3").write_bytes(b"This is no database. " * 100)
    assert "is not a database; restore a backup" in sentence(Settings(records=tmp_path / "records"))


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "here").write_text("a file")
    assert "cannot be kept at" in sentence(Settings(records=tmp_path / "here" / "records"))


def test_a_server_that_is_not_there_is_said_without_its_password(tmp_path: Path) -> None:
    address = f"postgresql://desk:secret@127.0.0.1:{free_port()}/desk"
    said = sentence(Settings(records=tmp_path, database=address))
    assert "does not answer; try again in a moment" in said and "secret" not in said


@pytest.mark.slow
def test_a_server_without_this_database_is_said(tmp_path: Path, postgres: PostgresServer) -> None:
    said = sentence(Settings(records=tmp_path, database=postgres.address("nowhere")))
    assert "does not exist or lacks a part; look at NIGHTDESK_DATABASE" in said


def test_a_writer_that_does_not_end_is_waited_for_and_then_said(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    impatient = {"sqlite": "PRAGMA busy_timeout = 50", "postgresql": "SET lock_timeout = '50ms'"}

    @event.listens_for(desk.database.engine, "checkout")
    def hurry(connection: DBAPIConnection, *_: object) -> None:
        connection.cursor().execute(impatient[desk.database.engine.dialect.name])

    with desk.database.writing() as session:
        session.execute(text("UPDATE stories SET title = 'x'"))
        with pytest.raises(DeskUnavailable, match="is busy with another change; try again in a moment"):
            desk.ask_review(ANA, SLUG, NOW, FROM)
    desk.ask_review(ANA, SLUG, NOW, FROM)


def test_a_full_disk_costs_one_sentence_and_nothing_that_was_kept(tmp_path: Path) -> None:
    desk = a_desk(tmp_path, a_night())
    before = desk.files(SLUG)

    @event.listens_for(desk.database.engine, "checkout")
    def fill(connection: DBAPIConnection, *_: object) -> None:
        connection.cursor().execute("PRAGMA max_page_count = 1")  # no page more than there are

    row = small_story.call("c", "two", "A", "02:00", role="corroboration", note="n" * 900)

    def write_on() -> None:
        for number in range(100):
            cells = {name: str(cell) for name, cell in row.items()} | {"id": f"d{number}"}
            desk.write(ANA, SLUG, Change("calls.csv", cells), NOW, FROM)

    with pytest.raises(DeskUnavailable, match="has no room left on its disk"):
        write_on()
    assert desk.files(SLUG)["sources.csv"] == before["sources.csv"]
    assert not desk.examine(SLUG).faults.count


@pytest.mark.slow
def test_processes_that_start_together_bring_the_tables_up_once(tmp_path: Path, database: str) -> None:
    command = ["-m", "tests.support.desk_writers", "open", str(tmp_path), database]
    words = [tmp_path / f"{number} said" for number in range(3)]
    assert ended([Forked(command, os.environ, said) for said in words]) == [0] * 3, words[0].read_text()
    assert [said.read_text() for said in words] == ["()\n"] * 3
