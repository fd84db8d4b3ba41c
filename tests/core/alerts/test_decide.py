"""Who is owed a mail: the rules, each on the smallest event that shows it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from pipeline.core.alerts import decide as alert
from pipeline.core.alerts.state import AlertedEvent, AlertedStory, HistoryLine, Reader, State, Told
from pipeline.core.alerts.wanted import wants
from pipeline.core.events.threads import default_linker
from pipeline.model import Frequency, Subscription

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
EARLIER = NOW - timedelta(days=1)


def parts(
    *languages: str, copies: int = 0, stale: str | None = None, joined: datetime = NOW, level: int = 3
) -> tuple[AlertedStory, ...]:
    own = [
        AlertedStory(i, tag, level, joined, stale=stale, outlet=f"{i}.example") for i, tag in enumerate(languages, 1)
    ]
    return tuple(own + [AlertedStory(100 + i, languages[0], level, joined, True, stale) for i in range(copies)])


def event(*told: AlertedStory, **more: Any) -> AlertedEvent:
    values: dict[str, Any] = {
        "event_id": 7, "revision": 3, "level": 3, "topics": ("deals",), "entities": ("harbour",), "created_at": NOW,
        "identity": "abc", "parts": told or parts("en"),
    }  # fmt: skip
    return AlertedEvent(**{**values, **more})


def reader(founding: bool = True, created: datetime = NOW, **wishes: Any) -> Reader:
    subscription = Subscription(
        **{"key": "desk", "name": "Desk", "address": "desk@reader.example", "updates": "all", **wishes}
    )
    return Reader(1, subscription, created, founding)


def told(state: str = "sent", knows: State | None = None, **more: Any) -> Told:
    values: dict[str, Any] = {
        "alert_id": 11, "subscription_id": 1, "event_id": 7, "reason": "new", "state": state, "mail_id": "<first@x>",
        "knows": knows if state != "pending" else None,
    }  # fmt: skip
    return Told(**{**values, **more})


def decide(p: AlertedEvent, r: Reader, *known: Told, gap: str | None = None) -> list[tuple[str, str]]:
    made = alert.decide(p, [r], known, NOW, "desk.example", gap)
    return [(i.reason, i.state) for i in made.add]


def drawn(angle: float) -> Any:
    vector = np.zeros(384, np.float32)
    vector[0], vector[1] = np.cos(angle), np.sin(angle)
    return vector + default_linker().means["en"]


KNOWS = State(2, 3, ("en",), 1, 1)
LITTLE = replace(KNOWS, level=1)


@pytest.mark.parametrize(
    ("wishes", "more", "wanted"),
    [
        ({}, {}, True),
        ({"min_level": 3}, {"level": 2}, False),
        ({"min_level": 2}, {"level": 2}, True),
        ({"topics": ("deals", "power")}, {}, True),
        ({"topics": ("power",)}, {}, False),
        ({"entities": ("harbour",)}, {}, True),
        ({"entities": ("other",)}, {}, False),
        ({"story_languages": ("fr",)}, {}, False),
        ({"story_languages": ("fr", "en")}, {}, True),
        ({"story_languages": ("zh",)}, {"parts": parts("zh-Hant")}, True),
        ({"story_languages": ("z",)}, {"parts": parts("zh-Hant")}, False),
        ({"min_stories": 2}, {}, False),
        ({"min_stories": 2}, {"parts": parts("en", copies=1)}, True),
        ({"min_stories": 2, "only_independent": True}, {"parts": parts("en", copies=1)}, False),
        ({"min_stories": 2, "only_independent": True}, {"parts": parts("en", "fr")}, True),
        ({}, {"parts": (), "level": 0}, False),
    ],
)
def test_a_subscription_gets_what_it_asks_for(wishes: dict[str, Any], more: dict[str, Any], wanted: bool) -> None:
    """Level, topics, entities, languages and weight all have to fit; empty means all."""
    assert decide(event(**more), reader(**wishes)) == ([("new", "pending")] if wanted else [])


@pytest.mark.parametrize(
    ("p", "wishes", "knows", "news"),
    [
        (event(*parts("en", "fr")), {}, KNOWS, {"languages": ["fr"]}),
        (event(*parts("en", "und")), {}, KNOWS, {}),
        (event(*parts("en", "fr", "id")), {"story_languages": ("id",)}, KNOWS, {"languages": ["id"]}),
        (event(*parts("en", "fr")), {"story_languages": ("id", "en")}, KNOWS, {}),
        (event(*parts("en", "fr")), {"updates": "some"}, KNOWS, {}),
        (event(*parts("en", "fr")), {"updates": "some", "language": "fr"}, KNOWS, {"languages": ["fr"]}),
        (event(*parts("en", "fr-CA", "de")), {"updates": "some", "language": "fr"}, KNOWS, {"languages": ["fr-CA"]}),
        (event(*parts("en", "id")), {"updates": "some", "story_languages": ("id",)}, KNOWS, {"languages": ["id"]}),
        (event(*parts(*["en"] * 6)), {"updates": "some"}, KNOWS, {"reports": 5}),
        (event(*parts("en", "fr"), level=1), {"updates": "some", "language": "fr"}, LITTLE, {}),
        (
            event(*parts("en", "fr"), level=1),
            {"updates": "some", "story_languages": ("fr",)},
            LITTLE,
            {"languages": ["fr"]},
        ),
        (
            event(*parts("en", "fr"), level=1),
            {"updates": "some", "language": "fr", "grew": "never"},
            LITTLE,
            {"languages": ["fr"]},
        ),
        (event(*parts("en", "fr"), level=1), {}, LITTLE, {"languages": ["fr"]}),
        (event(*parts(*["en"] * 6), level=1), {"updates": "some"}, LITTLE, {}),
        (event(*parts(*["en"] * 6), level=1), {}, LITTLE, {"reports": 5}),
        (event(), {"updates": "some"}, replace(KNOWS, level=2), {"level": [2, 3]}),
        (event(), {}, replace(KNOWS, level=2), {"level": [2, 3]}),
        (event(level=2), {}, KNOWS, {}),
        (event(history=(HistoryLine(3, "fact"),)), {}, KNOWS, {"contradictions": 1}),
        (event(history=(HistoryLine(2, "fact"),)), {}, KNOWS, {}),
        (event(*parts(*["en"] * 5)), {}, KNOWS, {}),
        (event(*parts(*["en"] * 6)), {}, KNOWS, {"reports": 5}),
        (event(*parts("en", copies=30)), {}, KNOWS, {}),
        (event(*parts(*["en"] * 19)), {}, replace(KNOWS, independent=10), {}),
        (event(*parts(*["en"] * 20)), {}, replace(KNOWS, independent=10), {"reports": 10}),
    ],
)
def test_an_update_needs_something_new(
    p: AlertedEvent, wishes: dict[str, Any], knows: State, news: dict[str, Any]
) -> None:
    """A language, a level, a contradiction, twice as many reports; copies and repetition are not news."""
    r = reader(**wishes)
    assert alert.news(r.subscription, knows, p.state(), p.history).write() == news
    if wants(r.subscription, p, p.state()):
        assert decide(p, r, told(knows=knows)) == ([("update", "pending")] if news else [])


APART = tuple(AlertedStory(i, "en", 3, NOW, revision=2 * i - 1, vector=drawn(2 * i)) for i in (1, 2))


@pytest.mark.parametrize("updates", ["all", "less", "none"])
@pytest.mark.parametrize(
    ("p", "knows", "kind"),
    [
        (event(*parts("en", "fr")), KNOWS, "growth"),
        (event(*parts(*["en"] * 6)), KNOWS, "growth"),
        (event(), replace(KNOWS, level=2), "weight"),
        (event(history=(HistoryLine(3, "fact"),)), KNOWS, "weight"),
        (event(*APART), KNOWS, "unlike"),
    ],
)  # fmt: skip
def test_a_reader_can_ask_for_less(p: AlertedEvent, knows: State, kind: str, updates: str) -> None:
    """Less: no mail for growth, but for what is unlike, a higher level, a contradiction. None: new ones only."""
    wanted = updates == "all" or (updates == "less" and kind != "growth")
    reason = "new" if kind == "unlike" else "update"
    assert decide(p, reader(updates=updates), told(knows=knows)) == ([(reason, "pending")] if wanted else [])
    assert decide(p, reader(updates=updates)) == [("new", "pending")]


REVIEW = AlertedStory(1, "en", 3, NOW, is_glue=True, vector=drawn(0.0))


def test_a_review_waits_for_what_also_grew() -> None:
    """A live page that nobody else reports is no instant mail; who wants no such digest gets it so."""
    alone = event(REVIEW)
    (made,) = alert.decide(alone, [reader()], (), NOW, "desk.example").add
    assert (made.reason, made.state, made.detail["why"]) == ("new", "pending", alert.REVIEW)
    assert made.due_at == datetime(2026, 3, 16, 8, tzinfo=UTC) and made.batch_key == "desk grew 2026-03-16T08:00Z"
    for wishes in ({"grew": "never"}, {"frequency": Frequency.DAILY}):
        (made,) = alert.decide(alone, [reader(**wishes)], (), NOW, "desk.example").add
        assert made.batch_key is None or "grew" not in made.batch_key
    (made,) = alert.decide(event(*parts("en"), REVIEW), [reader()], (), NOW, "desk.example").add
    assert made.due_at == NOW


def test_the_first_report_beside_a_review_is_told_at_once() -> None:
    """It wakes the mail that waits; where the review was told already it is news under its own headline."""
    report = AlertedStory(2, "en", 3, NOW, revision=3, vector=drawn(0.1))
    both, waits = event(replace(REVIEW, revision=1), report), told("pending", why=alert.REVIEW)
    assert alert.decide(both, [reader()], [waits], NOW, "desk.example").wake == ((11, NOW, None),)
    assert alert.decide(event(REVIEW), [reader()], [waits], NOW, "desk.example").wake == ()
    (made,) = alert.decide(both, [reader()], [told(knows=KNOWS)], NOW, "desk.example").add
    assert made.reason == "new" and made.detail["stories"] == [2]
    again = event(TOLD, replace(REVIEW, story_id=2, revision=3, vector=drawn(1.5)))
    assert decide(again, reader(), told(knows=KNOWS)) == []  # and a review of what was told is no news


def test_a_review_that_moves_corrects_nothing() -> None:
    """A live page that is split off was told as part of another event; nothing that was told was false."""
    line = HistoryLine(3, "split", 5, {"from": [5]})
    mail = told(event_id=5, knows=KNOWS)
    assert decide(event(REVIEW, history=(line,)), reader(), mail) == [("new", "baseline")]
    assert decide(event(history=(line,)), reader(), mail) == [("new", "baseline"), ("correction", "pending")]


def test_who_asked_for_less_still_hears_corrections() -> None:
    """What was told wrongly is put right, whatever somebody asked for."""
    line = HistoryLine(3, "merged", 5)
    both = [told(knows=KNOWS), told(knows=KNOWS, alert_id=12, event_id=5, mail_id="<second@x>")]
    assert decide(event(history=(line,)), reader(updates="none"), *both) == [("correction", "pending")]


STRANGE = AlertedStory(2, "en", 3, NOW, revision=3, vector=drawn(1.5))
TOLD = AlertedStory(1, "en", 3, EARLIER, revision=1, vector=drawn(0.0))


@pytest.mark.parametrize(
    ("part", "wishes", "heard", "odd"),
    [
        (STRANGE, {}, (), True),
        (replace(STRANGE, vector=drawn(0.3)), {}, (), False),  # the same in other words
        (replace(STRANGE, is_copy=True), {}, (), False),
        (replace(STRANGE, stale="feed"), {}, (), False),
        (replace(STRANGE, revision=1), {}, (), False),  # it was there when the mail left
        (replace(STRANGE, level=1), {"min_level": 2}, (), False),
        (replace(STRANGE, language="fr"), {"story_languages": ("en",)}, (), False),
        (replace(STRANGE, came_from=5), {}, (5,), False),  # told as part of that event
        (replace(STRANGE, came_from=5), {}, (), True),
        (replace(STRANGE, vector=None), {}, (), False),  # nobody can tell
    ],
)
def test_what_is_unlike_all_that_was_told(
    part: AlertedStory, wishes: dict[str, Any], heard: tuple[int, ...], odd: bool
) -> None:
    """A story that joined since, of its own, in a language and at a level that the reader wants."""
    found = alert.strange(reader(**wishes).subscription, event(TOLD, part), KNOWS, heard)
    assert [p.story_id for p in found] == ([2] if odd else [])


def test_a_follow_up_stands_under_the_mail_on_what_it_follows() -> None:
    """In-Reply-To names the nearest earlier happening of the thread that this reader was really written to about."""
    p = event(follows=(4, 2))
    mail = {"knows": KNOWS, "reason": "new"}
    first = told(event_id=2, alert_id=20, mail_id="<talks@x>", **mail)
    unsent = told("baseline", event_id=4, alert_id=21, mail_id="<deal@x>", **mail)
    (made,) = alert.decide(p, [reader()], [first, unsent], NOW, "desk.example").add
    assert (made.reason, made.state, made.in_reply_to) == ("new", "pending", "<talks@x>")
    second = told(event_id=4, alert_id=22, mail_id="<deal@x>", **mail)
    (made,) = alert.decide(p, [reader()], [first, second], NOW, "desk.example").add
    assert made.in_reply_to == "<deal@x>"
    (made,) = alert.decide(p, [reader()], [], NOW, "desk.example").add
    assert made.in_reply_to is None
    (made,) = alert.decide(p, [replace(reader(), id=9)], [second], NOW, "desk.example").add
    assert made.in_reply_to is None  # somebody else's mail


def grown(p: AlertedEvent, *known: Told, **wishes: Any) -> str | None:
    made = alert.grown(p, reader(**wishes), known, NOW, NOW, "desk.example")
    return None if made is None else str(made.batch_key)


def test_what_also_grew() -> None:
    """Growth that made no mail comes in the digest; not what nobody was told of, what waits, or what did not grow."""
    more = event(*parts("en", "en", "en"))
    assert grown(more, told(knows=KNOWS)) == f"desk grew {NOW:%Y-%m-%dT%H:%MZ}"
    assert grown(event(), told(knows=KNOWS)) is None
    assert grown(event(*parts("en", copies=9)), told(knows=KNOWS)) is None
    assert grown(more) is None
    assert grown(more, told("baseline", knows=KNOWS)) is None
    assert grown(more, told(knows=KNOWS), told("pending", alert_id=12, reason="update")) is None
    assert (
        grown(
            more, told(knows=KNOWS), told(alert_id=12, reason="grew", knows=replace(KNOWS, revision=3, independent=3))
        )
        is None
    )
    assert grown(event(*parts("en", "en"), level=1), told(knows=KNOWS), min_level=2) is None


def test_a_mail_of_its_own_takes_an_event_out_of_the_digest() -> None:
    """What waits in the digest of growth would only say less."""
    p = event(TOLD, STRANGE)
    waits = told("pending", alert_id=12, reason="grew")
    made = alert.decide(p, [reader()], [told(knows=KNOWS), waits], NOW, "desk.example")
    assert [i.reason for i in made.add] == ["new"] and made.cancel == (12,)
    quiet = alert.decide(event(*parts("en", "en")), [reader()], [told(knows=KNOWS), waits], NOW, "desk.example")
    assert quiet.add == () and quiet.cancel == ()


def test_a_waiting_mail_makes_others_needless() -> None:
    """It tells the state of the moment when it goes out, so an update beside it would say the same twice."""
    assert decide(event(*parts("en", "fr")), reader(), told("pending")) == []


def test_an_update_answers_the_first_mail() -> None:
    """A mail program threads by In-Reply-To: the update stands under the mail that it updates."""
    made = alert.decide(event(*parts("en", "fr")), [reader()], [told(knows=KNOWS)], NOW, "desk.example")
    assert [i.in_reply_to for i in made.add] == ["<first@x>"]
    assert made.add[0].detail["since"]["languages"] == ("en",)


def test_identity_makes_the_message_id() -> None:
    """The same alert has the same Message-ID for ever; another event, reader, reason or revision another one."""
    one = alert.decide(event(), [reader()], [], NOW, "desk.example").add[0]
    again = alert.decide(event(revision=9), [reader()], [], NOW + timedelta(hours=3), "desk.example").add[0]
    assert one.message_id == again.message_id
    others = [
        alert.decide(p, [r], [], NOW, "desk.example").add[0].message_id
        for p, r in [
            (event(event_id=8), reader()),
            # a restored backup gives the number to another happening: a mail program must not take it for the old one
            (event(identity="def"), reader()),
            (event(), reader(key="other")),
        ]
    ]
    assert len({one.message_id, *others}) == 4


@pytest.mark.parametrize("stale", ["feed", "watchlist"])
def test_stale_stories_are_a_baseline_until_a_fresh_one_joins(stale: str) -> None:
    """A new feed's first document, and a new watchlist's old stories, flood nobody; what is told anew is news."""
    old = event(*parts("en", "fr", stale=stale))
    made = alert.decide(old, [reader()], [], NOW, "desk.example").add
    assert [(i.reason, i.state, i.detail["why"]) for i in made] == [("new", "baseline", stale)]
    known = told("baseline", old.state(), why=stale)
    assert decide(old, reader(), known) == []
    fresh = (*old.parts, AlertedStory(50, "en", 3, NOW))
    assert decide(event(*fresh, revision=4), reader(), known) == [("update", "pending")]
    assert decide(event(*old.parts, AlertedStory(50, "en", 3, NOW, is_copy=True), revision=4), reader(), known) == []


def test_a_new_subscription_has_what_stands_as_its_baseline() -> None:
    """Who subscribes today is not sent the archive, but what is new in it since."""
    late = reader(founding=False, created=NOW - timedelta(hours=1))
    stood = parts("en", joined=EARLIER)
    assert decide(event(*stood), late) == [("new", "baseline")]
    assert decide(event(*stood, AlertedStory(9, "fr", 3, NOW)), late) == [("new", "baseline"), ("update", "pending")]
    assert decide(event(*parts("en", joined=NOW)), late) == [("new", "pending")]


def test_an_event_that_was_not_wanted_before_the_reader_came_is_new_to_them() -> None:
    """It reached the level that they ask for only now."""
    late = reader(founding=False, created=NOW - timedelta(hours=1), min_level=3)
    low = parts("en", joined=EARLIER, level=1)
    assert decide(event(*low, AlertedStory(9, "en", 3, NOW), level=3), late) == [("new", "pending")]


def test_founding_readers_are_told_what_stands() -> None:
    """The first run of an empty store: who starts newswatch wants to see what there is."""
    assert decide(event(*parts("en", joined=EARLIER)), reader(created=NOW)) == [("new", "pending")]


def merged(*, revision: int = 3) -> AlertedEvent:
    return event(*parts("en", "en"), revision=revision, history=(HistoryLine(revision, "merged", 5),))


def test_merging_is_told_only_to_those_who_heard_of_both() -> None:
    """One event for two that were told: a correction. Told of one of them: they know it already, and hear nothing."""
    ours, theirs = told(knows=KNOWS), told(event_id=5, alert_id=12, mail_id="<second@x>", knows=KNOWS)
    assert decide(merged(), reader(), ours, theirs) == [("correction", "pending")]
    assert decide(merged(), reader(), theirs) == [("new", "baseline")]
    assert decide(merged(), reader(), ours) == []
    assert decide(merged(), reader()) == [("new", "pending")]


def test_a_correction_comes_once() -> None:
    """Once told of the merge, later changes of the event do not tell it again."""
    theirs = told(event_id=5, alert_id=12, knows=KNOWS)
    corrected = told(reason="correction", alert_id=13, knows=replace(KNOWS, revision=3, stories=2, independent=2))
    assert decide(replace(merged(), revision=4), reader(), told(knows=KNOWS), theirs, corrected) == []


def test_the_waiting_mail_of_a_merged_event_is_needless() -> None:
    """Its event is this one now; the mail about this one says everything."""
    waiting = told("pending", event_id=5, alert_id=12)
    made = alert.decide(merged(), [reader()], [waiting], NOW, "desk.example")
    assert made.cancel == (12,)
    assert [(i.reason, i.state) for i in made.add] == [("new", "pending")]


def test_a_split_is_a_correction_to_those_who_heard_of_the_whole() -> None:
    """They are not told "new": they know these stories, under the other event."""
    part = event(history=(HistoryLine(1, "split", 5, {"from": [5]}),), revision=1)
    heard = told(event_id=5, knows=KNOWS)
    made = alert.decide(part, [reader()], [heard], NOW, "desk.example").add
    assert [(i.reason, i.state) for i in made] == [("new", "baseline"), ("correction", "pending")]
    assert made[1].in_reply_to == "<first@x>"
    assert decide(part, reader()) == [("new", "pending")]
    assert decide(part, reader(), told("pending", event_id=5)) == [("new", "pending")]


@pytest.mark.parametrize(
    ("there", "reasons"),
    [((3,), ["new"]), ((3, 4), ["new"]), ((2,), ["new", "correction"]), ((3, 1), ["new", "correction"])],
)
def test_what_is_split_off_before_anybody_heard_of_it_is_news(there: tuple[int, ...], reasons: list[str]) -> None:
    """A story that joined another event after the last mail on it was told to nobody: no mail said what was false."""
    moved = tuple(AlertedStory(i, "en", 3, NOW, revision=1, came_from=5, came_there=r) for i, r in enumerate(there, 1))
    part = event(
        *moved, AlertedStory(9, "en", 3, NOW, revision=1), history=(HistoryLine(1, "split", 5, {"from": [5]}),)
    )
    made = alert.decide(part, [reader()], [told(event_id=5, knows=KNOWS)], NOW, "desk.example").add
    assert [i.reason for i in made] == reasons
    assert made[-1].state == "pending" and made[-1].in_reply_to == "<first@x>"


def test_what_is_unlike_is_news_as_often_as_it_comes() -> None:
    """Two happenings folded into an event that was told are two mails, each under a Message-ID of its own."""
    made = []
    for revision in (3, 4):
        part = replace(STRANGE, revision=revision)
        p = replace(event(TOLD, part), revision=revision)
        knows = told(knows=replace(KNOWS, revision=revision - 1))
        made += alert.decide(p, [reader()], [knows], NOW, "desk.example").add
    assert [(i.reason, i.revision) for i in made] == [("new", 3), ("new", 4)]
    assert len({i.message_id for i in made}) == 2


def test_what_no_longer_fits_is_cancelled_and_woken_when_it_fits_again() -> None:
    """An event that sinks below the wished level before its mail left is not told; when it rises again it is."""
    sunk = alert.decide(event(level=1), [reader(min_level=2)], [told("pending")], NOW, "desk.example")
    assert (sunk.add, sunk.cancel) == ((), (11,))
    risen = alert.decide(event(), [reader(min_level=2)], [told("cancelled")], NOW, "desk.example")
    assert risen.add == ()
    assert [w[0] for w in risen.wake] == [11]


@pytest.mark.parametrize(
    ("muted", "more", "wanted"),
    [
        ({8}, {}, True),
        ({7}, {}, False),
        ({5}, {"follows": (6, 5)}, False),  # what follows what was muted, however far
        ({9}, {"history": (HistoryLine(2, "merged", 9),)}, False),  # the muted event was merged into this one
        ({9}, {"history": (HistoryLine(1, "split", 9, {"from": [9]}),)}, False),  # this one was split off from it
    ],
)
def test_who_muted_an_event_hears_no_more_of_it(muted: set[int], more: dict[str, Any], wanted: bool) -> None:
    """Neither as new, nor as update, nor in the digest of what grew; what waits is cancelled."""
    silent = replace(reader(), muted=frozenset(muted))
    p = event(*parts("en", "fr"), **more)
    assert bool(decide(p, silent)) is wanted
    assert bool(decide(p, silent, told(knows=KNOWS))) is wanted
    waiting = alert.decide(p, [silent], [told("pending")], NOW, "desk.example")
    assert (waiting.cancel == ()) is wanted
    assert (alert.grown(p, silent, [told(knows=KNOWS)], NOW, NOW, "desk.example") is not None) is wanted


def test_digests_and_gaps_name_their_batch() -> None:
    """A daily reader's alerts share the slot's digest; after a standstill everyone's share one."""
    daily = alert.decide(event(), [reader(frequency=Frequency.DAILY)], [], NOW, "desk.example").add[0]
    assert daily.batch_key is not None and daily.batch_key.startswith("desk daily 2026-03-11T08:00")
    gap = alert.decide(event(), [reader()], [], NOW, "desk.example", "gap X").add[0]
    assert gap.batch_key == "desk gap X"
    assert alert.decide(event(), [reader()], [], NOW, "desk.example").add[0].batch_key is None


def test_one_story_in_four_does_not_raise_the_level_before() -> None:
    """The state before a reader came follows clustering's rule for lone outliers."""
    low = tuple(AlertedStory(i, "en", 1, EARLIER) for i in range(3))
    p = event(*low, AlertedStory(9, "en", 3, EARLIER), level=3)
    assert p.state(NOW).level == 1
    assert p.state().level == 3


@pytest.mark.parametrize(("more", "is_news"), [({}, True), ({"is_copy": True}, False), ({"stale": "age"}, False)])
def test_after_a_review_neither_copy_nor_old_news_is_the_first_report(more: dict[str, Any], is_news: bool) -> None:
    """Who was told of live pages only is told of the first report: one of somebody's own, and of now."""
    report = AlertedStory(2, "en", 3, NOW, revision=3, outlet="2.example", **more)
    known = State(2, 3, ("en",), 1, 1)
    found = alert.strange(reader().subscription, event(replace(REVIEW, revision=2), report), known)
    assert [p.story_id for p in found] == ([2] if is_news else [])
