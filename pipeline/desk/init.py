"""Write a watch folder for somebody to edit: a small one made from seed articles, or the one that ships."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from pipeline import catalog
from pipeline.core.text.fold import fold
from pipeline.core.watchlist import proposed
from pipeline.detector import Detector
from pipeline.errors import CatalogError, ConfigError
from pipeline.model import Seed

PROPOSED = 12  # entities proposed from the seeds: more is not read
WORDS = 12  # words a language proposed for the field
_SLUG = re.compile(r"[^a-z0-9]+")

_FEEDS = """# The feeds to poll. Add one with: newswatch feeds add ADDRESS --watch DIR
[[feeds]]
url = "https://www.theguardian.com/business/rss"
title = "The Guardian, business"
language = "en"

[[feeds]]
url = "https://www.tagesschau.de/wirtschaft/index~rss2.xml"
title = "tagesschau, Wirtschaft"
language = "de"

[[feeds]]
url = "https://www.lemonde.fr/economie/rss_full.xml"
title = "Le Monde, économie"
language = "fr"
"""
_SUBSCRIPTIONS = """# Who wants what, how often; docs/watch-folder.md has every option.
[[subscriptions]]
key = "desk"
name = "The desk"
address = "desk@localhost"
"""
_HEAD = """# What this watch folder watches. Proposed from the seeds: a person decides.
#
# roles   "subject"  what the seeds are about (a deal, a group, a plan): its name alone makes a story ours
#         "party"    takes part in it; with "watched", too, ours on its own in the field
#         "watched"  ours on its own, in the field
#         "context"  helps to understand, decides nothing alone
# whole   true where a firm's whole business is the field: what it does needs no word of the field beside it
# kind    company person partnership fund project product place organisation
#
# Every proposal is "context" until you say otherwise. Make one of them the subject, some of them party or watched,
# delete what is no name; then run: newswatch watchlist check --watch DIR

name = {name}
"""
_FIELD = """
# The seeds' field: words that make a watched firm's story ours. Strike what stands in any business story.
# role = "near" is for words that say what happens (deal words), role = "not-ours" for other business of the same firms.
[[fields]]
key = "field"
role = "seeds"
[fields.words]
"""


def run(directory: Path, seeds: Sequence[Path] = (), name: str = "") -> list[Path]:
    """Write a small folder made from `seeds` into a new or empty one, or the default folder; return the files written.

    A seed is a text file: its first line is the title, or it has the header of docs/watch-folder.md. Nothing of another
    storyline is written; all entities are proposals, in the role of context.
    """
    if not seeds:
        catalog.copy_default(directory)
        return sorted(p for p in directory.rglob("*") if p.is_file())
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise CatalogError(f"{directory}: not an empty folder; name a new one, so that nothing of yours is overwritten")
    read = [_seed(path, number) for number, path in enumerate(seeds, 1)]
    files = {
        "feeds.toml": _FEEDS,
        "subscriptions.toml": _SUBSCRIPTIONS,
        "watchlist.toml": _watchlist(name or directory.resolve().name, read),
        **{f"seeds/{s.key}.txt": f"key: {s.key}\nlanguage: {s.language}\ntitle: {s.title}\n\n{s.text}\n" for s in read},
    }
    for file, content in files.items():
        path = directory / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    catalog.load(directory)  # what we write must be readable: a fault here is ours
    return sorted(p for p in directory.rglob("*") if p.is_file())


def _seed(path: Path, number: int) -> Seed:
    """Read a seed file as (key, language, title, text)."""
    try:
        raw = path.read_text(encoding="utf-8-sig").replace("\r\n", "\n").replace("\0", " ")
    except (OSError, UnicodeDecodeError) as e:
        raise ConfigError(f"{path}: cannot be read as UTF-8 text ({e}); give a text file with one article") from e
    head, blank, body = raw.partition("\n\n")
    given = dict(re.findall(r"^(key|language|title):[ \t]*(.+)$", head, re.M))
    if blank and given.keys() >= {"language", "title"}:
        title, text, language = given["title"].strip(), body.strip(), given["language"].strip()
    else:
        title, _, text = (line.strip() for line in raw.strip().partition("\n"))
        language = Detector().detect(title, text[:600]).tag
    if len(text) < 40:
        raise ConfigError(f"{path}: only {len(text)} characters below its first line; a seed is a whole article")
    key = given.get("key", "").strip() or f"{_slug(path.stem) or 'seed'}"
    return Seed(key or f"seed-{number}", "en" if language == "und" else language, title, text)


def _watchlist(name: str, seeds: Sequence[Seed]) -> str:
    chosen, passed_over = proposed.names(seeds, PROPOSED)
    lines = [_HEAD.format(name=json.dumps(_slug(name) or "watch"))]
    keys: set[str] = set()
    for found in chosen:
        slug = _slug(found.text) or f"entity-{len(keys) + 1}"
        while slug in keys:
            slug += "-2"
        keys.add(slug)
        quoted = json.dumps(found.text, ensure_ascii=False)
        lines.append(
            f"\n# met {found.met} times in {found.seeds} of {len(seeds)} seeds\n"
            f"[[entities]]\nkey = {json.dumps(slug)}\n"
            f'name = {quoted}\nkind = "company"\nroles = ["context"]\n[entities.aliases]\nany = [{quoted}]\n'
        )
    if passed_over:
        lines.append(f"\n# Often met, but nothing marks them as names: {', '.join(passed_over)}\n")
    lines.append(_FIELD)
    for lang, words in proposed.field_words(seeds, chosen, WORDS).items():
        lines.append(f"{lang} = {json.dumps(words, ensure_ascii=False)}\n")
    return "".join(lines)


def _slug(text: str) -> str:
    return _SLUG.sub("-", fold(text).lower()).strip("-")[:60].strip("-")
