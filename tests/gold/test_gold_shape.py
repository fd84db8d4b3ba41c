"""Hold the gold set to its own rules: form, counts by level, language and lookalike kind, and event labels."""

import json
import re
from collections import Counter, defaultdict
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
STORY_KEYS = ["id", "lang", "title", "summary", "url", "date", "relevance", "event", "note"]
PAIR_KEYS = ["lang1", "title1", "text1", "lang2", "title2", "text2", "same"]
TAG = re.compile(r"[a-z]{2,3}(-Han[st])?")
MONTH = re.compile(r"\d{4}-\d{2}")

# Every one of these has at least five stories, so that its floor means something.
WANTED = ["en", "fr", "id", "de", "es", "pt", "it", "nl", "sv", "da", "no", "fi", "pl", "cs", "ro", "hu", "ru", "uk"]
WANTED += ["bg", "el", "tr", "ar", "fa", "he", "hi", "bn", "ta", "th", "vi", "ms", "ja", "ko", "zh-Hans", "zh-Hant"]

# Where a script decides; every other language of the set is written in Latin letters.
SCRIPTS = {
    **dict.fromkeys(["ru", "uk", "bg", "sr"], "[Ѐ-ӿ]"),
    **dict.fromkeys(["ar", "fa", "ur"], "[؀-ۿ]"),
    **dict.fromkeys(["zh-Hans", "zh-Hant"], "[一-鿿]"),
    **{"el": "[Ͱ-Ͽ]", "he": "[֐-׿]", "hi": "[ऀ-ॿ]", "bn": "[ঀ-৿]", "ta": "[஀-௿]", "te": "[ఀ-౿]", "th": "[฀-๿]"},
    **{"ja": "[぀-ヿ]", "ko": "[가-힣]"},
}

# One word that every note of the kind carries: the kinds of DESIGN.md, and those that reading the press adds.
LOOKALIKE_KINDS = [
    "AIP physics", "AIP aeronautical", "AIP police", "XAI explainable", "XAI token", "Stargate series",
    "NextEra dividend", "NextEra share", "GE Vernova blades", "MGX exchange", "MGX other", "BlackRock ports",
    "BlackRock ETF", "Microsoft Windows", "Microsoft Xbox", "Nvidia gaming", "Nvidia results", "Musk's Tesla",
    "Musk's SpaceX", "Musk's X", "Fink footballer", "Altman director", "Colossus", "GIP other", "GE other",
]  # fmt: skip


def read(name: str) -> list[dict[str, Any]]:
    """Return the objects of one JSON-lines file of the gold set."""
    return [json.loads(line) for line in (HERE / name).read_text(encoding="utf-8").splitlines()]


STORIES = read("stories.jsonl")
PAIRS = read("pairs.jsonl")


def when(date: str) -> datetime | None:
    """Return the instant of a gold date in UTC, or None where only the month is known."""
    if MONTH.fullmatch(date):
        return None
    try:
        found = datetime.fromisoformat(date)
    except ValueError:
        found = parsedate_to_datetime(date)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def month(date: str) -> str:
    """Return the month of a gold date as YYYY-MM."""
    found = when(date)
    return date if found is None else f"{found:%Y-%m}"


def share(rows: list[dict[str, Any]], field: str) -> float:
    """Return the share of rows whose field is not empty."""
    return sum(bool(row[field]) for row in rows) / len(rows)


def flaw(story: dict[str, Any]) -> str:
    """Return what is wrong with the form of one story, or an empty string."""
    if list(story) != STORY_KEYS:
        return "keys"
    if not TAG.fullmatch(story["lang"]) or story["relevance"] not in (0, 1, 2, 3):
        return "language or level"
    if not (story["title"] or story["summary"]) or len(story["title"]) > 120:
        return "title"
    if any(isinstance(value, str) and value != " ".join(value.split()) for value in story.values()):
        return "white space"
    return ""


def test_stories_are_well_formed() -> None:
    """A row that the commands cannot read would silently leave the measurement."""
    assert not {story["id"]: flaw(story) for story in STORIES if flaw(story)}


