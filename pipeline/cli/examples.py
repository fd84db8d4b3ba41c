"""One example for each command: the last line of its --help, and of docs/reference.md."""

from collections.abc import Iterator

import typer

EXAMPLES = {
    "run": "newswatch run --watch my-watch",
    "sync": "newswatch sync --watch my-watch",
    "fetch": "newswatch fetch --watch my-watch --all-feeds",
    "parse": "newswatch parse",
    "detect": "newswatch detect --limit 500",
    "match": "newswatch match --json",
    "enrich": "newswatch enrich",
    "cluster": "newswatch cluster",
    "alert": "newswatch alert",
    "deliver": "NEWSWATCH_MAIL_DIR=var/mail newswatch deliver",
    "demo": "newswatch demo --dir var/demo",
    "init": "newswatch init my-watch --seed bridge-en.txt --seed bridge-de.txt --name crossing",
    "explain": "newswatch explain https://wire.example/story/17",
    "facts": 'newswatch facts "OpenAI raises $6.6 billion" --lang en',
    "evaluate": "newswatch evaluate labels.jsonl --watch my-watch",
    "evaluate-language": "newswatch evaluate-language texts.tsv",
    "evaluate-events": "newswatch evaluate-events labels.jsonl --watch my-watch",
    "evaluate-stream": "newswatch evaluate-stream stream.jsonl --watch my-watch",
    "heartbeat": "newswatch heartbeat --now",
    "outcomes": "newswatch outcomes",
    "targets": "newswatch targets",
    "feed-out": "newswatch feed-out --out var/events.atom --min-level 2",
    "replay": "newswatch replay --days 30",
    "label": 'newswatch label 17 0 --by ann --note "lookalike: a token"',
    "fit": "newswatch fit --watch my-watch",
    "backtest": "newswatch backtest --since 2026-11-01 --watch my-watch",
    "rematch": "newswatch rematch --since 2026-11-01 --watch my-watch",
    "reread": "newswatch reread --since 2026-11-01",
    "faults": "newswatch faults --step match",
    "serve": "newswatch serve --port 8000",
    "query": 'newswatch query "select title from event_overview where language_count >= :least" --param least=3',
    "tables": "newswatch tables event_overview",
    "export": "newswatch export event_overview --since 2026-11-01 --format csv -o events.csv",
    "checks": "newswatch checks",
    "prune": "newswatch prune --dry-run",
    "db upgrade": "newswatch db upgrade",
    "db grant-analyst": "newswatch db grant-analyst --role analyst --ask-password",
    "db grant-page": "newswatch db grant-page --role newswatch_page",
    "db dictionary": "newswatch db dictionary --check",
    "feeds list": "newswatch feeds list --state failing",
    "feeds check": "newswatch feeds check --watch my-watch",
    "feeds add": "newswatch feeds add https://www.example.org/ --watch my-watch",
    "feeds import": "newswatch feeds import reader.opml --watch my-watch",
    "feeds export": "newswatch feeds export --watch my-watch > feeds.opml",
    "alerts list": "newswatch alerts list --state pending --subscription desk",
    "alerts dead": "newswatch alerts dead",
    "alerts requeue": "newswatch alerts requeue 17 18",
    "alerts baseline": "newswatch alerts baseline --yes",
    "subscriptions list": "newswatch subscriptions list",
    "subscriptions forget": "newswatch subscriptions forget ann@desk.example",
    "subscriptions unsubscribe": "newswatch subscriptions unsubscribe TOKEN",
    "events list": "newswatch events list --min-level 2 --limit 10",
    "events show": "newswatch events show 4",
    "events merge": 'newswatch events merge 12 4 --by ann --note "one deal"',
    "events link": 'newswatch events link 12 4 --by ann --note "the closing of that deal"',
    "events unlink": "newswatch events unlink 12 9 --by ann",
    "events split": 'newswatch events split 4 31 32 --by ann --note "another deal"',
    "labels list": "newswatch labels list --wrong",
    "labels export": "newswatch labels export labels.jsonl",
    "labels withdraw": "newswatch labels withdraw 17",
    "watchlist check": "newswatch watchlist check --watch my-watch",
    "watchlist suggest": "newswatch watchlist suggest --watch my-watch",
    "airflow dags-folder": "newswatch airflow dags-folder",
    "airflow copy": "newswatch airflow copy dags/energy --prefix energy",
}


def add(app: typer.Typer) -> None:
    """Write its example under the help of each command of the finished command line."""
    for name, info in _commands(app):
        if example := EXAMPLES.get(name):
            info.epilog = f"Example: `{example}`"


def _commands(app: typer.Typer, group: str = "") -> Iterator[tuple[str, typer.models.CommandInfo]]:
    for info in app.registered_commands:
        own = info.name or (info.callback.__name__.replace("_", "-") if info.callback else "")
        yield f"{group}{own}", info
    for part in app.registered_groups:
        if part.typer_instance is not None:
            yield from _commands(part.typer_instance, f"{group}{part.name} ")
