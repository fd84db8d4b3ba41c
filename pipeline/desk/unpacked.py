"""Read files of lines that people give us, gzipped or not."""

import gzip
import zlib
from pathlib import Path

from pipeline.errors import ConfigError


def raw(path: Path) -> bytes:
    """Read a file's bytes, unpacked; raise ConfigError for what is not there, or packed wrong."""
    try:
        content = path.read_bytes()
        return gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
    except (OSError, EOFError, zlib.error) as e:
        raise ConfigError(f"{path}: cannot be read: {e}") from e


def text(path: Path) -> str:
    """Read a file as UTF-8, with or without a mark at its beginning; raise ConfigError when it is no such text."""
    try:
        return raw(path).decode("utf-8-sig")
    except UnicodeDecodeError as e:
        raise ConfigError(f"{path}: cannot be read as UTF-8: {e}") from e
