"""CldrNames of days, months and currencies in the languages of the world, as CLDR has them.

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
    currencies: Sequence[tuple[str, Sequence[str]]]  # code, full names in one locale, in the order of locales


@cache
def names() -> CldrNames:
    """Read the file, once a process."""
    data = json.loads(resources.files("pipeline").joinpath("data/cldr.json").read_bytes())
    return CldrNames(*data["dates"].values(), *data["facts"].values())
