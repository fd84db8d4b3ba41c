"""Undo Content-Encoding in bounded pieces, and notice a stream that ends too early.

Our own few lines, because the client library's decoders take a cut gzip or brotli stream for a whole one: with a
validator stored beside it, half a document would stay "unchanged" for ever.
"""

import zlib
from collections.abc import Iterator
from typing import Any, Protocol

import brotli  # type: ignore[import-untyped]

try:
    from compression import zstd  # type: ignore[import-not-found, unused-ignore]  # in the library from Python 3.14
except ImportError:
    from backports import zstd

PIECE = 2**20  # bytes inflated at once: a bomb is counted piece by piece
MAX_CODINGS = 3  # nobody honest applies more


class BrokenEncodingError(Exception):
    """The body is not what Content-Encoding says; its text says how."""


class _Coding(Protocol):
    def feed(self, data: bytes) -> Iterator[bytes]:
        """Give what more input yields, at most PIECE bytes (brotli: twice that) at once."""

    def finish(self) -> None:
        """Raise BrokenEncodingError when the stream is not at its end."""


class _Zlib:
    def __init__(self, name: str) -> None:
        self._name = name
        self._raw = False
        self._any = False
        self._made = self._make()

    def _make(self) -> Any:
        if self._name == "gzip":
            return zlib.decompressobj(zlib.MAX_WBITS | 16)
        return zlib.decompressobj(-zlib.MAX_WBITS if self._raw else zlib.MAX_WBITS)

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._made.eof:
                if self._name != "gzip" or not data.startswith(b"\x1f"):
                    return  # padding behind the stream: harmless, and not the document
                self._made = self._make()  # a further gzip member
            try:
                piece = self._made.decompress(data, PIECE)
            except zlib.error as e:
                if self._name == "deflate" and not self._any and not self._raw:
                    self._raw, self._made = True, None  # many servers send deflate without the zlib frame
                    self._made = self._make()
                    continue
                raise BrokenEncodingError(f"broken {self._name}: {e}") from e
            self._any = True
            if piece:
                yield piece
            data = self._made.unused_data if self._made.eof else self._made.unconsumed_tail

    def finish(self) -> None:
        if self._any and not self._made.eof:
            raise BrokenEncodingError(f"{self._name} ends too early")


class _Brotli:
    def __init__(self) -> None:
        self._made = brotli.Decompressor()
        self._any = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        self._any = self._any or bool(data)
        try:
            piece = self._made.process(data, output_buffer_limit=PIECE // 2)
            while piece:
                yield piece
                piece = self._made.process(b"", output_buffer_limit=PIECE // 2)
        except brotli.error as e:
            raise BrokenEncodingError(f"broken br: {e}") from e

    def finish(self) -> None:
        if self._any and not self._made.is_finished():
            raise BrokenEncodingError("br ends too early")


class _Zstd:
    def __init__(self) -> None:
        self._made = zstd.ZstdDecompressor()
        self._any = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        try:
            while data or not (self._made.needs_input or self._made.eof):
                if self._made.eof:
                    self._made = zstd.ZstdDecompressor()  # a further frame
                self._any = True
                piece = self._made.decompress(data, PIECE)
                if piece:
                    yield piece
                data = self._made.unused_data if self._made.eof else b""
        except zstd.ZstdError as e:
            raise BrokenEncodingError(f"broken zstd: {e}") from e

    def finish(self) -> None:
        if self._any and not self._made.eof:
            raise BrokenEncodingError("zstd ends too early")


GZIP = b"\x1f\x8b\x08"  # the first bytes of a gzip stream: no feed and no page begins so
MAX_WRAPPED = 2  # layers of gzip that no header tells of


class _Unwrap:
    """Undoes a gzip that no header told of (news.xml.gz as a file), by the first bytes of what comes."""

    def __init__(self, depth: int = 1) -> None:
        self._depth = depth
        self._start = b""
        self._through: list[_Coding] | None = None  # None: too few bytes came to know

    def feed(self, data: bytes) -> Iterator[bytes]:
        if self._through is None:
            data = self._start + data
            if len(data) < len(GZIP) and GZIP.startswith(data):
                self._start = data
                return
            is_packed = data.startswith(GZIP) and self._depth <= MAX_WRAPPED
            self._through = [_Zlib("gzip"), _Unwrap(self._depth + 1)] if is_packed else []
        if not self._through:
            yield data
            return
        for piece in self._through[0].feed(data):
            yield from self._through[1].feed(piece)

    def rest(self) -> Iterator[bytes]:
        if self._through is None:
            yield self._start
        for coding in self._through or ():
            if isinstance(coding, _Unwrap):
                yield from coding.rest()

    def finish(self) -> None:
        for coding in self._through or ():
            coding.finish()


class Inflater:
    """Undoes the codings that a Content-Encoding header names, last applied first, and a gzip that it does not name.

    A name that is none ("utf-8", "none", "binary") means nothing, as browsers have it: the bytes are read as they are.
    """

    def __init__(self, header: str) -> None:
        names = [part.partition(";")[0].strip(" \t\"'").lower() for part in header.split(",")]
        codings = [made for name in reversed(names) if (made := _coding(name))]
        if len(codings) > MAX_CODINGS:
            raise BrokenEncodingError(f"{len(codings)} content encodings")
        self._unwrap = _Unwrap()
        self._codings: list[_Coding] = [*codings, self._unwrap]

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Give the plain bytes of more input, in pieces."""
        return self._through(0, data)

    def _through(self, depth: int, data: bytes) -> Iterator[bytes]:
        if depth == len(self._codings):
            yield data
            return
        for piece in self._codings[depth].feed(data):
            yield from self._through(depth + 1, piece)

    def rest(self) -> Iterator[bytes]:
        """Give the last bytes, three at most; raise BrokenEncodingError when any stream is not at its end."""
        self.finish()
        yield from self._unwrap.rest()

    def finish(self) -> None:
        """Raise BrokenEncodingError when any stream is not at its end."""
        for coding in self._codings:
            coding.finish()


def _coding(name: str) -> _Coding | None:
    match name:
        case "gzip" | "x-gzip":
            return _Zlib("gzip")
        case "deflate":
            return _Zlib("deflate")
        case "br":
            return _Brotli()
        case "zstd":
            return _Zstd()
        case _:
            return None
