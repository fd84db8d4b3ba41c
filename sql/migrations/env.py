"""Run the migrations on the connection that `pipeline.store.sql.schema` passes in, inside its transaction."""

from alembic import context

from pipeline.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
context.run_migrations()
