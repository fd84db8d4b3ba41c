"""A watch folder is read whole, or refused whole with file, line, what was expected and what to do."""

import random
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from pipeline import catalog
from pipeline.catalog.lines import line_of, locate
from pipeline.errors import CatalogError, ConfigError
from pipeline.model import Frequency, Role

WATCHLIST = """\
name = "wells"

[[topics]]
key = "water"
title = { en = "Water", fr = "Eau" }
entities = ["acme"]

[[entities]]
key = "acme"
name = "Acme"
kind = "company"
wikidata = "Q42"
roles = ["party", "watched"]
[entities.aliases]
any = ["Acme Wells", { text = "ACME", case = true, needs = ["acme", "field:wells"] }]
fr = ["Puits Acme"]
ru = [{ text = "Акме", prefix = true }]

[[fields]]
key = "wells"
[fields.words]
en = ["well", "wells"]

[[lookalikes]]
key = "cartoon"
of = ["acme"]
[lookalikes.words]
en = ["coyote"]
"""
FEEDS = """\
[[feeds]]
url = "https://news.example.org/rss"
title = "Example"
language = "fr"
country = "FR"
tags = ["business"]
expected_per_day = 20

[[query_feeds]]
template = "https://search.example.org/rss?q={query}&hl={hl}&gl={country}&ceid={country}:{ceid}"
title = "Search"
entities = ["acme"]
field = "wells"
editions = [
    { language = "fr", country = "FR", hl = "fr", ceid = "fr" },
    { language = "en", country = "GB", hl = "en-GB", ceid = "en" },
]
"""
SUBSCRIPTIONS = """\
[[subscriptions]]
key = "desk"
name = "Desk"
address = "desk@example.org"
"""
SEED = """\
key: acme-well
language: fr
title: Acme creuse un puits

Acme a annoncé mercredi qu'elle creuserait un puits.

Il coûtera deux millions d'euros.
"""
FILES = {
    "watchlist.toml": WATCHLIST,
    "feeds.toml": FEEDS,
    "subscriptions.toml": SUBSCRIPTIONS,
    "seeds/acme.txt": SEED,
}


def write(folder: Path, **changes: str) -> Path:
    """Write a small right watch folder; `changes` replace whole files by name."""
    for name, text in {**FILES, **changes}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def refusal(folder: Path) -> str:
    """Load a wrong folder and give the message without the folder's own path."""
    with pytest.raises(CatalogError) as caught:
        catalog.load(folder)
    return str(caught.value).replace(f"{folder}/", "").replace(str(folder), "DIR")


def test_a_right_folder_becomes_nouns(tmp_path: Path) -> None:
    """Every value of the files arrives in the noun that bears its name."""
    watch = catalog.load(write(tmp_path))
    feed = watch.feeds[0]
    assert (feed.url, feed.language, feed.country, feed.tags) == (
        "https://news.example.org/rss",
        "fr",
        "FR",
        ("business",),
    )
    assert feed.expected_per_day == 20 and feed.enabled
    (entity,) = watch.watchlist.entities
    assert entity.roles == (Role.PARTY, Role.WATCHED) and entity.wikidata == "Q42"
    assert [(a.text, a.language, a.case, a.prefix, a.needs) for a in entity.aliases] == [
        ("Acme Wells", "any", False, False, ()),
        ("ACME", "any", True, False, ("acme", "field:wells")),
        ("Puits Acme", "fr", False, False, ()),
        ("Акме", "ru", False, True, ()),
    ]
    assert watch.watchlist.topics[0].titles == {"en": "Water", "fr": "Eau"}
    assert watch.watchlist.lookalikes[0].of == ("acme",)
    (seed,) = watch.watchlist.seeds
    assert (seed.key, seed.language, seed.title) == ("acme-well", "fr", "Acme creuse un puits")
    assert seed.text.startswith("Acme a annoncé") and seed.text.endswith("deux millions d'euros.")
    assert watch.subscriptions[0].frequency is Frequency.INSTANT


