"""What children are asked to do, what may come of it, and how the two sides write to each other."""

import pickle
import struct
from dataclasses import dataclass, field
from typing import Any, BinaryIO

LENGTH = struct.Struct(">Q")


class ChildError(Exception):
    """A call that brought no result; the text says why in one sentence."""


class RaisedError(ChildError):
    """The function itself raised; elsewhere it would raise the same."""


class DiedError(ChildError):
    """The child ended in the middle of a call."""


@dataclass(frozen=True, slots=True)
class Work:
    """A function for children, and the limits of a call."""

    target: str  # "module:function"
    seconds: float
    megabytes: int  # of address space, beyond what a child begins with
    made_with: tuple[Any, ...] | None = field(default=None, compare=False)  # with these it makes the function to call
    name: str = ""  # what distinguishes works that are made with different values


def written(value: object) -> bytes:
    """Give a message: its length, and the value."""
    content = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    return LENGTH.pack(len(content)) + content


def put(pipe: BinaryIO, value: object) -> None:
    """Write a message."""
    pipe.write(written(value))
    pipe.flush()
