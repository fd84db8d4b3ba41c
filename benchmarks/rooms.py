"""Say how the core is built: its rooms, the arrows between them, and how many floors they make.

python -m benchmarks.rooms [PACKAGE] [--files]     default: pipeline.core; --files: each file is a room
python -m benchmarks.rooms --at REV                as it was at a commit
python -m benchmarks.rooms --sizes                 MB of what this environment has of the package's requirements
"""

import argparse
import io
import subprocess
import sys
import tarfile
import tempfile
from importlib import metadata
from pathlib import Path

import grimp
from packaging.requirements import Requirement


def installed(name: str, extra: str = "", seen: frozenset[str] = frozenset()) -> frozenset[str]:
    """Give the distributions that one needs, itself included, as far as they are installed here."""
    try:
        needs = metadata.distribution(name).requires or []
    except metadata.PackageNotFoundError:
        return seen
    seen |= {f"{name}[{extra}]", name} if extra else {name}
    for need in map(Requirement, needs):
        if need.marker is None or need.marker.evaluate({"extra": extra}):
            for more in ("", *need.extras):
                key = f"{need.name}[{more}]" if more else need.name
                if key not in seen:
                    seen = installed(need.name, more, seen)
    return seen


def megabytes(names: frozenset[str]) -> float:
    files = (f for n in names if "[" not in n for f in metadata.distribution(n).files or ())
    return sum(p.stat().st_size for f in files if (p := Path(str(f.locate()))).is_file()) / 1e6


def sizes() -> None:
    base = installed("newswatch")
    print(f"{megabytes(base):6,.0f} MB in {len(base)} distributions, no extra")
    for extra in metadata.metadata("newswatch").get_all("Provides-Extra") or []:
        if more := installed("newswatch", extra) - base:
            print(f"{megabytes(more):6,.0f} MB more with {extra}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package", nargs="?", default="pipeline.core")
    parser.add_argument("--files", action="store_true")
    parser.add_argument("--at")
    parser.add_argument("--sizes", action="store_true")
    asked = parser.parse_args()
    if asked.sizes:
        sizes()
        return
    if asked.at:
        tree = subprocess.run(["git", "archive", asked.at, "pipeline"], check=True, capture_output=True).stdout
        sys.path.insert(0, tempfile.mkdtemp())
        with tarfile.open(fileobj=io.BytesIO(tree)) as packed:
            packed.extractall(sys.path[0], filter="data")
    graph = grimp.build_graph(asked.package.split(".")[0])
    depth = asked.package.count(".") + 1

    def room(module: str) -> str:
        return module if asked.files else ".".join(module.split(".")[: depth + 1])

    inside = sorted(m for m in graph.modules if m.startswith(asked.package + "."))
    arrows = {
        (room(m), room(to))
        for m in inside
        for to in graph.find_modules_directly_imported_by(m)
        if to.startswith(asked.package + ".") and room(m) != room(to)
    }
    rooms = sorted({room(m) for m in inside})
    floors: dict[str, int] = {}

    def floor(name: str, above: tuple[str, ...] = ()) -> int:
        if name in above:
            raise SystemExit(f"a circle: {' > '.join((*above, name))}")
        if name not in floors:
            floors[name] = 1 + max((floor(to, (*above, name)) for a, to in arrows if a == name), default=0)
        return floors[name]

    top = Path(sys.path[0] if asked.at else ".") / asked.package.split(".")[0]
    lines = [len(p.read_text(encoding="utf-8").splitlines()) for p in top.rglob("*.py")]
    print(f"{top.name}: {len(lines)} files, {sum(lines)} lines, a median file of {sorted(lines)[len(lines) // 2]}")
    highest = max(floor(r) for r in rooms)
    print(f"{len(rooms)} rooms, {len(arrows)} arrows, {highest} floors, {len(inside)} files")
    for r in sorted(rooms, key=lambda r: (-floors[r], r)):
        below = sorted(to.rsplit(".", 1)[-1] for a, to in arrows if a == r)
        print(f"  {floors[r]}  {r.rsplit('.', 1)[-1]:12} -> {' '.join(below) or '-'}")


if __name__ == "__main__":
    main()
