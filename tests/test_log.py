"""Log lines: what they must never say."""

from collections.abc import Iterator

import pytest
import structlog

from pipeline import log


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Leave the configuration as it was."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.mark.parametrize("format", ["json", "console"])
def test_a_traceback_tells_no_values(format: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Rule: the values of variables may be addresses and secrets; where it broke is enough."""
    log.configure(format)
    address = "reader" + "@desk.example"
    try:
        raise ValueError(f"of {len(address)} letters")
    except ValueError:
        log.get().exception("deliver failed", subscription="desk")
    said = capsys.readouterr().err
    assert "of 19 letters" in said and "test_log.py" in said
    assert address not in said
