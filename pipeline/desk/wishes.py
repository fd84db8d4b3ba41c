"""What readers say by the links in their mails: this was not relevant; each can be taken back by the same link."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline import log, mail, store
from pipeline.desk.subscriptions import secret
from pipeline.errors import NotFoundError
from pipeline.settings import Settings
from pipeline.store import labels, stories, subscriptions

NOTE = "by the link in a mail"
KINDS = ("irrelevant",)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a link is about, and which of KINDS its reader has said."""

    key: str
    event_id: int
    story_id: int
    headline: str
    language: str
    said: frozenset[str]


def read(settings: Settings, token: str) -> Wish:
    """Tell what a link is about and change nothing; NotFoundError where it is not ours, or its subject is gone."""
    key, event_id, story_id = _parts(settings, token)
    with store.read(settings.database_url) as db:
        return _wish(db, key, event_id, story_id)


def say(settings: Settings, token: str, kind: str, now: datetime, *, back: bool = False) -> Wish:
    """Do what a reader wishes, or take it `back`; twice is once. NotFoundError as for `read`."""
    key, event_id, story_id = _parts(settings, token)
    with store.begin(settings.database_url) as db:
        _wish(db, key, event_id, story_id)
        _DO[kind](db, key, event_id, story_id, now, back)
        done = _wish(db, key, event_id, story_id)
    log.get().info("wish", subscription=key, event_id=event_id, kind=kind, back=back)
    return done


def _parts(settings: Settings, token: str) -> tuple[str, int, int]:
    found = mail.read_wish(secret(settings), token)
    if found is None:
        raise NotFoundError("this link is not one of ours; nothing was changed")
    return found


def _wish(db: Any, key: str, event_id: int, story_id: int) -> Wish:
    told = stories.get_many(db, [story_id])
    if not told or not subscriptions.stands(db, key):
        raise NotFoundError("the subscription or the story of this link is gone; nothing was changed")
    said = set()
    level, by = labels.newest(db, [story_id]).get(story_id, (None, ""))
    if level == 0 and by == _name(key):
        said.add("irrelevant")
    (story,) = told
    return Wish(key, event_id, story_id, story.title or story.summary[:140], story.language or "und", frozenset(said))


def _name(key: str) -> str:
    return f"reader {key}"


def _irrelevant(db: Any, key: str, _event_id: int, story_id: int, now: datetime, back: bool) -> None:
    """Label the story at level 0, unless somebody of the desk said what it is: a reader knows no levels."""
    if back:
        labels.withdraw_by(db, story_id, _name(key))
        return
    _, by = labels.newest(db, [story_id]).get(story_id, (0, _name("")))
    if by.startswith(_name("")):
        labels.add(db, story_id, 0, _name(key), NOTE, now)


_DO: Mapping[str, Any] = {"irrelevant": _irrelevant}
