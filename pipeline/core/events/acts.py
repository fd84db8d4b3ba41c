"""What was done: how likely a text tells each kind of act (a suit, a ruling, an appeal, a launch), by its meaning.

Two stories on one firm share their names and most of their words; the act is what tells a permit from the suit against
it. The kinds are learned from headlines of ours (tests/gold/acts.jsonl, by benchmarks/fit_cluster): directions in which
kinds differ most for how much one kind varies (linear discriminants), and where each kind lies among them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Acts:
    """The fitted kinds; nothing fitted (no rows) means that no text tells an act."""

    mean: Floats  # 384: of all headlines
    axes: Floats  # directions x 384
    centres: Floats  # kinds x directions
    sharpness: float  # how fast a kind becomes unlikely with the squared distance from its centre


def read(content: Mapping[str, Any] | None) -> Acts:
    """Make the kinds out of the parsed JSON of `data/clusterer.json`; none without it."""
    if content is None:
        nothing = np.zeros((0, 0), np.float32)
        return Acts(nothing, nothing, nothing, 0.0)
    mean, axes, centres = (np.asarray(content[x], np.float32) for x in ("mean", "axes", "centres"))
    return Acts(mean, axes, centres, float(content["sharpness"]))


def told(vectors: Floats, acts: Acts) -> Floats:
    """Give the root of the probability of each kind (rows x kinds) for centred unit vectors (rows x 384).

    The product of two rows is how much two texts agree in what was done, 0 to 1 (Bhattacharyya's coefficient). A row
    of zeros, a text without a vector, tells no act.
    """
    if not len(acts.centres):
        return np.zeros((len(vectors), 1), np.float32)
    placed = (vectors - acts.mean) @ acts.axes.T
    far = (placed**2).sum(axis=1, keepdims=True) - 2 * placed @ acts.centres.T + (acts.centres**2).sum(axis=1)
    odds = np.exp(-0.5 * acts.sharpness * (far - far.min(axis=1, keepdims=True)))
    found: Floats = np.sqrt(odds / odds.sum(axis=1, keepdims=True)) * vectors.any(axis=1, keepdims=True)
    return found.astype(np.float32)
