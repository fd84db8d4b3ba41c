"""The command line as people and programs use it: contracts of its JSON, its tables, its exit statuses."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline import __version__
from pipeline.desk import sample
from tests import commandline
from tests.samples import FEW, write_few

NEWSWATCH = str(Path(sys.executable).parent / "newswatch")
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def newswatch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """The command in an environment whose database holds the sample feeds' stories."""
    folder = tmp_path_factory.mktemp("cli")
    env = {
        **os.environ,
        "NEWSWATCH_DATABASE_URL": f"sqlite:///{folder / 'newswatch.db'}",
        "NEWSWATCH_WATCH_DIR": str(folder / "watch"),
        "NEWSWATCH_MAIL_DIR": str(folder / "mail"),
        "NEWSWATCH_ALLOW_ADDRESSES": "127.0.0.1",
        "NEWSWATCH_HOST_SPACING": "0",
        "NEWSWATCH_ENRICH": "false",
        "NEWSWATCH_ENCODER": "none",
    }

    def run(*words: str, status: int = 0, **more: str) -> subprocess.CompletedProcess[str]:
        done = commandline.newswatch(*words, env={**env, **more})
        assert done.returncode == status, done.stderr[-3000:]
        assert "Traceback" not in done.stderr
        return done

    with sample.serve() as port:
        write_few(folder / "watch", port)
        run("run", "--all-feeds")
    yield run


def test_version_and_help_teach(newswatch: Run) -> None:
    """A newcomer finds every step and what to start with."""
    installed = subprocess.run([NEWSWATCH, "--version"], capture_output=True, text=True, check=True)
    assert installed.stdout.strip() == newswatch("--version").stdout.strip() == f"newswatch {__version__}"
    said = newswatch("--help").stdout
    for word in (
        "run",
        "fetch",
        "parse",
        "detect",
        "match",
        "cluster",
        "alert",
        "deliver",
        "explain",
        "newswatch demo",
    ):
        assert word in said


def test_each_step_prints_its_tally_as_json(newswatch: Run) -> None:
    """A program reads what a step did; nothing is due a second time."""
    for step in ("sync", "fetch", "parse", "detect", "match", "enrich", "cluster", "alert", "deliver"):
        tally = json.loads(newswatch(step, "--json").stdout)
        assert tally["step"] == step
        assert {"seen", "done", "skipped", "failed", "seconds", "detail"} <= tally.keys()
        assert tally["failed"] == 0


def test_events_are_listed_shown_corrected_and_replayed(newswatch: Run) -> None:
    """An analyst looks, splits what was joined wrongly, joins it again; a replay finds no difference."""
    listed = json.loads(newswatch("events", "list", "--min-level", "3", "--json").stdout)
    assert [e["level"] for e in listed] == [3]
    number = listed[0]["id"]
    shown = json.loads(newswatch("events", "show", str(number), "--json").stdout)
    stories = [s["id"] for s in shown["stories"]]
    assert len(stories) == listed[0]["story_count"] >= FEW
    assert "Event" in newswatch("events", "show", str(number)).stdout
    newswatch("events", "split", str(number), str(stories[-1]), "--by", "ann", "--note", "another deal")
    apart = json.loads(newswatch("events", "show", str(number), "--json").stdout)
    assert stories[-1] not in [s["id"] for s in apart["stories"]]
    other = json.loads(newswatch("explain", str(stories[-1]), "--json").stdout)["event"]["id"]
    assert other != number
    assert json.loads(newswatch("replay", "--json").stdout)["differences"] == []
    newswatch("events", "merge", str(other), str(number), "--by", "ann")
    again = json.loads(newswatch("events", "show", str(other), "--json").stdout)
    assert (again["asked"], again["event"]["id"]) == (other, number)
    assert sorted(s["id"] for s in again["stories"]) == sorted(stories)


def test_explain_tells_a_person_why(newswatch: Run) -> None:
    """Entity, place, likeness, level and event stand in the text; an unknown story is one sentence."""
    event = json.loads(newswatch("events", "list", "--min-level", "3", "--json").stdout)[0]
    story = json.loads(newswatch("events", "show", str(event["id"]), "--json").stdout)["stories"][0]
    said = newswatch("explain", story["url"]).stdout
    for word in (story["title"][:20], "Level 3", "names", f"Event {event['id']}", "probability"):
        assert word in said
    assert "no story" in newswatch("explain", "99999999", status=3).stderr


def test_an_error_of_ours_is_the_status_of_the_process(tmp_path: Path) -> None:
    """As a shell sees it: 3, one sentence, no traceback; what is wrong on the command line itself is 2."""
    env = {**os.environ, "NEWSWATCH_DATABASE_URL": f"sqlite:///{tmp_path / 'none.db'}"}
    for words, status in ((("explain", "1"), 3), (("explain", "1", "--colour"), 2)):
        done = subprocess.run([NEWSWATCH, *words], env=env, capture_output=True, text=True, check=False)
        assert done.returncode == status == commandline.newswatch(*words, env=env).returncode
        assert done.stdout == "" and done.stderr and "Traceback" not in done.stderr


