"""Settings: what is wrong is named, and what is nearly right is not ignored."""

import pytest

from pipeline.errors import ConfigError
from pipeline.settings import Settings, load


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("NEWSWATCH_SMPT_URL", "NEWSWATCH_SMTP_URL"),
        ("NEWSWATCH_DATABSE_URL", "NEWSWATCH_DATABASE_URL"),
        ("NEWSWATCH_ALLOW_ADRESSES", "NEWSWATCH_ALLOW_ADDRESSES"),
        ("NEWSWATCH_MAILFROM", "NEWSWATCH_MAIL_FROM"),
        ("NEWSWATCH_WATCHDIR", "NEWSWATCH_WATCH_DIR"),
        ("NEWSWATCH_OPERATER", "NEWSWATCH_OPERATOR"),
    ],
)
def test_a_mistyped_setting_is_named(monkeypatch: pytest.MonkeyPatch, written: str, meant: str) -> None:
    """Rule: a setting that would be ignored without a word gets "did you mean"; its value is not told."""
    monkeypatch.setenv(written, "a-secret-value")
    with pytest.raises(ConfigError, match=f"{written} .*did you mean {meant}") as told:
        load()
    assert "a-secret-value" not in str(told.value)


@pytest.mark.parametrize(
    "name", ["NEWSWATCH_VERSION", "NEWSWATCH_DB_PASSWORD", "NEWSWATCH_STORYLINES", "NEWSWATCH_WATCH"]
)
def test_what_others_call_newswatch_is_left_alone(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Rule: variables of compose files and scripts that are not close to a setting are theirs."""
    monkeypatch.setenv(name, "x")
    assert load(encoder="none").encoder == "none"


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_an_empty_variable_is_one_that_is_not_set(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Rule: `.env` files and compose hand on empty values; an empty folder is not the one we stand in."""
    monkeypatch.delenv(f"NEWSWATCH_{name}".upper(), raising=False)
    expected = getattr(load(), name)
    monkeypatch.setenv(f"NEWSWATCH_{name}".upper(), "")
    assert getattr(load(), name) == expected
    assert name not in load().model_fields_set
