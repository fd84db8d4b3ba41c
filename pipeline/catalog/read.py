"""Read one file of a watch folder: bytes to a checked model, or an error that names line, fault and cure."""

import difflib
import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path as FilePath
from typing import Any, Generic, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from pipeline.catalog.lines import Path, line_of, locate
from pipeline.catalog.schema import LANGUAGE
from pipeline.core.text import telling
from pipeline.errors import CatalogError

M = TypeVar("M", bound=BaseModel)

MAX_TOLD = 10  # faults told at once; the rest is counted


@dataclass
class SourceFile(Generic[M]):
    """A file read: its model, its text, and the faults found in it."""

    path: FilePath
    model: M
    text: str
    faults: list[tuple[int, str]] = field(default_factory=list)

    @cached_property
    def lines(self) -> dict[Path, int]:
        """The lines of its parts: read when one is told, since most files have no fault."""
        return locate(self.text)

    def fault(self, path: Path, text: str) -> None:
        """Note a fault at `path`."""
        self.faults.append((line_of(self.lines, path), text))

    def line(self, *path: str | int) -> int:
        """Give the line of a part."""
        return line_of(self.lines, path)


def refuse(path: FilePath, faults: Iterable[tuple[int, str]]) -> None:
    """Raise CatalogError with the faults in order of their lines, a line each; nothing happens without faults."""
    told = [f"{path}, line {line}: {text}" for line, text in sorted(set(faults))]
    if told:
        more = len(told) - MAX_TOLD
        raise CatalogError("\n".join(told[:MAX_TOLD] + ([f"… and {more} more in this file"] if more > 0 else [])))


def read_text(path: FilePath) -> str:
    """Read a UTF-8 file; a byte order mark and Windows line ends are forgiven."""
    try:
        if path.exists() and not path.is_file():  # reading a pipe would wait for ever
            raise CatalogError(f"{path}: is no file but a folder, a pipe or a device; write a file there")
        data = path.read_bytes()
    except FileNotFoundError:
        raise CatalogError(
            f"{path}: no such file; a watch folder needs it, "
            "and `newswatch init DIR --example` writes one to start from"
        ) from None
    except OSError as e:
        raise CatalogError(f"{path}: cannot be read ({e.strerror}); make it readable and run again") from e
    if (at := data.find(b"\0")) >= 0:
        line = data.count(b"\n", 0, at) + 1
        raise CatalogError(f"{path}, line {line}: a NUL byte, which no database stores; save the file as UTF-8 text")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as e:
        line = data.count(b"\n", 0, e.start) + 1
        raise CatalogError(f"{path}, line {line}: a byte is not UTF-8; save the file as UTF-8") from None


def read(path: FilePath, shape: type[M]) -> SourceFile[M]:
    """Read a TOML file into `shape`; raise CatalogError naming every wrong line (up to ten)."""
    text = read_text(path)
    try:
        return SourceFile(path, model(text, shape), text)
    except tomllib.TOMLDecodeError as e:
        raise CatalogError(f"{path}, {_syntax(str(e), text)}") from None
    except ValidationError as e:
        faults, lines = [], locate(text)
        for error in e.errors():
            loc = tuple(p for p in error["loc"] if p != "[key]")
            is_key = loc != error["loc"]
            faults.append((line_of(lines, loc), _explain_key(loc) if is_key else _explain(shape, loc, error)))
        refuse(path, faults)
        raise  # unreachable: a ValidationError has errors


@lru_cache(maxsize=6)  # the main job reads its folder twice: for `sync`, and for the passwords that `fetch` sends
def model(text: str, shape: type[M]) -> M:
    """Give what a sound file says; nobody changes it."""
    return shape.model_validate(tomllib.loads(text))


def _syntax(message: str, text: str) -> str:
    where = re.search(r"\(at line (\d+), column (\d+)\)", message)
    line = where[1] if where else str(text.count("\n") + 1)
    column = f", column {where[2]}" if where else ""
    fault = re.sub(r" \(at .*\)$", "", message)
    return (
        f"line {line}{column}: this is not TOML ({fault[:1].lower()}{fault[1:]}); "
        'expected a line such as key = "value", [[table]] or # comment'
    )


def suggest(word: str, known: Iterable[str]) -> str:
    """Say which known word was probably meant, or which there are when they are few."""
    names = sorted(known)
    close = difflib.get_close_matches(word.lower(), names, n=1, cutoff=0.6)
    if close:
        return f'did you mean "{close[0]}"?'
    return f"expected one of {', '.join(names)}" if 0 < len(names) <= 24 else "look for it in watchlist.toml"


def _explain_key(loc: Sequence[str | int]) -> str:
    expected = f'{LANGUAGE} or "any"' if loc[-2:-1] != ("title",) else LANGUAGE
    return f'unknown language "{loc[-1]}" in {_table(loc[:-1])}; expected {expected}'


def _explain(shape: type[BaseModel], loc: Sequence[str | int], error: Any) -> str:
    model, info, named = _walk(shape, loc)
    name = str(loc[-1]) if loc else ""
    if error["type"] == "extra_forbidden":
        known = list(model.model_fields)
        return f'unknown key "{name}" in {_table(loc[:-1])}; {suggest(name, known)}'
    if error["type"] == "missing":
        wanted = info.description if info else None
        return f'{_table(loc[:-1])} has no "{name}"; add it: {wanted}'
    expected = info.description if info else "a table"
    return f"{_name(named, loc)} is {_show(error['input'], 'targets' not in loc)}; expected {expected}"


def _walk(shape: type[BaseModel], loc: Sequence[str | int]) -> tuple[type[BaseModel], FieldInfo | None, int]:
    """Follow `loc` into the models; give the innermost model, its field on the way, and that field's place in `loc`."""
    model, info, named = shape, None, 0
    for i, part in enumerate(loc):
        if isinstance(part, str) and part in model.model_fields and (info is None or _inner(info) is model):
            info, named = model.model_fields[part], i
            inner = _inner(info)
            if inner is not None and i + 1 < len(loc):
                model = inner
    return model, info, named


def _inner(info: FieldInfo) -> type[BaseModel] | None:
    """Give the model inside a field's type: list[M], dict[str, list[M]] …"""
    todo: list[Any] = [info.annotation]
    while todo:
        kind = todo.pop()
        if isinstance(kind, type) and issubclass(kind, BaseModel) and get_origin(kind) is None:
            return kind
        todo.extend(get_args(kind))
    return None


def _table(loc: Sequence[str | int]) -> str:
    """Name a table as a person would: [[feeds]], [[entities]] or "the file"."""
    names = [p for p in loc if isinstance(p, str)]
    if not names:
        return "the file"
    if len(loc) == 2 and isinstance(loc[1], int):
        return f"[[{names[0]}]]"
    return f"{'.'.join(names)} of [[{names[0]}]]" if len(names) == 1 else f"{'.'.join(names[1:])} of [[{names[0]}]]"


def _name(named: int, loc: Sequence[str | int]) -> str:
    names = [str(p) for p in loc[named:] if isinstance(p, str)]
    return ".".join(names) if names else "the file"


def _show(value: object, path: bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        text = telling.value(value, path)
        text = text if text == telling.NOT_SHOWN else f'"{text}"'
    else:
        text = telling.value(repr(value))
    return text if len(text) <= 60 else text[:59] + "…"
