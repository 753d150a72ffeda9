"""The desk's database: its tables are those of the code, what is append-only stays, and trouble is one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from data.core.errors import DataError
from data.core.settings import Settings
from data.desk.database import DeskUnavailable, open_database
from data.desk.desk import Desk
from data.desk.schema import Kept


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
    with pytest.raises(DataError, match="NIGHTDESK_DATABASE wants the address of a database"):
        open_database(Settings(records=tmp_path, database=address))
