"""The JSON of the commands that measure, fit and check: its keys, in their order, are what programs build on."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pipeline import log, settings, store
from pipeline.cli.app import app
from pipeline.steps import cluster
from tests.told import BHOJPURI, STORIES, T0, Told, tell

GOLD = Path(__file__).parents[1] / "gold"
TERMINALS = GOLD / "storylines" / "terminals"
WATCHLIST = """
name = "test"
""" + "".join(
    f'[[entities]]\nkey = "{name.lower()}"\nname = "{name}"\nkind = "company"\nroles = ["{role}"]\n'
    f'[entities.aliases]\nany = ["{name}", "Other"]\n'
    for name, role in (("BlackRock", "party"), ("Microsoft", "party"), ("xAI", "watched"), ("Nvidia", "party"))
)
SEED = "key: one\nlanguage: en\ntitle: xAI joins\n\nxAI joins BlackRock and Microsoft, and so does Nvidia.\n"
FIGURES = "{precision, recall, f1}"
LEVELS = f"{{1: {FIGURES}, 2: {FIGURES}, 3: {FIGURES}}}"
EVIDENCE = "…"  # what the matcher stores: its own tests say what is in it
CONFUSION = f"[{{id, lang, title, expected, got, score, note, evidence: {EVIDENCE}}}]"
JUDGED = "stories_per_second, likeness, missed_by_first_tier, matcher, watchlist"
FACT = "kind, value, unit, role, start, end, text, approximate, bound, upper"
EXAMPLE = "[{story, language, title, score}]"
WAYS = "happenings, own, later, other, never, refused"


def keys(value: Any) -> str:
    """Write the keys of some JSON in their order; a list by its first element."""
    if isinstance(value, list):
        return f"[{keys(value[0]) if value and isinstance(value[0], dict) else ''}]"
    if not isinstance(value, dict):
        return ""
    parts = ((k, EVIDENCE if k == "evidence" else keys(v)) for k, v in value.items())
    return "{" + ", ".join(f"{k}: {inner}" if inner else k for k, inner in parts) + "}"


def lines(path: Path, rows: list[dict[str, Any]]) -> str:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return str(path)


def story(told: Told, **more: object) -> dict[str, Any]:
    date = (T0 + timedelta(hours=told.hours)).isoformat()
    row = {"lang": told.language, "title": told.title, "summary": told.summary, "url": told.address, "date": date}
    return row | {"relevance": told.level, "event": told.event} | more


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Labelled files by the name of what they measure."""
    folder = tmp_path_factory.mktemp("files")
    wrong = [story(STORIES[0], relevance=0), story(STORIES[1])]
    a, b = STORIES[0], STORIES[1]
    pair = {"lang1": a.language, "title1": a.title, "text1": a.summary, "same": 1}
    pair |= {"lang2": b.language, "title2": b.title, "text2": b.summary}
    split = [story(STORIES[0]), story(STORIES[1], event="other"), story(STORIES[1], url="", date="2019", event="join")]
    lost = story(STORIES[0], url="https://copy.example/1", event="lost")
    (folder / "texts.tsv").write_text("en\tThe bank kept its rates\nfr\tDie Regierung hat es heute beschlossen\n")
    labelled = (TERMINALS / "stories.jsonl").read_text(encoding="utf-8").splitlines()
    watch = folder / "watch"
    (watch / "seeds").mkdir(parents=True)
    (watch / "watchlist.toml").write_text(WATCHLIST)
    (watch / "feeds.toml").touch()
    (watch / "subscriptions.toml").touch()
    (watch / "seeds" / "one-en.txt").write_text(SEED)
    return {
        "wrong": lines(folder / "wrong.jsonl", wrong),
        "pairs": lines(folder / "pairs.jsonl", [pair]),
        "split": lines(folder / "split.jsonl", split),
        "stream": lines(folder / "stream.jsonl", [story(t) for t in STORIES] + [lost]),
        "texts": str(folder / "texts.tsv"),
        "teach": lines(folder / "teach.jsonl", [json.loads(line) for line in labelled[::6][:40]]),
        "out": str(folder / "new.json"),
        "watch": str(watch),
        "terminals": str(TERMINALS),
    }


