"""The sample feeds of the demo: they parse, they are rich enough, and their labels tell the truth about them."""

import io
import json
import tomllib
import unicodedata
import urllib.request
from calendar import timegm
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import feedparser
import pytest

import pipeline
from pipeline.desk import sample

SAMPLE = Path(pipeline.__file__).parent / "data" / "sample"
DOCUMENTS = sorted(p for p in SAMPLE.iterdir() if p.suffix in {".xml", ".rdf", ".json"})
WINDOW = datetime(2026, 11, 10, tzinfo=UTC), datetime(2026, 11, 21, tzinfo=UTC)
LOOKALIKES = {
    "aip-physics",
    "aip-aeronautics",
    "aipda-police",
    "xai-explainable",
    "xai-token",
    "stargate-series",
    "nextera-dividend",
    "ge-blades",
    "mgx-exchange",
    "blackrock-ports",
    "blackrock-etf",
    "gip-other",
    "colossus-other",
    "microsoft-games",
    "nvidia-games",
    "musk-cars",
}
# How a language is told from the letters of its titles; the others are written in Latin letters.
SCRIPTS = {
    "ru": "CYRILLIC",
    "uk": "CYRILLIC",
    "zh-Hans": "CJK",
    "zh-Hant": "CJK",
    "ja": "CJK|HIRAGANA|KATAKANA",
    "ko": "HANGUL",
    "ar": "ARABIC",
    "hi": "DEVANAGARI",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as a parser sees it."""

    feed: str
    url: str
    title: str
    summary: str
    published: datetime


def _parsed(path: Path, weeks: int = 0) -> Any:
    """Parse an XML feed as a server without a charset would hand it over."""
    body = io.BytesIO(sample.later(path.read_bytes(), weeks))
    return feedparser.parse(body, response_headers={"content-type": "application/xml"})


@cache
def _entries(path: Path, weeks: int = 0) -> tuple[Entry, ...]:
    if path.suffix == ".json":
        items = json.loads(sample.later(path.read_bytes(), weeks))["items"]
        return tuple(
            Entry(path.name, i["url"], i["title"], i["summary"], datetime.fromisoformat(i["date_published"]))
            for i in items
        )
    return tuple(
        Entry(
            path.name,
            e.link,
            e.title,
            e.summary,
            datetime.fromtimestamp(timegm(e.get("published_parsed") or e.updated_parsed), UTC),
        )
        for e in _parsed(path, weeks).entries
    )


def _all_entries() -> list[Entry]:
    return [entry for path in DOCUMENTS for entry in _entries(path)]


@cache
def _labels() -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(line) for line in (SAMPLE / "labels.jsonl").read_text(encoding="utf-8").splitlines())


def _feeds() -> list[dict[str, Any]]:
    feeds: list[dict[str, Any]] = tomllib.loads((SAMPLE / "feeds.toml").read_text(encoding="utf-8"))["feeds"]
    return feeds


def _shingles(text: str) -> set[str]:
    words = text.casefold().split()
    return {" ".join(words[i : i + 3]) for i in range(len(words) - 2)}


def _by_url() -> dict[str, Entry]:
    # Of an address that two feeds carry, the first state counts.
    found: dict[str, Entry] = {}
    for entry in sorted(_all_entries(), key=lambda e: (e.feed == "harbor-times-tech.xml", e.feed)):
        found.setdefault(entry.url, entry)
    return found


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.name)
def test_every_document_is_well_formed(path: Path) -> None:
    """The demo shows the job, not the repair of broken feeds: bozo is False, and each entry has all its parts."""
    if path.suffix == ".json":
        document = json.loads(path.read_bytes())
        assert document["version"] == "https://jsonfeed.org/version/1.1"
        assert all(item["id"] and item.get("content_text", item.get("content_html")) for item in document["items"])
    else:
        parsed = _parsed(path)
        assert parsed.bozo is False or parsed.bozo == 0
        assert parsed.encoding in {"utf-8", "windows-1251", "euc-kr", "iso-8859-2"}
    for entry in _entries(path):
        assert entry.title.strip() and entry.summary.strip()
        assert "\ufffd" not in entry.title + entry.summary
        assert WINDOW[0] <= entry.published < WINDOW[1], entry.url


def test_formats_and_encodings_are_all_there() -> None:
    """Every format of the watch folder's promise appears, with the shapes that parsers get wrong."""
    versions = Counter("json" if p.suffix == ".json" else _parsed(p).version for p in DOCUMENTS)
    assert set(versions) == {"rss20", "rss10", "atom10", "json"}
    assert {_parsed(p).encoding for p in DOCUMENTS if p.suffix != ".json"} >= {"windows-1251", "euc-kr", "iso-8859-2"}
    raw = {p.name: p.read_bytes() for p in DOCUMENTS}
    assert b"<content:encoded>" in raw["harbor-times.xml"]
    assert b"xml:base=" in raw["faro-del-plata.xml"] and b"<link>11/18/" in raw["faro-del-plata.xml"]


def test_feeds_file_declares_every_document_once() -> None:
    """A document that feeds.toml forgets would never be fetched; its language is that of the labels."""
    feeds = _feeds()
    assert [f["url"] for f in feeds] == list(dict.fromkeys(f["url"] for f in feeds))
    prefix = "http://127.0.0.1:{port}/"
    assert {f["url"].removeprefix(prefix) for f in feeds} == {p.name for p in DOCUMENTS}
    language = {f["url"].removeprefix(prefix): f["language"] for f in feeds}
    assert all(language[label["feed"]] == label["lang"] for label in _labels())
    for feed in feeds:
        assert feed["enabled"] is True and feed["expected_per_day"] > 0
        assert feed["title"] and feed["tags"] and len(feed["country"]) == 2


def test_there_are_enough_feeds_languages_and_entries() -> None:
    """The demo must show breadth: the floors of the task, and a margin."""
    assert len(DOCUMENTS) >= 15
    assert len({label["lang"] for label in _labels()}) >= 15
    assert len(_all_entries()) >= 160
    assert min(len(_entries(p)) for p in DOCUMENTS) >= 6


def test_labels_cover_every_entry_exactly() -> None:
    """One label per entry, and none besides."""
    assert Counter((e.feed, e.url) for e in _all_entries()) == Counter((x["feed"], x["url"]) for x in _labels())
    for label in _labels():
        assert list(label) == ["feed", "url", "lang", "relevance", "event", "note"]
        assert label["relevance"] in {0, 1, 2, 3}
        assert bool(label["event"]) == (label["relevance"] > 0), label["url"]


def test_links_are_unique_save_the_intended_twin() -> None:
    """Only the updated story shares its address with another entry, and every host is fictional."""
    repeated = {url: n for url, n in Counter(e.url for e in _all_entries()).items() if n > 1}
    updated = [x["url"] for x in _labels() if x["note"].startswith("updated: ")]
    assert repeated == dict.fromkeys(updated, 2) and len(updated) == 1
    assert all((urlsplit(e.url).hostname or "").endswith(".example") for e in _all_entries())


def test_the_seed_happening_is_told_widely() -> None:
    """Level 3 is one happening in at least ten languages by at least fourteen stories of different outlets."""
    seed = [x for x in _labels() if x["relevance"] == 3]
    assert {x["event"] for x in seed} == {"aip-join"}
    assert len({x["lang"] for x in seed}) >= 10
    assert len({urlsplit(x["url"]).hostname for x in seed}) >= 14
    days = {e.published.date().isoformat() for e in _all_entries() if e.url in {x["url"] for x in seed}}
    assert days <= {"2026-11-18", "2026-11-19"}


def test_six_more_happenings_in_three_languages() -> None:
    """Each has one level, and enough stories and languages to be a test of clustering."""
    languages, levels, urls = defaultdict(set), defaultdict(set), defaultdict(set)
    for label in _labels():
        if label["relevance"]:
            languages[label["event"]].add(label["lang"])
            levels[label["event"]].add(label["relevance"])
            urls[label["event"]].add(label["url"])
    assert all(len(v) == 1 for v in levels.values())
    rich = {k for k in urls if len(urls[k]) >= 3 and len(languages[k]) >= 3} - {"aip-join"}
    assert len(rich) >= 6
    assert {level for k in rich for level in levels[k]} == {1, 2}


def test_every_kind_of_lookalike_is_there() -> None:
    """DESIGN.md's traps, each level 0; the frequent ones in several languages."""
    kinds = defaultdict(set)
    for label in _labels():
        if label["note"].startswith("lookalike: "):
            assert label["relevance"] == 0, label["url"]
            kinds[label["note"].removeprefix("lookalike: ")].add(label["lang"])
    assert set(kinds) == LOOKALIKES
    several = ["xai-explainable", "xai-token", "stargate-series", "mgx-exchange", "blackrock-ports", "blackrock-etf"]
    assert all(len(kinds[k]) >= 3 for k in several)


def test_most_entries_are_everyday_news() -> None:
    """A demo without noise proves nothing: every feed also carries entries without any note that are not for us."""
    plain = Counter(x["feed"] for x in _labels() if x["relevance"] == 0 and not x["note"])
    assert sum(plain.values()) >= 60
    assert set(plain) >= {p.name for p in DOCUMENTS} - {"harbor-times-tech.xml"}


def test_notes_point_at_real_neighbours() -> None:
    """A copy is nearly its original, a twin is its title, an update has another title; all are of one event."""
    entries, label_of = _by_url(), {x["url"]: x for x in _labels()}
    kinds: Counter[str] = Counter()
    for label in _labels():
        kind, _, target = label["note"].partition(": ")
        if kind not in {"copy", "twin", "updated"}:
            continue
        kinds[kind] += 1
        assert label_of[target]["event"] == label["event"]
        here = next(e for e in _entries(SAMPLE / label["feed"]) if e.url == label["url"])
        there = entries[target]
        if kind == "copy":
            a, b = _shingles(here.summary), _shingles(there.summary)
            assert len(a & b) / len(a | b) > 0.8 and label["url"] != target
            assert here.title.endswith(there.title)
        elif kind == "twin":
            assert here.title == there.title and label["url"].startswith(target + "/amp?")
        else:
            assert label["url"] == target and here.title != there.title
            updated = next(e for e in _parsed(SAMPLE / label["feed"]).entries if e.link == target)
            assert updated.updated > updated.published
    assert kinds == {"copy": 3, "twin": 1, "updated": 1}


def test_titles_are_written_in_the_script_of_their_language() -> None:
    """A wrong encoding or a mixed-up file shows first in the letters; no word mixes Latin and Cyrillic."""
    language = {(x["feed"], x["url"]): x["lang"] for x in _labels()}
    for entry in _all_entries():
        lang = language[entry.feed, entry.url]
        names = [unicodedata.name(c, "?") for c in entry.title if c.isalpha()]
        wanted = tuple(SCRIPTS.get(lang, "LATIN").split("|"))
        assert sum(n.startswith(wanted) for n in names) / len(names) > 0.3, entry.title
        for word in (entry.title + " " + entry.summary).replace("-", " ").split():
            scripts = {unicodedata.name(c, "?").split()[0] for c in word if c.isalpha()}
            assert not {"LATIN", "CYRILLIC"} <= scripts, word


def test_subscriptions_are_the_three_readers() -> None:
    """The demo's mails show three levels in three languages, and nobody real is written to."""
    subscriptions = tomllib.loads((SAMPLE / "subscriptions.toml").read_text(encoding="utf-8"))["subscriptions"]
    assert [(s["min_level"], s["language"], s["frequency"]) for s in subscriptions] == [
        (1, "en", "instant"),
        (2, "fr", "instant"),
        (3, "id", "instant"),
    ]
    assert len({s["key"] for s in subscriptions}) == 3
    assert all(s["address"].endswith("@desk.example") for s in subscriptions)
    assert all(s["topics"] == s["entities"] == s["story_languages"] == [] for s in subscriptions)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.name)
