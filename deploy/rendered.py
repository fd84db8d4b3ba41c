"""`make helm CHART=FILE`: render the official chart with our values by Helm's own engine, and look at what comes out.

The engine comes in a wheel; the chart (a .tgz or a folder) is yours to bring, for instance by `helm pull`.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

DEPLOY = Path(__file__).resolve().parent
SETS = ((), ("kubernetes",), ("gitops",), ("kubernetes", "gitops"))  # beside helm-values.yaml


def objects(chart: Path, files: Iterable[Path]) -> list[dict[str, Any]]:
    """Render a chart with values files, the later over the earlier; what the schema refuses is an error."""
    from helm_python.chart import Chart

    values: dict[str, Any] = {}
    for file in files:
        values = _over(values, yaml.safe_load(file.read_text(encoding="utf-8")) or {})
    with Chart.load(str(chart)) as loaded:
        loaded.validate_schema(loaded.merge_values(values))
        texts: dict[str, str] = loaded.render(values=values, name="newswatch")
    manifests = [text for name, text in texts.items() if not name.endswith("NOTES.txt")]  # told to people by Helm
    return [one for text in manifests for one in yaml.safe_load_all(text) if isinstance(one, dict)]


def complaints(found: Sequence[dict[str, Any]]) -> list[str]:
    """Say which containers have no limits, or an image of Airflow that is not ours."""
    bad = []
    for name, pod in _pods(found):
        for container in (*(pod.get("initContainers") or []), *pod["containers"]):
            if "apache/airflow" in str(container.get("image")):
                bad.append(f"{name}: {container['name']} runs {container['image']}")
            if "memory" not in (container.get("resources") or {}).get("limits", {}):
                bad.append(f"{name}: {container['name']} has no limit of memory")
    return bad


def _pods(found: Sequence[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the pods that these objects make, with names; the template of tasks' own pods is a file of a ConfigMap."""
    for one in found:
        name = f"{one.get('kind')} {one.get('metadata', {}).get('name')}"
        spec = one.get("spec") or {}
        spec = spec.get("jobTemplate", {}).get("spec", spec)
        if pod := spec.get("template", {}).get("spec"):
            yield name, pod
        if template := (one.get("data") or {}).get("pod_template_file.yaml"):
            yield f"{name} pod_template_file.yaml", yaml.safe_load(template)["spec"]


def _over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _over(merged[key], value) if both else value
    return merged


def main(chart: str) -> int:
    """Render all sets; exit 1 when there is something to say."""
    wrong = 0
    for more in SETS:
        found = objects(Path(chart), [DEPLOY / f"helm-{name}.yaml" for name in ("values", *more)])
        bad = complaints(found)
        print(f"values {' '.join(more)}: {len(found)} objects, {len(bad)} complaints", *bad, sep="\n  ")
        wrong += len(bad)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]) if len(sys.argv) == 2 else __doc__)
