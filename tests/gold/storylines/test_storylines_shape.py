"""Hold the two storylines of our own to their rules: form, counts, labels, and watch folders that load."""

import json
import re
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline import catalog
from pipeline.core.text.fold import fold
from pipeline.model import Watchlist

HERE = Path(__file__).parent
NAMES = ("terminals", "chocolate")
SMALL = ("nighttrains", "vaccines", "lithium")  # written later
KEYS = ["id", "lang", "title", "summary", "url", "outlet", "date", "relevance", "event", "note"]
MONTHS = {"terminals": "2026-03", "chocolate": "2026-05", "nighttrains": "2026-09"}
SPAN = {"vaccines": ("2026-09", "2027-03"), "lithium": ("2027-01", "2027-06")}  # their follow-ups come months later
SCRIPTS = {
    "el": "[Ͱ-Ͽ]",
    "ru": "[Ѐ-ӿ]",
    "ar": "[؀-ۿ]",
    "hi": "[ऀ-ॿ]",
    "ja": "[぀-ヿ一-鿿]",
    "ko": "[가-힣]",
    "zh-Hans": "[一-鿿]",
}
SHIPPED_FIELDS = {"ai", "datacentre", "power", "funding", "round"}

# The kinds of hard lines that both storylines must have.
KINDS = [
    "lookalike: sponsorship", "lookalike: results", "lookalike: other business", "lookalike: ordinary word",
    "hard: thin", "hard: foil", "hard: passing", "hard: product used", "hard: other trade", "hard: background names",
]  # fmt: skip


def read(name: str) -> list[dict[str, Any]]:
    """Return the labelled stories of one storyline."""
    return [json.loads(line) for line in (HERE / name / "stories.jsonl").read_text(encoding="utf-8").splitlines()]


def words(watchlist: Watchlist) -> set[str]:
    """Return all field words of a watchlist, folded."""
    return {fold(word) for field in watchlist.fields for listed in field.words.values() for word in listed}


STORIES = {name: read(name) for name in (*NAMES, *SMALL)}
EVERY = [(name, story) for name in STORIES for story in STORIES[name]]


@pytest.mark.parametrize("name", NAMES)
def test_the_watch_folder_loads(name: str) -> None:
    """A new user's folder: two seeds in two languages, a subject, fields, names in six languages and more."""
    found = catalog.load(HERE / name).watchlist
    assert len({seed.language for seed in found.seeds}) == 2
    assert {role for entity in found.entities for role in entity.roles} >= {"subject", "party", "watched", "context"}
    assert len({alias.language for entity in found.entities for alias in entity.aliases}) >= 7
    assert all(len(field.words) >= 10 for field in found.fields)


def test_the_sealed_storyline_shares_no_field_with_the_shipped_one() -> None:
    """It measures what a stranger gets: neither a key nor a word of a field may be known from elsewhere."""
    shipped = catalog.load(Path(catalog.__file__).parents[1] / "data" / "watch").watchlist
    ours = catalog.load(HERE / "chocolate").watchlist
    known = words(shipped)
    assert len(known) > 100
    assert {field.key for field in shipped.fields} >= {"ai", "power"}
    assert not {field.key for field in ours.fields} & SHIPPED_FIELDS
    assert not words(ours) & known


def test_stories_are_well_formed() -> None:
    """A row that the commands cannot read would silently leave the measurement."""
    for name, story in EVERY:
        assert list(story) == KEYS, story["id"]
        assert story["relevance"] in (0, 1, 2, 3), story["id"]
        assert story["title"] and len(story["title"]) <= 120 and story["outlet"], story["id"]
        assert all(value == " ".join(value.split()) for value in story.values() if isinstance(value, str)), story["id"]
        assert re.fullmatch(r"https://www\.[a-z0-9-]+\.example/[a-z0-9/-]+", story["url"]), story["id"]
        month = date.fromisoformat(story["date"][:10]).isoformat()[:7]
        assert month == MONTHS[name] if name in MONTHS else SPAN[name][0] <= month <= SPAN[name][1], story["id"]
        assert re.search(SCRIPTS.get(story["lang"], "[A-Za-z]"), story["title"] + story["summary"]), story["id"]


