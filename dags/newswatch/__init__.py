"""newswatch inside Airflow: the DAGs and what they are made of, as one package.

It works as a subfolder of a DAG folder, as the root of a bundle, and installed (`newswatch airflow dags-folder` says
where). The program itself is the package `pipeline`, which must be the one that came with newswatch.
"""

from importlib.util import find_spec


def _require_ours() -> None:
    """Say what is wrong when `pipeline` is not there, or is a package of somebody else's."""
    found = find_spec("pipeline")
    if found is None:
        raise ImportError("newswatch is not installed in Airflow's Python: pip install newswatch (its docs/airflow.md)")
    where = [*(found.submodule_search_locations or [])] or [str(found.origin)]
    if not all(find_spec(f"pipeline.{part}") for part in ("steps", "settings")):
        raise ImportError(
            f"the package `pipeline` that Python finds first ({', '.join(where)}) is not newswatch's: rename "
            "it, or give newswatch's DAGs a Python of their own (its docs/airflow.md, Into your Airflow)"
        )


_require_ours()
