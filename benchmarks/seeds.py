"""Write the vectors of the shipped storyline's seeds, which every process that judges would make anew.

python -m benchmarks.seeds   writes pipeline/data/seeds.json; when seeds or encoder change (a test says so)
"""

import base64
import json
from pathlib import Path

from pipeline import catalog
from pipeline.core.match.features import compared
from pipeline.encoder import MAX_CHARS, Encoder, Vector, digest

FILE = Path(__file__).resolve().parent.parent / "pipeline" / "data" / "seeds.json"


def texts() -> list[str]:
    """Give what of the seeds is compared, as the encoder takes it."""
    seeds = catalog.load(catalog.default_dir()).watchlist.seeds
    return [text.strip()[:MAX_CHARS] for seed in seeds for text in compared(seed)]


def written(vector: Vector) -> str:
    """Write a vector: float32 little-endian in base64."""
    return base64.b64encode(vector.astype("<f4").tobytes()).decode()


if __name__ == "__main__":
    encoder = Encoder("e5", ships=False)
    made = {digest(text): written(vector) for text, vector in zip(texts(), encoder.encode("e5", texts()), strict=True)}
    FILE.write_text(json.dumps({encoder.version: made}, indent=1) + "\n", encoding="utf-8")
