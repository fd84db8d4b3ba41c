"""Roles of PostgreSQL: analysts read the views and nothing else; the page reads, and writes what readers may do."""

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
        made = not _is_there(db, role)
        if made:
            db.exec_driver_sql(f"create role {name} login")
        db.exec_driver_sql(f"alter role {name} connection limit {CONNECTIONS}")
        if password is not None:
            _set_password(db, role, password)
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


# What the page writes: a reader leaves, mutes an event or chooses a level (and what waits is cancelled), a label
_PAGE = (
    "grant update (enabled, unsubscribed_at, chosen_level) on newswatch.subscriptions to {role}",
    "grant insert, delete on newswatch.mutes to {role}",
    "grant update (state) on newswatch.alerts to {role}",
    "grant insert, delete on newswatch.labels to {role}",
    "grant update (id) on newswatch.stories to {role}",  # a lock on the row that is labelled; numbers never change
)
_CORRECTED = (
    *("corrections", "events", "event_stories", "event_history", "alerts", "vectors", "matches"),
    *("links", "claims", "claim_stories", "disputes"),
)
# With corrections (NEWSWATCH_WEB_TOKEN): a feed is made due, events are united and split, stories move between them,
# and with them what follows what and what is stated
_CORRECTIONS = (
    "grant update (next_fetch_at) on newswatch.feeds to {role}",
    *(f"grant insert, update, delete on newswatch.{table} to {{role}}" for table in _CORRECTED),
)


def grant_page(url: str, role: str, *, corrections: bool = False, password: str | None = None) -> str:
    """Let a role show the page: it reads everything, and writes what readers, and the desk, may do.

    With a password the role is made where it is missing, which takes the database's administrator. Raises ConfigError
    on SQLite, or where the role is missing. Safe to run twice; after an upgrade it must be.
    """
    if parse_url(url).drivername == "sqlite":
        raise ConfigError("SQLite has no roles: the page opens the file as whoever runs it")
    with begin(url, lock="schema") as db:
        quote = db.dialect.identifier_preparer.quote
        name, database = quote(role), quote(str(db.scalar(sa.text("select current_database()"))))
        if not _is_there(db, role):
            if password is None:
                raise ConfigError(f"there is no role {role}: create role {role} login password …")
            db.exec_driver_sql(f"create role {name} login connection limit {2 * CONNECTIONS}")
        if password is not None:
            _set_password(db, role, password)
        owner = quote(
            str(db.scalar(sa.text("select nspowner::regrole::text from pg_namespace where nspname = 'newswatch'")))
        )
        db.exec_driver_sql(f"grant connect on database {database} to {name}")
        for schema in ("newswatch", "analysis"):
            db.exec_driver_sql(f"revoke all on all tables in schema {schema} from {name}")
            db.exec_driver_sql(f"grant usage on schema {schema} to {name}")
            db.exec_driver_sql(f"grant select on all tables in schema {schema} to {name}")
            default = f"alter default privileges for role {owner} in schema {schema}"
            db.exec_driver_sql(f"{default} grant select on tables to {name}")
        db.exec_driver_sql(f"grant usage on all sequences in schema newswatch to {name}")
        for grant in (*_PAGE, *(_CORRECTIONS if corrections else ())):
            db.exec_driver_sql(grant.format(role=name))
    more = ", labels and corrections" if corrections else " and labels"
    return f"the role {role} reads the tables and views of newswatch, and writes unsubscriptions{more}"


def _is_there(db: sa.Connection, role: str) -> bool:
    """Whether the role is there; ConfigError for one that may do more than is meant here."""
    query = sa.text("select rolsuper or rolcreaterole as mighty from pg_roles where rolname = :role")
    known = db.execute(query, {"role": role}).one_or_none()
    if known is not None and known.mighty:
        raise ConfigError(f"the role {role} is a superuser or may make roles: choose another name")
    return known is not None


def _set_password(db: sa.Connection, role: str, password: str) -> None:
    raw: Any = db.connection.dbapi_connection  # hashed here: a server that logs its statements learns nothing
    secret = raw.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    db.exec_driver_sql(f"alter role {db.dialect.identifier_preparer.quote(role)} password '{secret}'")
