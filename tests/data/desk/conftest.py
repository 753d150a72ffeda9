"""What the desk's tests share: each runs on SQLite and on PostgreSQL where it asks for a `database`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from data.desk.desk import Desk
from tests.support.desks import a_desk, a_night
from tests.support.postgres import PostgresServer, postgres_server


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """The address of an empty database, as NIGHTDESK_DATABASE names it."""
    return "" if request.param == "sqlite" else str(request.getfixturevalue("postgres").fresh())


@pytest.fixture
def desk(tmp_path: Path, database: str) -> Desk:
    """A desk with one story and four people."""
    return a_desk(tmp_path, a_night(), database=database)
