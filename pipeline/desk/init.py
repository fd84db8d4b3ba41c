"""Write a watch folder for somebody to edit: a small one made from seed articles, or the one that ships."""

import json
import re
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from pathlib import Path

from pipeline import catalog
from pipeline.core.text.fold import fold
from pipeline.core.watchlist import suggest
from pipeline.detector import Detector
from pipeline.errors import CatalogError, ConfigError

PROPOSED = 12  # entities proposed from the seeds: more is not read
WORDS = 12  # words a language proposed for the field
_WORD = re.compile(r"[^\W\d_]{5,}")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_QUOTED = re.compile(r"[「『]([^」』\n]{2,20})[」』]|«([^»\n]{2,30})»|“([^”\n]{2,30})”")
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
        **{
            f"seeds/{key}.txt": f"key: {key}\nlanguage: {lang}\ntitle: {title}\n\n{text}\n"
            for key, lang, title, text in read
        },
    }
    for file, content in files.items():
        path = directory / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    catalog.load(directory)  # what we write must be readable: a fault here is ours
    return sorted(p for p in directory.rglob("*") if p.is_file())


def _seed(path: Path, number: int) -> tuple[str, str, str, str]:
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
    return key if number == 1 or key else f"seed-{number}", "en" if language == "und" else language, title, text


def _watchlist(name: str, seeds: Sequence[tuple[str, str, str, str]]) -> str:
    met: Counter[str] = Counter()
    written: dict[str, Counter[str]] = {}
    spread: dict[str, set[str]] = {}
    for key, _, title, text in seeds:
        body = f"{title}. {text}"
        opens = {m.end() for m in re.finditer(r"(?:^|[.!?…»”\"]\s+|\n)", body)}
        for start, end in suggest.candidates(body):
            word = body[start:end]
            folded = fold(word)
            if len(folded) < 3 or (start in opens and " " not in word and body.count(word) < 3):
                continue  # a capital at the beginning of a sentence says nothing
            met[folded] += 1
            written.setdefault(folded, Counter())[word] += 1
            spread.setdefault(folded, set()).add(key)
        for word in (m[1] or m[2] or m[3] for m in _QUOTED.finditer(body)):  # a ship, a plan: no capital says it
            if body.count(word) >= 2:
                folded = fold(word)
                met[folded] = max(met[folded], body.count(word))
                written.setdefault(folded, Counter())[word] += 1
                spread.setdefault(folded, set()).add(key)
    ranked = sorted(met, key=lambda k: (-len(spread[k]), -met[k], k))
    often = [k for k in ranked if met[k] >= 2 and (len(spread[k]) == len(seeds) or met[k] >= 3)]
    chosen: list[str] = []
    for k in _whole(often, met):
        if not any(f" {k} " in f" {c} " or (f" {c} " in f" {k} " and met[k] < met[c]) for c in chosen):
            chosen = [c for c in chosen if f" {c} " not in f" {k} "] + [k]
    lines = [_HEAD.format(name=json.dumps(_slug(name) or "watch"))]
    keys: set[str] = set()
    for k in chosen[:PROPOSED] or ranked[:1]:
        text = written[k].most_common(1)[0][0]
        slug = _slug(k) or f"entity-{len(keys) + 1}"
        while slug in keys:
            slug += "-2"
        keys.add(slug)
        quoted = json.dumps(text, ensure_ascii=False)
        lines.append(
            f"\n# met {met[k]} times in {len(spread[k])} of {len(seeds)} seeds\n"
            f"[[entities]]\nkey = {json.dumps(slug)}\n"
            f'name = {quoted}\nkind = "company"\nroles = ["context"]\n[entities.aliases]\nany = [{quoted}]\n'
        )
    lines.append(_FIELD)
    names = {part for k in met for part in k.split()}
    words: dict[str, Counter[str]] = {}
    for _, lang, title, text in seeds:
        words.setdefault(lang, Counter()).update(
            w for w in _words(f"{title} {title} {text}") if not _is_named(fold(w), names, chosen)
        )
    for lang, found in words.items():
        found = Counter({w: found[w] for w in _whole(list(found), found)})
        top = [w for w, n in found.most_common(WORDS * 2) if n >= 2][:WORDS] or [w for w, _ in found.most_common(3)]
        lines.append(f"{lang} = {json.dumps(top, ensure_ascii=False)}\n")
    return "".join(lines)


def _whole(found: Sequence[str], met: Mapping[str, int]) -> list[str]:
    """Leave out what is only a piece of another one, or one with something more, in scripts without spaces."""
    pieces = [k for k in found if _UNSPACED.search(k)]
    return [
        k
        for k in found
        if k not in pieces
        or not any(
            k != other and ((k in other and met[k] <= met[other]) or (other in k and met[k] < met[other]))
            for other in pieces
        )
    ]


def _is_named(word: str, names: Container[str], chosen: Sequence[str]) -> bool:
    return any(word in name for name in chosen) if _UNSPACED.search(word) else word in names


def _words(text: str) -> Iterator[str]:
    """Give what may be words of the field: of Han two to four characters, Kana in a row, else words of five letters."""
    for run in re.findall(r"[\u3400-\u9fff]{2,}", text):
        yield from (run[i : i + n] for n in (2, 3, 4) for i in range(len(run) - n + 1))
    yield from re.findall(r"[\u30a1-\u30ff]{3,}", text)
    yield from (w.lower() for w in _WORD.findall(text) if not _UNSPACED.search(w))


def _slug(text: str) -> str:
    return _SLUG.sub("-", fold(text).lower()).strip("-")[:60].strip("-")
