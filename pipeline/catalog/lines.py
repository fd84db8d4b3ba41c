"""Where each value of a TOML text stands: its line, found by a second, tolerant reading of valid TOML.

The standard library's parser tells lines for syntax errors only, and a person who mistyped a key needs the line too.
"""

from typing import Any

Path = tuple[str | int, ...]


def locate(text: str) -> dict[Path, int]:
    """Give the line (from 1) of every table, key and list element of `text`, which must be valid TOML."""
    return _Reader(text).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Path, int] = {}
        self.counts: dict[Path, int] = {}  # tables seen of each array of tables
        self._starts = [0] + [i + 1 for i, c in enumerate(text) if c == "\n"]

    def read(self) -> dict[Path, int]:
        table: Path = ()
        while True:
            self._blank()
            if self.at >= len(self.text):
                return self.lines
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)

    def _line(self) -> int:
        low, high = 0, len(self._starts)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._starts[middle] <= self.at else (low, middle)
        return low + 1

    def _blank(self) -> None:
        """Skip spaces, newlines and comments."""
        while self.at < len(self.text):
            c = self.text[self.at]
            if c == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            elif c in " \t\r\n":
                self.at += 1
            else:
                return

    def _keys(self) -> list[str]:
        keys: list[str] = []
        while True:
            self._blank()
            if self.text[self.at] in "\"'":
                start = self.at
                self._string()
                keys.append(self.text[start + 1 : self.at - 1])
            else:
                start = self.at
                while self.text[self.at].isalnum() or self.text[self.at] in "-_":
                    self.at += 1
                keys.append(self.text[start : self.at])
            self._blank()
            if self.text[self.at] != ".":
                return keys
            self.at += 1

    def _header(self) -> Path:
        line = self._line()
        brackets = 2 if self.text.startswith("[[", self.at) else 1
        self.at += brackets
        keys = self._keys()
        self.at += brackets
        path: Path = ()
        for i, key in enumerate(keys):
            path += (key,)
            if i == len(keys) - 1 and brackets == 2:
                self.counts[path] = self.counts.get(path, 0) + 1
            if path in self.counts:
                path += (self.counts[path] - 1,)
        self.lines[path] = line
        return path

    def _pair(self, table: Path) -> None:
        line = self._line()
        path = table
        for key in self._keys():
            path += (key,)
            self.lines.setdefault(path, line)
        self.at += 1  # =
        self._blank()
        self._value(path)

    def _value(self, path: Path) -> None:
        c = self.text[self.at]
        if c in "\"'":
            self._string()
        elif c == "[":
            self.at += 1
            self._list(path)
        elif c == "{":
            self.at += 1
            self._inline(path)
        else:
            while self.at < len(self.text) and self.text[self.at] not in ",]}\n#":
                self.at += 1

    def _list(self, path: Path) -> None:
        number = 0
        while True:
            self._blank()
            if self.text[self.at] == "]":
                self.at += 1
                return
            self.lines[(*path, number)] = self._line()
            self._value((*path, number))
            number += 1
            self._blank()
            if self.text[self.at] == ",":
                self.at += 1

    def _inline(self, path: Path) -> None:
        while True:
            self._blank()
            if self.text[self.at] == "}":
                self.at += 1
                return
            self._pair(path)
            self._blank()
            if self.text[self.at] == ",":
                self.at += 1

    def _string(self) -> None:
        quote = self.text[self.at]
        end = quote * 3 if self.text.startswith(quote * 3, self.at) else quote
        self.at += len(end)
        while not self.text.startswith(end, self.at):
            self.at += 2 if quote == '"' and self.text[self.at] == "\\" else 1
        self.at += len(end)
        while len(end) == 3 and self.at < len(self.text) and self.text[self.at] == quote:
            self.at += 1  # """a"""" ends with a quote of its own


def line_of(lines: dict[Path, int], path: tuple[Any, ...]) -> int:
    """Give the line of `path`, or of the nearest thing around it."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)
