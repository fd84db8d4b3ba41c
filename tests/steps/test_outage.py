"""The operator hears once that a job fails and once that it works again, whatever it is that fails."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.settings import Settings, load
from pipeline.steps import outage

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)


def settings(url: str, tmp_path: Path) -> Settings:
    """Mail into a folder, to an operator."""
    return load(
        database_url=url, mail_dir=tmp_path / "mail", operator="Night Desk <night@desk.example>", log_format="quiet"
    )


def subjects(tmp_path: Path) -> list[str]:
    """Give the subjects of the mails, in the order of their times."""
    found = [p.read_text("utf-8") for p in sorted((tmp_path / "mail").glob("*.eml"))]
    return [
        line.removeprefix("Subject: ") for text in found for line in text.splitlines() if line.startswith("Subject:")
    ]


def test_once_an_outage(database_url: str, tmp_path: Path) -> None:
    """Rule: an outage of a hundred runs is two mails; the next outage is told again; jobs are told apart."""
    s = settings(database_url, tmp_path)
    assert outage.ended(s, NOW, "ingest") is False, "what never failed does not work again"
    assert outage.began(s, NOW, "ingest", "a feed file is wrong") is True
    assert [outage.began(s, NOW + timedelta(minutes=i), "ingest", "still") for i in (10, 20)] == [False, False]
    assert outage.began(s, NOW + timedelta(minutes=25), "events", "another job") is True
    assert outage.ended(s, NOW + timedelta(minutes=30), "ingest") is True
    assert outage.ended(s, NOW + timedelta(minutes=40), "ingest") is False
    assert outage.began(s, NOW + timedelta(minutes=50), "ingest", "again") is True
    assert subjects(tmp_path) == [
        "newswatch: ingest fails",
        "newswatch: events fails",
        "newswatch: ingest works again",
        "newswatch: ingest fails",
    ]


def test_the_database_itself_is_out(tmp_path: Path) -> None:
    """Rule: the note must not need what failed."""
    path = tmp_path / "store"
    path.mkdir()
    broken = settings(f"sqlite:///{path}", tmp_path)  # a folder is no database
    assert outage.began(broken, NOW, "ingest", "the database does not answer") is True
    assert outage.began(broken, NOW + timedelta(minutes=10), "ingest", "still") is False
    path.rmdir()
    from pipeline import store

    store.upgrade(broken.database_url)
    assert outage.ended(broken, NOW + timedelta(minutes=20), "ingest") is True
    assert outage.ended(broken, NOW + timedelta(minutes=30), "ingest") is False
