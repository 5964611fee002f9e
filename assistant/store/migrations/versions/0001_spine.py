"""Projects, files, passages, vectors, conversations, feedback."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the first tables."""
    op.create_table(
        "projects",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False, unique=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
    )
    op.create_table(
        "files",
        sa.Column("id", sa.String(32), primary_key=True),
        _belongs_to("projects", "project_id"),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("current", sa.Boolean, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("bytes", sa.Integer, nullable=False),
        sa.Column("warnings", sa.JSON, nullable=False),
        sa.Column("added_at", sa.Float, nullable=False),
        sa.UniqueConstraint("project_id", "name", "version"),
    )
    op.create_index("files_by_hash", "files", ["project_id", "sha256"])
    op.create_table(
        "passages",
        sa.Column("id", sa.String(80), primary_key=True),
        _belongs_to("files", "file_id"),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("heading", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("page", sa.Integer),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("held_back", sa.Text),
        sa.Column("held_code", sa.String(40)),
        sa.Column("released", sa.Boolean, nullable=False),
    )
    op.create_index("ix_passages_file_id", "passages", ["file_id"])
    op.create_table(
        "vectors",
        _belongs_to("passages", "passage_id", width=80, primary_key=True),
        sa.Column("encoder", sa.String(120), primary_key=True),
        sa.Column("vector", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(32), primary_key=True),
        _belongs_to("projects", "project_id"),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("touched", sa.Integer, nullable=False),
    )
    op.create_index("ix_conversations_project_id", "conversations", ["project_id"])
    op.create_table(
        "turns",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("sequence", sa.Integer, nullable=False, unique=True),
        _belongs_to("conversations", "conversation_id"),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("answer", sa.JSON),
        sa.Column("asked_at", sa.Float, nullable=False),
    )
    op.create_index("ix_turns_conversation_id", "turns", ["conversation_id"])
    op.create_table(
        "feedback",
        _belongs_to("turns", "turn_id", primary_key=True),
        sa.Column("helpful", sa.Boolean, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("given_at", sa.Float, nullable=False),
    )


def _belongs_to(
    table: str, column: str, *, width: int = 32, primary_key: bool = False
) -> sa.Column[str]:
    parent = sa.ForeignKey(f"{table}.id", ondelete="CASCADE")
    return sa.Column(column, sa.String(width), parent, nullable=False, primary_key=primary_key)
