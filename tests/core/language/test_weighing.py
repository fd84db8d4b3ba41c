"""What a word, a letter and a declaration weigh where engines are not enough: the law in numbers."""

import numpy as np
import pytest

from pipeline.core.language import decide, han, writing

NAMES = ("first", "second")
CYRILLIC = decide.Panel("Cyrl", ("ru", "uk", "bg"), ())
SOUTH = decide.Panel("Latn", ("hr", "bs", "sr", "en"), ())


def cost(panel: decide.Panel, text: str, tag: str) -> float:
    """Give the nats by which a text speaks against a language."""
    at = panel.position[tag]
    return float(panel.standing[at] - decide.prior(panel, text, ())[0][at])


@pytest.mark.parametrize(("letters", "nats"), [("", 0.0), ("ї", 1.5), ("її", 3.0), ("їїї", 4.5), ("їїїїїї", 4.5)])
def test_a_letter_that_it_does_not_write_speaks_against_a_language(letters: str, nats: float) -> None:
    """One and a half nats a letter, three letters at most, and nothing against who writes it."""
    assert cost(CYRILLIC, f"дом {letters}", "ru") == pytest.approx(nats)
    assert cost(CYRILLIC, f"дом {letters}", "uk") == 0.0


@pytest.mark.parametrize(
    ("text", "nats"),
    [
        ("", {"hr": 0.0, "sr": 0.0, "bs": 0.0}),
        ("tjedan", {"hr": -0.7, "sr": 1.2, "bs": 1.2}),  # a word of one of three speaks for it against strangers too
        ("vlak", {"hr": -1.4, "sr": 2.4, "bs": 2.4}),
        ("tjedan vlak", {"hr": -1.4, "sr": 3.6, "bs": 3.6}),  # three words: more say no more for it, …
        ("tjedan vlak tisuća", {"hr": -1.4, "sr": 3.6, "bs": 3.6}),  # … nor against its sisters
        ("tjedan nedelja", {"hr": 1.2, "sr": -0.7, "bs": 2.4}),  # one ahead
        ("tisuća nedelja", {"hr": 0.0, "sr": 0.0, "bs": 2.4}),  # nobody ahead
    ],
)
def test_words_of_a_sister_speak_against_the_others(text: str, nats: dict[str, float]) -> None:
    """1.2 nats for each word more, up to three; .7 for the first of three or more sisters, twice at most."""
    assert {tag: cost(SOUTH, text, tag) for tag in nats} == pytest.approx(nats, abs=1e-5)
    assert cost(SOUTH, text, "en") == 0.0


@pytest.mark.parametrize(
    ("declared", "wished"),
    [
        (("ru",), {"ru": 2.5}),
        (("uk", "ru"), {"uk": 2.5, "ru": 1.2}),
        (("uk", "ru", "bg"), {"uk": 2.5, "ru": 1.2, "bg": 0.8}),
        (("ru", "ru"), {"ru": 3.0}),  # said twice it is surer, up to a cap
        (("de", "fr", "es", "ru"), {}),  # a fourth is not heard
    ],
)
def test_declarations_weigh_by_their_rank(declared: tuple[str, ...], wished: dict[str, float]) -> None:
    """The first declared language weighs twelve to one, each later one less, none more than three nats."""
    nats = decide.prior(CYRILLIC, "дом", declared)[1]
    assert {tag: float(nats[i]) for tag, i in CYRILLIC.position.items() if nats[i]} == pytest.approx(wished)


def test_three_strange_letters_outweigh_a_declaration_and_one_does_not() -> None:
    """A slip of the pen changes no language; a text full of another's letters does."""
    one, three = (decide.prior(CYRILLIC, text, ("ru",)) for text in ("дом ї", "дом їїї"))
    ru, uk = CYRILLIC.position["ru"], CYRILLIC.position["uk"]
    assert (one[0] + one[1])[ru] > (one[0] + one[1])[uk]
    assert (three[0] + three[1])[ru] < (three[0] + three[1])[uk]


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("Nova zgrada banke otvorena u centru grada", "und"),  # Serbia writes it as well
        ("Nova zgrada banke otvorena poslije podne u centru grada", "bs"),
    ],
)
def test_bosnian_needs_a_word_that_serbia_spells_otherwise(text: str, tag: str) -> None:
    """However sure the engine is: without such a word nobody knows."""
    first = decide.Opinion(np.array([-9e3, 0.0, -9e3, -9e3], np.float32), 1.0)
    found = decide.decide(writing.read(text, "", ()), SOUTH, first, None, (), NAMES)
    assert found.tag == tag
    assert (found.confidence <= 0.5) == (tag == "und")


@pytest.mark.parametrize(
    ("title", "declared", "confidence"),
    [
        ("東京市場全文", (), 0.7),
        ("東京市場全文大手", (), 0.85),
        ("東京市場全文", ("ja",), 0.85),
        ("東京市場全文大手", ("ja",), 0.85),
    ],
)
def test_one_sign_of_japanese_is_less_than_two(title: str, declared: tuple[str, ...], confidence: float) -> None:
    """Han that all three writings share: one word of Japan's press says little, a second or its publisher confirms."""
    found = han.decide(title, len(title), 0, declared)
    assert (found.tag, found.confidence) == ("ja", confidence)
