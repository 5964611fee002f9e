"""Threads of chat programs: their channels' projects, interviews in them, events already seen."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables that chat programs need."""
    op.create_table(
        "chat_channels",
        sa.Column("id", sa.String(200), primary_key=True),
        _of_project(),
        sa.Column("bound_by", sa.Text, nullable=False),
        sa.Column("bound_at", sa.Float, nullable=False),
    )
    op.create_table(
        "chat_threads",
        sa.Column("id", sa.String(200), primary_key=True),
        sa.Column("channel", sa.String(200), nullable=False, index=True),
        _of_project(),
        sa.Column(
            "conversation_id",
            sa.String(32),
            sa.ForeignKey("conversations.id", ondelete="SET NULL"),
        ),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("people", sa.JSON, nullable=False),
        sa.Column("asker", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("fact", sa.String(80), nullable=False),
        sa.Column("event", sa.Integer, nullable=False),
        sa.Column("touched_at", sa.Float, nullable=False),
    )
    op.create_table(
        "chat_handoffs",
        sa.Column("id", sa.String(32), primary_key=True),
        _of_thread("thread_id"),
        _of_thread("origin_id"),
        sa.Column("fact", sa.String(80), nullable=False),
        sa.Column("event", sa.Integer, nullable=False),
        sa.Column("person", sa.String(200), nullable=False),
        sa.Column("asker", sa.String(200), nullable=False),
        sa.Column("made_at", sa.Float, nullable=False),
        sa.Column("answered_at", sa.Float),
    )
    op.create_table(
        "chat_events",
        sa.Column("id", sa.String(200), primary_key=True),
        sa.Column("at", sa.Float, nullable=False, index=True),
    )


def _of_project() -> sa.Column[str]:
    owner = sa.ForeignKey("projects.id", ondelete="CASCADE")
    return sa.Column("project_id", sa.String(32), owner, nullable=False)


def _of_thread(name: str) -> sa.Column[str]:
    owner = sa.ForeignKey("chat_threads.id", ondelete="CASCADE")
    return sa.Column(name, sa.String(200), owner, nullable=False, index=True)