def test_a_document_can_be_of_a_later_week(path: Path) -> None:
    """Rule: served in another week, each entry is so many weeks later, at the same hour, and says the same."""
    weeks = timedelta(weeks=61)  # over two new years
    assert _entries(path, 61) == tuple(replace(e, published=e.published + weeks) for e in _entries(path))
    assert sample.later(path.read_bytes(), 0) == path.read_bytes()


def test_the_newest_sample_is_of_the_last_seven_days() -> None:
    """Rule: whenever the demo runs, "in the last seven days" has an answer, and nothing comes from the future."""
    newest = max(e.published for e in _all_entries())
    for days in range(20):
        now = WINDOW[1] + timedelta(days=7 * 9 + days, hours=1)
        assert timedelta(0) < now - (newest + timedelta(weeks=sample.weeks_to(now))) <= timedelta(days=8)
    assert sample.weeks_to(WINDOW[0]) == 0


def test_a_watch_folder_remembers_port_and_week(tmp_path: Path) -> None:
    """Rule: a second demo reads the same documents at the same addresses, and so finds nothing new."""
    with sample.watched(tmp_path / "watch", WINDOW[1] + timedelta(weeks=3)):
        port, weeks = sample.last(tmp_path / "watch") or (0, 0)
        assert (port > 0, weeks) == (True, 3)
    with sample.watched(tmp_path / "watch", WINDOW[1] + timedelta(weeks=30)):
        assert sample.last(tmp_path / "watch") == (port, 3)
        found = urllib.request.urlopen(f"http://127.0.0.1:{port}/w3/meridian-wire.xml").read()
    assert found == sample.later((SAMPLE / "meridian-wire.xml").read_bytes(), 3)


@pytest.mark.parametrize("edit", ["[[feeds]\n", '[[feeds]]\nurl = "https://mine.example/feed.xml"\n\n'])
def test_edits_of_the_watch_folder_stay(tmp_path: Path, edit: str) -> None:
    """Rule: what somebody tries out in the folder is theirs, mistakes too; the samples are served where they were."""
    now, path = WINDOW[1] + timedelta(weeks=3), tmp_path / "watch" / "feeds.toml"
    with sample.watched(tmp_path / "watch", now):
        before = sample.last(tmp_path / "watch")
        path.write_text(edit + path.read_text(encoding="utf-8"), encoding="utf-8")
    edited = path.read_text(encoding="utf-8")
    with sample.watched(tmp_path / "watch", now + timedelta(weeks=9)):
        assert path.read_text(encoding="utf-8") == edited
        assert sample.last(tmp_path / "watch") == before
