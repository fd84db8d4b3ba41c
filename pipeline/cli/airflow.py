"""The DAGs as files: where they are, and a folder of them for one more storyline in the same Airflow."""

import re
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli import common
from pipeline.errors import ConfigError

airflow = typer.Typer(no_args_is_help=True, help="The DAGs: where they are, and a copy for one more storyline.")


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(airflow, name="airflow")


@airflow.command("dags-folder")
def dags_folder() -> None:
    """Print the folder with the DAGs: for `[core] dags_folder`, or a bundle of `dag_bundle_config_list`."""
    print(_folder())


@airflow.command("copy")
def copy(
    to: Annotated[Path, typer.Argument(metavar="DIR", help="The new folder, inside Airflow's DAG folder.")],
    prefix: Annotated[str, typer.Option("--prefix", help="What its DAGs, assets, pools, connections begin with.")],
) -> None:
    """Write the DAGs of one more storyline: PREFIX_ingest …, with PREFIX_DATABASE_URL, PREFIX_WATCH_DIR, PREFIX_db …"""
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", prefix):
        raise ConfigError(f"--prefix {prefix!r}: write small letters, digits and _, beginning with a letter")
    if to.exists():
        raise ConfigError(f"{to} is there already; name a folder that is not")
    shutil.copytree(_folder(), to, ignore=shutil.ignore_patterns("__pycache__"))
    (to / "storyline.toml").write_text(f'prefix = "{prefix}"\n', encoding="utf-8")
    name = prefix.upper()
    common.out.print(
        f"{to} holds the DAGs {prefix}_ingest, {prefix}_events, …\n"
        f"Set {name}_DATABASE_URL (or the connection {prefix}_db) and {name}_WATCH_DIR; other {name}_… win over "
        f"NEWSWATCH_….\nMake its pools: python -m newswatch.pools {prefix}\n"
        f"Show its page: NEWSWATCH_STORYLINES=newswatch,{prefix}",
        markup=False,
    )


def _folder() -> Path:
    found = find_spec("newswatch")
    if found is None or not found.submodule_search_locations:
        raise ConfigError("the package `newswatch` with the DAGs is not installed; install newswatch from its wheel")
    return Path(next(iter(found.submodule_search_locations)))
