"""Say how the core is built: its rooms, the arrows between them, and how many floors they make.

python -m benchmarks.rooms [PACKAGE] [--files]     default: pipeline.core; --files: each file is a room
"""

import argparse

import grimp


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package", nargs="?", default="pipeline.core")
    parser.add_argument("--files", action="store_true")
    asked = parser.parse_args()
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

    highest = max(floor(r) for r in rooms)
    print(f"{len(rooms)} rooms, {len(arrows)} arrows, {highest} floors, {len(inside)} files")
    for r in sorted(rooms, key=lambda r: (-floors[r], r)):
        below = sorted(to.rsplit(".", 1)[-1] for a, to in arrows if a == r)
        print(f"  {floors[r]}  {r.rsplit('.', 1)[-1]:12} -> {' '.join(below) or '-'}")


if __name__ == "__main__":
    main()
