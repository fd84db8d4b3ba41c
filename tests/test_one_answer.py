"""What an event states is one answer: page, mail, command line, Atom, export and both views say the same.

The gold table of contradictions is put into a store as clustering would; each surface is asked for all and compared
with what the table expects, not with the rule: a constant of the rule that changes turns every surface red.
"""

import email
import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import policy
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import sqlalchemy as sa
import structlog
from fastapi.testclient import TestClient
from typer.testing import CliRunner

import pipeline
from pipeline import mail, store
from pipeline.cli.app import app
from pipeline.core import facts
from pipeline.core.alerts import content
from pipeline.core.events import claims
from pipeline.core.events import event as core
from pipeline.core.text import url as urls
from pipeline.desk import pages
from pipeline.model import Member, Story
from pipeline.settings import load
from pipeline.store import events as event_store
from pipeline.store import tables as t
from pipeline.store.rows import mails
from pipeline.store.sql import export
from pipeline.web import create_app
from pipeline.words import charts, mail_charts, timeline
from pipeline.words import language as words_language
from pipeline.words import page as page_words
from tests.databases import migrated

GOLD = Path(__file__).parent / "gold" / "contradictions.jsonl"
CASES: list[dict[str, Any]] = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
T0 = datetime(2026, 3, 2, 8, tzinfo=UTC)
NOW = T0 + timedelta(days=6)


def write(db: sa.Connection, case: int, rows: list[dict[str, Any]]) -> None:
    """Store one event as the steps do: stories, judgements, facts; then what clustering makes of them."""
    numbers = []
    for i, row in enumerate(rows, 1):
        link = f"https://outlet{i}.example/{case}/{i}"
        at = T0 + timedelta(hours=row["hours"])
        values = {
            "url_hash": urls.key(link), "canonical_url": link, "url": link, "title": row["title"],
            "summary": row["summary"], "language": row["lang"], "seen_at": at, "story_at": at, "published_at": at,
            "outlet": row.get("outlet", f"outlet{i}.example"), "content_hash": f"{case * 100 + i:032x}",
        }  # fmt: skip
        number = int(db.execute(sa.insert(t.stories).values(**values).returning(t.stories.c.id)).scalar_one())
        numbers.append(number)
        db.execute(
            sa.insert(t.matches).values(
                story_id=number, watchlist_version="v1", matcher_version="m1", content_hash=f"{number:032x}",
                level=2, score=0.9, topics=[], evidence={}, matched_at=at, is_current=True,
            )
        )  # fmt: skip
    members = []
    for number, row in zip(numbers, rows, strict=True):
        parts = (("title", row["title"]), ("summary", row["summary"]), ("text", row.get("text", "")))
        told = tuple(f for part, text in parts for f in facts.read(text, row["lang"], part))
        found = db.execute(sa.select(t.stories).where(t.stories.c.id == number)).one()
        story = Story(
            id=number, canonical_url=found.canonical_url, url=found.url, title=found.title, summary=found.summary,
            language=found.language, published_at=found.published_at, seen_at=found.seen_at, outlet=found.outlet,
        )  # fmt: skip
        copy_of = numbers[row["copy_of"] - 1] if row.get("copy_of") else None
        members.append(Member(story, 2, {}, told, {}, copy_of=copy_of))
    members.sort(key=lambda m: (m.story.published_at, urls.key(m.story.canonical_url)))
    places = {n: core.Placement("found", None, {}) for n in numbers}
    event_store.put(db, [core.EventPlan(None, tuple(members), (), places)], [], "c1", NOW)


@dataclass
class Desk:
    """A store with all cases, event n being case n - 1."""

    url: str

    def settings(self) -> Any:
        return load(database_url=self.url, encoder="none", log_format="quiet")


@pytest.fixture(scope="module")
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    url = migrated(request, "sqlite", tmp_path_factory.mktemp("answer"))
    with store.begin(url) as db:
        db.execute(
            sa.insert(t.watchlists).values(
                version="v1", name="w", content={"topics": []}, created_at=T0, is_current=True
            )
        )
        for i, case in enumerate(CASES):
            write(db, i, case["stories"])
    return Desk(url)


Found = tuple[int, int | None]  # amounts in dispute, amounts that are shown (None: this surface does not show them)


def page(desk: Desk) -> list[Found]:
    client = TestClient(create_app(desk.settings(), lambda: NOW), base_url="http://127.0.0.1:8321")
    found: list[Found] = []
    for number in range(1, len(CASES) + 1):
        html = client.get(f"/events/{number}").text
        disputes = re.search(r'<ul class="disputes">(.*?)</ul>', html, re.S)
        kinds = re.findall(r'rowspan="(\d+)">[^<]*<span>(\w+)</span>', html)
        sides = (
            {s for li in re.findall(r'class="sides">(.*?)</div>', disputes[1], re.S) for s in _sides(li)}
            if disputes
            else set()
        )
        found.append((len(sides), sum(int(n) for n, kind in kinds if kind != "date")))
    return found


