"""Features one by one, where no level shows which of them spoke."""

import json
from importlib import resources
from typing import Any

import pytest

from pipeline.core.match.judge import Matcher, default_weights
from pipeline.core.match.vocabulary import FEATURES
from pipeline.encoder import Encoder
from pipeline.model import Alias, Entity, Role, Seed, Story, Watchlist, WordGroup


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    """A pact of cheese makers; Borval makes nothing but cheese, Crestin sails too."""
    firms = {"Alpina": (Role.PARTY,), "Borval": (Role.WATCHED,), "Crestin": (Role.WATCHED,)}
    entities = (
        Entity("pact", "Cheese Pact", "partnership", (Role.SUBJECT,), (Alias("Cheese Pact"),)),
        *(Entity(n.lower(), n, "company", roles, (Alias(n),), None, n == "Borval") for n, roles in firms.items()),
    )
    told = Seed("s", "en", "Alpina joins Cheese Pact", "Alpina joins the Cheese Pact of the cheese makers.")
    words = WordGroup("cheese", {"en": ("cheese", "dairy")})
    return Matcher(Watchlist("v", "w", entities, (), (words,), (), (told,)), default_weights(), Encoder("none"))


def seen(matcher: Matcher, title: str, summary: str = "") -> set[str]:
    """Give the features of a story that are there."""
    return {
        name for name, value in matcher.look(Story(0, "", "", title, summary, language="en")).values.items() if value
    }


@pytest.mark.parametrize(
    ("title", "is_first", "is_top"),
    [
        ("Borval and Crestin close a plant", True, True),
        ("Crestin and Borval close a plant", False, True),
        ("Crestin closes a plant", False, False),
        ("A plant closes", False, False),
    ],
)
def test_who_stands_first(matcher: Matcher, title: str, is_first: bool, is_top: bool) -> None:
    """Rule: a headline has one first; a firm whose whole business is the field may stand in it without being that."""
    found = seen(matcher, title)
    assert ("whole_first" in found, "whole_top" in found) == (is_first, is_top)
    assert "whole_first" not in seen(matcher, "A plant closes", "Borval says so.")


@pytest.mark.parametrize(
    ("title", "is_tied"),
    [
        ("Crestin buys a dairy", True),  # a word of the field
        ("Crestin and the Cheese Pact", True),  # the subject (whose name is of the field's words)
        ("Crestin sues Borval", True),  # one whose whole business is the field
        ("Crestin sells a boat", False),
        ("A dairy sells a boat", False),
    ],
)
def test_one_with_other_business_needs_a_sign_of_the_field(matcher: Matcher, title: str, is_tied: bool) -> None:
    """Rule: any one sign is enough."""
    found = seen(matcher, title)
    assert ("mixed_field" in found) == is_tied
    assert ("mixed_bare" in found) == (not is_tied and "Crestin" in title)


@pytest.mark.parametrize(
    ("title", "is_pair"),
    [("Alpina leaves Cheese Pact", True), ("Cheese Pact grows", False), ("Alpina grows", False)],
)
def test_the_subject_beside_one_of_the_seeds_titles(matcher: Matcher, title: str, is_pair: bool) -> None:
    """Rule: both stand in the headline, or neither counts for it."""
    assert ("subject_cast_top" in seen(matcher, title)) == is_pair


def test_no_shipped_weight_has_a_sign_that_the_vocabulary_forbids() -> None:
    """Rule: what common sense fixes holds for what was fitted too: +1 never pulls down, -1 never up, None is silent."""
    models: dict[str, Any] = json.loads(
        resources.files("pipeline").joinpath("data/matcher.json").read_text(encoding="utf-8")
    )["models"]
    wrong = [
        (kind, level, one.name)
        for kind, model in models.items()
        for one in FEATURES
        for level, sign in zip("123", one.signs, strict=True)
        if (sign is None and one.name in model[level])
        or (sign is not None and model[level].get(one.name, 0) * sign < 0)
    ]
    assert wrong == []
    assert {sign for one in FEATURES for sign in one.signs} == {1, 0, -1, None}
