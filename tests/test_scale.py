"""The simulation of many feeds keeps what polling promises: shares of hosts, rests of silent ones, nothing lost."""

from datetime import UTC, datetime

import numpy as np

from benchmarks import scale
from pipeline.core.feeds import poll
from pipeline.model import Outcome


def test_the_same_seed_gives_the_same_day() -> None:
    once, again = (scale.simulate(300, 1, 4) for _ in range(2))
    assert once == again
    assert once.fetches > 0 < once.stories


def test_no_more_stories_than_feeds_tell() -> None:
    found = scale.simulate(400, 1, 24, seed=3)
    told = sum(one.a_day for one in scale.world(400, np.random.default_rng(3))) * found.hours / 24
    assert 0.3 * told < found.stories < 1.3 * told


def test_a_big_host_has_its_share_and_a_silent_one_rests() -> None:
    at, chance = datetime(2026, 1, 2, tzinfo=UTC), np.random.default_rng(0)
    feeds = scale.world(3000, chance)
    big = [one for one in feeds if one.host == "big.example"]
    seconds, asked, back = scale.batch(big, at, poll.Bounds(), 1.0, chance)
    assert (len(asked), len(back)) == (120, len(big) - 120)
    assert 119 < seconds < 125
    for one in big:
        one.host = "silent.example"
    _, asked, back = scale.batch(big, at, poll.Bounds(), 1.0, chance)
    assert [outcome for _, outcome, _ in asked] == [Outcome.TIMEOUT] * 2
    assert len(back) == len(big) - 2


def test_more_feeds_than_the_time_allows_are_late_and_not_lost() -> None:
    few, many = scale.simulate(500, 1, 6, tick_s=60), scale.simulate(500, 1, 6, tick_s=3600)
    assert np.median(many.late) > np.median(few.late)
    assert len(many.runs) <= 3
