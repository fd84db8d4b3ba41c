"""What is decided one by one and stored in batches: an immutable batch is handed over, and nothing may be missing.

A list that one side still fills while the other stores it loses what falls between: `rows.append(await pack(x))` binds
the list before the wait, and adds to one that was stored meanwhile. Here a thing is added whole, a batch is a tuple,
and what was stored is counted against what was added.
"""

from typing import Generic, TypeVar

T = TypeVar("T")


class LostError(RuntimeError):
    """Something was decided and not stored: a fault of ours, and the step must not say that it is done."""


class Handover(Generic[T]):
    """Things that wait to be stored, with a weight (bytes, say)."""

    def __init__(self) -> None:
        self._waiting: list[T] = []
        self.weight = 0
        self.added = 0
        self.stored = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, one: T, weight: int = 0) -> None:
        """Add one thing; it is in the next batch."""
        self._waiting.append(one)
        self.weight += weight
        self.added += 1

    def take(self) -> tuple[T, ...]:
        """Give all that waits, as a batch that nobody can add to."""
        batch, self._waiting, self.weight = tuple(self._waiting), [], 0
        return batch

    def done(self, stored: int) -> None:
        """Count what was stored of a batch."""
        self.stored += stored

    def settle(self, what: str) -> None:
        """Raise LostError unless all that was ever added has been stored."""
        if self.stored != self.added:
            raise LostError(f"{self.added} {what} were decided and {self.stored} stored: please report this fault")
