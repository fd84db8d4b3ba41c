"""The names that ship are those that Babel's CLDR gives."""

from benchmarks import cldr


def test_the_names_that_ship_are_babels() -> None:
    """Rule: data/cldr.json is written by a tool; where Babel or a list changed: python -m benchmarks.cldr."""
    assert cldr.FILE.read_text(encoding="utf-8") == cldr.made()
