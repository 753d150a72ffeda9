"""The first tables, and that revisions, publications and audit only ever grow."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_STATEMENTS = Path(__file__).resolve().parents[1] / "append_only"
#: Tables of which no row is ever changed or removed, whoever asks.
APPEND_ONLY = ("revisions", "row_revisions", "publications", "audit")


def _text(name: str, *, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False, primary_key=key)


def _long(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _number(name: str, *, key: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, primary_key=key)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    """Make them."""
    _stories()
    _people()
    _views()
    for table in APPEND_ONLY:
        _only_grows(table)


def _stories() -> None:
    op.create_table(
        "stories", _text("slug", key=True), _text("title"), _number("revision"), _number("published"),
        _number("review"), _number("due_revision"), _moment("due", nullable=True), _text("due_by"), _long("trouble"),
        sa.PrimaryKeyConstraint("slug", name="pk_stories"),
    )  # fmt: skip
    op.create_table(
        "revisions", _text("story"), _number("number"), _text("by"), _moment("at"), _long("what"),
        sa.ForeignKeyConstraint(["story"], ["stories.slug"], name="fk_revisions_story"),
        sa.PrimaryKeyConstraint("story", "number", name="pk_revisions"),
    )  # fmt: skip
    op.create_table(
        "row_revisions", _text("story"), _text("file"), _number("row"), _number("revision"), _number("follows"),
        sa.Column("position", sa.BigInteger(), nullable=False), _flag("outside"), _flag("removed"), _number("width"),
        sa.Column("raw", sa.LargeBinary(), nullable=False), sa.Column("cells", sa.JSON(), nullable=True), _long("why"),
        sa.ForeignKeyConstraint(
            ["story", "revision"], ["revisions.story", "revisions.number"], name="fk_row_revisions_story_revision"
        ),
        sa.PrimaryKeyConstraint("story", "file", "row", "revision", name="pk_row_revisions"),
        sa.UniqueConstraint("story", "file", "row", "follows", name="uq_row_revisions_story_file_row_follows"),
    )  # fmt: skip
    op.create_index("ix_row_revisions_story_revision", "row_revisions", ["story", "revision"])
    op.create_table(
        "publications", _number("id", key=True), _text("story"), _number("revision"), _text("event"), _text("by"),
        _moment("at"), _long("said"),
        sa.ForeignKeyConstraint(["story"], ["stories.slug"], name="fk_publications_story"),
        sa.PrimaryKeyConstraint("id", name="pk_publications"),
    )  # fmt: skip
    op.create_index("ix_publications_story_id", "publications", ["story", "id"])
    op.create_table(
        "audit", _number("id", key=True), _moment("at"), _text("by"), _text("role"), _text("action"), _text("story"),
        _number("revision"), _text("file"), _text("row"), _long("was"), _long("now"), _text("origin"),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )  # fmt: skip
    op.create_index("ix_audit_story_id", "audit", ["story", "id"])
    op.create_index("ix_audit_story_action_at", "audit", ["story", "action", "at"])


def _people() -> None:
    op.create_table(
        "people", _text("email"), _text("name"), _text("role"), _moment("since"), _moment("signed_out", nullable=True),
        sa.PrimaryKeyConstraint("email", name="pk_people"),
    )  # fmt: skip
    op.create_table(
        "tokens", _text("digest"), _text("kind"), _text("email"), _moment("made"), _moment("until"),
        _moment("spent", nullable=True),
        sa.PrimaryKeyConstraint("digest", name="pk_tokens"),
    )  # fmt: skip
    op.create_table(
        "presence", _text("story"), _text("email"), _text("place"), _moment("at"),
        sa.PrimaryKeyConstraint("story", "email", name="pk_presence"),
    )  # fmt: skip
    op.create_table(
        "proposals", _number("id", key=True), _text("story"), _text("file"),
        sa.Column("cells", sa.JSON(), nullable=False), _text("by"), _moment("at"), _text("decided_by"),
        _moment("decided", nullable=True), _flag("accepted"),
        sa.PrimaryKeyConstraint("id", name="pk_proposals"),
    )  # fmt: skip
    op.create_index("ix_proposals_story_id", "proposals", ["story", "id"])
    op.create_table(
        "limits", _text("story"), _text("action"), _number("most"),
        sa.PrimaryKeyConstraint("story", "action", name="pk_limits"),
    )  # fmt: skip


def _views() -> None:
    op.create_table(
        "views", _text("story"), _text("name"), _number("version"), _long("query"), _text("by"), _moment("at"),
        sa.PrimaryKeyConstraint("story", "name", "version", name="pk_views"),
    )  # fmt: skip
    op.create_table(
        "view_uses", _text("story"), _text("name"), _text("article"), _number("version"), _text("by"), _moment("at"),
        sa.PrimaryKeyConstraint("story", "name", "article", name="pk_view_uses"),
    )  # fmt: skip


def _only_grows(table: str) -> None:
    """Have the database itself refuse to change or to remove a row of a table."""
    statements = (_STATEMENTS / f"{op.get_bind().dialect.name}.sql").read_text(encoding="utf-8")
    for statement in statements.split("\n\n"):
        op.execute(statement.replace("{table}", table))
