"""Alembic's way in: run the steps on the connection that `open_records` hands over."""

from alembic import context

from state.stores.records.declared import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
