"""What Alembic executes to run the steps, on the connection that the store hands it.

The transaction is the caller's: all steps happen or none.
"""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