def test_outlets_are_fictional() -> None:
    """Our own writing must never be put into the mouth of a real publisher."""
    real = [story["url"] for story in STORIES if not re.fullmatch(r"https://[a-z0-9.-]+\.example/[^?#]+", story["url"])]
    assert not real


@pytest.mark.parametrize("name", ["blind.jsonl", "blind2.jsonl", "blind3.jsonl"])
def test_blind_stories_are_well_formed(name: str) -> None:
    """The blind sets keep the rules of form, stand under fictional hosts, and repeat no story of another file."""
    rows = read(name)
    assert not {row["id"]: flaw(row) for row in rows if flaw(row)}
    assert not [row["url"] for row in rows if not re.fullmatch(r"https://[a-z0-9.-]+\.example/[^?#]+", row["url"])]
    assert len({row["id"] for row in rows}) == len({row["url"] for row in rows}) == len(rows)
    assert {row["relevance"] for row in rows if row["note"].startswith("lookalike")} == {0}
    assert not {(row["title"], row["summary"]) for row in rows} & {(s["title"], s["summary"]) for s in STORIES}


@pytest.mark.parametrize(("name", "least"), [("roles.jsonl", 240), ("roles_blind.jsonl", 90)])
def test_hard_lines_are_well_formed(name: str, least: int) -> None:
    """Headlines of one kind each: what a firm or product does, and what is only done with its name."""
    rows = read(name)
    keys = ["id", "lang", "title", "summary", "relevance", "event", "note"]
    assert len(rows) >= least
    assert not [r["id"] for r in rows if list(r) != keys or not r["title"] or len(r["title"]) > 120 or not r["note"]]
    assert len({r["id"] for r in rows}) == len({r["title"] for r in rows}) == len(rows)
    assert {r["relevance"] for r in rows if r["note"].startswith(("lookalike", "hard"))} == {0}
    assert {r["relevance"] for r in rows} == {0, 1, 2}
    assert len({r["lang"] for r in rows}) >= 15


def test_the_blind_hard_lines_repeat_no_fitted_one() -> None:
    """What is never fitted on must not stand among what is."""
    blind = {row["title"] for row in read("roles_blind.jsonl")}
    assert not blind & {row["title"] for row in [*read("roles.jsonl"), *STORIES]}


def test_dates_are_within_the_storyline() -> None:
    """Time is a feature: a stray date would teach or measure nonsense."""
    stray = [story["id"] for story in STORIES if not "2024-09" <= month(story["date"]) <= "2026-10"]
    assert not stray


def test_texts_are_in_the_script_of_their_language() -> None:
    """A row under the wrong tag would be counted against the wrong language."""
    wrong = [s["id"] for s in STORIES if not re.search(SCRIPTS.get(s["lang"], "[A-Za-z]"), s["title"] + s["summary"])]
    assert not wrong


@pytest.mark.parametrize("key", ["id", "url"])
def test_identities_are_unique(key: str) -> None:
    """Stories are stored once per URL: a doubled one would vanish from the count."""
    doubled = [value for value, count in Counter(story[key] for story in STORIES).items() if count > 1]
    assert not doubled


def test_no_text_stands_twice() -> None:
    """A copied row would count one judgement twice; syndicated copies differ in some words."""
    doubled = [text for text, n in Counter((s["title"], s["summary"]) for s in STORIES).items() if n > 1]
    assert not doubled


@pytest.mark.parametrize(("level", "least"), [(3, 70), (2, 70), (1, 90), (0, 110)])
def test_every_level_has_stories(level: int, least: int) -> None:
    """A floor on a level means nothing below some dozens of rows."""
    assert sum(story["relevance"] == level for story in STORIES) >= least


def test_languages_are_many_and_each_wanted_one_has_every_side() -> None:
    """Floors per language need five stories, with some for us and some not."""
    by_language = defaultdict(list)
    for story in STORIES:
        by_language[story["lang"]].append(story["relevance"])
    one_sided = []
    for lang in WANTED:
        levels = by_language[lang]
        if len(levels) < 5 or 0 not in levels or max(levels) < 2:
            one_sided.append(lang)
    assert not one_sided


