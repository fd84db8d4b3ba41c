"""What one run of fetches came to: counts, and an alarm with its common cause and cure when no feed answered. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.core.feeds.poll import FetchResult
from pipeline.model import Feed, Fetch, Outcome, Response

FINE = frozenset({Outcome.NEW, Outcome.UNCHANGED})
MANY = 3  # feeds that were well and fail together: no accident any more
RECENT = timedelta(days=1)  # a success within it says that the way out is open

# What to do when it is not one feed but all. What follows stands after the server's or the system's own words.
CURES: Mapping[Outcome, str] = {
    Outcome.REFUSED_ADDRESS: "NEWSWATCH_ALLOW_ADDRESSES names private addresses or networks that may be fetched",
    Outcome.DNS: "see to this machine's DNS (/etc/resolv.conf, or the container's network)",
    Outcome.CONNECT: "see to this machine's way out (firewall, network; proxies are not used), and whether they run",
    Outcome.TIMEOUT: "see to this machine's way out; NEWSWATCH_CONNECT_TIMEOUT and NEWSWATCH_FETCH_TIMEOUT bound it",
    Outcome.TLS: "see to this machine's clock and its certificate authorities (SSL_CERT_FILE)",
    Outcome.LOCAL: "see to this machine: `ulimit -n` against NEWSWATCH_FETCH_CONCURRENCY, its memory and its network",
    Outcome.TOO_LARGE: "NEWSWATCH_MAX_BODY_BYTES says how large a document may be",
    Outcome.TOO_MANY_REDIRECTS: "NEWSWATCH_MAX_REDIRECTS says how many are followed; a login page in between?",
    Outcome.RATE_LIMITED: "ask less: NEWSWATCH_HOST_SPACING, NEWSWATCH_HOST_CONCURRENCY, and a real NEWSWATCH_CONTACT",
    Outcome.HTTP_ERROR: "look at one address in a browser; servers that refuse robots want a real NEWSWATCH_CONTACT",
    Outcome.BAD_URL: "correct the addresses in feeds.toml",
    Outcome.NOT_A_FEED: "look at one address in a browser: a login or consent page in between?",
    Outcome.EMPTY: "look at one address in a browser: a proxy or a block in between?",
    Outcome.PROTOCOL: "is there a proxy or another service in between?",
    Outcome.GONE: "these addresses are gone for good: replace them in feeds.toml",
}


def cause(failures: Mapping[tuple[Outcome, int | None], int], words: str | None) -> str:
    """Say what failures have in common, in the words of one of them, and what cures the most frequent kind."""
    by_kind = Counter[tuple[Outcome, int | None]](failures)
    outcome = by_kind.most_common(1)[0][0][0]
    kinds = ", ".join(f"{n} × {_kind(*kind)}" for kind, n in by_kind.most_common(3))
    said = f' ("{words}")' if words else ""
    cure = CURES.get(outcome)
    return f"{kinds}{said}" + (f"; {cure}" if cure else "")


def _kind(outcome: Outcome, status: int | None) -> str:
    return f"status {status}" if outcome is Outcome.HTTP_ERROR and status else outcome.value


@dataclass(frozen=True, slots=True)
class Unanswered:
    """What failed since any feed answered: of how many feeds that are polled, how many, and with which outcomes."""

    polled: int
    failing: int
    kinds: Mapping[tuple[Outcome, int | None], int]
    words: Mapping[tuple[Outcome, int | None], str]

    def alarm(self) -> str | None:
        """Say that it is not the feeds when half of them and more failed and none answered since, and what to do."""
        if not self.failing or self.failing * 2 < self.polled:
            return None
        kind = max(self.kinds, key=lambda k: (self.kinds[k], k[0]))
        return f"{self.failing} of {self.polled} feeds failed since any answered: {cause(self.kinds, self.words[kind])}"


@dataclass(frozen=True, slots=True)
class Outlook:
    """How feeds stand when nothing is to be fetched: numbers of enabled feeds, and when something is due again."""

    enabled: int = 0
    asked: int = 0  # ever
    gone: int = 0
    held: int = 0  # by other runs
    resting: int = 0  # due, but their host asked to be left alone
    resting_until: datetime | None = None
    next_at: datetime | None = None
    last_success_at: datetime | None = None

    def why(self) -> str:
        """Say why there is nothing to fetch, and when there will be."""
        if self.enabled == 0:
            return "no feed is declared: `newswatch feeds add URL`, or see to NEWSWATCH_WATCH_DIR"
        said = [f"none of {self.enabled} feeds is due"]
        said += [f"{self.held} are held by another run"] if self.held else []
        said += [f"{self.gone} are gone for good"] if self.gone else []
        if self.resting and self.resting_until:
            said.append(f"{self.resting} wait for hosts that asked for rest, until {_minute(self.resting_until)}")
        if self.next_at:
            said.append(f"the next is due at {_minute(self.next_at)}")
        return ", ".join(said) + " (--all-feeds asks all that rest only by their schedule)"


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def nameless(contact: str) -> str | None:
    """Say that nobody can be reached at a contact, None when it may be an address of somebody."""
    host = contact.strip().rpartition("@")[2].lower().rstrip(".")
    if "." in host and host.rpartition(".")[2] not in {
        "local",
        "localhost",
        "localdomain",
        "example",
        "invalid",
        "test",
    }:
        return None
    return (
        f"NEWSWATCH_CONTACT is {contact}: some servers (sec.gov, newswires) refuse who cannot be reached; "
        "set it to an address that you read"
    )


class Report:
    """The answers of one run, noted one by one."""

    def __init__(self) -> None:
        self.counts: Counter[Outcome] = Counter()
        self.bytes = 0
        self._failures: Counter[tuple[Outcome, int | None]] = Counter()
        self._words: dict[tuple[Outcome, int | None], str] = {}
        self._were_well = 0

    def note(self, before: Feed, outcome: Outcome, status: int | None, error: str | None, size: int) -> None:
        """Note an answer; `before` is the feed as it stood when it was asked."""
        self.counts[outcome] += 1
        self.bytes += size
        if outcome not in FINE:
            kind = outcome, status if outcome is Outcome.HTTP_ERROR else None
            self._failures[kind] += 1
            self._words.setdefault(kind, error or "")
            self._were_well += before.polling.failure_count == 0

    @property
    def done(self) -> int:
        """How many feeds answered."""
        return sum(n for outcome, n in self.counts.items() if outcome in FINE)

    @property
    def failed(self) -> int:
        """How many did not."""
        return sum(self.counts.values()) - self.done

    def alarm(self, last_success_at: datetime | None, now: datetime) -> str | None:
        """Say that no feed answered, why, and what to do; None when some did, or when it is the usual few.

        A run that asks only feeds that failed before says nothing new while others answered within a day.
        """
        if self.done or not self.failed:
            return None
        is_cut_off = last_success_at is None or now - last_success_at > RECENT
        is_sudden = self.failed >= MANY and self._were_well * 2 > self.failed
        if not (is_cut_off or is_sudden):
            return None
        kind, _ = self._failures.most_common(1)[0]
        return f"no feed answered: {cause(self._failures, self._words[kind])}"


def record(feed: Feed, response: Response, decision: FetchResult, body_hash: str | None, at: datetime) -> Fetch:
    """Write a fetch as it is stored; `body_hash` when its body is stored with it."""
    return Fetch(
        feed_id=feed.id,
        fetched_at=at,
        outcome=decision.outcome,
        status=response.status,
        seconds=response.seconds,
        size=len(response.body),
        body_hash=body_hash,
        error=decision.error,
        final_url=response.final_url if response.final_url != response.url else None,
        retry_after_s=decision.retry_after_s,
    )
