"""Alembic's entry: runs the revisions on the connection that `database.migrate` hands over."""

from alembic import context

from bot.review.database import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    version_table=VERSION_TABLE,
)
with context.begin_transaction():
    context.run_migrations()