@pytest.mark.parametrize("key", ["id", "url", "title"])
def test_nothing_stands_twice(key: str) -> None:
    """A story is stored once per URL, and a copied row would count one judgement twice."""
    assert not [value for value, count in Counter(story[key] for _, story in EVERY).items() if count > 1]


@pytest.mark.parametrize("name", NAMES)
def test_every_level_has_stories_with_and_without_a_summary(name: str) -> None:
    """A third of the lines are headlines alone, at every level, so that their form betrays nothing."""
    rows = STORIES[name]
    assert len(rows) >= 160
    for level, least in ((3, 20), (2, 30), (1, 35), (0, 70)):
        bare = [not story["summary"] for story in rows if story["relevance"] == level]
        assert len(bare) >= least
        assert 0.2 <= sum(bare) / len(bare) <= 0.5
    assert 0.28 <= sum(not story["summary"] for story in rows) / len(rows) <= 0.4


@pytest.mark.parametrize("name", SMALL)
def test_the_later_storylines_have_every_level_and_both_sides(name: str) -> None:
    """120 lines and more in ten languages, more than half of them traps."""
    rows = STORIES[name]
    assert len(catalog.load(HERE / name).watchlist.seeds) == 2
    assert all(sum(r["relevance"] == level for r in rows) >= 15 for level in range(4))
    assert len({r["lang"] for r in rows if r["relevance"] == 0} & {r["lang"] for r in rows if r["relevance"] > 1}) >= 10
    assert sum(r["note"].startswith(("lookalike: ", "hard: ")) for r in rows) * 2 > len(rows)
    assert {r["relevance"] for r in rows if r["note"].startswith("lookalike")} == {0}


@pytest.mark.parametrize("name", NAMES)
def test_each_language_has_both_sides(name: str) -> None:
    """Floors per language need stories for us and stories that are not."""
    sides = defaultdict(list)
    for story in STORIES[name]:
        sides[story["lang"]].append(story["relevance"])
    assert len(sides) >= 10
    assert not [lang for lang, levels in sides.items() if len(levels) < 10 or levels.count(0) < 3 or max(levels) < 3]


@pytest.mark.parametrize("name", NAMES)
def test_hard_lines_are_many_and_of_every_kind(name: str) -> None:
    """The traps decide: at least two in five, some of which are ours."""
    notes = [story["note"] for story in STORIES[name]]
    assert sum(note.startswith(("lookalike: ", "hard: ")) for note in notes) >= 0.4 * len(notes)
    assert all(note.startswith(("lookalike: ", "hard: ")) for note in notes if note)
    assert not set(KINDS) - set(notes)
    assert sum(story["note"] == "hard: thin" and story["relevance"] > 0 for story in STORIES[name]) >= 15
    assert {story["relevance"] for story in STORIES[name] if story["note"].startswith("lookalike")} == {0}


@pytest.mark.parametrize("name", NAMES)
def test_events_are_many_of_one_level_and_dense(name: str) -> None:
    """One happening has one level and lies within three days; many happenings fall into the same fortnight."""
    events = defaultdict(list)
    for story in STORIES[name]:
        if story["event"]:
            events[story["event"]].append(story)
    assert all(story["event"] for story in STORIES[name] if story["relevance"])
    for key, members in events.items():
        assert re.fullmatch(rf"[a-z0-9-]+-{MONTHS[name]}", key)
        assert len({story["relevance"] for story in members}) == 1, key
        days = sorted(date.fromisoformat(story["date"][:10]) for story in members)
        assert (days[-1] - days[0]).days <= 3, key
    assert Counter(members[0]["relevance"] for members in events.values())[3] == 1
    for level, least in ((2, 6), (1, 9)):
        assert sum(members[0]["relevance"] == level and len(members) > 1 for members in events.values()) >= least