def test_facts_keep_their_contract(newswatch: Run) -> None:
    """Six keys, base units, offsets into the text."""
    text = "AIP lève 30 milliards de dollars ; 1 580 TWh."
    found = json.loads(newswatch("facts", text, "--lang", "fr", "--json").stdout)
    assert [(f["kind"], f["value"], f["unit"]) for f in found] == [("money", 3e10, "USD"), ("energy", 1.58e15, "Wh")]
    assert all({"kind", "value", "unit", "role", "start", "end"} <= f.keys() for f in found)
    assert text[found[1]["start"] : found[1]["end"]] == "1 580 TWh"


def test_evaluations_keep_their_contracts(newswatch: Run, tmp_path: Path) -> None:
    """The keys that others build on; a floor that is missed ends with 1, a broken line with 3 and its number."""
    rows = [
        {"lang": "en", "title": "Nvidia, xAI join BlackRock, Microsoft, MGX in the AI Infrastructure Partnership",
         "summary": "", "url": "https://a.example/1", "date": "2025-03-19", "relevance": 3, "event": "join"},
        {"lang": "fr", "title": "xAI et Nvidia rejoignent l'AIP de BlackRock, Microsoft et MGX, alliance d'IA",
         "summary": "", "url": "https://b.example/1", "date": "2025-03-19", "relevance": 3, "event": "join"},
        {"lang": "en", "title": "American Institute of Physics (AIP) names new journal editor", "summary": "",
         "url": "https://c.example/1", "date": "2025-03-20", "relevance": 0, "event": "", "note": "lookalike: AIP"},
    ]  # fmt: skip
    file = tmp_path / "stories.jsonl"
    file.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    found = json.loads(newswatch("evaluate", str(file), "--json").stdout)
    assert found["n"] == 3
    assert found["levels"]["1"].keys() >= {"precision", "recall", "f1"}
    assert found["languages"]["fr"].keys() >= {"n", "f1"}
    assert found["lookalikes"] == {"n": 1, "wrong": 0}
    events = json.loads(newswatch("evaluate-events", str(file), "--json").stdout)
    assert events["n"] == 2
    assert events["cross_lingual"]["f1"] == 1.0
    assert events["b3"].keys() >= {"precision", "recall", "f1"}
    tsv = tmp_path / "texts.tsv"
    tsv.write_text(
        "en\tThe central bank kept its rates unchanged on Thursday\nfr\tLa banque centrale maintient ses taux\n"
    )
    language = json.loads(newswatch("evaluate-language", str(tsv), "--json").stdout)
    assert language["n"] == 2
    assert language.keys() >= {"accuracy", "abstained", "wrong_confident", "texts_per_second", "languages"}
    rows[2]["relevance"] = 3
    file.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    newswatch("evaluate", str(file), "--floor", "0.99", status=1)
    file.write_text('{"lang": "en", "title": "x", "relevance": 9}\n', encoding="utf-8")
    assert "line 1" in newswatch("evaluate", str(file), status=3).stderr


def test_feeds_are_listed_and_checked(newswatch: Run, tmp_path: Path) -> None:
    """Before the first run the folder answers; after it the store; a wrong file is refused with its line."""
    stored = json.loads(newswatch("feeds", "list", "--json").stdout)
    assert len(stored) == FEW
    fresh = {"NEWSWATCH_DATABASE_URL": f"sqlite:///{tmp_path / 'none.db'}"}
    declared = json.loads(newswatch("feeds", "list", "--json", **fresh).stdout)
    assert {f["state"] for f in declared} == {"declared"}
    assert not (tmp_path / "none.db").exists()
    newswatch("init", str(tmp_path / "mine"), "--example")
    wrong = tmp_path / "mine" / "feeds.toml"
    wrong.write_text('[[feeds]]\nurl = "https://a.example/feed"\ntitel = "A"\n', encoding="utf-8")
    said = newswatch("feeds", "check", "--watch", str(tmp_path / "mine"), status=3).stderr
    assert "feeds.toml" in said
    assert "line 3" in said
    assert "not an empty folder" in newswatch("init", str(tmp_path / "mine"), "--example", status=3).stderr


def test_the_schema_is_made_and_made_again(newswatch: Run, tmp_path: Path) -> None:
    """An upgrade says from where to where."""
    fresh = {"NEWSWATCH_DATABASE_URL": f"sqlite:///{tmp_path / 'new.db'}"}
    assert "was empty" in newswatch("db", "upgrade", **fresh).stdout
    assert "already" in newswatch("db", "upgrade", **fresh).stdout
