"""Names of days, months and currencies in the languages of the world, as CLDR has them.

Babel has them too, but needs a second of each process for them: `benchmarks.cldr` writes them into data/cldr.json.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import NamedTuple


class CldrNames(NamedTuple):
    """What the file holds."""

    months: Mapping[str, Mapping[str, int]]  # name of a month in a feed's date, folded -> language -> month
    days: Mapping[str, int]  # name of a day, folded -> day of the week, Monday = 0
    written: Mapping[str, Mapping[str, Sequence[tuple[int, str]]]]  # locale -> "wide", "abbreviated" -> month, name
    currencies: Mapping[str, Mapping[str, Sequence[str]]]  # locale -> code -> full names that no other code has


@cache
def names() -> CldrNames:
    """Read the file, once a process."""
    data = json.loads(resources.files("pipeline").joinpath("data/cldr.json").read_bytes())
    months: dict[str, dict[str, int]] = {}
    for language, named in data["months"].items():
        for name, number in named.items():
            months.setdefault(name, {})[language] = number
    days = {name: int(number) for number, named in data["days"].items() for name in named}
    return CldrNames(months, days, data["written"], data["currencies"])
