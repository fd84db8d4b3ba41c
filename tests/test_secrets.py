"""No error tells a secret, whatever is wrong with the setting or file that holds it; and every one is a sentence."""

import csv
import io
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline import catalog, settings, store
from pipeline.core.text import telling
from pipeline.errors import ConfigError, NewswatchError, StoreError
from pipeline.mail import parse_url
from pipeline.store.sql.export import cell

SECRET = "s3cr3t-Wort"

DATABASES = [
    f"postgresql://127.0.0.1:1/db?user=desk&password={SECRET}",
    f"postgresql+psycopg://desk:{SECRET}@127.0.0.1:1/db",
    f"postgresql:///db?host=127.0.0.1&port=1&user=desk&password={SECRET}",
    f"postgresql://127.0.0.1:1/db?sslpassword={SECRET}&sslmode=require",
    f"postgresql://127.0.0.1:1/db?passwort={SECRET}",
    f"desk:{SECRET}@127.0.0.1/db",
    f"{SECRET}",
    f"postgres//desk:{SECRET}@127.0.0.1",
    f"postgresql://desk:{SECRET}@127.0.0.1:port/db",
    f"postgresql://desk:{SECRET}@[::1/db",
    f"mysql://desk:{SECRET}@127.0.0.1/db",
    f"{SECRET}://desk@127.0.0.1/db",
    f"postgresql://desk:pa/{SECRET}@127.0.0.1:1/db",
    f"postgresql://desk:pa?{SECRET}@127.0.0.1:1/db",
]


@pytest.mark.parametrize("url", DATABASES)
def test_no_word_on_a_database_tells_a_secret(url: str) -> None:
    """Wrong, away or refusing: the operator reads where it is, and nobody how to get in."""
    with pytest.raises(NewswatchError) as e, store.begin(url):
        pass
    assert SECRET not in str(e.value) and len(str(e.value)) > 30


MAIL_SERVERS = [
    f"desk:{SECRET}@post.example",
    f"smtp://desk:pa?{SECRET}@post.example",
    f"smtp://desk:pa#{SECRET}@post.example",
    f"smtp://desk:{SECRET}@post.example:port",
    f"smtp://desk:{SECRET}@[post.example",
    f"{SECRET}://desk@post.example",
    f"smtp://desk@post.example?password={SECRET}",
    f"smtp://desk@post.example?timeout={SECRET}",
    f"smtp://desk:{SECRET}℀@post.example",
    f"smtp:///{SECRET}",
]


@pytest.mark.parametrize("url", MAIL_SERVERS)
def test_no_word_on_a_mail_server_tells_a_secret(url: str) -> None:
    """The error says what an address looks like instead of quoting this one."""
    with pytest.raises(ConfigError, match="NEWSWATCH_SMTP_URL") as e:
        parse_url(url)
    assert SECRET not in str(e.value)


