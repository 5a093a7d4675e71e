"""Run the migration steps for Alembic, on the connection that the store passes to it.

The caller owns the transaction: all steps are applied or none.
"""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
