"""What is proposed from seeds: words that they repeat, names that they repeat, and what stands in for both."""

from pipeline.core.watchlist import proposed
from pipeline.core.watchlist.proposed import ProposedName
from pipeline.model import Seed


def seed(title: str, text: str, key: str = "one", language: str = "en") -> Seed:
    return Seed(key, language, title, text)


def test_field_words_are_those_met_twice() -> None:
    """A title counts twice; the more often the earlier, names are left out, and at most so many."""
    told = seed("turbines turn", "The harbour and the harbour with turbines near one pipeline in Borval. Ask Borval.")
    chosen = [ProposedName("Borval", 2, 1)]
    assert proposed.field_words([told], chosen, 10) == {"en": ["turbines", "harbour"]}
    assert proposed.field_words([told], chosen, 1) == {"en": ["turbines"]}


def test_where_no_word_is_met_twice_the_first_three_stand_in() -> None:
    """A seed of one sentence says little, and a person decides."""
    told = seed("", "The harbour sells turbines, pipelines, reactors.")
    assert proposed.field_words([told], [], 10) == {"en": ["harbour", "sells", "turbines"]}


def test_names_are_those_met_in_every_seed_or_three_times() -> None:
    """Twice in one of two seeds is by chance; in both, or three times, it is a name; the widest spread comes first."""
    one = seed("Dorna leases dam", "The firm Dorna met Alpina. Then Alpina said no to Crestin, Crestin and Crestin.")
    two = seed("Of Dorna", "They say that Dorna waits.", "two")
    names, _ = proposed.names([one, two], 10)
    assert [(n.text, n.met, n.seeds) for n in names] == [("Dorna", 3, 2), ("Crestin", 3, 1)]  # not where it opens
    assert [n.text for n in proposed.names([one, two], 1)[0]] == ["Dorna"]


def test_a_longer_name_takes_the_place_of_its_piece() -> None:
    """As often as its piece; a piece that also stands alone is a name of its own."""
    both = seed("Ask Dorna Energy", "Yes, Dorna Energy leases. But Dorna Energy waits.")
    assert [n.text for n in proposed.names([both], 10)[0]] == ["Dorna Energy"]
    alone = seed("Ask Dorna Energy", "Yes, Dorna Energy leases. They ask Dorna and Dorna and Dorna.")
    assert "Dorna" in [n.text for n in proposed.names([alone], 10)[0]]