def test_a_query_feed_needs_a_name_to_ask_for(tmp_path: Path) -> None:
    """A search for nothing would bring the whole world, or an error from somebody else's server."""
    names = 'any = [{ text = "ACME", case = true, needs = ["field:wells"] }]\nfr = ["Puits Acme"]\n'
    start, end = WATCHLIST.index("any = ["), WATCHLIST.index("ru = [")
    text = WATCHLIST[:start] + names + WATCHLIST[end:]
    assert refusal(write(tmp_path, **{"watchlist.toml": text})) == (
        "feeds.toml, line 16: no entity of this query feed has a name to ask for in this language; "
        "give one an alias that needs no companion, or remove the edition"
    )


@pytest.mark.parametrize("tag", ["sw", "zh-Hant"])
def test_a_language_that_mails_lack_is_refused(tmp_path: Path, tag: str) -> None:
    """A reader who asked for Swahili is not silently written to in English."""
    told = refusal(write(tmp_path, **{"subscriptions.toml": SUBSCRIPTIONS + f'language = "{tag}"\n'}))
    assert f'mails are not written in "{tag}"; choose one of ar, de, en, es, fr, id, ja, pt, zh' in told
    assert "subscriptions.toml, line" in told


def test_every_wish_of_a_subscription_is_read(tmp_path: Path) -> None:
    """No option of subscriptions.toml is silently dropped."""
    text = (
        SUBSCRIPTIONS
        + """\
topics = ["water"]
entities = ["acme"]
min_level = 2
story_languages = ["fr", "zh-Hant"]
language = "fr"
frequency = "weekly"
at = "07:30"
weekday = 4
timezone = "Europe/Paris"
quiet_hours = ["22:00", "07:00"]
max_per_day = 3
only_independent = true
min_stories = 2
targets = ["https://hooks.example.org/x"]
enabled = false
"""
    )
    (s,) = catalog.load(write(tmp_path, **{"subscriptions.toml": text})).subscriptions
    assert (s.topics, s.entities, s.min_level, s.story_languages) == (("water",), ("acme",), 2, ("fr", "zh-Hant"))
    assert (s.language, s.frequency, s.at, s.weekday) == ("fr", Frequency.WEEKLY, "07:30", 4)
    assert (s.timezone, s.quiet_hours, s.max_per_day) == ("Europe/Paris", ("22:00", "07:00"), 3)
    assert (s.only_independent, s.min_stories, s.enabled) == (True, 2, False)
    assert s.targets == ("https://hooks.example.org/x",)


def test_query_feeds_ask_in_the_language_of_their_edition(tmp_path: Path) -> None:
    """One feed per edition: the OR of the quoted names, its own and everyone's, and the field's words."""
    feeds = catalog.load(write(tmp_path)).feeds[1:]
    asked = [parse_qs(urlsplit(f.url).query) for f in feeds]
    assert [q["q"][0] for q in asked] == [
        '("Acme Wells" OR "Puits Acme") ("well" OR "wells")',
        '("Acme Wells") ("well" OR "wells")',
    ]
    assert [(q["hl"][0], q["gl"][0], q["ceid"][0]) for q in asked] == [("fr", "FR", "FR:fr"), ("en-GB", "GB", "GB:en")]
    assert [f.title for f in feeds] == ["Search (fr, FR)", "Search (en, GB)"]
    assert all("query" in f.tags for f in feeds)


