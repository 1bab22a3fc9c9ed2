"""Alembic's entry: runs the revisions on the connection that `database.migrate` hands over."""

from alembic import context

from actions.facts.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    version_table="facts_alembic_version",
)
with context.begin_transaction():
    context.run_migrations()
