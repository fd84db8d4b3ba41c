"""The tables that ship with newswatch, below pipeline/data: who needs one reads it here and keeps what it makes."""

import tomllib
from importlib import resources
from typing import Any


def table(name: str) -> dict[str, Any]:
    """Read data/NAME.toml anew."""
    return tomllib.loads(resources.files("pipeline").joinpath(f"data/{name}.toml").read_text(encoding="utf-8"))
