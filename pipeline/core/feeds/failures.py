"""How much one failed fetch says that a feed is dead."""

from collections.abc import Mapping

from pipeline.model import Outcome

# Weights of failures (mediacloud/rss-fetcher, 180,000 feeds): how much one attempt says that the feed is dead.
HARD, SOFT, TEMPORARY = 1.0, 0.5, 0.25
_WEIGHTS: Mapping[Outcome, float] = {
    Outcome.GONE: HARD,
    Outcome.HTTP_ERROR: HARD,  # 5xx and 408 are temporary, see `weight`
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
_PASSING = frozenset({408, 425, 502, 503, 504, 500, 520, 521, 522, 523, 524})  # statuses of a bad hour


def weight(outcome: Outcome, status: int | None = None) -> float:
    """Say how much a failure counts: hard 1, soft 0.5, temporary 0.25; 0 for what is none."""
    if outcome is Outcome.HTTP_ERROR and status is not None and (status in _PASSING or status >= 500):
        return TEMPORARY
    return _WEIGHTS.get(outcome, 0.0)
