"""Mails on what follows, on what is unlike, and on what also grew: through the steps, on both databases."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from pipeline import steps, store
from pipeline.settings import Settings
from pipeline.store.rows import told
from pipeline.store.tables import alerts, links
from tests.newsroom import T0, Newsroom, reader
from tests.postoffice import PostOffice


class Desk:
    """A newsroom with its post: one call decides and sends at an hour."""

    def __init__(self, url: str, post: PostOffice, **wishes: Any) -> None:
        self.room, self.post = Newsroom(url), post
        self.room.subscribe(reader(**wishes))
        self.settings = Settings(
            database_url=url, mail_from="desk@desk.example", smtp_url=post.url, base_url="https://desk.example"
        )

    def at(self, hours: float) -> list[Any]:
        """Run the two steps; give the mails that they sent."""
        before = len(self.post.mails)
        for step in ("alert", "deliver"):
            assert steps.perform(step, self.settings, T0 + timedelta(hours=hours)).failed == 0
        return [m for _, m in self.post.mails[before:]]


def text(mail: Any) -> str:
    return str(mail.get_body(("plain",)).get_content())


def follow(url: str, later: int, earlier: int) -> None:
    row = {"event_id": later, "follows_id": earlier, "kind": "follows", "strength": 0.9, "evidence": {}}
    with store.begin(url) as db:
        db.execute(sa.insert(links).values(**row, linker_version="l", linked_at=T0))


def test_a_saga_is_one_thread_of_mails(database_url: str) -> None:
    """Talks, deal, closing: three new mails with headlines of their own; each names and answers what it follows."""
    with PostOffice() as post:
        desk = Desk(database_url, post)
        heads = ("Harbour Grid in talks on Northfield", "Harbour Grid buys Northfield", "Northfield sale is closed")
        numbers, mails = [], []
        for day, title in enumerate(heads):
            numbers.append(desk.room.event([desk.room.story(title=title, at=T0 + timedelta(days=day))]))
            if day:
                follow(database_url, numbers[day], numbers[day - 1])
            mails += desk.at(24 * day + 1)
    assert [m["Subject"] for m in mails] == list(heads)
    assert mails[0]["In-Reply-To"] is None and "follows:" not in text(mails[0])
    assert mails[1]["In-Reply-To"] == mails[1]["References"] == mails[0]["Message-ID"]
    assert mails[2]["In-Reply-To"] == mails[1]["Message-ID"]
    assert f"follows: {heads[0]}, 10 Mar 2026" in text(mails[1])
    assert f"follows: {heads[1]}, 11 Mar 2026" in text(mails[2])
    assert f"https://desk.example/events/{numbers[1]}" in text(mails[2])


def test_what_is_unlike_comes_under_its_own_headline(database_url: str) -> None:
    """A site folded into a round: the mail bears the site's headline, in the thread of the round, the site first."""
    with PostOffice() as post:
        desk = Desk(database_url, post)
        event = desk.room.event([desk.room.story(title="xAI raises $20 billion", angle=0.0)])
        (first,) = desk.at(0)
        desk.room.join(event, [desk.room.story(title="xAI closes its $20 billion round", angle=0.5)])
        assert desk.at(12) == []  # the same in other words
        site = desk.room.story(title="xAI to build a site in Mississippi", angle=1.5, at=T0 + timedelta(hours=20))
        desk.room.join(event, [site])
        (mail,) = desk.at(24)
        with store.read(database_url) as db:
            said = told.sent_at(db, T0 + timedelta(hours=24))
        assert desk.at(36) == []
    assert mail["Subject"] == "xAI to build a site in Mississippi"
    assert mail["In-Reply-To"] == first["Message-ID"]
    words = text(mail)
    order = ("part of: xAI raises $20 billion", "What is new", "- xAI to build", "- xAI closes", "tells something else")
    assert [words.index(x) for x in order] == sorted(words.index(x) for x in order)
    assert said[0].title == "xAI to build a site in Mississippi" and said[0].reason == "new"


def test_what_is_split_off_untold_is_news_and_no_correction(database_url: str) -> None:
    """A story that joined in silence and then stands alone was told to nobody; one that the mail listed was."""
    with PostOffice() as post:
        desk = Desk(database_url, post)
        listed = desk.room.story(title="xAI closes its round", angle=0.4)
        event = desk.room.event([desk.room.story(title="xAI raises $20 billion", angle=0.0), listed])
        (first,) = desk.at(0)
        silent = desk.room.story(title="Banks say who backs the xAI round", angle=0.6)
        desk.room.join(event, [silent], at=T0 + timedelta(hours=10))
        assert desk.at(12) == []
        desk.room.event([silent], at=T0 + timedelta(hours=20), split_from=event)
        (news,) = desk.at(24)
        desk.room.event([listed], at=T0 + timedelta(hours=30), split_from=event)
        (correction,) = desk.at(36)
    assert (news["Subject"], news["In-Reply-To"]) == ("Banks say who backs the xAI round", first["Message-ID"])
    with store.read(database_url) as db:
        reasons = db.scalars(sa.select(alerts.c.reason).where(alerts.c.state == "sent").order_by(alerts.c.id)).all()
    assert reasons == ["new", "new", "correction"]
    assert correction["In-Reply-To"] == first["Message-ID"]