# (file, what is replaced, by what, the whole message)
WRONG = [
    (
        "feeds.toml",
        'title = "Example"',
        'titel = "Example"',
        'feeds.toml, line 1: [[feeds]] has no "title"; add it: a text that is not empty and has no spaces at its ends\n'
        'feeds.toml, line 3: unknown key "titel" in [[feeds]]; did you mean "title"?',
    ),
    (
        "feeds.toml",
        "https://news.example.org/rss",
        "ftp://news.example.org/rss",
        'feeds.toml, line 2: url is "ftp://news.example.org/rss"; expected an http or https address',
    ),
    (
        "feeds.toml",
        "https://news.example.org/rss",
        "https://news example.org/rss",
        'feeds.toml, line 2: url is "https://…"; expected an http or https address',
    ),
    (
        "feeds.toml",
        "expected_per_day = 20",
        'expected_per_day = "many"',
        'feeds.toml, line 7: expected_per_day is "many"; expected a number of new stories a day above 0, such as 20',
    ),
    (
        "feeds.toml",
        'language = "fr"\ncountry = "FR"\n',
        'language = "French"\ncountry = "France"\n',
        'feeds.toml, line 4: language is "French"; expected a language tag, such as "fr", "zh-Hant" or "pt-BR"\n'
        'feeds.toml, line 5: country is "France"; expected a country code of two capitals, such as "FR"',
    ),
    (
        "feeds.toml",
        'tags = ["business"]',
        'tags = "business"',
        'feeds.toml, line 6: tags is "business"; expected a list of texts, such as ["business", "energy"]',
    ),
    (
        "feeds.toml",
        'tags = ["business"]',
        "enabled = 1",
        "feeds.toml, line 6: enabled is 1; expected true or false",
    ),
    (
        "feeds.toml",
        "[[query_feeds]]",
        '[[feeds]]\nurl = "http://www.news.example.org/rss/"\ntitle = "Again"\n[[query_feeds]]',
        'feeds.toml, line 10: the address "http://www.news.example.org/rss/" stands already in line 2; '
        "remove one of them",
    ),
    (
        "feeds.toml",
        "q={query}&",
        "q={word}&",
        'feeds.toml, line 10: template is "https://search.example.org/rss"; '
        "expected an http or https address with {query} and, as needed, {hl}, {country}, {ceid} or {language}",
    ),
    (
        "feeds.toml",
        'entities = ["acme"]',
        'entities = ["acmee"]',
        'feeds.toml, line 12: no entity has the key "acmee"; did you mean "acme"?',
    ),
    (
        "feeds.toml",
        'field = "wells"',
        'field = "money"',
        'feeds.toml, line 13: no field has the key "money"; expected one of wells',
    ),
    (
        "feeds.toml",
        '{ language = "en", country = "GB", hl = "en-GB", ceid = "en" }',
        '{ language = "fr", country = "FR", hl = "fr", ceid = "fr" }',
        'feeds.toml, line 16: the edition hl = "fr", country = "FR" stands already in line 15; remove one of them',
    ),
    (
        "feeds.toml",
        "[[feeds]]",
        "[[feed]]",
        'feeds.toml, line 1: unknown key "feed" in the file; did you mean "feeds"?',
    ),
    (
        "feeds.toml",
        'title = "Example"',
        'title = "Example',
        "feeds.toml, line 3, column 17: this is not TOML (illegal character '\\n'); expected a line such as "
        'key = "value", [[table]] or # comment',
    ),
    (
        "watchlist.toml",
        'kind = "company"',
        'kind = "firm"',
        'watchlist.toml, line 11: kind is "firm"; expected one of company, person, partnership, fund, project, '
        "product, place, organisation",
    ),
    (
        "watchlist.toml",
        'key = "acme"\nname',
        'key = "Acme Inc"\nname',
        'watchlist.toml, line 9: key is "Acme Inc"; expected a key of small letters, digits and dashes, such as '
        '"new-name", at most 64 long',
    ),
    (
        "watchlist.toml",
        'wikidata = "Q42"',
        'wikidata = "42"',
        'watchlist.toml, line 12: wikidata is "42"; expected a Wikidata id, such as "Q2283"',
    ),
    (
        "watchlist.toml",
        'roles = ["party", "watched"]',
        'roles = ["party", "boss"]',
        'watchlist.toml, line 13: roles is "boss"; expected a list of one or more of subject, party, watched, context',
    ),
    (
        "watchlist.toml",
        '{ text = "ACME", case = true, needs',
        '{ text = "ACME", cases = true, needs',
        'watchlist.toml, line 15: unknown key "cases" in aliases.any of [[entities]]; did you mean "case"?',
    ),
    (
        "watchlist.toml",
        '"field:wells"',
        '"field:well"',
        'watchlist.toml, line 15: no entity or field has the key "field:well"; did you mean "field:wells"?',
    ),
    (
        "watchlist.toml",
        'fr = ["Puits Acme"]',
        'fr = [\n    "Puits Acme",\n    "Puits Acme",\n]',
        'watchlist.toml, line 18: the alias "Puits Acme" stands already in line 17; remove one of them',
    ),
    (
        "watchlist.toml",
        'fr = ["Puits Acme"]',
        'french = ["Puits Acme"]',
        'watchlist.toml, line 16: unknown language "french" in aliases of [[entities]]; expected a language tag, such '
        'as "fr", "zh-Hant" or "pt-BR" or "any"',
    ),
    (
        "watchlist.toml",
        'any = ["Acme Wells", { text = "ACME", case = true, needs = ["acme", "field:wells"] }]\nfr = ["Puits Acme"]\n'
        'ru = [{ text = "Акме", prefix = true }]\n',
        "",
        'watchlist.toml, line 8: the entity "acme" has no alias; add one under [entities.aliases]',
    ),
    (
        "watchlist.toml",
        'entities = ["acme"]',
        'entities = ["acme", "emca"]',
        'watchlist.toml, line 6: no entity has the key "emca"; expected one of acme',
    ),
    (
        "watchlist.toml",
        "[[fields]]",
        '[[entities]]\nkey = "acme"\nname = "B"\nkind = "fund"\nroles = ["party"]\naliases = { any = ["B"] }\n'
        "[[fields]]",
        'watchlist.toml, line 20: the key "acme" stands already in line 9; choose another',
    ),
    (
        "watchlist.toml",
        'of = ["acme"]',
        "of = []",
        "watchlist.toml, line 26: of is []; expected a list of the entity keys that it is mistaken for",
    ),
    (
        "subscriptions.toml",
        "desk@example.org",
        "desk at example.org",
        'subscriptions.toml, line 4: address is "desk at example.org"; expected one mail address, such as '
        '"desk@example.org"',
    ),
    (
        "subscriptions.toml",
        'name = "Desk"',
        'name = "Desk"\ntopics = ["watr"]',
        'subscriptions.toml, line 4: no topic has the key "watr"; did you mean "water"?',
    ),
    (
        "subscriptions.toml",
        'name = "Desk"',
        'name = "Desk"\nmin_level = 4\nfrequency = "sometimes"\nat = "8:00"\nweekday = 7',
        "subscriptions.toml, line 4: min_level is 4; expected 1, 2 or 3\n"
        'subscriptions.toml, line 5: frequency is "sometimes"; expected one of instant, hourly, daily, weekly\n'
        'subscriptions.toml, line 6: at is "8:00"; expected a time of day, such as "08:00"\n'
        "subscriptions.toml, line 7: weekday is 7; expected a number from 0 (Monday) to 6 (Sunday)",
    ),
    (
        "subscriptions.toml",
        'name = "Desk"',
        'name = "Desk"\ntimezone = "Paris"\nquiet_hours = ["22:00", "22:00"]\nmax_per_day = 0',
        'subscriptions.toml, line 4: timezone is "Paris"; expected an IANA time zone, such as "Europe/Paris"\n'
        "subscriptions.toml, line 5: quiet_hours is ['22:00', '22:00']; expected two different times of day, such as "
        '["22:00", "07:00"]\n'
        "subscriptions.toml, line 6: max_per_day is 0; expected a whole number of mails, 1 or more",
    ),
    (
        "seeds/acme.txt",
        "language: fr",
        "langage: fr",
        'seeds/acme.txt, line 2: unknown key "langage" in the header; did you mean "language"?',
    ),
    (
        "seeds/acme.txt",
        "language: fr\n",
        "",
        'seeds/acme.txt, line 1: the header has no "language"; add it: a language tag, such as "fr", "zh-Hant" or '
        '"pt-BR"',
    ),
    (
        "seeds/acme.txt",
        "title: Acme creuse un puits\n\n",
        "",
        'seeds/acme.txt, line 3: expected "key: …", "language: …" or "title: …", then a blank line and the text',
    ),
    (
        "seeds/acme.txt",
        SEED[SEED.index("Acme a") :],
        "Court.",
        "seeds/acme.txt, line 4: the text is missing or short; expected 40 characters or more after a blank line",
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "message"), WRONG, ids=[f"{w[0]}-{i}" for i, w in enumerate(WRONG)])
def test_a_wrong_line_is_refused_with_its_place_and_cure(
    tmp_path: Path, file: str, old: str, new: str, message: str
) -> None:
    """Every kind of fault names its file and line, what was expected, and nothing of the folder is used."""
    assert old in FILES[file], "the case must change the right file"
    assert refusal(write(tmp_path, **{file: FILES[file].replace(old, new, 1)})) == message


