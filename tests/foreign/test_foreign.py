"""newswatch into an Airflow that exists, for real: from the wheel, in the three ways of docs/airflow.md, to the mail.

A team's Airflow runs first, without newswatch; each way is then tried on a copy of its home, and what was the team's
is as it was. Run by `make foreign`, which needs a package registry.
"""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parseaddr
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pipeline.desk import sample
from pipeline.settings import load
from pipeline.steps import run_all
from tests.e2e.servers import serve_feeds, until
from tests.foreign import team
from tests.postoffice import PostOffice

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(3000)]

OURS = ("alerts", "checks", "events", "heartbeat", "ingest", "prune", "rematch")
CHAIN = ("alerts", "events", "ingest")
SETTINGS = {"allow_addresses": "127.0.0.1", "host_spacing": "0", "news_days": "30", "enrich": "false"}


class Place(NamedTuple):
    """A team's Airflow that stands still, newswatch installed beside it, and the sample feeds with their mails."""

    home: Path
    python: team.Python
    watch: Path
    mails: list[tuple[str, str]]
    before: dict[str, set[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A team's Airflow that has run by itself; then newswatch was installed."""
    folder = tmp_path_factory.mktemp("team")
    home = folder / "home"
    home.mkdir()
    start = time.monotonic()
    python = team.Python(folder / "python", version("apache-airflow"))
    team.settle_in(home, 0)
    built = time.monotonic()
    with team.Airflow(home, python) as airflow:
        until(lambda: "nightly" in airflow.dags(), 120, "their DAG is read")
        for name, slots in {"team": 3, "newswatch_cpu": 5}.items():  # of the second name they have one already
            body = {"name": name, "slots": slots, "description": "ours", "include_deferred": True}
            airflow.call("POST", "/api/v2/pools", body)
        airflow.patch("/api/v2/pools/default_pool?update_mask=slots", {"pool": "default_pool", "slots": 64})
        airflow.call("POST", "/api/v2/variables", {"key": "city", "value": "Lyon"})
        airflow.connect("warehouse", "postgres", host="db.team.example", login="team", password="fig-tree")
        theirs(airflow)
    before = team.held(home)
    ran = time.monotonic()
    python.add(team.wheel(folder / "dist"))
    print(f"\ntheirs installed {built - start:.0f} s, ran {ran - built:.0f} s, ours {time.monotonic() - ran:.0f} s")
    with serve_feeds(sample.sample_dir()) as feeds, PostOffice() as post:
        watch = folder / "watch"
        sample.write_watch(watch, feeds.port, sample.weeks_to(datetime.now(UTC)))
        database = f"sqlite:///{folder / 'by-hand.db'}"
        own = {**SETTINGS, "allow_addresses": ("127.0.0.1",)}
        run_all(load(watch_dir=watch, database_url=database, smtp_url=post.url, **own), datetime.now(UTC))
        yield Place(home, python, watch, letters(post), before)


def theirs(airflow: team.Airflow) -> None:
    """Run the team's DAG: it finds its modules, its Variable and its Connection."""
    airflow.unpause("nightly")
    run_id = airflow.trigger("nightly")
    assert airflow.ends("nightly", run_id) == "success", airflow.story()
    path = f"/api/v2/dags/nightly/dagRuns/{run_id}/taskInstances/look/xcomEntries/return_value"
    assert airflow.get(path)["value"] == {"name": "theirs", "city": "Lyon", "host": "db.team.example"}
    airflow.patch("/api/v2/dags/nightly", {"is_paused": True})
    assert "team" in {p["name"] for p in airflow.get("/api/v2/plugins?limit=100")["plugins"]}


def letters(post: PostOffice) -> list[tuple[str, str]]:
    """Give recipient and subject of each mail."""
    return sorted((to, str(m["Subject"])) for to, m in list(post.mails))


def settings(prefix: str, home: Path, place: Place, post: PostOffice) -> dict[str, str]:
    """Give what docs/airflow.md says must be set, and where the sample feeds are."""
    own = {
        "database_url": f"sqlite:///{home / f'{prefix}.db'}",
        "watch_dir": str(place.watch),
        "smtp_url": post.url,
        "mail_from": f"{prefix}@desk.example",
        "contact": "newsdesk@desk.example",
    }
    return {f"{prefix.upper()}_{key.upper()}": value for key, value in {**SETTINGS, **own}.items()}


def to_the_mail(airflow: team.Airflow, place: Place, *storylines: tuple[str, PostOffice]) -> None:
    """Set the chains of these storylines going: each ends in the mails of `newswatch run`."""
    wanted = {f"{prefix}_{name}" for prefix, _ in storylines for name in OURS}
    until(lambda: wanted <= airflow.dags(), 120, f"every DAG of ours is read: {airflow.errors()}")
    assert airflow.errors() == []
    start = time.monotonic()
    for prefix, _ in storylines:
        airflow.unpause(*(f"{prefix}_{name}" for name in CHAIN))
        airflow.trigger(f"{prefix}_ingest")
    try:
        until(lambda: all(letters(p) == place.mails for _, p in storylines) and airflow.is_idle(), 240, "the mails")
    except AssertionError as e:
        raise AssertionError(f"{e}: {[len(letters(p)) for _, p in storylines]}\n{airflow.story()}") from e
    print(f"{len(place.mails)} mails each of {len(storylines)}, {time.monotonic() - start:.0f} s after the trigger")
    assert {r["state"] for dag_id in wanted for r in airflow.runs(dag_id)} == {"success"}
    for prefix, post in storylines:
        assert {parseaddr(str(m["From"]))[1] for _, m in post.mails} == {f"{prefix}@desk.example"}
        code, page = airflow.status(airflow._token, "GET", f"/{prefix}/events")
        assert (code, "</html>" in page) == (200, True)
        assert airflow.status("", "GET", f"/{prefix}/events")[0] == 401


def untouched(home: Path, place: Place, *prefixes: str) -> None:
    """Compare the metadata database with what it was: all of theirs is there, and only rows of ours are new."""
    after = team.held(home)
    for name, rows in place.before.items():
        assert rows <= after[name], f"{name}: gone or changed: {rows - after[name]}"
    new = {name: after[name] - rows for name, rows in place.before.items()}
    assert new["tables"] == new["connections"] == new["variables"] == set()
    pools = {f"{prefix}_{pool}" for prefix in prefixes for pool in ("cpu", "fetch", "mail")} - {"newswatch_cpu"}
    assert {row[1] for row in new["pools"]} == pools
    dags = {f"{prefix}_{name}" for prefix in prefixes for name in OURS}
    assert {row[0] for row in new["dags"]} == dags


@pytest.fixture
def home(place: Place, tmp_path: Path) -> Path:
    """A copy of the team's home, to add newswatch to."""
    team.moved_in(place.home, tmp_path / "home")
    return tmp_path / "home"


def test_their_packages_keep_their_versions(place: Place) -> None:
    """Rule: `pip install newswatch` with constraints adds packages and changes none."""
    assert place.python.theirs <= place.python.held(), place.python.theirs - place.python.held()
    assert any(name.startswith("sqlalchemy==2.0") for name in place.python.theirs)


def test_a_folder_beside_theirs_and_two_storylines(place: Place, home: Path) -> None:
    """Rule: two copies in a team's DAG folder, each with a prefix, a database and mails of its own."""
    with PostOffice() as news, PostOffice() as energy:
        said = settings("newswatch", home, place, news) | settings("energy", home, place, energy)
        airflow = team.Airflow(home, place.python, **said, NEWSWATCH_STORYLINES="newswatch,energy")
        for prefix in ("newswatch", "energy"):
            airflow.run("newswatch", "airflow", "copy", str(home / "dags" / prefix), "--prefix", prefix)
            url = said[f"{prefix.upper()}_DATABASE_URL"]
            airflow.run("newswatch", "db", "upgrade", "--database", url)
        with airflow:
            to_the_mail(airflow, place, ("newswatch", news), ("energy", energy))
            theirs(airflow)
    untouched(home, place, "newswatch", "energy")


def test_a_bundle_beside_theirs(place: Place, home: Path) -> None:
    """Rule: what `newswatch airflow dags-folder` prints is a bundle of its own beside the team's."""
    with PostOffice() as post:
        airflow = team.Airflow(home, place.python, **settings("newswatch", home, place, post))
        folder = airflow.run("newswatch", "airflow", "dags-folder").strip()
        local = "airflow.dag_processing.bundles.local.LocalDagBundle"
        bundles = ", ".join(
            f'{{"name": "{name}", "classpath": "{local}", "kwargs": {{"path": "{path}"}}}}'
            for name, path in (("dags-folder", home / "dags"), ("newswatch", folder))
        )
        airflow.environment["AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST"] = f"[{bundles}]"
        airflow.run("newswatch", "db", "upgrade")
        with airflow:
            to_the_mail(airflow, place, ("newswatch", post))
            theirs(airflow)
    untouched(home, place, "newswatch")


def test_the_only_dags(place: Place, tmp_path: Path) -> None:
    """Rule: an Airflow of its own has the installed package as its DAG folder."""
    home = tmp_path / "home"
    home.mkdir()
    team.settle_in(home, 0)
    with PostOffice() as post:
        airflow = team.Airflow(home, place.python, **settings("newswatch", home, place, post))
        airflow.environment["AIRFLOW__CORE__DAGS_FOLDER"] = airflow.run("newswatch", "airflow", "dags-folder").strip()
        airflow.run("newswatch", "db", "upgrade")
        with airflow:
            to_the_mail(airflow, place, ("newswatch", post))
