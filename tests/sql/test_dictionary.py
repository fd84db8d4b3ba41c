"""sql/README.md is the data dictionary, and current."""

from pipeline.desk import dictionary
from pipeline.store import tables
from pipeline.store.sql import dictionary as made
from pipeline.store.sql import query
from pipeline.store.sql.schema import sql_dir


def test_the_dictionary_is_current() -> None:
    """After a change of tables, views or queries: `newswatch db dictionary --write`."""
    assert dictionary.is_current()


def test_the_dictionary_names_everything() -> None:
    """Every table, view, query and check can be looked up on the page, every column of a table in what is printed."""
    text, printed = (sql_dir() / "README.md").read_text(encoding="utf-8"), dictionary.text()
    for table in tables.metadata.tables.values():
        assert f"| `{table.name}` | " in text
        assert f"### Table {table.name}\n" in printed
        assert all(f"| `{c.name}` | " in printed for c in table.columns)
    for folder in ("views", "queries", "checks"):
        for sheet in query.shipped(folder):
            assert sheet.name in text
    assert "erDiagram" in printed
    assert all(f"`{name}`" in text for name in (*made.PERSONAL, *made.SECRET))


def test_a_stale_dictionary_is_noticed(tmp_path: object, monkeypatch: object) -> None:
    """The check compares, it does not only look for the file."""
    from pathlib import Path

    import pytest

    assert isinstance(monkeypatch, pytest.MonkeyPatch)
    folder = Path(str(tmp_path))
    (folder / "README.md").write_text(f"# x\n{made.BEGIN}\nold\n{made.END}\nrest\n", encoding="utf-8")
    real = sql_dir()
    for name in ("views", "queries", "checks"):
        (folder / name).symlink_to(real / name)
    monkeypatch.setattr(made, "sql_dir", lambda: folder)
    assert not made.is_current()
    assert made.write() and made.is_current() and not made.write()
    assert (folder / "README.md").read_text(encoding="utf-8").endswith("rest\n")