def test_many_faults_are_told_at_once_but_not_without_end(tmp_path: Path) -> None:
    """A person sees all faults of a file in one go, ten of them in words."""
    rows = "".join(f'[[feeds]]\nurl = "x{i}"\ntitle = "T"\n' for i in range(13))
    told = refusal(write(tmp_path, **{"feeds.toml": rows})).split("\n")
    assert len(told) == 11 and told[-1] == "… and 3 more in this file"
    assert told[2] == 'feeds.toml, line 8: url is "x2"; expected an http or https address'


@pytest.mark.parametrize("name", ["feeds.toml", "watchlist.toml", "subscriptions.toml"])
def test_a_missing_file_says_how_to_get_one(tmp_path: Path, name: str) -> None:
    """An incomplete folder is an error, not an empty list."""
    write(tmp_path)
    (tmp_path / name).unlink()
    expected = "no such file; a watch folder needs it, and `newswatch init DIR --example` writes one to start from"
    assert refusal(tmp_path) == f"{name}: {expected}"


def test_a_folder_that_is_none_and_files_that_are_strangers(tmp_path: Path) -> None:
    """A mistyped folder or file name must not pass for an empty configuration."""
    assert refusal(tmp_path / "nowhere").endswith("or make one with `newswatch init DIR --example`")
    write(tmp_path, **{"feed.toml": ""})
    assert (
        refusal(tmp_path) == 'feed.toml: not a file of a watch folder; did you mean "feeds.toml"? Rename or remove it'
    )


