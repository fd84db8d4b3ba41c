"""Events in both databases: late links, stable numbers, corrections by identity, a pool that stays small."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
import sqlalchemy as sa

from pipeline import store
from pipeline.core.events import pairs
from pipeline.core.text import url
from pipeline.store import candidates, corrections, events, neighbourhood
from pipeline.store.rows import events as rows
from pipeline.store.tables import event_history, event_stories, matches
from pipeline.store.tables import events as event_table
from tests.told import T0, Told, tell

MODEL = pairs.default_weights()
VERSIONS = {"e5": "drawn"}
NOW = T0 + timedelta(days=2)


def draw(angle: float) -> np.ndarray:
    """A vector as E5 gives it, at some angle from another's meaning."""
    own = np.zeros(384, np.float32)
    own[0], own[1] = np.cos(angle), np.sin(angle)
    return MODEL.means["en"] + 0.4 * own


def settle(db: sa.Connection, told: Sequence[Told], angles: Sequence[float]) -> Mapping[str, int]:
    """Tell stories with meanings that we choose, and give them their events."""
    ids = tell(db, told)
    candidates.add_vectors(db, {i: {"e5": draw(a)} for i, a in zip(ids, angles, strict=True)}, VERSIONS)
    waiting = candidates.still_waiting(db, ids)
    tally = neighbourhood.settle(db, waiting, 14.0, MODEL, VERSIONS, NOW)
    events.settle(db, waiting.values(), NOW)
    return tally


def one(name: str, hours: float = 0, money: float | None = None, firm: str = "acme") -> Told:
    return Told(name, hours, "en", f"Headline {name}", "", (firm,), money)


def test_a_late_link_merges_and_history_says_so(database_url: str) -> None:
    """Two events that a third story connects become one: the older number stays and the younger points to it."""
    with store.begin(database_url) as db:
        settle(db, [one("left")], [0.0])
        settle(db, [one("right", 1)], [1.4])
        assert len(db.execute(sa.select(event_table)).all()) == 2
        tally = settle(db, [one("middle", 2)], [0.7])
        rows = db.execute(sa.select(event_table).order_by(event_table.c.id)).all()
        assert (tally["merged"], tally["founded"]) == (1, 0)
        assert (rows[0].merged_into, rows[1].merged_into) == (None, rows[0].id)
        assert (rows[0].story_count, rows[0].revision, rows[1].revision) == (3, 2, 2)
        assert events.resolve(db, rows[1].id) == rows[0].id
        past = db.execute(sa.select(event_history).where(event_history.c.kind == "merged")).all()
        assert {(h.event_id, h.other_event_id) for h in past} == {(rows[0].id, rows[1].id), (rows[1].id, rows[0].id)}
        assert set(db.scalars(sa.select(event_stories.c.how))) == {"found", "join", "merge"}


def test_merges_of_merges_are_told_to_the_last(database_url: str) -> None:
    """Alerts went out under every number that an event ever bore: its history names all, and each resolves to it."""
    with store.begin(database_url) as db:
        told = [one("first", 0), one("second", 1), one("third", 2)]
        for story, angle in zip(told, (0.0, 1.5, 3.0), strict=True):
            settle(db, [story], [angle])
        first, second, third = (url.key(t.address) for t in told)
        for pair in ((second, third), (first, second)):  # the third merges into the second, that into the first
            corrections.add(db, "together", [pair], NOW)
            ids = corrections.ids_of(db, pair).values()
            neighbourhood.settle(db, ids, 14.0, MODEL, VERSIONS, NOW)
        made = db.execute(sa.select(event_table).order_by(event_table.c.id)).all()
        assert [r.merged_into for r in made] == [None, made[0].id, made[0].id]
        said = {h.other_event_id for h in rows.history(db, made[0].id) if h.kind == "merged"}
        assert said == {made[1].id, made[2].id}


def test_history_grows_by_revisions(database_url: str) -> None:
    """The alert step reads history since a revision: each change bears the revision that it made."""
    with store.begin(database_url) as db:
        settle(db, [one("a", 0, 30e9)], [0.0])
        settle(db, [replace(one("b", 1, 40e9), language="fr")], [0.1])  # told by another outlet
        event = events.newest(db, 5)[0]
        assert event.revision == 2
        past = rows.history(db, event.id)
        assert {h.kind for h in past if h.revision > 1} == {"joined", "language", "fact"}
        assert (past[0].kind, past[0].revision) == ("founded", 1)
        (detail,) = (h.detail for h in past if h.revision > 1 and h.kind == "fact")
        assert (detail["value"], detail["against"], detail["role"]) == (40e9, 30e9, "target")


