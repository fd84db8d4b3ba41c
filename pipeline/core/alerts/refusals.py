"""Refusals in a row: the same answer to three different readers is about the sender, to one reader enough for now."""

from collections.abc import Sequence
from dataclasses import dataclass, field

READERS = 3  # different ones in a row that get the same answer: then it is about us
MAILS = 3  # of one reader in a row with the same answer: then its others wait for the next run


@dataclass(slots=True)
class Streak:
    """The refusals since the last mail that was accepted, as long as they are of one kind."""

    kind: str = ""
    readers: list[str] = field(default_factory=list)  # one an answer, in order
    alerts: list[int] = field(default_factory=list)

    def add(self, reader: str, kind: str, alerts: Sequence[int]) -> None:
        """Note one refusal."""
        if kind != self.kind:
            self.accepted()
            self.kind = kind
        self.readers.append(reader)
        self.alerts += alerts

    def accepted(self) -> None:
        """Note that a mail got through."""
        self.kind, self.readers, self.alerts = "", [], []

    @property
    def is_about_us(self) -> bool:
        """Whether so many different readers got the same answer that it cannot be about them."""
        return len(set(self.readers)) >= READERS

    def is_enough(self, reader: str) -> bool:
        """Whether asking for one reader once more makes no sense now."""
        return len(self.readers) >= MAILS and set(self.readers[-MAILS:]) == {reader}