def _sides(html: str) -> list[str]:
    return re.findall(r"<b>(.*?)</b>", html)


def command_line(desk: Desk) -> list[Found]:
    runner = CliRunner()
    found: list[Found] = []
    for number in range(1, len(CASES) + 1):
        answer = json.loads(
            runner.invoke(app, ["events", "show", str(number), "--json", "--database", desk.url]).stdout
        )
        amounts = [f for f in answer["facts"] if f["kind"] != "date"]
        assert sum(f["disputed"] for f in amounts) == len(
            {v for c in answer["contradictions"] for v in ((c["role"], c["value"]), (c["role"], c["against"]))}
        )
        found.append((sum(f["disputed"] for f in amounts), len(amounts)))
    structlog.reset_defaults()  # the command's log went to the runner's output, which is closed now
    return found


def letter(desk: Desk) -> list[Found]:
    composer = mail.Composer("newswatch <a@desk.example>", "https://desk.example", {}, "secret")
    found: list[Found] = []
    for number in range(1, len(CASES) + 1):
        with store.read(desk.url) as db:
            dossier = mails.load(db, number)
        assert dossier is not None
        envelope = mail.Envelope(
            name="Desk", address="desk@reader.example", message_id="<1@desk.example>", at=NOW,
            unsubscribe_url="https://desk.example/u", subscription="desk",
        )  # fmt: skip
        made = composer.event(content.EventNews(dossier), "en", "UTC", envelope)
        message = email.message_from_bytes(made.content, policy=policy.default)
        text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr, attr-defined]
        more = re.search(r"and (\d+) more amount", text)
        shown = len(re.findall(r"^  .+ · .* according to ", text, re.M)) + (int(more[1]) if more else 0)
        found.append((text.count("reports differ"), shown))
    return found


def atom(desk: Desk) -> list[Found]:
    body = pages.atom_feed(desk.settings(), NOW, limit=1000, min_level=0)
    found = {}
    space = {"a": "http://www.w3.org/2005/Atom"}
    for entry in ElementTree.fromstring(body).findall("a:entry", space):
        number = int(str(entry.findtext("a:id", "", space)).rsplit("/", 1)[1])
        found[number] = (str(entry.findtext("a:summary", "", space)).count("reports differ"), None)
    return [found[n] for n in range(1, len(CASES) + 1)]


def _views(contradictions: list[dict[str, Any]], amounts: list[dict[str, Any]]) -> list[Found]:
    found: list[Found] = []
    for number in range(1, len(CASES) + 1):
        sides = {
            v
            for c in contradictions
            if c["event_id"] == number
            for v in ((c["role"], c["value"]), (c["role"], c["against_value"]))
        }
        mine = [a for a in amounts if a["event_id"] == number and a["kind"] != "date"]
        assert sum(bool(a["is_disputed"]) for a in mine) == len(sides)
        found.append((len(sides), len(mine)))
    return found


def views(desk: Desk) -> list[Found]:
    with store.read(desk.url) as db:
        both = [
            [dict(r._mapping) for r in db.execute(sa.text(f"select * from {name}"))]
            for name in ("fact_contradictions", "event_facts")
        ]
    return _views(*both)


def exported(desk: Desk) -> list[Found]:
    both = []
    for name in ("fact_contradictions", "event_facts"):
        target = io.BytesIO()
        export.write(desk.url, name, "jsonl", target, None, 30)
        both.append([json.loads(line) for line in target.getvalue().splitlines()])
    return _views(*both)


SURFACES: list[Callable[[Desk], list[Found]]] = [page, command_line, letter, atom, views, exported]


@pytest.mark.parametrize("surface", SURFACES, ids=lambda s: s.__name__)
def test_every_surface_gives_the_one_answer(desk: Desk, surface: Callable[[Desk], list[Found]]) -> None:
    """The amounts in dispute are those that the table expects, event by event, and all amounts are shown."""
    found = surface(desk)
    wrong = []
    for case, (disputed, shown), (_, stated) in zip(CASES, found, views(desk), strict=True):
        expected = {(k[2], v) for k in case["expect"] for v in (k[3], k[4])}
        if disputed != len(expected) or shown not in {None, stated} or stated != case.get("amounts", stated):
            wrong.append((case["why"], len(expected), disputed, shown, stated))
    assert wrong == []


