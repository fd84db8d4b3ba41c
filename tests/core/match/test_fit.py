"""The fit in small: what is written, what is read back, who counts how much, and what no fold may see."""

import dataclasses

import numpy as np
import pytest

from pipeline.core.match import fit
from pipeline.core.match.names import Findings, Hit
from pipeline.core.match.profile import compiled
from pipeline.model import Mention, Watchlist

WIDTH = len(fit.NAMES) + 1
_, NOBODY = compiled(Watchlist("", "", (), (), (), (), ()))


def example(level: int, group: str, **more: object) -> fit.Example:
    return dataclasses.replace(fit.Example(Findings(), NOBODY, True, None, level, group), **more)


def test_what_weighs_nothing_is_not_written() -> None:
    """Rule: four decimals; a weight below half a thousandth is none; the constant is always there."""
    w = np.zeros((3, WIDTH))
    w[0, :4] = 0.0005, 0.00049, -0.00051, 1.23456
    w[0, -1] = -2.00004
    model = fit.as_model(w)
    first, _, third, fourth = fit.NAMES[:4]
    assert model["1"] == {"": -2.0, first: 0.0005, third: -0.0005, fourth: 1.2346}
    assert model["2"] == model["3"] == {"": 0.0}
    assert fit.from_model(model)[0, :4] == pytest.approx([0.0005, 0.0, -0.0005, 1.2346])
    assert fit.from_model(model)[0, -1] == -2.0


def test_a_higher_level_is_never_likelier_than_a_lower() -> None:
    """Rule: the chance of "at least 2" is at most that of "at least 1"."""
    w = np.zeros((3, WIDTH))
    w[:, -1] = 1.0, -1.0, 2.0
    chances = fit.predict(w, np.zeros((1, WIDTH - 1)))[0]
    assert chances == pytest.approx([1 / (1 + np.exp(-1)), 1 / (1 + np.exp(1)), 1 / (1 + np.exp(1))])


def test_a_level_holds_where_all_below_it_hold() -> None:
    """Rule: from its threshold on; one that does not hold ends it."""
    p = np.array([[0.5, 0.5, 0.5], [0.5, 0.49, 0.9], [0.49, 0.9, 0.9], [0.9, 0.9, 0.1]])
    assert fit.levels_of(p).tolist() == [3, 1, 0, 2]
    assert fit.levels_of(p, (0.4, 0.6, 0.5)).tolist() == [1, 1, 3, 2]


def test_likeness_is_asked_above_the_doubt() -> None:
    """Rule: as the matcher does: where level 2 is likelier than `unsure`."""
    names, alike = np.array([[0.9, 0.2, 0.1], [0.9, 0.21, 0.1]]), np.full((2, 3), 0.5)
    p, asked = fit.cascaded(names, alike, 0.2)
    assert asked.tolist() == [False, True]
    assert p.tolist() == [[0.9, 0.2, 0.1], [0.5, 0.5, 0.5]]


def test_lines_of_another_storyline_count_more_at_level_3() -> None:
    """Rule: each has but one happening of its seeds."""
    assert fit.weights_of([example(1, "a", weight=0.5, rare=3.0)]).tolist() == [[0.5, 0.5, 1.5]]


def test_what_is_lost_is_lost_in_every_run() -> None:
    """Rule: by a hash of the name: about the shares that are set, the same ones again, others in another copy."""
    mentions = tuple(Mention(f"e{i}", "", "title", 0, 1, "") for i in range(1000))
    hits = {"f": tuple(Hit(f"w{i}", "title", 0, 1, "") for i in range(1000))}
    found = Findings(mentions=mentions, fields=hits, lookalikes=hits, cues=hits)
    once = fit.thinned(found, "0 1")
    assert once == fit.thinned(found, "0 1") != fit.thinned(found, "1 1")
    shares = [len(once.mentions), len(once.fields["f"]), len(once.lookalikes["f"]), len(once.cues["f"])]
    assert shares == pytest.approx([880, 600, 400, 500], abs=50)
    assert fit.thinned(Findings(fields={"f": hits["f"][:1]}), "2 2").fields in ({}, {"f": hits["f"][:1]})


def _learn(levels: list[int], x: np.ndarray, start: float = 0.0, prior: float = 0.0, **more: object) -> np.ndarray:
    table = np.zeros((len(levels), WIDTH - 1))
    table[:, : x.shape[1]] = x
    return fit.learn(
        [table],
        np.array(levels),
        np.ones((len(levels), 3)),
        alike=True,
        prior=np.full((3, WIDTH), prior),
        start=np.full((3, WIDTH), start),
        **more,
    )


def test_the_minimum_does_not_hang_on_where_it_begins() -> None:
    """Rule: one minimum, and nothing random on the way; a feature weighs only on the side that it may speak for."""
    rng = np.random.default_rng(3)
    x = rng.integers(0, 2, (60, WIDTH - 1)).astype(float)
    levels = (x[:, 0] + x[:, 1] + rng.integers(0, 2, 60)).astype(int).tolist()
    w = _learn(levels, x)
    assert w == pytest.approx(_learn(levels, x, start=0.7), abs=1e-5)
    spoken = np.hstack([fit.SPEAKS, np.ones((3, 1))])
    assert np.all(w[spoken == 0] == 0)
    assert np.all(w[:, :-1] * fit.SIGNS >= 0)


def test_the_loss_is_flat_at_the_minimum() -> None:
    """Rule: a ridge of one on each weight; the constant's is a thousandth where nothing stands already."""
    x = np.zeros((8, WIDTH - 1))
    levels = [1, 1, 1, 1, 1, 1, 0, 0]
    constant = _learn(levels, x)[0, -1]
    p = 1 / (1 + np.exp(-constant))
    assert 8 * (p - 6 / 8) + 1e-3 * constant == pytest.approx(0.0, abs=1e-6)
    drawn = _learn(levels, x, prior=0.5)[0, -1]
    p = 1 / (1 + np.exp(-drawn))
    assert 8 * (p - 6 / 8) + (drawn - 0.5) == pytest.approx(0.0, abs=1e-6)


def test_a_fold_sees_nothing_of_its_group() -> None:
    """Rule: whoever was left out is judged by the rest; who names nobody that counts is level 0 whatever it weighs."""
    same = [example(1, "one", candidate=i != 0) for i in range(6)]
    rest = [example(0, f"g{i}") for i in range(40)]
    p = fit.cross_validate([*same, *rest], alike=False, prior=np.zeros((3, WIDTH)), copies=0)
    assert p[0].tolist() == [0.0, 0.0, 0.0]
    assert p[1:6, 0].max() < 0.01 < np.median(p[6:, 0]), "the rest has no story at level 1"


def test_weights_that_know_nothing_say_nothing() -> None:
    """Rule: before a first fit every threshold is even."""
    blank = fit.blank()
    assert blank.models["names"] == blank.models["likeness"] == {level: {"": 0.0} for level in "123"}
    assert blank.thresholds == dict.fromkeys("123", 0.5)
