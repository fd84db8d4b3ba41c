"""Templates know every name they use."""

import pytest
from jinja2 import UndefinedError

from pipeline.web import render


def test_a_name_that_nobody_gives_is_a_fault() -> None:
    """Rule: renaming a field of a row breaks its page in a test, it does not empty a column."""
    template = render._environment.from_string("{{ feed.week_count }}")
    with pytest.raises(UndefinedError, match="week_count"):
        template.render(feed={"title": "x"})
