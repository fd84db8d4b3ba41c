"""What one host may have of a run: a share that its spacing allows, and a rest when it refuses. Pure: it has no clock.

A host that is silent, refuses or is big may cost only itself: after two refusals its other feeds are given back, and of
two thousand feeds a hundred or so are asked in a run; the rest stays due.
"""

from collections import Counter
from collections.abc import Mapping

from pipeline.model import Outcome

SHARE_S = 120.0  # of a run for one host: as many feeds as its spacing allows in that time; the rest stays due
REFUSALS = 2  # times that a host timed out or refused, after which it rests for this run, …
ANSWERS = 10  # … unless it answered so many times as often: one bad feed of a big host says nothing of the host
_REFUSING = frozenset({Outcome.TIMEOUT, Outcome.CONNECT, Outcome.DNS, Outcome.TLS, Outcome.EMPTY, Outcome.RATE_LIMITED})


class Restraint:
    """The hosts of one run: how many feeds of each were taken, what they answered, and which rest."""

    def __init__(self, spacing_s: float, share_s: float = SHARE_S, answers: float = ANSWERS) -> None:
        self.share = max(1, int(share_s / spacing_s)) if spacing_s > 0 else 2**31
        self._answers = answers
        self._taken: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()
        self._answered: Counter[str] = Counter()
        self._resting: dict[str, str] = {}

    def take(self, host: str) -> None:
        """Note a feed of a host that is to be asked in this run."""
        self._taken[host] += 1

    def left(self, host: str) -> int:
        """How many more feeds of a host may be taken in this run."""
        return 0 if host in self._resting else max(0, self.share - self._taken[host])

    @property
    def closed(self) -> set[str]:
        """The hosts of which no more is taken: they rest, or had their share."""
        return set(self._resting) | {host for host, n in self._taken.items() if n >= self.share}

    def portion(self, waiting: Mapping[str, int], per_host: int) -> tuple[dict[str, int], frozenset[str]]:
        """Say what of the next portion hosts have had already, and which get none of it.

        `waiting`: feeds of each host in hand; no host has more than `per_host` there, nor more than its share in all.
        """
        had = {host: per_host - min(per_host - n, self.left(host)) for host, n in waiting.items()}
        return had, frozenset({host for host, n in had.items() if n >= per_host} | self.closed)

    @property
    def spent(self) -> list[str]:
        """The hosts that had their share."""
        return sorted(host for host, n in self._taken.items() if n >= self.share and host not in self._resting)

    def is_resting(self, host: str) -> bool:
        """Whether a host is left alone for the rest of the run."""
        return host in self._resting

    def rest(self, host: str, reason: str) -> None:
        """Leave a host alone for the rest of the run: it asked for it."""
        if host:
            self._resting.setdefault(host, reason)

    def heard(self, host: str, outcome: Outcome, status: int | None) -> None:
        """Note how a host answered; it rests after REFUSALS time-outs or refusals."""
        is_refusal = outcome in _REFUSING or (outcome is Outcome.HTTP_ERROR and (status == 403 or (status or 0) >= 500))
        (self._refused if is_refusal else self._answered)[host] += 1
        if self._refused[host] >= REFUSALS and self._refused[host] * self._answers > self._answered[host]:
            last = f"status {status}" if outcome is Outcome.HTTP_ERROR else outcome.value
            self.rest(host, f"{last}, {self._refused[host]} times")

    def why(self) -> str:
        """Say which hosts rest or had their share, three of each at most; "" when none."""
        said = [f"{host} rests ({reason})" for host, reason in sorted(self._resting.items())[:3]]
        said += [f"{host} had its share of {self.share}" for host in self.spent[:3]]
        more = len(self._resting) + len(self.spent) - len(said)
        return "; ".join(said) + (f"; {more} more hosts" if more else "")