def _texts(desk: Desk, number: int) -> dict[str, str]:
    """Give event `number` as each surface writes it."""
    client = TestClient(create_app(desk.settings(), lambda: NOW), base_url="http://127.0.0.1:8321")
    shown = CliRunner().invoke(app, ["events", "show", str(number), "--database", desk.url], env={"COLUMNS": "300"})
    structlog.reset_defaults()
    with store.read(desk.url) as db:
        dossier = mails.load(db, number)
    assert dossier is not None
    composer = mail.Composer("newswatch <a@desk.example>", "https://desk.example", {}, "secret")
    envelope = mail.Envelope(
        name="Desk", address="desk@reader.example", message_id="<1@desk.example>", at=NOW,
        unsubscribe_url="https://desk.example/u", subscription="desk",
    )  # fmt: skip
    made = composer.event(content.EventNews(dossier), "en", "UTC", envelope)
    text = email.message_from_bytes(made.content, policy=policy.default).get_body(("plain",)).get_content()  # type: ignore[union-attr, attr-defined]
    feed = ElementTree.fromstring(pages.atom_feed(desk.settings(), NOW, limit=1000, min_level=0))
    space = {"a": "http://www.w3.org/2005/Atom"}
    entries = {str(e.findtext("a:id", "", space)).rsplit("/", 1)[1]: e for e in feed.findall("a:entry", space)}
    summary = str(entries[str(number)].findtext("a:summary", "", space))
    return {"page": client.get(f"/events/{number}").text, "command": shown.stdout, "mail": text, "atom": summary}


def test_one_writer_of_amounts(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Page, command line, mail and feed write an amount alike; the writer's prefixes changed, all of them change."""
    number = next(n for n, case in enumerate(CASES, 1) if {"money", "power"} & {k[0] for k in case["expect"]})
    with store.read(desk.url) as db:
        rows = db.execute(sa.text("select * from event_facts where event_id = :n"), {"n": number}).mappings()
        amounts = {page_words.amount(dict(r)) for r in rows if r["kind"] in {"money", "power"}}
    assert amounts
    for surface, text in _texts(desk, number).items():
        assert [a for a in amounts if a not in text] == [], surface
    monkeypatch.setattr(words_language.Words, "_quantity", lambda *_: "seven bushels")
    for surface, text in _texts(desk, number).items():
        assert "seven bushels" in text, surface


@pytest.mark.parametrize("draw", [charts.timeline, lambda told: mail_charts.timeline(told, lambda at, _: f"{at}")])
def test_one_timeline(draw: Callable[[list[content.StoryLine]], bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """Page and mail take rows and their order from one place; the order changed, both pictures change."""
    told = [
        content.StoryLine(i, "", "", "", tag, T0 + timedelta(hours=i), is_copy=i == 2)
        for i, tag in enumerate(("fr", "id", "fr", "de"))
    ]
    assert timeline.rows(told, 8) == (["fr", "id", "de"], {"fr": 0, "id": 1, "de": 2})
    assert timeline.rows(told, 2) == (["fr", "+2"], {"fr": 0, "id": 1, "de": 1})
    before = draw(told)
    assert draw(told) == before
    monkeypatch.setattr(timeline, "rows", lambda *_: (["de", "id", "fr"], {"de": 0, "id": 1, "fr": 2}))
    assert draw(told) != before


def test_one_way_to_the_operator() -> None:
    """Whatever fails, one module writes to the operator: none other takes the operator's envelope or addresses."""
    root = Path(pipeline.__file__).parent
    users = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if re.search(r"operator_envelope\(|settings\.operator or|notify\.send\(", path.read_text("utf-8"))
    }
    # targets.py tells subscribers, not the operator; compose.py makes the envelope
    assert users == {"alarm.py", "mail/compose.py", "steps/targets.py"}


def test_history_names_a_dispute_once(desk: Desk) -> None:
    """A dispute is a line of history: what alerts subscribers is what the surfaces show."""
    with store.read(desk.url) as db:
        query = sa.select(t.event_history.c.event_id).where(t.event_history.c.kind == "fact")
        told = list(db.scalars(query.order_by(t.event_history.c.event_id)))
    assert told == [i for i, case in enumerate(CASES, 1) for _ in case["expect"]]


def test_one_mark_of_what_is_disputed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Command line, mail and feed mark the same amounts: taken away in one place, the mark is gone from all."""
    number = next(n for n, case in enumerate(CASES, 1) if case["expect"])
    marked = ("command", "mail", "atom")  # the page has a list of contradictions instead
    texts = _texts(desk, number)
    assert [s for s in marked if "reports differ" not in texts[s].lower()] == []
    monkeypatch.setattr(claims.Stated, "disputed", property(lambda _: frozenset()))
    texts = _texts(desk, number)
    assert [s for s in marked if "reports differ" in texts[s].lower()] == []
