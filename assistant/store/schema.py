"""The tables; changes come as a migration in `migrations/versions`, never by hand."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

projects = Table(
    "projects",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(200), nullable=False, unique=True),
    # Grows with every change of the project's passages; an index carries the number it holds.
    Column("revision", Integer, nullable=False, default=0),
    Column("created_at", Float, nullable=False),
)

files = Table(
    "files",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("project_id", ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(300), nullable=False),
    Column("version", Integer, nullable=False),
    Column("current", Boolean, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("title", Text, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("warnings", JSON, nullable=False),
    Column("added_at", Float, nullable=False),
    UniqueConstraint("project_id", "name", "version"),
    Index("files_by_hash", "project_id", "sha256"),
)

passages = Table(
    "passages",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("file_id", ForeignKey("files.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("heading", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("page", Integer),
    Column("language", String(8), nullable=False),
    # Why the passage is kept out of answers; NULL when it takes part in them.
    Column("held_back", Text),
    Column("held_code", String(40)),
    Column("released", Boolean, nullable=False, default=False),
)

vectors = Table(
    "vectors",
    metadata,
    Column("passage_id", ForeignKey("passages.id", ondelete="CASCADE"), primary_key=True),
    Column("encoder", String(120), primary_key=True),
    Column("vector", LargeBinary, nullable=False),
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("project_id", ForeignKey("projects.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    # The last turn's number over all conversations: order by it, clocks jump.
    Column("touched", Integer, nullable=False),
    # The conversation that this one was branched from, as long as there is one.
    Column("branch_of", String(32)),
)

turns = Table(
    "turns",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("sequence", Integer, nullable=False, unique=True),
    Column(
        "conversation_id",
        ForeignKey("conversations.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("question", Text, nullable=False),
    # NULL while the answer is being made, and when it was interrupted.
    Column("answer", JSON(none_as_null=True)),
    Column("asked_at", Float, nullable=False),
    # The turn that this one repeats in a branch.
    Column("copy_of", String(32)),
    # Which of its answers is shown; the others are in `former_answers`.
    Column("version", Integer, nullable=False, server_default="1"),
)

former_answers = Table(
    "former_answers",
    metadata,
    Column("turn_id", ForeignKey("turns.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("answer", JSON, nullable=False),
)

feedback = Table(
    "feedback",
    metadata,
    Column("turn_id", ForeignKey("turns.id", ondelete="CASCADE"), primary_key=True),
    Column("helpful", Boolean, nullable=False),
    Column("question", Text, nullable=False),
    Column("comment", Text, nullable=False, default=""),
    Column("given_at", Float, nullable=False),
    # The answer that it was given for.
    Column("version", Integer, nullable=False, server_default="1"),
)

# What a project knows, as an append-only log: the last event of a fact that was not undone counts.
fact_events = Table(
    "fact_events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("project_id", ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("fact", String(80), nullable=False),
    # set, unknown, not_applicable, unset
    Column("action", String(20), nullable=False),
    Column("value", JSON(none_as_null=True)),
    Column("origin", String(20), nullable=False),
    Column("author", Text, nullable=False, default=""),
    Column("note", Text, nullable=False, default=""),
    # The exact words it came from, and the file or message that holds them.
    Column("quote", Text, nullable=False, default=""),
    Column("source", Text, nullable=False, default=""),
    # Who finds out, and by when, while the fact is unknown.
    Column("owner", Text, nullable=False, default=""),
    Column("due", String(40), nullable=False, default=""),
    Column("at", Float, nullable=False),
    # Set when the event was taken back.
    Column("undone_at", Float),
    Index("fact_events_by_project", "project_id", "fact"),
    sqlite_autoincrement=True,
)

# What an interview remembers beside the facts: skipped questions, answers challenged once.
interview_marks = Table(
    "interview_marks",
    metadata,
    Column("project_id", ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True),
    Column("fact", String(80), primary_key=True),
    # skipped, challenged
    Column("mark", String(20), primary_key=True),
    Column("detail", Text, nullable=False, default=""),
    Column("author", Text, nullable=False, default=""),
    Column("at", Float, nullable=False),
)

# Facts read from a brief, file or message, until somebody accepts or rejects them.
proposals = Table(
    "proposals",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("project_id", ForeignKey("projects.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("fact", String(80), nullable=False),
    Column("value", JSON, nullable=False),
    Column("quote", Text, nullable=False),
    Column("source", Text, nullable=False, default=""),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("rung", String(120), nullable=False, default=""),
    # open, accepted, rejected
    Column("state", String(20), nullable=False),
    Column("made_at", Float, nullable=False),
)

# Immutable versions of a project's documents.
documents = Table(
    "documents",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("project_id", ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("version", Integer, nullable=False),
    # The project's last fact event that it was made from.
    Column("last_event", Integer, nullable=False),
    Column("content", JSON, nullable=False),
    Column("author", Text, nullable=False, default=""),
    Column("made_at", Float, nullable=False),
    UniqueConstraint("project_id", "kind", "version"),
)

# Hand edits on blocks, with the generated text that the person saw when they made them.
block_edits = Table(
    "block_edits",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("project_id", ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("block", String(200), nullable=False),
    Column("base", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("author", Text, nullable=False, default=""),
    Column("at", Float, nullable=False),
    # False once it was replaced by a later edit or taken back.
    Column("active", Boolean, nullable=False),
    Index("block_edits_by_document", "project_id", "kind"),
    sqlite_autoincrement=True,
)

# Who may use the HTTP API. Revoked keys stay: once there was a key, nothing is open without one.
api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(200), nullable=False),
    # The first letters, by which a person recognises it.
    Column("start", String(20), nullable=False),
    # SHA-256 of 256 random bits: there is nothing to guess, so nothing slower is needed.
    Column("hash", String(64), nullable=False, unique=True),
    # read, write, admin
    Column("scope", String(10), nullable=False),
    # Whether it opens only the projects in `api_key_projects`, be they none any more.
    Column("bound", Boolean, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("revoked_at", Float),
)

api_key_projects = Table(
    "api_key_projects",
    metadata,
    Column("key_id", ForeignKey("api_keys.id", ondelete="CASCADE"), primary_key=True),
    Column("project_id", ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True),
)

# Replies to writes that carried an idempotency key, kept for a day.
api_replies = Table(
    "api_replies",
    metadata,
    Column("caller", String(32), primary_key=True),
    # Hash of the method, the path and the idempotency key.
    Column("token", String(64), primary_key=True),
    Column("project_id", ForeignKey("projects.id", ondelete="CASCADE")),
    Column("request_hash", String(64), nullable=False),
    # 0 until the response is kept; the change is committed with the row.
    Column("status", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("headers", JSON, nullable=False),
    Column("begun_at", Float, nullable=False, index=True),
)

# Which project a channel of a chat program works in; only an administrator says so.
chat_channels = Table(
    "chat_channels",
    metadata,
    # The program, the workspace and the channel: "slack/T1/C1".
    Column("id", String(200), primary_key=True),
    Column("project_id", ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("bound_by", Text, nullable=False),
    Column("bound_at", Float, nullable=False),
)

# A thread of a chat program: the conversation it holds, and the interview that runs in it.
chat_threads = Table(
    "chat_threads",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("channel", String(200), nullable=False, index=True),
    Column("project_id", ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("conversation_id", ForeignKey("conversations.id", ondelete="SET NULL")),
    # open, muted, done
    Column("state", String(10), nullable=False),
    # Who has written in it, as the program names people.
    Column("people", JSON, nullable=False),
    # Who is interviewed, for which kind of document, and the question that was put last.
    Column("asker", String(200), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("fact", String(80), nullable=False),
    Column("event", Integer, nullable=False),
    Column("touched_at", Float, nullable=False),
)

# Questions of an interview that somebody else was asked to answer.
chat_handoffs = Table(
    "chat_handoffs",
    metadata,
    Column("id", String(32), primary_key=True),
    # Where it is answered, and where the interview runs.
    Column(
        "thread_id", ForeignKey("chat_threads.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column(
        "origin_id", ForeignKey("chat_threads.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("fact", String(80), nullable=False),
    Column("event", Integer, nullable=False),
    Column("person", String(200), nullable=False),
    Column("asker", String(200), nullable=False),
    Column("made_at", Float, nullable=False),
    Column("answered_at", Float),
)

# What was handled already: chat programs send an event again when they are in doubt.
chat_events = Table(
    "chat_events",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("at", Float, nullable=False, index=True),
)