def test_a_story_that_came_from_an_event_that_was_told_is_no_news(database_url: str) -> None:
    """Merging moves stories; who heard of both hears that they are one, and nothing of what is unlike what."""
    with PostOffice() as post:
        desk = Desk(database_url, post)
        one = desk.room.event([desk.room.story(title="xAI raises $20 billion", angle=0.0)])
        other = desk.room.event([desk.room.story(title="xAI to build a site", angle=1.5)])
        assert len(desk.at(0)) == 2
        desk.room.merge(other, one, at=T0 + timedelta(hours=1))
        (mail,) = desk.at(2)
        assert desk.at(4) == []
    assert "are one and the same" in text(mail)


@pytest.mark.parametrize("updates", ["less", "none"])
def test_who_asked_for_less_gets_less(database_url: str, updates: str) -> None:
    """A new language makes no mail any more; what is unlike still does, unless nothing was wanted."""
    with PostOffice() as post:
        desk = Desk(database_url, post, updates=updates)
        event = desk.room.event([desk.room.story(title="xAI raises $20 billion", angle=0.0)])
        assert len(desk.at(0)) == 1
        desk.room.join(event, [desk.room.story("fr", "xAI lève 20 milliards de dollars", angle=0.4)])
        assert desk.at(12) == []
        desk.room.join(event, [desk.room.story(title="xAI to build a site in Mississippi", angle=1.5)])
        assert len(desk.at(24)) == (updates == "less")


def test_what_also_grew_comes_once_a_week(database_url: str) -> None:
    """T0 is a Tuesday: what grew until Monday at eight is one digest, told once, also when the step runs twice."""
    with PostOffice() as post:
        desk = Desk(database_url, post)
        grew = desk.room.event([desk.room.story(title="Harbour Grid buys Northfield")])
        still = desk.room.event([desk.room.story(title="Harbour Grid sells a pier")])
        assert len(desk.at(0)) == 2
        monday = 6 * 24 - 1
        for hour in (20, 40):
            desk.room.join(
                grew, [desk.room.story(title="Harbour Grid buys Northfield now")], at=T0 + timedelta(hours=hour)
            )
            assert desk.at(hour) == []
        for hour in range(60, monday, 30):
            assert desk.at(hour) == []
        (mail,) = desk.at(monday)
        assert desk.at(monday) == desk.at(monday + 24) == []
        week = monday + 7 * 24
        for hour in range(monday + 30, week, 30):
            assert desk.at(hour) == []
        assert desk.at(week) == []  # nothing grew since
    assert mail["Subject"] == "What also grew: 1 event · Harbour Grid buys Northfield"
    words = text(mail)
    assert "[Grew] Harbour Grid buys Northfield" in words and "2 more independent reports" in words
    assert f"/events/{still}" not in words and "You know these events" in words
    with store.read(database_url) as db:
        assert db.scalar(sa.select(sa.func.count()).where(alerts.c.reason == "grew")) == 1


def test_who_wants_no_digest_of_growth_gets_none(database_url: str, tmp_path: Path) -> None:
    """grew = "never"; and daily is told the next morning."""
    for when, count in (("never", 0), ("daily", 1)):
        url = database_url if when == "never" else f"sqlite:///{tmp_path}/daily.db"
        store.upgrade(url)
        with PostOffice() as post:
            desk = Desk(url, post, grew=when)
            event = desk.room.event([desk.room.story()])
            desk.at(0)
            desk.room.join(event, [desk.room.story()], at=T0 + timedelta(hours=2))
            assert len(desk.at(24)) == count


def test_a_live_page_comes_with_what_also_grew(database_url: str) -> None:
    """Alone it waits for Monday; a report that joins it is told at once, and by one mail."""
    with PostOffice() as post:
        desk = Desk(database_url, post)
        desk.room.event([desk.room.story(title="Live: the day at Harbour Grid")])
        trial = desk.room.event([desk.room.story(title="Live: Harbour Grid on trial", angle=0.0)])
        assert desk.at(0) == []
        desk.room.join(trial, [desk.room.story(title="Harbour Grid is acquitted", angle=0.1)])
        (mail,) = desk.at(12)
        assert mail["Subject"] in {"Harbour Grid is acquitted", "Live: Harbour Grid on trial"}
        monday = 6 * 24 - 1
        for hour in range(24, monday, 30):
            assert desk.at(hour) == []
        (mail,) = desk.at(monday)
        assert desk.at(monday + 12) == []
    assert mail["Subject"] == "What also grew: 1 event · Live: the day at Harbour Grid"
    assert "reviews, live pages and comment" in text(mail)
