"""Read seed articles: a small header (key, language, title), a blank line, then the text as it is."""

import re
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from pipeline.catalog.read import read_text, refuse, suggest
from pipeline.catalog.schema import KEY, LANGUAGE, TEXT, Key, Language, Text
from pipeline.errors import CatalogError
from pipeline.model import Seed

_HEADER: dict[str, tuple[TypeAdapter[str], str]] = {
    "key": (TypeAdapter(Key), KEY),
    "language": (TypeAdapter(Language), LANGUAGE),
    "title": (TypeAdapter(Text), TEXT),
}
_LINE = re.compile(r"(\w+):[ \t]*(.*)")
MIN_TEXT = 40  # characters: less is a headline, which says too little to be compared with


def read_all(folder: Path) -> tuple[Seed, ...]:
    """Read the seeds of a folder in order of their names; raise CatalogError for a wrong one, or when there is none."""
    if not folder.is_dir():
        raise CatalogError(f"{folder}: no such folder; put at least one seed article (a .txt file) there")
    paths = sorted(p for p in folder.glob("*.txt") if not p.name.startswith("."))
    if not paths:
        raise CatalogError(f"{folder}: no seed; put at least one seed article (a .txt file) there")
    seeds: dict[str, tuple[Path, int]] = {}
    out = []
    for path in paths:
        seed, line = _read(path)
        if seed.key in seeds:
            other, before = seeds[seed.key]
            refuse(path, [(line, f'the key "{seed.key}" is taken by {other.name}, line {before}; choose another')])
        seeds[seed.key] = (path, line)
        out.append(seed)
    return tuple(out)


def _read(path: Path) -> tuple[Seed, int]:
    header, blank, text = read_text(path).partition("\n\n")
    faults: list[tuple[int, str]] = []
    values: dict[str, str] = {}
    key_line = 1
    for number, line in enumerate(header.split("\n"), 1):
        match = _LINE.fullmatch(line.rstrip())
        if match is None:
            faults.append((number, 'expected "key: …", "language: …" or "title: …", then a blank line and the text'))
            break  # without a header every line of the text would be a fault
        name, value = match[1], match[2]
        if name not in _HEADER:
            faults.append((number, f'unknown key "{name}" in the header; {suggest(name, _HEADER)}'))
        elif name in values:
            faults.append((number, f'"{name}" stands twice in the header; keep one'))
        else:
            values[name] = value
            key_line = number if name == "key" else key_line
            kind, expected = _HEADER[name]
            try:
                kind.validate_python(value)
            except ValidationError:
                faults.append((number, f'{name} is "{value}"; expected {expected}'))
    if not faults:
        faults += [
            (1, f'the header has no "{name}"; add it: {expected}')
            for name, (_, expected) in _HEADER.items()
            if name not in values
        ]
    if not faults and len(text.strip()) < MIN_TEXT:
        place = header.count("\n") + (2 if blank else 1)
        faults.append(
            (place, f"the text is missing or short; expected {MIN_TEXT} characters or more after a blank line")
        )
    refuse(path, faults)
    return Seed(values["key"], values["language"], values["title"], text.strip()), key_line
