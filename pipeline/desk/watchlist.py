"""Look after the watchlist: check its aliases against texts and stored stories, and find the names that it lacks."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline import catalog, store
from pipeline.core.match import names as alias
from pipeline.core.match.vocabulary import SAYS
from pipeline.core.measure import labelled
from pipeline.core.text import plain
from pipeline.core.watchlist import check as vet
from pipeline.core.watchlist import suggest
from pipeline.desk import unpacked
from pipeline.errors import ConfigError, StoreError
from pipeline.model import FieldRole, Role, Story, Watchlist
from pipeline.settings import Settings
from pipeline.steps import Progress, matcher, silent
from pipeline.store import labels
from pipeline.store.rows import corpus
from pipeline.words.language import is_language

CHECKED = 50_000  # newest stories that `check` reads: some 10 s
PLACED, OTHERS = 4_000, 20_000  # newest stories in events, and other ones, that `find` reads


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that a watchlist lacks, or that has no effect in it; `wrong` says that a person should act."""

    text: str
    wrong: bool


@dataclass(frozen=True, slots=True)
class Tried:
    """A seed of the folder judged with it; below level 3, `why` says what is missing."""

    seed: str
    level: int
    why: list[str]


@dataclass(frozen=True, slots=True)
class Checked:
    """What is to be known about a watch folder's aliases."""

    watchlist: str  # its version
    aliases: int
    texts: int
    stories: int | None  # None where no database is
    faults: list[vet.Fault]
    wrong: int  # faults and lacks on which a person should act
    lacking: list[Lack]
    seeds: list[Tried]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A name proposed as an alias, with `toml` to paste and the titles of its first stories."""

    name: suggest.Suggestion
    toml: str
    titles: list[str]


def check(
    settings: Settings,
    data: Sequence[Path] = (),
    *,
    share: float = vet.COMMON,
    limit: int = CHECKED,
    progress: Progress = silent,
) -> Checked:
    """Check the watch folder's aliases against one another, the texts of `data` and the stored stories."""
    watchlist = _watchlist(settings)
    lacks = lacking(watchlist)
    index = alias.Index(watchlist)
    faults = vet.collisions(watchlist, index)
    given, stored = vet.Census(), vet.Census()
    for path in data:
        for language, words, ours in read(path):
            given.add(language, index.find("", words), ours)
            progress("texts", given.ours + given.others, None)
    if given.others:
        faults += vet.common(watchlist, given, "texts", share)
    count: int | None = 0
    try:
        with store.read(settings.database_url) as db:
            said = labels.levels(db)
            for row in corpus.judged(db, limit):
                found = index.find(row.title, row.summary, row.text)
                stored.add(row.language, found, said.get(row.id, row.level) >= 1)
                progress("stories", stored.ours + stored.others, None)
        count = stored.ours + stored.others
    except StoreError:
        count = None
    if stored.others:
        faults += vet.common(watchlist, stored, "stories", share)
    if stored.ours or stored.others:
        faults += vet.unused(watchlist, [given, stored])
    return Checked(
        watchlist=watchlist.version,
        aliases=sum(len(e.aliases) for e in watchlist.entities),
        texts=given.ours + given.others,
        stories=count,
        faults=faults,
        wrong=sum(f.wrong for f in faults) + sum(lack.wrong for lack in lacks),
        lacking=lacks,
        seeds=tried(settings, watchlist),
    )


def lacking(watchlist: Watchlist) -> list[Lack]:
    """Say what a watchlist lacks, or what in it has no effect."""
    roles = {role for e in watchlist.entities for role in e.roles}
    watched = [e for e in watchlist.entities if Role.WATCHED in e.roles]
    ours = [f for f in watchlist.fields if f.role == FieldRole.SEEDS]
    index = alias.Index(watchlist)
    spoken = {key for s in watchlist.seeds for key in index.find(s.title, "", s.text).fields}
    checks = (
        (Role.SUBJECT not in roles, True, 'no entity has the role "subject": level 2 and 3 cannot be reached'),
        (not ours, True, 'no field has the role "seeds": a watched firm with other business is never ours'),
        (not watched, False, 'no entity has the role "watched": nothing but the subject is ours'),
        (not watchlist.topics, False, "no topic: people can subscribe to entities only"),
        (
            bool(watched) and not any(e.whole for e in watched),
            False,
            "no watched entity has whole = true: each needs a sign of the field beside its name",
        ),
    )
    rows = [Lack(text, wrong) for bad, wrong, text in checks if bad]
    rows += [
        Lack(f'no seed uses a word of the field "{f.key}"; are the words in the seeds\' languages?', wrong=False)
        for f in ours
        if f.key not in spoken
    ]
    rows += [
        Lack(f'whole = true of "{e.key}" has no effect: it is not watched', wrong=False)
        for e in watchlist.entities
        if e.whole and Role.WATCHED not in e.roles
    ]
    rows += _unknown(watchlist)
    return rows