@pytest.mark.parametrize("name", sorted(settings.Settings.model_fields))
def test_no_setting_is_quoted_that_may_hold_a_secret(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A value in the wrong variable is a likely mistake; only numbers and switches are shown."""
    monkeypatch.setenv(f"NEWSWATCH_{name}".upper(), SECRET)
    try:
        settings.load()
    except ConfigError as e:
        shown = settings.Settings.model_fields[name].annotation in {int, float, bool}
        assert (SECRET in str(e)) <= shown


FEED = 'url = "{}"\ntitle = "A"\n'
LINES = {
    "feeds": [
        f'[[feeds]]\nurl = "htp://user:{SECRET}@feed.example/rss"\ntitle = "A"\n',
        f'[[feeds]]\nurl = "https://user:{SECRET}@feed.example:port/rss"\ntitle = "A"\n',
        f'[[feeds]]\nurl = "user:{SECRET}@feed.example/rss"\ntitle = "A"\n',
        f'[[feeds]]\nurl = ["https://user:{SECRET}@feed.example/rss"]\ntitle = "A"\n',
        f'[[feeds]]\nurl = "https://user:{SECRET}@f.example/a"\ntitle = "A"\n' * 2,
        f'[[feeds]]\nurl = "https://feed.example/ a?key={SECRET}"\ntitle = "A"\n',
        f'[[query_feeds]]\ntemplate = "https://u:{SECRET}@s.example"\ntitle = "A"\nentities = ["x"]\neditions = []\n',
    ],
    "subscriptions": [
        f'[[subscriptions]]\nkey = "a"\nname = "A"\naddress = "desk@{SECRET}@x.example"\n',
        f'[[subscriptions]]\nkey = "a"\nname = "A"\naddress = "desk {SECRET}@x.example"\n',
        f'[[subscriptions]]\nkey = "a"\nname = "A"\naddress = "a@b.example"\ntargets = ["htps://hooks.example/{SECRET}"]\n',
        f'[[subscriptions]]\nkey = "a"\nname = "A"\naddress = "a@b.example"\ntargets = "https://hooks.example/{SECRET}"\n',
    ],
}


@pytest.mark.parametrize(("name", "text"), [(n, t) for n, texts in LINES.items() for t in texts])
def test_no_word_on_a_watch_folder_tells_a_secret(tmp_path: Path, name: str, text: str) -> None:
    """File, line and what is expected; not what stands there, when it may open a door."""
    shutil.copytree(catalog.default_dir(), tmp_path, dirs_exist_ok=True)
    (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    with pytest.raises(NewswatchError, match=rf"{name}\.toml, line \d") as e:
        catalog.load(tmp_path)
    assert SECRET not in str(e.value)


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("postgresql://desk:pw@db.example:5432/news?sslmode=require", "postgresql://db.example:5432"),
        ("https://hooks.example/services/T0/B0/key", "https://hooks.example"),
        ("https://u:p@[2001:db8::1]:8443/x", "https://[2001:db8::1]:8443"),
        ("HTTPS://U@H.example", "https://H.example"),
        ("smtp://u:p/q@h.example", "smtp://…"),
        ("smtp://u:p#q@h.example", "smtp://…"),
        ("just words", ""),
        ("user:pw@host", ""),
    ],
)
def test_what_may_be_told_of_an_address(address: str, told: str) -> None:
    """One function says it for all; where nothing is sure, nothing is told."""
    assert telling.told(address) == told


def test_a_file_is_told_with_its_path() -> None:
    """Who looks for a database needs to know which."""
    assert telling.told("sqlite:////var/news/a@b.db?x=1", path=True) == "sqlite:////var/news/a@b.db"


# ----------------------------------------------------------------------------- things that are not what they should be


def newswatch(*args: str, **env: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", "from pipeline.cli import main; main()", *args]
    return subprocess.run(command, capture_output=True, env={**os.environ, **env}, check=False, timeout=300)


def test_a_damaged_database_is_one_sentence(tmp_path: Path) -> None:
    """Neither a traceback nor a new database in its place."""
    path = tmp_path / "news.db"
    path.write_bytes(b"this is a letter, and no database at all " * 200)
    with pytest.raises(StoreError, match=r"cannot be used: file is not a database"):
        store.ensure(f"sqlite:///{path}")
    assert path.read_bytes().startswith(b"this is a letter")


def test_a_database_with_a_damaged_page_is_one_sentence(sqlite_url: str) -> None:
    """A disk that lost some bytes shows while reading."""
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    with sqlite3.connect(path) as db:
        db.execute("pragma wal_checkpoint(truncate)")
    data = bytearray(path.read_bytes())
    data[200:] = b"\xff" * (len(data) - 200)
    path.write_bytes(data)
    for more in path.parent.glob("newswatch.db-*"):
        more.unlink()
    with pytest.raises(StoreError, match="cannot be used"):
        store.ensure(sqlite_url)


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    """Its tables and views are nobody else's."""
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as db:
        db.executescript("create table books (id); create view shelf as select * from books;")
    for work in (store.ensure, store.upgrade):
        with pytest.raises(StoreError, match=r"another program's .it has a table books"):
            work(f"sqlite:///{path}")
    with sqlite3.connect(path) as db:
        assert [r[0] for r in db.execute("select name from sqlite_master order by 1")] == ["books", "shelf"]


def test_a_newer_schema_says_so(database_url: str) -> None:
    """`db upgrade` cannot help an old program: the sentence does not send anybody there."""
    with store.begin(database_url) as db:
        db.exec_driver_sql("update alembic_version set version_num = '9999'")
    with pytest.raises(StoreError, match="install a newer newswatch") as e:
        store.ensure(database_url)
    assert "db upgrade" not in str(e.value)


def test_a_database_that_is_not_utf8_says_so(postgres_url: str) -> None:
    """Made in the C locale, as some images do: one sentence with the command that makes a right one."""
    import psycopg

    name = f"ascii_{os.getpid()}"
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as admin:
        admin.execute(f"create database {name} encoding 'SQL_ASCII' template template0 lc_collate 'C' lc_ctype 'C'")
    url = sa.make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    for work in (store.ensure, store.upgrade):
        with pytest.raises(StoreError, match=r"is in SQL_ASCII.*--encoding UTF8"):
            work(url)


def test_a_pipe_is_no_watch_folder(tmp_path: Path) -> None:
    """Reading it would wait for ever."""
    shutil.copytree(catalog.default_dir(), tmp_path, dirs_exist_ok=True)
    (tmp_path / "feeds.toml").unlink()
    os.mkfifo(tmp_path / "feeds.toml")
    with pytest.raises(NewswatchError, match=r"feeds\.toml: is no file but a folder, a pipe or a device"):
        catalog.load(tmp_path)


def test_a_terminal_that_knows_ascii_only_gets_the_rest_as_escapes(tmp_path: Path) -> None:
    """LANG=C, a serial console, a cron mail: a wrong letter is better than a traceback."""
    url = f"sqlite:///{tmp_path}/news.db"
    store.upgrade(url)
    with sqlite3.connect(tmp_path / "news.db") as db:
        db.execute(
            "insert into feeds (url, title, tags, added_at) values "
            "('https://a.example', '朝日新聞 [/x] [link=https://evil.example]Ж[/link] [video]', '[]', '2026-01-01')"
        )
    for env in ({"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "utf-8"}):
        for command in (["feeds", "list"], ["query", "select title from feeds"]):
            done = newswatch(*command, "--database", url, **env)
            assert done.returncode == 0, done.stderr.decode()
            told = " ".join(done.stdout.decode().split())
            assert "[/x]" in told and "[video]" in told, "what feeds say is text, never markup"
            assert "\x1b]8" not in told


@pytest.mark.parametrize("text", ["=1+1", "＝1+1", "＋1", "－1", "＠a", "@a", "-1", "\t=1"])
def test_no_cell_is_a_formula(text: str) -> None:
    """A spreadsheet runs the full-width signs too."""
    out = io.StringIO()
    csv.writer(out).writerow([cell(text)])
    assert next(csv.reader(io.StringIO(out.getvalue())))[0] == f"'{text}"
