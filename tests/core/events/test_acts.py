"""What was done, as the clusterer hears it: kinds of act as probabilities, and what two texts agree in."""

import numpy as np
import pytest

from pipeline import encoder
from pipeline.core.events import acts, pairs

MODEL = pairs.default_weights()


def done(*said: tuple[str, str]) -> acts.Floats:
    """Give the acts of (language, headline)s."""
    raw = np.stack([encoder.Encoder("e5").encode("e5", [text])[0] for _, text in said])
    return acts.told(pairs.centre(raw, [language for language, _ in said], MODEL), MODEL.kinds)


def test_a_text_without_a_vector_tells_no_act() -> None:
    """Rule: its row is nothing, so that it agrees with nobody; every other row is the root of probabilities."""
    vectors = np.zeros((2, pairs.SIZE), np.float32)
    vectors[1, 0] = 1.0
    nothing, something = acts.told(vectors, MODEL.kinds)
    assert not nothing.any()
    assert float((something**2).sum()) == pytest.approx(1.0, abs=1e-5)


def test_where_no_kinds_were_fitted_nothing_is_told() -> None:
    """Rule: weights without kinds give zeros, and pairs of stories are judged by the rest."""
    assert not acts.told(np.ones((3, pairs.SIZE), np.float32), acts.read(None)).any()


@pytest.mark.parametrize(
    ("one", "again", "next_step"),
    [
        (
            ("en", "Dunmore county grants Ostrava Grid its licence for a gas plant"),
            ("de", "Kreis Dunmore genehmigt Gaskraftwerk von Ostrava Grid"),
            ("en", "Farmers sue Dunmore county over Ostrava Grid's gas plant"),
        ),
        (
            ("en", "Ostrava Grid in talks to buy battery maker Lind"),
            ("fr", "Ostrava Grid négocie le rachat du fabricant de batteries Lind"),
            ("en", "Ostrava Grid completes its purchase of battery maker Lind"),
        ),
        (
            ("es", "Un tribunal condena a Ostrava Grid por los apagones"),
            ("en", "Court finds Ostrava Grid liable for blackouts"),
            ("es", "Ostrava Grid recurre la condena por los apagones"),
        ),
        (
            ("it", "Sciopero alla fabbrica Lind"),
            ("ja", "リンド社の工場でストライキ"),
            ("it", "Lind, finito lo sciopero dopo l'accordo"),
        ),
    ],
)
def test_the_next_step_of_a_saga_is_another_act(
    one: tuple[str, str], again: tuple[str, str], next_step: tuple[str, str]
) -> None:
    """Rule: one act told in two languages agrees more than two steps told in the same words."""
    first, second, other = done(one, again, next_step)
    assert float(first @ second) > float(first @ other)