def _unknown(watchlist: Watchlist) -> Iterator[Lack]:
    """Tell of languages that no text is ever in: what is said under them is looked for, and counted for nobody."""
    said = {(f'the aliases of "{e.key}"', a.language) for e in watchlist.entities for a in e.aliases}
    said |= {(f'the words of "{g.key}"', tag) for g in (*watchlist.fields, *watchlist.lookalikes) for tag in g.words}
    said |= {(f'the seed "{s.key}"', s.language) for s in watchlist.seeds}
    for where, tag in sorted(said):
        if tag != "any" and not is_language(tag):
            yield Lack(f'there is no language "{tag}" ({where}); say it as BCP 47 does ("uk", not "ua")', wrong=True)


def tried(settings: Settings, watchlist: Watchlist) -> list[Tried]:
    """Judge the folder's own seeds with it."""
    judge = matcher(settings, watchlist)
    rows = []
    for s in watchlist.seeds:
        found = judge.judge(Story(0, "", "", s.title, s.text[:600], language=s.language))
        weights = found.evidence["contributions"][str(min(3, int(found.level) + 1))]
        why = [SAYS[n] for n, w in weights.items() if n in SAYS and abs(w) >= 0.3][:5]
        rows.append(Tried(s.key, int(found.level), why))
    return rows


def find(settings: Settings, *, entity: str | None = None, progress: Progress = silent) -> list[Proposal]:
    """Propose names that stand in stories of events about an entity where no alias of it does.

    The best come first in each entity; nothing is written.
    """
    watchlist = _watchlist(settings)
    if entity is not None and entity not in {e.key for e in watchlist.entities}:
        raise ConfigError(f"no entity of the watchlist has the key {entity!r}")
    index = alias.Index(watchlist)
    told: list[suggest.Naming] = []
    titles: dict[int, str] = {}
    with store.read(settings.database_url) as db:
        for row in corpus.in_events(db, PLACED):
            told.append(_told(index, row, None))
            titles[row.id] = plain.called(row.title, row.summary)
            progress("events", len(told), None)
        names = frozenset(name for s in told for name in s.names)
        placed = set(titles)
        for row in corpus.judged(db, OTHERS) if names else ():
            if row.id not in placed and row.copy_of is None:
                told.append(_told(index, row, names))
                progress("stories", len(told), None)
    return [
        Proposal(s, _toml(s), [titles[i] for i in s.stories[:3]])
        for s in suggest.suggest(watchlist.entities, told)  # of all: a name belongs to who it sounds like most
        if entity in {None, s.entity}
    ]


def read(path: Path) -> Iterator[tuple[str, str, bool]]:
    """Read texts as (language, words, ours): JSON lines {lang, title, summary, text, relevance}, or LANGUAGE tab TEXT.

    Gzipped or not; a line without a tab is a text of unknown language. Raise ConfigError for what cannot be read.
    """
    content = unpacked.text(path)
    if ".jsonl" in path.suffixes:
        for _, row in labelled.rows(content, path.name):
            parts = [row[k] for k in ("title", "summary", "text") if isinstance(row.get(k), str)]
            words = plain.plain(" \n ".join(parts))
            yield str(row.get("lang") or "und"), words, row.get("relevance") in (1, 2, 3)
        return
    for line in content.split("\n"):
        language, tab, words = line.partition("\t")
        if line.strip():
            yield (language, words.split("\t")[0], False) if tab else ("und", line, False)


def _watchlist(settings: Settings) -> Watchlist:
    return catalog.load(settings.watch_dir or catalog.default_dir()).watchlist


def _told(index: alias.Index, row: corpus.Row, only: frozenset[str] | None) -> suggest.Naming:
    parts = {"title": row.title, "summary": row.summary, "text": row.text}
    found = index.find(row.title, row.summary, row.text)
    return suggest.told(row.id, row.language, row.outlet, row.event, parts, found, only)


def _toml(s: suggest.Suggestion) -> str:
    """Write the alias as an element of a list of [entities.aliases]; short capitals keep their case."""
    written = json.dumps(s.text, ensure_ascii=False)  # a JSON string is a TOML string
    letters = [c for c in s.text if c.isalpha()]
    rules = "case = true" if len(letters) <= 5 and s.text.upper() == s.text and s.text.lower() != s.text else ""
    rules = ", ".join(r for r in (rules, "prefix = true" if s.prefix else "") if r)
    return f"{{ text = {written}, {rules} }}" if rules else written
