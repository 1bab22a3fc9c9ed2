"""The review store, first version

Takes over a store whose tables were made before there were migrations: what is there stays, with its rows; what lacks
is added. Tables that can be filled again at any time are made anew.
"""

import string
import unicodedata
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
PROJECTED = ("turn_subjects", "turns", "conversations", "projection_cursor")
FOUND = ("gap_turns", "gaps", "gap_runs", "text_vectors")


def upgrade() -> None:
    there = set(sa.inspect(op.get_bind()).get_table_names())
    for name in (*PROJECTED, *FOUND):
        if name in there:
            op.drop_table(name)
    visitor_side(there)
    projected()
    staff(there)


def downgrade() -> None:
    raise NotImplementedError("there is nothing before the first version")


def visitor_side(there: set[str]) -> None:
    if "messages" not in there:
        op.create_table(
            "messages",
            sa.Column("id", sa.String(32), primary_key=True),
            sa.Column("session", sa.String(64), nullable=False),
            sa.Column("at", TIME, nullable=False),
            sa.Column("outcome", sa.String(20), nullable=False),
            sa.Column("latency_ms", sa.Integer()),
        )
    if "feedback" not in there:
        op.create_table(
            "feedback",
            sa.Column("message", sa.String(32), sa.ForeignKey("messages.id"), primary_key=True),
            sa.Column("rating", sa.String(4), nullable=False),
            sa.Column("comment", sa.Text()),
            sa.Column("at", TIME, nullable=False),
        )
    if "failed_turns" not in there:
        op.create_table(
            "failed_turns",
            sa.Column("id", sa.Integer(), primary_key=True),
            sa.Column("session", sa.String(64), nullable=False),
            sa.Column("at", TIME, nullable=False),
            sa.Column("text", sa.Text(), nullable=False),
            sa.Column("reason", sa.String(80), nullable=False),
            sa.Column("message", sa.String(32)),
        )
    if "replies" not in there:
        op.create_table(
            "replies",
            sa.Column("session", sa.String(64), primary_key=True),
            sa.Column("client_message", sa.String(64), primary_key=True),
            sa.Column("at", TIME, nullable=False),
            sa.Column("body", sa.JSON(), nullable=False),
        )
    if "daily_counts" not in there:
        op.create_table(
            "daily_counts",
            sa.Column("day", sa.Date(), primary_key=True),
            sa.Column("outcome", sa.String(20), primary_key=True),
            sa.Column("count", sa.Integer(), nullable=False),
        )
    if "deletions" not in there:
        op.create_table(
            "deletions",
            sa.Column("id", sa.Integer(), primary_key=True),
            sa.Column("at", TIME, nullable=False),
            sa.Column("kind", sa.String(20), nullable=False),
            sa.Column("count", sa.Integer(), nullable=False),
        )
    add_column("messages", sa.Column("latency_ms", sa.Integer()))
    add_column("failed_turns", sa.Column("message", sa.String(32)))
    for table, column in (
        ("messages", "session"),
        ("messages", "at"),
        ("feedback", "at"),
        ("failed_turns", "session"),
        ("failed_turns", "at"),
        ("failed_turns", "message"),
        ("replies", "at"),
        ("deletions", "at"),
    ):
        add_index(table, f"ix_{table}_{column}", column)


