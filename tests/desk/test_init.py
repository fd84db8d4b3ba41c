"""A stranger's way from seed articles to a watch that judges; tests/test_tutorial.py runs the whole page."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline import catalog
from pipeline.cli.app import app
from pipeline.desk import init, watchlist
from pipeline.errors import CatalogError, ConfigError
from pipeline.settings import load

SEEDS = {
    "bridge-en": (
        "Norbau and Ponte Sul win contract for Strait Crossing\n"
        "The builders Norbau and Ponte Sul will build the Strait Crossing, a bridge of eleven kilometres. "
        "Norbau leads the group. The bridge opens in ten years, Ponte Sul said. Strait Crossing is the largest bridge "
        "contract of the decade, and Norbau expects work for four thousand people on the bridge.\n"
    ),
    "bridge-de": (
        "Norbau und Ponte Sul bauen die Brücke Strait Crossing\n"
        "Die Baukonzerne Norbau und Ponte Sul haben den Auftrag für die Strait Crossing erhalten. Die Brücke wird elf "
        "Kilometer lang. Norbau führt das Konsortium, Ponte Sul liefert den Stahl der Brücke.\n"
    ),
}


def made(folder: Path) -> Path:
    """Write the seeds and make a watch folder of them."""
    paths = []
    for name, text in SEEDS.items():
        paths.append(folder / f"{name}.txt")
        paths[-1].write_text(text, encoding="utf-8")
    init.run(folder / "watch", paths, "Strait Crossing")
    return folder / "watch"


def test_a_small_folder_is_made_from_seeds(tmp_path: Path) -> None:
    """Rule: names of the seeds are proposed, nothing of another storyline, and the folder loads."""
    watch = made(tmp_path)
    found = catalog.load(watch)
    names = {e.name for e in found.watchlist.entities}
    assert {"Norbau", "Ponte Sul", "Strait Crossing"} <= names
    assert len(names) <= init.PROPOSED
    assert len(found.feeds) == 3
    assert {s.language for s in found.watchlist.seeds} == {"en", "de"}
    text = (watch / "watchlist.toml").read_text(encoding="utf-8")
    assert "BlackRock" not in text and "xAI" not in text
    assert text.count("\n") < 200


def test_check_says_what_is_missing_and_tries_the_seeds(tmp_path: Path) -> None:
    """Rule: without a subject check says so; with roles given, the folder's own seeds are judged its happening."""
    watch = made(tmp_path)
    settings = load(watch_dir=watch, database_url=f"sqlite:///{tmp_path / 'x.db'}", encoder="none")
    before = watchlist.check(settings)
    assert any("subject" in row.text and row.wrong for row in before.lacking)
    path = watch / "watchlist.toml"
    text = path.read_text(encoding="utf-8")
    for name, roles in (
        ("Strait Crossing", '["subject"]'),
        ("Norbau", '["party", "watched"]'),
        ("Ponte Sul", '["party", "watched"]'),
    ):
        at = text.index(f'name = "{name}"')
        end = text.index('roles = ["context"]', at)
        text = text[:end] + f"roles = {roles}" + text[end + len('roles = ["context"]') :]
    path.write_text(text, encoding="utf-8")
    after = watchlist.check(settings)
    assert not [row for row in after.lacking if row.wrong]
    assert {row.seed for row in after.seeds} == {"bridge-en", "bridge-de"}
    assert all(row.level >= 2 and row.why for row in after.seeds)


def test_the_command(tmp_path: Path) -> None:
    """Rule: `init DIR --seed FILE --name NAME` writes it and says what comes next."""
    seed = tmp_path / "one.txt"
    seed.write_text(SEEDS["bridge-en"], encoding="utf-8")
    result = CliRunner().invoke(app, ["init", str(tmp_path / "w"), "--seed", str(seed), "--name", "Crossing"])
    assert result.exit_code == 0, result.output
    assert "watchlist check" in result.output
    assert catalog.load(tmp_path / "w").watchlist.name == "crossing"


def test_nothing_is_overwritten_and_a_headline_is_no_seed(tmp_path: Path) -> None:
    """Rule: a folder with anything in it is left alone; too short a seed is told."""
    short = tmp_path / "short.txt"
    short.write_text("A headline\nand no more", encoding="utf-8")
    with pytest.raises(ConfigError, match="whole article"):
        init.run(tmp_path / "w", [short])
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(CatalogError, match="not an empty folder"):
        init.run(tmp_path / "w", [short])


def test_check_tells_of_languages_that_do_not_exist(tmp_path: Path) -> None:
    """Rule: an alias under "ua" is a slip of the hand."""
    watch = made(tmp_path)
    settings = load(watch_dir=watch, database_url=f"sqlite:///{tmp_path / 'x.db'}", encoder="none")
    assert not [row for row in watchlist.check(settings).lacking if "language" in row.text]
    path = watch / "watchlist.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("[entities.aliases]", '[entities.aliases]\nua = ["Норбау"]', 1), encoding="utf-8")
    told = {row.text: row.wrong for row in watchlist.check(settings).lacking}
    assert [wrong for text, wrong in told.items() if 'no language "ua"' in text] == [True]


def test_a_bare_init_explains_and_writes_nothing(tmp_path: Path) -> None:
    """Rule: nobody gets somebody else's storyline without asking for it."""
    result = CliRunner().invoke(app, ["init", str(tmp_path / "w")])
    assert result.exit_code == 2 and not (tmp_path / "w").exists()
    assert "--seed" in result.output and "--example" in result.output
    assert CliRunner().invoke(app, ["init", str(tmp_path / "w"), "--example"]).exit_code == 0
    assert catalog.load(tmp_path / "w").watchlist.version == catalog.load(catalog.default_dir()).watchlist.version


def test_names_without_spaces_are_proposed_whole(tmp_path: Path) -> None:
    """Rule: of a Han name no piece is proposed beside it, a name in quotation marks is one; words are no sentences."""
    seed = tmp_path / "port-zh.txt"
    seed.write_text(
        "海澄港务与银杉能源共建“云帆”码头\n海澄港务和银杉能源宣布共建自动化码头“云帆”。海澄港务负责码头岸桥，银杉能源供电。"
        "银杉能源表示，“云帆”码头明年开港，码头全部使用绿电。海澄港务称码头吞吐量将增加三成。\n",
        encoding="utf-8",
    )
    init.run(tmp_path / "w", [seed], "port")
    made = catalog.load(tmp_path / "w").watchlist
    names = {e.name for e in made.entities}
    assert {"海澄港务", "银杉能源", "云帆"} <= names
    assert not [n for n in names if any(n != whole and n in whole for whole in ("海澄港务", "银杉能源"))]
    words = {w for f in made.fields for ws in f.words.values() for w in ws}
    assert "码头" in words and all(len(w) <= 4 for w in words) and not any("海澄" in w for w in words)
