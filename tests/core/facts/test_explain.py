"""Why a text was read so: the words, the files that have them, and the rule of the role."""

from pipeline.core.facts.explain import explain


def test_the_words_and_their_files_are_named() -> None:
    """A speaker learns which word of which file made the amount, and which cue its role."""
    (found,) = explain("Firma zainwestuje ponad 25 mld dol. w centra.", "pl")
    said = {(w.word, w.table, w.key): w.files for w in found.words}
    assert (found.fact.value, found.fact.bound) == (25e9, "least")
    assert "pl" in said["mld", "scale", "1e9"]
    assert said["dol.", "currency_after", "USD"] == ("pl",)
    assert said["ponad", "quantifier", "least"] == ("pl",)
    assert said["zainwestuje", "role", "invested"] == ("pl",)
    assert found.rule.startswith("nearest cue")


def test_an_amount_without_a_cue_says_so() -> None:
    """No rule gave a role where there is none."""
    (found,) = explain("It was $5 billion.")
    assert found.fact.role == found.rule == ""


def test_every_rule_has_a_name() -> None:
    """Shares, lists, totals with debt and lone cues are told as what they are."""
    told = {
        "Shares closed at $75.46 per share.": "is the price of one",
        "The fund wants 30 billion dollars of equity, $100 billion including debt.": "says that it includes debt",
        "Der Konzern will zehn Milliarden Dollar in die Infrastruktur eines Rechenzentrums im Norden "
        "investieren.": "the only cue of a clause",
    }
    for text, rule in told.items():
        assert any(found.rule.startswith(rule) for found in explain(text)), text
