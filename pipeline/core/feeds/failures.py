"""How much one failed fetch says that a feed is dead."""

from collections.abc import Mapping

from pipeline.model import Outcome

# Weights of failures (mediacloud/rss-fetcher, 180,000 feeds): how much one attempt says that the feed is dead.
HARD, SOFT, TEMPORARY = 1.0, 0.5, 0.25
_WEIGHTS: Mapping[Outcome, float] = {
    Outcome.GONE: HARD,
    Outcome.HTTP_ERROR: HARD,  # 408, 425 and 5xx are temporary, see `weight`
    Outcome.BAD_URL: HARD,
    Outcome.REFUSED_ADDRESS: HARD,
    Outcome.NOT_A_FEED: HARD,
    Outcome.TOO_MANY_REDIRECTS: HARD,
    Outcome.DNS: SOFT,
    Outcome.TLS: SOFT,
    Outcome.TOO_LARGE: SOFT,
    Outcome.PROTOCOL: SOFT,
    Outcome.EMPTY: SOFT,
    Outcome.CONNECT: TEMPORARY,
    Outcome.TIMEOUT: TEMPORARY,
    Outcome.RATE_LIMITED: TEMPORARY,
}
_BAD_HOUR = frozenset({408, 425})  # statuses that say no more than a 5xx does


def weight(outcome: Outcome, status: int | None = None) -> float:
    """Say how much a failure counts: hard 1, soft 0.5, temporary 0.25; 0 for what is none."""
    if outcome is Outcome.HTTP_ERROR and status is not None and (status in _BAD_HOUR or status >= 500):
        return TEMPORARY
    return _WEIGHTS.get(outcome, 0.0)
