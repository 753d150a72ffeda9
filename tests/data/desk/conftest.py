"""What the desk's tests share: each runs on SQLite and on PostgreSQL where it asks for a `database` or a `desk`."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from data.desk.desk import Desk, desk_of
from tests.support.desks import a_desk, a_night, settings_in
from tests.support.postgres import PostgresServer, postgres_server

Made = Callable[[str], tuple[Path, str]]
#: Kinds of database; the one of a server starts and empties it.
KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)]


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest) -> str:
    """The address of an empty database, as NIGHTDESK_DATABASE names it."""
    return "" if request.param == "sqlite" else str(request.getfixturevalue("postgres").fresh())


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Made:
    """By the kind of its database, a desk that is made once: its folder, and the address of its database."""

    @cache
    def make(kind: str) -> tuple[Path, str]:
        folder = tmp_path_factory.mktemp(kind)
        address = "" if kind == "sqlite" else request.getfixturevalue("postgres").fresh()
        a_desk(folder, a_night(), database=address).database.engine.dispose()
        return folder, address

    return make


@pytest.fixture(params=KINDS)
def desk(tmp_path: Path, request: pytest.FixtureRequest, made: Made) -> Desk:
    """A desk with one story and four people: a copy of the one that was made."""
    folder, address = made(request.param)
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    return desk_of(settings_in(tmp_path, request.getfixturevalue("postgres").fresh(address) if address else ""))