@pytest.fixture(scope="module", autouse=True)
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A clustered, labelled store of ten stories; no encoder."""
    url = f"sqlite:///{tmp_path_factory.mktemp('store') / 'news.db'}"
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("ENCODER", "none"), ("LOG_FORMAT", "quiet"), ("DATABASE_URL", url)):
            patch.setenv(f"NEWSWATCH_{name}", value)
        log.configure("quiet")
        store.upgrade(url)
        with store.begin(url) as db:
            tell(db, [*STORIES, BHOJPURI])
        cluster.run(settings.load(), T0 + timedelta(days=3))
        for number, level in ((1, 3), (2, 0)):
            assert CliRunner().invoke(app, ["label", str(number), str(level)]).exit_code == 0
        yield
    log.configure()


COMMANDS = {
    "evaluate {wrong}": f"{{n, levels: {LEVELS}, languages: {{en: {{n, f1}}, fr: {{n, f1}}}}, "
    f"lookalikes: {{n, wrong}}, confusions: {CONFUSION}, {JUDGED}}}",
    "evaluate --from-store --floor 0": f"{{n, levels: {LEVELS}, languages: {{en: {{n, f1}}, fr: {{n, f1}}}}, "
    f"lookalikes: {{n, wrong}}, confusions: {CONFUSION}, {JUDGED}, floor, below_floor: [], "
    f"standing: {{n, levels: {LEVELS}}}}}",
    "evaluate-events {split} --all --pairs {pairs}": f"{{n, lines, refused, events, found, b3: {FIGURES}, "
    "pairwise: {precision, recall, f1, pairs}, cross_lingual: {precision, recall, f1, pairs}, "
    "worst_splits: [{event, pairs, found: []}], worst_joins: [{found, pairs, events: []}], clusterer, "
    "pairs: {tp, fp, fn, tn, precision, recall, f1}}",
    "evaluate-language {texts}": "{n, accuracy, abstained, wrong_confident, texts_per_second, detector, languages: {"
    "en: {n, accuracy, abstained, wrong_confident, said_as: {}}, "
    "fr: {n, accuracy, abstained, wrong_confident, said_as: {de}}}}",
    "evaluate-stream {stream}": f"{{{WAYS}, twice, mails, mails_per_happening, corrections, updates, unlabelled, "
    f"by_size: {{2: {{{WAYS}}}, 1: {{{WAYS}}}, 5-8: {{{WAYS}}}}}, by_firm: {{xai: {{{WAYS}}}, grok: {{{WAYS}}}, "
    f"nextera: {{{WAYS}}}}}, "
    "worst: [{event, way, stories, title, told_in: {at, reason, subject}}], told_twice: [], lines, runs}",
    "fit {teach} --out {out} --watch {terminals}": "{file, version, n, "
    "sets: {teach.jsonl: {n, before: [], after: []}}, better: [], worse: [{set, lang, title, level, was, is}]}",
    "watchlist check --watch {watch}": "{watchlist, aliases, texts, stories, "
    "faults: [{kind, entity, alias, text, wrong}], wrong, lacking: [{text, wrong}], seeds: [{seed, level, why: []}]}",
    "watchlist suggest --watch {watch}": "[{entity, language, text, prefix, stories: [], outlets: [], events: [], "
    "lacking, elsewhere, sounds_like, alike, also: [], toml, titles: []}]",
    "backtest --since 2020-01-01 --watch {watch}": "{seen, failed, watchlist, matcher, levels: {1>0, 3>0, 3>2}, "
    f"examples: {{1>0: {EXAMPLE}, 3>0: {EXAMPLE}, 3>2: {EXAMPLE}}}}}",
    "facts SENTENCE --lang en": f"[{{{FACT}}}]",
    "facts SENTENCE --lang en --explain": f"[{{{FACT}, words: [{{word, table, key, files: []}}], rule}}]",
}


@pytest.mark.parametrize(("command", "expected"), COMMANDS.items())
def test_the_keys_stay(command: str, expected: str, files: dict[str, str]) -> None:
    """Rule: no key of a result is renamed, dropped, added or moved unnoticed."""
    words = [w.format(**files) if w != "SENTENCE" else "It raised $10-12 billion." for w in command.split()]
    done = CliRunner().invoke(app, [*words, "--json"], catch_exceptions=False)
    assert keys(json.loads(done.stdout)) == expected, done.stdout[:3000]
