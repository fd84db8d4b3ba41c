"""Fit when a story that joins a told event is news: the next happening of a saga, told in the words of the last one.

    python benchmarks/fit_sequels.py --stream ../shared/data/stream_dev.jsonl --stream tests/gold/stream.jsonl \\
        --stream tests/gold/week.jsonl --stream tests/gold/week2.jsonl --stream tests/gold/week3.jsonl [--write]

The real steps run over each file as `newswatch evaluate-stream` runs them; what alerting then asks about is kept. A
story is news when its happening is none of those that were told. Cross-validated by happening; lines whose "part" is
"blind" are never fitted on. Run it after benchmarks/fit_cluster.py: what joins decides what is asked.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pipeline import log, steps
from pipeline.core.alerts import unlike
from pipeline.core.alerts.state import AlertedStory
from pipeline.core.events.threads import Linker
from pipeline.core.match.features import passage
from pipeline.desk.evaluate import stream
from pipeline.settings import load

L2, FOLDS = 0.5, 8
# "another act" may be a matter of taste, and so is how sure one must be: chosen where a false one costs a second mail
# on one happening, and a missed one costs a happening (docs/alerts.md has what both cost)
MOST_ACTS, LEAST = 0.85, 0.5
SHIPPED = Path(unlike.__file__).parents[2] / "data" / "sequels.json"


def asked(path: Path) -> list[tuple[str, unlike.Strangeness, bool, str]]:
    """Give what alerting asked of one stream: (happening, evidence, whether it was news, text)."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    labels = {passage(r["title"], r.get("summary", "")): r["event"] for r in rows if r.get("part") != "blind"}
    found = []
    find = unlike.find

    def kept(fresh: Sequence[AlertedStory], told: Sequence[AlertedStory], linker: Linker) -> tuple[AlertedStory, ...]:
        new = [p for p in fresh if not p.is_copy and p.stale is None]
        known = {labels.get(p.text) for p in told}
        for story, evidence in zip(new, unlike.weigh(new, told, linker), strict=False):
            label = labels.get(story.text)
            if label is not None and None not in known and evidence.meaning is not None:
                found.append((label or story.text, evidence, bool(label) and label not in known, story.text))
        return find(fresh, told, linker)

    unlike.find = kept
    try:
        stream.run(path, load(encoder="auto"), steps.perform)
    finally:
        unlike.find = find
    return found


def fit(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    ridge = np.eye(x.shape[1]) * L2
    ridge[-1, -1] = 1e-6
    b = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ b))
        b -= np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + ridge, x.T @ (p - y) + ridge @ b)
    return b


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stream", type=Path, action="append", required=True)
    parser.add_argument("--write", action="store_true", help="write pipeline/data/sequels.json")
    args = parser.parse_args()
    log.configure("quiet")
    rows = [(path.stem, *row) for path in args.stream for row in asked(path)]
    x = np.array([[*evidence.features(), 1.0] for _, _, evidence, _, _ in rows])
    y = np.array([is_news for *_, is_news, _ in rows], float)
    happenings = sorted({(name, label) for name, label, *_ in rows})
    place = np.random.default_rng(0).permutation(len(happenings))
    fold = {happening: place[i] % FOLDS for i, happening in enumerate(happenings)}
    of = np.array([fold[row[:2]] for row in rows])
    odds = np.zeros(len(rows))
    for k in range(FOLDS):
        odds[of == k] = x[of == k] @ fit(x[of != k], y[of != k])
    said = (odds >= LEAST) & (x[:, unlike.SEQUEL.index("acts")] <= MOST_ACTS)
    for name in dict.fromkeys(row[0] for row in rows):
        mine = [(row, bool(s)) for row, s in zip(rows, said, strict=True) if row[0] == name]
        news = {row[1] for row, _ in mine if row[3]}
        right, wrong = ({row[1] for row, s in mine if s and row[3] is is_news} for is_news in (True, False))
        print(f"{name:12} {len(news):3} happenings inside told events, {len(right)} found, {len(wrong)} false")
    b = fit(x, y)
    found = {n: round(float(w), 3) for n, w in zip((*unlike.SEQUEL, "bias"), b, strict=True)}
    found |= {"most_acts": MOST_ACTS, "least": LEAST}
    print(found)
    if args.write:
        SHIPPED.write_text(json.dumps(found) + "\n", "utf-8")


if __name__ == "__main__":
    main()