def test_a_disowned_story_leaves_what_it_connected_apart(database_url: str) -> None:
    """When the link between two halves goes, they are two events again, and one keeps the number."""
    with store.begin(database_url) as db:
        settle(db, [one("left"), one("middle", 1), one("right", 2)], [0.0, 0.7, 1.4])
        number = events.newest(db, 5)[0].id
        middle = rows.told(db, number)[1].id
        db.execute(sa.update(matches).where(matches.c.story_id == middle).values(level=0))
        assert candidates.disowned(db, T0 - timedelta(days=1)) == [middle]
        neighbourhood.disown(db, [middle], 14.0, MODEL, VERSIONS, NOW)
        found = events.newest(db, 5)
        assert {e.story_count for e in found} == {1} and len(found) == 2
        assert number in {e.id for e in found}
        assert candidates.disowned(db, T0 - timedelta(days=1)) == []


def test_corrections_name_stories_not_rows(database_url: str) -> None:
    """The newest word on two stories counts, in either direction of naming them."""
    with store.begin(database_url) as db:
        corrections.add(db, "together", [("b", "a"), ("a", "a")], NOW, "us")
        corrections.add(db, "together", [("a", "b")], NOW, "us", "again")
        assert corrections.named(db, ["b"]) == [("together", "a", "b")]
        corrections.withdraw(db, "together", [("b", "a")])
        assert corrections.named(db, ["a", "b"]) == []


def test_the_pool_is_the_open_window_and_shares_a_name(database_url: str) -> None:
    """Nothing grows with history: other firms' events and old ones are not even loaded."""
    with store.begin(database_url) as db:
        settle(db, [one("near"), one("old", -24 * 40), one("stranger", 0, None, "zenit")], [0.0, 0.1, 0.2])
        settle(db, [Told("nameless", 1, "en", "No firm at all", "", ())], [2.0])
        near = candidates.near(db, ["acme"], T0 - timedelta(days=14), T0 + timedelta(days=14))
        titles = {m.story.title for m in candidates.members(db, near, VERSIONS)}
        assert titles == {"Headline near", "No firm at all"}
        everyone = candidates.near(db, None, T0 - timedelta(days=14), T0 + timedelta(days=14))
        assert len(everyone) == 3
        assert len(candidates.near(db, None, T0 - timedelta(days=14), T0 + timedelta(days=14), cap=1)) == 1


def test_vectors_of_another_version_do_not_count(database_url: str) -> None:
    """Vectors of two encoder versions must never be compared."""
    with store.begin(database_url) as db:
        settle(db, [one("a")], [0.0])
        ids = candidates.everything(db, None)
        assert set(candidates.members(db, ids, VERSIONS)[0].vectors) == {"e5"}
        assert candidates.members(db, ids, {"e5": "newer"})[0].vectors == {}


def test_events_of_an_earlier_clusterer_stay(database_url: str) -> None:
    """A new version of clustering moves no story that an earlier one placed, and tells nobody of a split."""
    with store.begin(database_url) as db:
        settle(db, [one("left"), one("middle", 1), one("right", 2)], [0.0, 0.7, 1.4])
        number = events.newest(db, 5)[0].id
        db.execute(sa.update(event_stories).values(clusterer_version="1-old"))
        ids = tell(db, [one("stranger", 3), one("near", 4)])
        strict = replace(MODEL, shift=MODEL.shift + 2)  # would divide the three
        made = {i: {"e5": draw(a)} for i, a in zip(ids, (2.9, 0.7), strict=True)}
        candidates.add_vectors(db, made, VERSIONS)
        neighbourhood.settle(db, ids, 14.0, strict, VERSIONS, NOW)
        assert {s.clusterer_version for s in rows.told(db, number)} >= {"1-old"}
        assert sum(s.clusterer_version == "1-old" for s in rows.told(db, number)) == 3
        kinds = list(db.scalars(sa.select(event_history.c.kind)))
        assert "split" not in kinds and "left" not in kinds
