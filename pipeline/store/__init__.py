"""The store: the only place that speaks SQL; one file a noun, one function a question or an upsert.

with store.begin(url) as db:        one write transaction
with store.read(url) as db:         a stable picture
store.upgrade(url)                  the schema and the views
"""

from sqlalchemy import Connection  # for those who may not import SQLAlchemy

from pipeline.store.engine import begin, connect, engine, guard, insert, is_unusable, kept, parse_url, read
from pipeline.store.sql.schema import ensure, sql_dir, upgrade

__all__ = [
    "Connection",
    "begin",
    "connect",
    "engine",
    "ensure",
    "guard",
    "insert",
    "is_unusable",
    "kept",
    "parse_url",
    "read",
    "sql_dir",
    "upgrade",
]
