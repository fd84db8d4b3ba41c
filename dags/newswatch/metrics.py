"""What steps did, to StatsD or OpenTelemetry where Airflow has one on: tallies, what waits, how long the news took.

A fixed set of names: what differs by feed stands in the database (the view feed_health), since a name for each of
10,000 feeds would be 60,000 series.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from airflow.sdk import conf, timezone
from airflow.sdk.observability import stats


def count(prefix: str, settings: Any, result: Mapping[str, Any], now: datetime, begun: datetime) -> None:
    """Send what a step did at `now`, in a run that has begun at `begun`."""
    if not (conf.getboolean("metrics", "statsd_on") or conf.getboolean("metrics", "otel_on")):
        return
    from pipeline.desk import progress

    name = result["step"]
    for key in ("seen", "done", "skipped", "failed"):
        stats.incr(f"{prefix}.{name}.{key}", result[key])
    stats.timing(f"{prefix}.{name}.duration", timedelta(seconds=result["seconds"]))
    for key, value in result["detail"].items():
        if isinstance(value, int) and not isinstance(value, bool):
            stats.incr(f"{prefix}.{name}.{key}", value)
    for key, number in progress.waiting(settings, now).items():
        stats.gauge(f"{prefix}.waiting.{key}", number)
    if name == "match":
        brought = progress.brought(settings, begun)
        stats.gauge(f"{prefix}.feeds.with_stories", len(brought))
        stats.gauge(f"{prefix}.feeds.with_matches", sum(bool(feed["matches"]) for feed in brought))
    if name == "deliver":  # the mails that it has just sent
        for lag in progress.lags(settings, now, timezone.utcnow() + timedelta(microseconds=1)):
            for kind, seconds in (("published", lag.published_s), ("seen", lag.seen_s)):
                if seconds is not None:
                    took = timedelta(seconds=max(0.0, seconds))
                    stats.timing(f"{prefix}.lag.{kind}_to_mail", took)
