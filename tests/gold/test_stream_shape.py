"""Hold the gold stream and the language lines to their own rules: form, density, sizes, copies and labels."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
KEYS = ["id", "lang", "title", "summary", "url", "outlet", "date", "relevance", "event"]
KEYS += ["thread", "kind", "part", "note"]
TAG = re.compile(r"[a-z]{2,3}(-(Han[st]|Latn))?")
KINDS = {"", "live", "review", "podcast", "opinion"}

# Where a script decides; every other language of the stream is written in Latin letters.
SCRIPTS = {
    **dict.fromkeys(["ru", "uk", "bg", "sr"], "[Ѐ-ӿ]"),
    **dict.fromkeys(["ar", "fa", "ur", "sd", "ps"], "[؀-ۿ]"),
    **dict.fromkeys(["zh", "zh-Hans", "zh-Hant"], "[一-鿿]"),
    **{"ja": "[぀-ヿ一-鿿]", "ko": "[가-힣]", "el": "[Ͱ-Ͽ]", "he": "[֐-׿]", "th": "[฀-๿]", "ta": "[஀-௿]", "te": "[ఀ-౿]"},
    **dict.fromkeys(["hi", "mr", "ne"], "[ऀ-ॿ]"),
    **{"bn": "[ঀ-৿]", "ka": "[Ⴀ-ჿ]", "hy": "[԰-֏]", "am": "[ሀ-፿]", "ti": "[ሀ-፿]"},
}

# How the headlines name a firm: enough to count happenings, no alias list.
FIRMS = {
    "OpenAI": "OpenAI|OPENAI|ChatGPT|GPT-[67]|Sora",
    "xAI": r"\bxAI|Grok|\bXAI",
    "energy": "NextEra|NEXTERA|GE V(ernova|ERNOVA)|ベルノバ|ネクステラ|버노바",
    "AIP": r"\bAIP|AI Infrastructure Partnership|AI INFRASTRUCTURE",
}


def read(name: str) -> list[dict[str, Any]]:
    """Return the objects of one JSON-lines file of the gold set."""
    return [json.loads(line) for line in (HERE / name).read_text(encoding="utf-8").splitlines()]


STREAM = read("stream.jsonl")
WEEK, SAGAS = read("week.jsonl"), read("week2.jsonl")
PRESS, BLIND = read("week3.jsonl"), read("week4.jsonl")
FILES = {"stream": STREAM, "week": WEEK, "week2": SAGAS, "week3": PRESS, "week4": BLIND}
LANGUAGE = read("language.jsonl")


def when(row: dict[str, Any]) -> datetime:
    """Return the instant of an item in UTC."""
    found = datetime.fromisoformat(row["date"])
    assert found.tzinfo is not None
    return found.astimezone(UTC)


def grouped(field: str, rows: Iterable[dict[str, Any]] = STREAM) -> dict[str, list[dict[str, Any]]]:
    """Return the items by a label that is not empty."""
    found = defaultdict(list)
    for row in rows:
        if row[field]:
            found[row[field]].append(row)
    return found


EVENTS = grouped("event")
THREADS = grouped("thread")


def words(rows: Iterable[dict[str, Any]]) -> str:
    """Return titles and summaries as one text."""
    return "\n".join(f"{row['title']}\n{row['summary']}" for row in rows)


def flaw(row: dict[str, Any]) -> str:
    """Return what is wrong with the form of one item, or an empty string."""
    if list(row) != KEYS:
        return "keys"
    if not TAG.fullmatch(row["lang"]) or row["relevance"] not in (0, 1, 2) or row["part"] not in ("fit", "blind"):
        return "language, level or part"
    if not (row["title"] or row["summary"]) or len(row["title"]) > 120 or not row["outlet"]:
        return "title or outlet"
    if row["kind"] not in KINDS or (row["kind"] and row["event"]):
        return "kind"
    if any(isinstance(value, str) and value != " ".join(value.split()) for value in row.values()):
        return "white space"
    if not re.search(SCRIPTS.get(row["lang"], "[A-Za-z]"), row["title"] + row["summary"]):
        return "script"
    return ""


@pytest.mark.parametrize("stream", FILES.values(), ids=FILES)
def test_items_are_well_formed(stream: list[dict[str, Any]]) -> None:
    """An item that the commands cannot read would silently leave the measurement."""
    assert not {row["id"]: flaw(row) for row in stream if flaw(row)}


@pytest.mark.parametrize("stream", FILES.values(), ids=FILES)
def test_items_stand_once_under_fictional_hosts_in_the_order_of_time(stream: list[dict[str, Any]]) -> None:
    """Our own writing must never be put into the mouth of a real publisher, and a stream runs forward."""
    assert not [row["url"] for row in stream if not re.fullmatch(r"https://[a-z0-9.-]+\.example/[^?#]+", row["url"])]
    assert len({row["id"] for row in stream}) == len({row["url"] for row in stream}) == len(stream)
    assert [when(row) for row in stream] == sorted(when(row) for row in stream)


def test_the_week_is_denser_than_life() -> None:
    """One week of two firms, mostly headlines alone."""
    assert len(WEEK) >= 120 and len(grouped("event", WEEK)) >= 40
    assert len({row["lang"] for row in WEEK}) >= 12
    assert sum(not row["summary"] for row in WEEK) / len(WEEK) >= 0.7
    assert max(map(when, WEEK)) - min(map(when, WEEK)) < timedelta(days=7)
    assert {row["kind"] for row in WEEK} == KINDS
    headlines = {row["title"] for row in STREAM}
    assert not [row["title"] for row in WEEK if row["title"] in headlines]
    firms = re.compile("|".join((FIRMS["OpenAI"], FIRMS["xAI"], "오픈AI")))
    about = [key for key, rows in grouped("event", WEEK).items() if firms.search(words(rows))]
    assert len(about) >= 40


def test_the_second_week_is_of_sagas() -> None:
    """Sagas of three steps and more in one week, told in headlines; what is told late is told again, days after."""
    assert len(SAGAS) >= 150 and len(grouped("event", SAGAS)) >= 50
    assert len({row["lang"] for row in SAGAS}) >= 14
    chains = {k: {row["event"] for row in rows if row["event"]} for k, rows in grouped("thread", SAGAS).items()}
    assert sum(3 <= len(events) <= 6 for events in chains.values()) >= 8
    late = [row for row in SAGAS if row["note"] == "late retelling"]
    assert late and all(row["event"] in grouped("event", SAGAS) for row in late)
    titles = {row["title"] for row in (*STREAM, *WEEK)}
    assert not [row["title"] for row in SAGAS if row["title"] in titles]


@pytest.mark.parametrize(("week", "part"), [(PRESS, "fit"), (BLIND, "blind")], ids=["week3", "week4"])
def test_the_weeks_of_the_whole_field_are_as_the_press_is(week: list[dict[str, Any]], part: str) -> None:
    """One week of all watched firms: announcements, sagas and lookalikes; the newer one for measuring only."""
    assert len(week) >= 220 and len(grouped("event", week)) >= 75
    assert len({row["lang"] for row in week}) >= 20
    assert 0.45 <= sum(not row["summary"] for row in week) / len(week) <= 0.55
    assert max(map(when, week)) - min(map(when, week)) < timedelta(days=7)
    assert {row["part"] for row in week} == {part}
    assert sum(row["relevance"] == 0 for row in week) >= 12
    titles = {row["title"] for rows in FILES.values() for row in rows if rows is not week}
    assert not [row["title"] for row in week if row["title"] in titles]


def test_the_stream_is_large_and_in_many_languages_and_scripts() -> None:
    """The counts that the floors rest on."""
    assert len(EVENTS) >= 170
    assert len(STREAM) >= 480
    languages = Counter(row["lang"] for row in STREAM)
    assert len(languages) >= 24
    assert set(languages) >= {"ru", "ar", "he", "hi", "th", "zh-Hans", "zh-Hant", "ja", "ko", "el"}
    assert languages["en"] <= len(STREAM) / 2


@pytest.mark.parametrize("stream", FILES.values(), ids=FILES)
def test_a_happening_has_one_level_one_part_one_thread_and_its_day(stream: list[dict[str, Any]]) -> None:
    """Stories of one happening are judged alike and near in time; else the label is wrong."""
    for key, rows in grouped("event", stream).items():
        first = min(map(when, rows))
        assert re.fullmatch(rf"[a-z0-9-]+-{first:%Y-%m-%d}", key), key
        soon = [row for row in rows if stream is not SAGAS or row["note"] != "late retelling"]
        assert max(map(when, soon)) - first <= timedelta(days=6), key
        for field in ("relevance", "part", "thread"):
            assert len({row[field] for row in rows}) == 1, (key, field)


def test_a_thread_is_in_one_part_and_most_are_chains() -> None:
    """Were a saga fitted on by half, its blind half would not be blind."""
    assert not [key for key, rows in THREADS.items() if len({row["part"] for row in rows}) > 1]
    chains = [len({row["event"] for row in rows if row["event"]}) for rows in THREADS.values()]
    assert sum(n >= 2 for n in chains) >= 18
    assert max(chains) >= 6


def test_two_fifths_of_the_happenings_are_blind() -> None:
    """The part that is never fitted on must be large enough to say something, in every window."""
    blind = [rows[0] for rows in EVENTS.values() if rows[0]["part"] == "blind"]
    assert 0.35 <= len(blind) / len(EVENTS) <= 0.45
    assert min(Counter(row["id"][:5] for row in blind).values()) >= 10


def test_sizes_are_as_in_life() -> None:
    """Half of the happenings are told once, some by two to four, a few by the world."""
    sizes = [len(rows) for rows in EVENTS.values()]
    assert 0.45 <= sum(n == 1 for n in sizes) / len(sizes) <= 0.6
    assert sum(2 <= n <= 4 for n in sizes) / len(sizes) >= 0.3
    large = [rows for rows in EVENTS.values() if len(rows) >= 8]
    assert len(large) >= 10
    assert all(len({row["lang"] for row in rows}) >= 5 for rows in large)
    assert 0.4 <= sum(not row["summary"] for row in STREAM) / len(STREAM) <= 0.6


@pytest.mark.parametrize(("firm", "least"), [("OpenAI", 8), ("xAI", 4), ("energy", 3), ("AIP", 2)])
def test_every_window_has_a_dense_week_of_each_firm(firm: str, least: int) -> None:
    """The everyday case: many happenings of one firm in seven days."""
    days = defaultdict(list)
    for key, rows in EVENTS.items():
        if rows[0]["relevance"] and re.search(FIRMS[firm], words(rows)):
            days[rows[0]["id"][:5]].append(datetime.fromisoformat(key[-10:]))
    assert len(days) == 4
    for found in days.values():
        assert max(sum(timedelta(0) <= day - first < timedelta(days=7) for day in found) for first in found) >= least


@pytest.mark.parametrize("window", ["s2508", "s2607", "s2610", "s2702"])
def test_a_round_figure_stands_in_several_happenings_of_one_window(window: str) -> None:
    """A $20 bn round and a $20 bn site: the number must not bind them."""
    sums = defaultdict(set)
    for row in STREAM:
        if row["event"] and row["id"].startswith(window):
            for number in re.findall(r"\$ ?([\d.]+) ?(?:bn|billion|BLN)", f"{row['title']} {row['summary']}"):
                sums[number].add(row["event"])
    assert max(len(events) for events in sums.values()) >= 2


def test_live_pages_reviews_podcasts_and_opinions_are_there() -> None:
    """What glues everything must be able to fail the build."""
    kinds = Counter(row["kind"] for row in STREAM)
    assert all(kinds[kind] >= 5 for kind in KINDS)
    assert len({row["lang"] for row in STREAM if row["kind"]}) >= 8


def test_lookalikes_and_other_business_are_level_0() -> None:
    """A stream without strangers would not notice that they are let in."""
    assert {row["relevance"] for row in STREAM if row["note"].startswith("lookalike")} == {0}
    assert sum(row["relevance"] == 0 for row in STREAM) >= 25


def test_a_text_stands_twice_only_as_a_copy_by_another_outlet() -> None:
    """Copies are there on purpose; a doubled row would count one judgement twice."""
    texts = defaultdict(list)
    for row in STREAM:
        if row["summary"]:
            texts[row["title"], row["summary"]].append(row)
    copies = [rows for rows in texts.values() if len(rows) > 1]
    assert copies
    for rows in copies:
        assert len({row["outlet"] for row in rows}) == len(rows)
        assert any(row["note"].startswith("copy of") for row in rows)


def test_no_text_of_the_stream_is_a_gold_story() -> None:
    """What is fitted on elsewhere would not measure anything here."""
    known = {(row["title"], row["summary"]) for name in ("stories", "blind", "blind2") for row in read(f"{name}.jsonl")}
    assert not known & {(row["title"], row["summary"]) for row in STREAM}


def test_language_lines_are_well_formed_and_of_every_kind() -> None:
    """Each way in which a language was taken for another has its lines."""
    for row in LANGUAGE:
        assert list(row) == ["lang", "declared", "text", "accept", "note"], row
        assert TAG.fullmatch(row["lang"]) and row["text"] and row["note"] and row["lang"] not in row["accept"], row
        assert re.search(SCRIPTS.get(row["lang"], "[A-Za-z]"), row["text"]), row
    assert len({row["text"] for row in LANGUAGE}) >= 60
    assert len({row["lang"] for row in LANGUAGE}) >= 30
    assert {"sr-Latn", "sd", "rn", "ti", "om", "und"} <= {row["lang"] for row in LANGUAGE}
    assert {bool(row["declared"]) for row in LANGUAGE} == {True, False}
    for row in LANGUAGE:
        if row["note"] == "Japanese in Han alone":
            assert not re.search("[぀-ヿ]", row["text"]), row
