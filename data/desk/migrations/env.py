"""What Alembic runs to bring a database up to date: with the connection that it is handed, in its transaction."""

from __future__ import annotations

from alembic import context

from data.desk.schema import Kept

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Kept.metadata)
context.run_migrations()