def test_a_byte_that_is_not_utf8_is_named_by_line(tmp_path: Path) -> None:
    """Latin-1 files are common; the line helps to find the letter."""
    write(tmp_path)
    (tmp_path / "feeds.toml").write_bytes(FEEDS.replace("Example", "Éxample").encode("latin-1"))
    assert refusal(tmp_path) == "feeds.toml, line 3: a byte is not UTF-8; save the file as UTF-8"


def test_a_nul_byte_is_named_by_line(tmp_path: Path) -> None:
    """PostgreSQL refuses NUL; a file saved as UTF-16 is full of them."""
    write(tmp_path)
    (tmp_path / "seeds/acme.txt").write_bytes(SEED.encode("utf-16"))
    assert refusal(tmp_path).startswith("seeds/acme.txt, line 1: a NUL byte, which no database stores;")


def test_a_byte_order_mark_and_windows_lines_are_forgiven(tmp_path: Path) -> None:
    """What an editor on Windows adds changes neither the meaning nor the version."""
    version = catalog.load(write(tmp_path)).watchlist.version
    for name in FILES:
        path = tmp_path / name
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert catalog.load(tmp_path).watchlist.version == version


def test_seeds_may_not_share_a_key_nor_be_missing(tmp_path: Path) -> None:
    """A seed's key is its identity in matches; without a seed there is nothing to compare with."""
    write(tmp_path, **{"seeds/b.txt": SEED})
    assert refusal(tmp_path) == 'seeds/b.txt, line 1: the key "acme-well" is taken by acme.txt, line 1; choose another'
    for path in (tmp_path / "seeds").iterdir():
        path.unlink()
    assert refusal(tmp_path) == "seeds: no seed; put at least one seed article (a .txt file) there"


SAME_MEANING = [
    ("# a comment\n" + WATCHLIST, "a comment"),
    (WATCHLIST.replace(" = ", "="), "spaces"),
    (WATCHLIST.replace('["party", "watched"]', '["watched", "party"]'), "the order of roles"),
    (WATCHLIST.replace('en = ["well", "wells"]', 'en = [\n    "wells",\n    "well",\n]'), "the order of words"),
    (WATCHLIST.replace('"Acme Wells",', '{ text = "Acme Wells", case = false },'), "a default said aloud"),
]
OTHER_MEANING = [
    (WATCHLIST.replace("Acme Wells", "Acme Well"), "an alias"),
    (WATCHLIST.replace("prefix = true", "prefix = false"), "a flag"),
    (WATCHLIST.replace('fr = ["Puits Acme"]', 'it = ["Puits Acme"]'), "the language of an alias"),
    (WATCHLIST.replace('fr = "Eau"', 'fr = "L’eau"'), "a topic's title"),
    (WATCHLIST.replace('en = ["coyote"]', 'en = ["coyote", "anvil"]'), "a lookalike word"),
]


