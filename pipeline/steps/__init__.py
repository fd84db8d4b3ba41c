"""One file a task: run(settings, now, …) -> Tally: gather, decide, apply."""

from collections.abc import Callable

Progress = Callable[[str, int, int | None], None]  # step, done so far, of how many (None: not known)


def silent(step: str, done: int, total: int | None) -> None:
    """Report progress to nobody."""