def projected() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("last_at", TIME, nullable=False),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("reviewer", sa.String(64)),
    )
    op.create_index("ix_conversations_last_at", "conversations", ["last_at", "id"])
    op.create_index("ix_conversations_state", "conversations", ["state", "last_at", "id"])
    op.create_index("ix_conversations_reviewer", "conversations", ["reviewer", "last_at", "id"])
    sqlite = op.get_bind().dialect.name == "sqlite"
    # SQLite numbers rows anew when it tidies its file, unless a column holds the number. The index of words needs it.
    key = [sa.Column("search_row", sa.Integer(), primary_key=True)] if sqlite else []
    op.create_table(
        "turns",
        *key,
        sa.Column("id", sa.String(64), primary_key=not sqlite, unique=sqlite, nullable=False),
        sa.Column("conversation", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("intent", sa.String(80)),
        sa.Column("confidence", sa.Float()),
        sa.Column("confidence_band", sa.Integer()),
        sa.Column("ranking", sa.JSON(), nullable=False),
        sa.Column("entities", sa.JSON(), nullable=False),
        sa.Column("subjects", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(80)),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("sources", sa.JSON(), nullable=False),
        sa.Column("latency_ms", sa.Integer()),
        sa.Column("model", sa.String(64)),
        sa.Column("rating", sa.String(4)),
        sa.Column("comment", sa.Text()),
    )
    op.create_index("ix_turns_conversation", "turns", ["conversation", "at", "id"])
    op.create_index("ix_turns_at", "turns", ["at", "id"])
    for column in ("language", "outcome", "reason", "intent", "confidence_band", "rating", "model"):
        op.create_index(f"ix_turns_{column}", "turns", [column, "at", "id"])
    op.create_table(
        "turn_subjects",
        sa.Column("subject", sa.String(80), primary_key=True),
        sa.Column("at", TIME, primary_key=True),
        sa.Column("turn", sa.String(64), primary_key=True),
    )
    op.create_index("ix_turn_subjects_turn", "turn_subjects", ["turn"])
    op.create_table(
        "projection_cursor",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column("stamp", sa.Float(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("days", sa.JSON(), nullable=False),
    )
    words_on_sqlite() if sqlite else words_on_postgresql()


def words_on_sqlite() -> None:
    """An index of the words of turns, which triggers keep in step with them.

    It knows which words a turn has, not where: so it is a quarter as large, and deleting for good takes a third.
    """
    op.execute(
        "CREATE VIRTUAL TABLE turns_fts USING fts5(text, reply, content='turns', content_rowid='search_row', "
        "tokenize='unicode61 remove_diacritics 2', prefix='2 3', detail=none, columnsize=0)"
    )
    new = "INSERT INTO turns_fts (rowid, text, reply) VALUES (new.search_row, new.text, new.reply);"
    old = (
        "INSERT INTO turns_fts (turns_fts, rowid, text, reply) VALUES ('delete', old.search_row, old.text, old.reply);"
    )
    changed = "old.text IS NOT new.text OR old.reply IS NOT new.reply OR old.search_row IS NOT new.search_row"
    op.execute(f"CREATE TRIGGER turns_fts_insert AFTER INSERT ON turns BEGIN {new} END")
    op.execute(f"CREATE TRIGGER turns_fts_delete AFTER DELETE ON turns BEGIN {old} END")
    op.execute(f"CREATE TRIGGER turns_fts_update AFTER UPDATE ON turns WHEN {changed} BEGIN {old} {new} END")


def words_on_postgresql() -> None:
    """The same words as on SQLite: accents do not matter, and what is no letter or digit parts words."""
    letters = {chr(code): unicodedata.normalize("NFD", chr(code))[0].lower() for code in range(0xC0, 0x250)}
    plain = {letter: base for letter, base in letters.items() if base in string.ascii_lowercase}
    marks = "".join(mark for mark in string.punctuation if mark != "'") + "•–—‘’“”„…·«»¿¡€"
    quoted = [text.replace("'", "''") for text in ("".join(plain) + marks + "'", "".join(plain.values()))]
    spaces = " " * (len(marks) + 1)
    op.execute(
        "ALTER TABLE turns ADD COLUMN search_words tsvector GENERATED ALWAYS AS (to_tsvector('simple'::regconfig, "
        f"translate(lower(text || ' ' || reply), '{quoted[0]}', '{quoted[1]}{spaces}'))) STORED"
    )
    op.create_index("ix_turns_search_words", "turns", ["search_words"], postgresql_using="gin")


def staff(there: set[str]) -> None:
    if "daily_figures" not in there:
        op.create_table(
            "daily_figures",
            sa.Column("day", sa.Date(), primary_key=True),
            sa.Column("measure", sa.String(24), primary_key=True),
            sa.Column("value", sa.String(80), primary_key=True),
            sa.Column("count", sa.Integer(), nullable=False),
        )
    if "work" not in there:
        op.create_table(
            "work",
            sa.Column("conversation", sa.String(64), primary_key=True),
            sa.Column("state", sa.String(12), nullable=False),
            sa.Column("reviewer", sa.String(64)),
            sa.Column("hold", sa.String(200)),
            sa.Column("at", TIME, nullable=False),
        )
    if "judgements" not in there:
        op.create_table(
            "judgements",
            sa.Column("turn", sa.String(64), primary_key=True),
            sa.Column("conversation", sa.String(64), nullable=False),
            sa.Column("verdict", sa.String(20), nullable=False),
            sa.Column("value", sa.String(120)),
            sa.Column("by", sa.String(64), nullable=False),
            sa.Column("at", TIME, nullable=False),
        )
    if "tags" not in there:
        op.create_table(
            "tags",
            sa.Column("tag", sa.String(40), primary_key=True),
            sa.Column("conversation", sa.String(64), primary_key=True),
            sa.Column("at", TIME, nullable=False),
        )
    if "notes" not in there:
        op.create_table(
            "notes",
            sa.Column("id", sa.Integer(), primary_key=True),
            sa.Column("conversation", sa.String(64), nullable=False),
            sa.Column("turn", sa.String(64)),
            sa.Column("text", sa.Text(), nullable=False),
            sa.Column("by", sa.String(64), nullable=False),
            sa.Column("at", TIME, nullable=False),
        )
    if "saved_views" not in there:
        op.create_table(
            "saved_views",
            sa.Column("id", sa.Integer(), primary_key=True),
            sa.Column("name", sa.String(80), nullable=False),
            sa.Column("query", sa.Text(), nullable=False),
            sa.Column("by", sa.String(64), nullable=False),
        )
    if "proposals" not in there:
        op.create_table(
            "proposals",
            sa.Column("id", sa.Integer(), primary_key=True),
            sa.Column("turn", sa.String(64), nullable=False),
            sa.Column("kind", sa.String(12), nullable=False),
            sa.Column("payload", sa.JSON(), nullable=False),
            sa.Column("status", sa.String(12), nullable=False),
            sa.Column("why", sa.String(200)),
            sa.Column("by", sa.String(64), nullable=False),
            sa.Column("at", TIME, nullable=False),
        )
    if "accounts" not in there:
        op.create_table(
            "accounts",
            sa.Column("name", sa.String(64), primary_key=True),
            sa.Column("role", sa.String(10), nullable=False),
            sa.Column("password", sa.String(200)),
            sa.Column("subject", sa.String(200), unique=True),
            sa.Column("active", sa.Boolean(), nullable=False),
            sa.Column("failures", sa.Integer(), nullable=False),
            sa.Column("locked_until", TIME),
            sa.Column("language", sa.String(2), nullable=False),
            sa.Column("generation", sa.Integer(), nullable=False),
            sa.Column("at", TIME, nullable=False),
        )
    if "review_log" not in there:
        op.create_table(
            "review_log",
            sa.Column("id", sa.Integer(), primary_key=True),
            sa.Column("at", TIME, nullable=False),
            sa.Column("by", sa.String(64), nullable=False),
            sa.Column("action", sa.String(24), nullable=False),
            sa.Column("object", sa.String(120)),
            sa.Column("before", sa.JSON()),
            sa.Column("after", sa.JSON()),
        )
    for table, name, *columns in (
        ("judgements", "ix_judgements_conversation", "conversation"),
        ("judgements", "ix_judgements_verdict", "verdict", "at"),
        ("judgements", "ix_judgements_by", "by", "at"),
        ("tags", "ix_tags_conversation", "conversation"),
        ("notes", "ix_notes_conversation", "conversation"),
        ("saved_views", "ix_saved_views_by", "by"),
        ("proposals", "ix_proposals_turn", "turn"),
        ("proposals", "ix_proposals_status", "status", "kind", "id"),
        ("review_log", "ix_review_log_at", "at"),
        ("review_log", "ix_review_log_by", "by", "id"),
        ("review_log", "ix_review_log_object", "object", "id"),
    ):
        add_index(table, name, *columns)


def add_column(table: str, column: sa.Column[Any]) -> None:
    if column.name not in {each["name"] for each in sa.inspect(op.get_bind()).get_columns(table)}:
        op.add_column(table, column)


def add_index(table: str, name: str, *columns: str) -> None:
    if name not in {each["name"] for each in sa.inspect(op.get_bind()).get_indexes(table)}:
        op.create_index(name, table, list(columns))