def test_the_version_is_a_hash_of_the_meaning(tmp_path: Path) -> None:
    """A reformatted file must not re-judge history; a changed word or seed must."""
    version = catalog.load(write(tmp_path)).watchlist.version
    for text, what in SAME_MEANING:
        assert text != WATCHLIST, what
        assert catalog.load(write(tmp_path, **{"watchlist.toml": text})).watchlist.version == version, what
    for text, what in OTHER_MEANING:
        assert text != WATCHLIST, what
        assert catalog.load(write(tmp_path, **{"watchlist.toml": text})).watchlist.version != version, what
    changed = write(tmp_path, **{"seeds/acme.txt": SEED.replace("deux", "trois")})
    assert catalog.load(changed).watchlist.version != version


def test_the_version_ignores_its_own_field(tmp_path: Path) -> None:
    """The version of a stored watchlist can be computed again from the watchlist itself."""
    watchlist = catalog.load(write(tmp_path)).watchlist
    assert catalog.version(watchlist) == watchlist.version == catalog.version(replace(watchlist, version="old"))


def test_init_writes_a_folder_that_loads_and_overwrites_nothing(tmp_path: Path) -> None:
    """`newswatch init DIR` gives the default folder, the same in meaning, and refuses a folder with anything in it."""
    target = tmp_path / "mine"
    written = catalog.copy_default(target)
    assert {p.name for p in written} >= {"feeds.toml", "watchlist.toml", "subscriptions.toml"}
    assert catalog.load(target) == catalog.load(catalog.default_dir())
    with pytest.raises(ConfigError, match="not an empty folder; name a new one"):
        catalog.copy_default(target)
    with pytest.raises(ConfigError, match="not an empty folder"):
        catalog.copy_default(written[0])


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_damaged_file_is_read_or_refused_never_a_traceback(tmp_path: Path, name: str) -> None:
    """Whatever an editing accident leaves behind, the answer is a folder or one CatalogError that names the file."""
    chance = random.Random(name)
    write(tmp_path)
    text = FILES[name]
    for _ in range(60):
        at, length = chance.randrange(len(text)), chance.choice([0, 1, 1, 3, 20])
        put = chance.choice(["", "", '"', "[", "]", "{", "}", "=", "\n", "#", "\\", "'", "[[", "\t", "1", "é", "\x00"])
        (tmp_path / name).write_text(text[:at] + put + text[at + length :], encoding="utf-8")
        try:
            catalog.load(tmp_path)
        except CatalogError as e:
            assert str(e).startswith(str(tmp_path))


def test_lines_are_found_in_every_shape_of_toml() -> None:
    """Dotted keys, inline tables, multi-line lists and strings, and tables within arrays of tables keep their lines."""
    text = "\n".join(
        [
            "a.b = 1  # c = 2",
            's = """',
            "[[not]] a = table",
            '"""',
            "t = '''x = \"y\"'''",
            "[[rows]]",
            "x = [  # one",
            '  "]", "#",',
            "  { k = [1,",
            "    2] },",
            "]",
            "[rows.sub]",
            '"q.r" = 1979-05-27 07:32:00',
            "[[rows]]",
            "[rows.sub]",
            "y = -1.5e3",
        ]
    )
    lines = locate(text)
    wanted = {
        ("a", "b"): 1,
        ("s",): 2,
        ("t",): 5,
        ("rows", 0): 6,
        ("rows", 0, "x", 1): 8,
        ("rows", 0, "x", 2, "k"): 9,
        ("rows", 0, "x", 2, "k", 1): 10,
        ("rows", 0, "sub", "q.r"): 13,
        ("rows", 1): 14,
        ("rows", 1, "sub", "y"): 16,
    }
    assert {path: lines.get(path) for path in wanted} == wanted
    assert line_of(lines, ("rows", 1, "sub", "z")) == 15 and line_of(lines, ("nothing",)) == 1