@pytest.mark.parametrize("kind", LOOKALIKE_KINDS)
def test_every_kind_of_lookalike_is_there(kind: str) -> None:
    """Each trap of the design must be able to fail the build."""
    assert any(story["note"].startswith(f"lookalike: {kind}") for story in STORIES)


def test_lookalikes_are_level_0_in_many_languages() -> None:
    """At most one in twenty may pass: that needs more than twice twenty, and not only English ones."""
    lookalikes = [story for story in STORIES if story["note"].startswith("lookalike")]
    assert {story["relevance"] for story in lookalikes} == {0}
    assert len(lookalikes) >= 55
    assert len({story["lang"] for story in lookalikes}) >= 12


@pytest.mark.parametrize(("level", "least"), [(3, 1), (2, 6), (1, 12), (0, 6)])
def test_every_level_has_happenings(level: int, least: int) -> None:
    """Clustering is measured by the number of happenings, not of stories."""
    assert len({s["event"] for s in STORIES if s["event"] and s["relevance"] == level}) >= least


def test_an_event_has_one_level_two_stories_and_ten_days() -> None:
    """Stories of one happening are judged alike and are near in time; else the label is wrong."""
    events = defaultdict(list)
    for story in STORIES:
        if story["event"]:
            events[story["event"]].append(story)
    for key, members in events.items():
        assert re.fullmatch(r"[a-z0-9-]+-20\d\d-\d\d", key), key
        assert len({story["relevance"] for story in members}) == 1, key
        assert len({story["lang"] for story in members}) >= 2, key
        times = [time for story in members if (time := when(story["date"]))]
        assert (max(times) - min(times)).days <= 10, key
        assert all(story["date"].startswith(key[-7:]) for story in members if MONTH.fullmatch(story["date"])), key


def test_the_form_of_a_story_does_not_betray_its_level() -> None:
    """Were a summary missing only where nothing is at stake, its absence would be a feature."""
    for level in (0, 1, 2, 3):
        rows = [story for story in STORIES if story["relevance"] == level]
        assert 0.75 <= share(rows, "summary") < 1


def test_pairs_are_well_formed() -> None:
    """The pairs go to the command that measures clustering: the same care as for stories."""
    for pair in PAIRS:
        assert list(pair) == PAIR_KEYS, pair
        assert isinstance(pair["same"], bool), pair
        assert TAG.fullmatch(pair["lang1"]) and TAG.fullmatch(pair["lang2"]), pair
        assert pair["title1"] and pair["title2"], pair
        assert (pair["title1"], pair["text1"]) != (pair["title2"], pair["text2"]), pair


def test_pairs_are_balanced_cross_lingual_and_agree_with_the_events() -> None:
    """Half of the pairs are hard negatives; a pair from the stories must say what their labels say."""
    assert len(PAIRS) >= 120
    assert 0.4 <= sum(pair["same"] for pair in PAIRS) / len(PAIRS) <= 0.6
    assert sum(pair["lang1"] != pair["lang2"] for pair in PAIRS) >= 0.6 * len(PAIRS)
    assert len({pair[key] for pair in PAIRS for key in ("lang1", "lang2")}) >= 20
    event = {(story["title"], story["summary"]): story["event"] for story in STORIES}
    known = 0
    for pair in PAIRS:
        first, second = event.get((pair["title1"], pair["text1"])), event.get((pair["title2"], pair["text2"]))
        assert (first is None) == (second is None)
        if first is not None:
            known += 1
            assert (first == second) == pair["same"]
    assert 0 < known < len(PAIRS)


def test_kinds_of_act_are_told_in_many_languages() -> None:
    """A kind that one language tells would be that language; a headline of two kinds would be none."""
    rows = read("acts.jsonl")
    assert all(list(row) == ["act", "lang", "title"] and TAG.fullmatch(row["lang"]) for row in rows)
    assert len({row["title"] for row in rows}) == len(rows)
    told = defaultdict(list)
    for row in rows:
        told[row["act"]].append(row["lang"])
    assert len(told) >= 50
    assert not {act: langs for act, langs in told.items() if len(langs) < 12 or len(set(langs)) < 8}
