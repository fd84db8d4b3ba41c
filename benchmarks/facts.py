"""Right and wrong facts, and texts a second, on our gold texts or any labelled JSON lines: facts.py [--data FILE] [-v].

FILE: lines with "lang" and "text" (or "title" and "summary"), and with "facts" to be measured: kind, value, unit or
units_accepted, upper, role or roles_accepted ("" among them: silence is right), optional (neither missed nor wrong).
"""

import argparse
import gzip
import json
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipeline.core import facts
from pipeline.model import Fact

GOLD = Path(__file__).parents[1] / "tests" / "gold" / "facts.jsonl"
NEAR = 0.005  # of a value: the same but for its last digit
Row = dict[str, Any]


def load(path: Path) -> list[Row]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [{**r, "text": r.get("text") or f"{r.get('title', '')}\n{r.get('summary', '')}"} for r in rows]


def is_told(fact: Fact, wanted: Row) -> bool:
    """Whether a fact is the wanted one: kind, unit, value and the far end of a range."""
    ends = [(fact.value, wanted["value"]), (fact.upper, wanted.get("upper"))]
    return (
        fact.kind == wanted["kind"]
        and fact.unit in wanted.get("units_accepted", [wanted["unit"]])
        and all((a is None) == (b is None) and (a == b or abs(a - b) <= NEAR * abs(b)) for a, b in ends)
    )


def is_off(fact: Fact, wanted: Row) -> bool:
    """Whether a fact tells the wanted quantity by a factor of two or more too great or small."""
    high, low = sorted((abs(fact.value), abs(wanted["value"])), reverse=True)
    is_same = fact.kind == wanted["kind"] != "date" and fact.unit == wanted["unit"]
    return is_same and bool(high >= 2 * max(low, 1e-9))


def measure(rows: Iterable[Row]) -> tuple[dict[str, Counter[str]], Counter[str], list[str]]:
    """Count per kind, and for roles; and describe each fault."""
    kinds: dict[str, Counter[str]] = {}
    roles: Counter[str] = Counter()
    faults = []
    for row in rows:
        found = list(facts.read(row["text"], row.get("lang")))
        lacking = []
        for wanted in sorted(row["facts"], key=lambda w: bool(w.get("optional"))):
            hit = next((f for f in found if is_told(f, wanted)), None)
            if hit:
                found.remove(hit)
            elif not wanted.get("optional"):
                lacking.append(wanted)
            if wanted.get("optional"):
                continue
            kinds.setdefault(wanted["kind"], Counter())["right" if hit else "missed"] += 1
            accepted = wanted.get("roles_accepted") or ([wanted["role"]] if wanted.get("role") else [])
            if hit and accepted:
                verdict = "right" if hit.role in accepted else "wrong" if hit.role else "silent"
                roles[verdict] += 1
                if verdict != "right":
                    faults.append(
                        f"{verdict} role {hit.role!r} for {accepted}, {hit.text}: {row['lang']} {row['text']}"
                    )
        loose = [w for w in row["facts"] if w.get("optional")]
        for fact in found:
            if any(fact.kind == w["kind"] and (is_told(fact, w) or fact.kind == "date") for w in loose):
                continue
            off = any(is_off(fact, w) for w in lacking)
            kinds.setdefault(fact.kind, Counter()).update(["wrong", "off"] if off else ["wrong"])
            told = f"{fact.kind} {fact.value:g}{f'-{fact.upper:g}' if fact.upper else ''} {fact.unit}"
            faults.append(f"{'off' if off else 'extra'}: {told} {fact.role} {fact.text!r}: {row['lang']} {row['text']}")
        faults += [f"lacks {w['kind']} {w['value']:g} {w['unit']}: {row['lang']} {row['text']}" for w in lacking]
    return kinds, roles, faults


def show(rows: list[Row], verbose: bool) -> None:
    kinds, roles, faults = measure(rows)
    if verbose:
        print("\n".join(faults))
    for kind, n in sorted(kinds.items()):
        found, wanted = n["right"] + n["wrong"], n["right"] + n["missed"]
        print(
            f"{kind}: precision {n['right'] / max(found, 1):.3f} of {found}, recall {n['right'] / max(wanted, 1):.3f}"
            f" of {wanted}, off by 2 and more {n['off']}"
        )
    total = max(sum(roles.values()), 1)
    print("roles: " + ", ".join(f"{v} {roles[v] / total:.3f}" for v in ("right", "silent", "wrong")) + f" of {total}")


def rate(texts: list[tuple[str, str | None]], seconds: float) -> float:
    done, start = 0, time.process_time()
    while (spent := time.process_time() - start) < seconds:
        for text, language in texts:
            facts.read(text, language)
        done += len(texts)
    return done / spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=GOLD)
    parser.add_argument("--seconds", type=float, default=3.0, help="of measuring speed; 0: none")
    parser.add_argument("-v", "--verbose", action="store_true", help="print each fault")
    args = parser.parse_args()
    start = time.process_time()
    facts.read("30 milliards de dollars en 2034")
    print(f"tables: {time.process_time() - start:.2f} s, once a process")
    rows = load(args.data)
    labelled = [r for r in rows if "facts" in r]
    if labelled:
        show(labelled, args.verbose)
    if not args.seconds:
        return
    texts = [(r["text"], r.get("lang")) for r in rows]
    size = sum(len(t) for t, _ in texts) / len(texts)
    found = [len(facts.read(t, language)) for t, language in texts]
    speed = rate(texts, args.seconds)
    print(f"{len(texts)} texts of {size:.0f} characters, {sum(found)} facts: {speed:,.0f} a CPU-second")
    plain = [x for x in texts if not any(c.isdigit() for c in x[0])]
    if plain:
        print(f"{len(plain)} of them without a digit: {rate(plain, args.seconds):,.0f} a CPU-second")


if __name__ == "__main__":
    main()
