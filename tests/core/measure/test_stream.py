"""What counts as told: one rule per way, on streams of a few items."""

import pytest

from pipeline.core.measure import stream
from pipeline.core.measure.stream import JudgedLine, Sent

ITEMS = (
    JudgedLine("suit", "Musk sues", "xai", False),
    JudgedLine("suit", "Musk klagt", "xai", False),
    JudgedLine("round", "xAI raises", "xai", False),
    JudgedLine("", "a comment", "xai", False),
    JudgedLine("junk", "token soars", "", True),
)


def mail(reason: str, head: int | None, *told: int, mail_id: str = "") -> Sent:
    return Sent(mail_id or f"{reason}{head}{told}", reason, "2026-01-01", "subject", head, told)


@pytest.mark.parametrize(
    ("sent", "way"),
    [
        ([mail("new", 0, 0)], "own"),
        ([mail("new", 1, 0, 1)], "own"),
        ([mail("new", 2, 2), mail("new", 0, 0)], "own"),
        ([mail("new", 2, 0, 2), mail("new", 0, 0)], "own"),  # told under another's headline first, then on its own
        ([mail("new", 2, 2), mail("correction", 0, 0)], "later"),
        ([mail("new", 2, 2), mail("update", 2, 2, 1)], "later"),
        ([mail("new", 2, 0, 2), mail("update", 2, 0, 1, 2)], "other"),
        ([mail("new", 3, 3, 1)], "other"),  # a comment that nobody labelled heads it
        ([mail("new", 2, 2)], "never"),
        ([], "never"),
    ],
)
def test_how_a_happening_was_told(sent: list[Sent], way: str) -> None:
    """Own headline in a new mail, else what told it first, else never."""
    assert stream.way("suit", ITEMS, sent) == way


def test_what_is_not_ours_is_refused_not_lost() -> None:
    """A happening of which every story was refused is the matcher's, not the clusterer's."""
    assert stream.way("junk", ITEMS, [mail("new", 0, 0)]) == "refused"


def test_shares_add_up_and_mails_are_counted_once() -> None:
    """Each happening counts under one way; a digest is one mail; told twice is told twice as news."""
    sent = [
        mail("new", 0, 0, mail_id="digest"),
        mail("new", 2, 2, mail_id="digest"),
        mail("new", 1, 1),
        mail("correction", 0, 0, 1),
        mail("update", 2, 2, 3),
    ]
    found = stream.measure(ITEMS, sent)
    assert sum(found.all.share(way) for way in stream.WAYS) == pytest.approx(1, abs=1e-3)
    assert (found.all.happenings, found.all.own, found.all.refused) == (3, 0.6667, 0.3333)
    assert (found.mails, found.corrections, found.updates, found.twice) == (4, 1, 1, 1)
    assert found.mails_per_happening == pytest.approx(4 / 3, abs=1e-4)
    assert found.told_twice == ["suit"]
    assert found.by_size["2"].happenings == 1
    assert found.by_firm["xai"].own == 1.0


def test_the_worst_come_first() -> None:
    """What was never told stands before what came late, and shows where it went."""
    found = stream.measure(ITEMS, [mail("new", 3, 3), mail("update", 3, 3, 2)])
    assert [(case.event, case.way) for case in found.worst] == [
        ("suit", "never"),
        ("round", "later"),
        ("junk", "refused"),
    ]
    assert found.worst[1].told_in.reason == "update"


def test_an_empty_stream() -> None:
    """Nothing told of nothing: no division by zero."""
    found = stream.measure((), ())
    assert (found.all.happenings, found.mails_per_happening, found.worst) == (0, 0.0, [])


@pytest.mark.parametrize(
    ("stories", "row"), [(1, "1"), (2, "2"), (3, "3-4"), (4, "3-4"), (5, "5-8"), (8, "5-8"), (9, "9+"), (40, "9+")]
)
def test_happenings_are_sized_by_their_stories(stories: int, row: str) -> None:
    """Sizes double, so that each row of the table holds enough happenings to say something."""
    items = [JudgedLine("round", "xAI raises", "xai", False)] * stories
    assert stream.measure(items, []).by_size == {
        row: stream.Ways(happenings=1, own=0.0, later=0.0, other=0.0, never=1.0, refused=0.0)
    }


def test_of_those_lost_one_way_the_largest_come_first() -> None:
    """Never before other before later, the more stories the earlier, then by name; refused ones end the list."""
    labels = ["b", "a", "c", "c", "late", "late", "late", "within", "junk", "junk", "junk", "junk"]
    items = [JudgedLine(label, label, "", label == "junk") for label in labels]
    late, within = labels.index("late"), labels.index("within")
    sent = [mail("update", late, late), mail("new", None, within)]
    ways = [(case.event, case.way) for case in stream.measure(items, sent).worst]
    assert ways == [
        ("c", "never"), ("a", "never"), ("b", "never"), ("within", "other"), ("late", "later"), ("junk", "refused")
    ]  # fmt: skip
