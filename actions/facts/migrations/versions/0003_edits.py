"""A layer of edits over the facts, and what statements were before"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "earlier_statements",
        sa.Column("id", sa.String(length=180), primary_key=True),
        sa.Column("statement", sa.String(length=160), nullable=False),
        sa.Column("text_nl", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("until", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["statement"], ["statements.id"], ondelete="CASCADE"),
    )
    op.create_index("ix_earlier_statements_statement", "earlier_statements", ["statement"])
    with op.batch_alter_table("citations") as citations:
        citations.alter_column("row", type_=sa.String(length=180), existing_type=sa.String(length=160))
    op.create_table(
        "facts_loaded",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("digest", sa.String(length=16), nullable=False),
        sa.Column("documents", sa.JSON(), nullable=False),
    )
    op.create_table(
        "facts_edits",
        sa.Column("id", sa.String(length=32), primary_key=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("puts", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_back", sa.Text()),
    )


def downgrade() -> None:
    op.drop_table("facts_edits")
    op.drop_table("facts_loaded")
    op.drop_table("earlier_statements")
