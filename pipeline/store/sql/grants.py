"""The read-only role for analysts: it sees the views of schema analysis, and nothing else."""

from typing import Any

import sqlalchemy as sa

from pipeline.errors import ConfigError
from pipeline.store.engine import begin, parse_url

CONNECTIONS = 10  # at once: a BI tool's pool, not a flood


def grant_analyst(url: str, role: str, timeout_s: int, password: str | None = None) -> str:
    """Make the role, or set it right; return what was done in one sentence. Safe to run twice.

    Raises ConfigError on SQLite, which has no roles. The grants hold for views that later upgrades make.
    """
    if parse_url(url).drivername == "sqlite":
        raise ConfigError(
            "SQLite has no roles: whoever can read the file can read all of it, addresses too. "
            "Give analysts PostgreSQL, or files made by `newswatch export`"
        )
    with begin(url, lock="schema") as db:
        quote = db.dialect.identifier_preparer.quote
        name, database = quote(role), quote(str(db.scalar(sa.text("select current_database()"))))
        known = db.execute(
            sa.text("select rolsuper or rolcreaterole as mighty from pg_roles where rolname = :role"), {"role": role}
        ).one_or_none()
        if known is not None and known.mighty:
            raise ConfigError(f"the role {role} is a superuser or may make roles: choose another name")
        made = known is None
        if made:
            db.exec_driver_sql(f"create role {name} login")
        db.exec_driver_sql(f"alter role {name} connection limit {CONNECTIONS}")
        if password is not None:
            raw: Any = db.connection.dbapi_connection  # hashed here: a server that logs its statements learns nothing
            secret = raw.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
            db.exec_driver_sql(f"alter role {name} password '{secret}'")
        for setting, value in (
            ("search_path", "analysis"),
            ("default_transaction_read_only", "on"),
            ("statement_timeout", f"'{timeout_s}s'"),
            ("idle_in_transaction_session_timeout", "'10min'"),
            ("timezone", "'UTC'"),
        ):
            db.exec_driver_sql(f"alter role {name} in database {database} set {setting} = {value}")
        db.exec_driver_sql(f"revoke all on all tables in schema newswatch from {name}")
        db.exec_driver_sql(f"revoke all on schema newswatch from {name}")
        db.exec_driver_sql(f"grant connect on database {database} to {name}")
        db.exec_driver_sql(f"grant usage on schema analysis to {name}")
        db.exec_driver_sql(f"grant select on all tables in schema analysis to {name}")
        # an upgrade drops the views and makes them anew: those are to be seen too
        db.exec_driver_sql(f"alter default privileges in schema analysis grant select on tables to {name}")
    return f"the role {role} was {'made' if made else 'there'}; it reads the views of schema analysis and nothing else"
