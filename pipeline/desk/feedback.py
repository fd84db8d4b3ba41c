"""What readers say by the links in their mails: not relevant, no more of this, less; the same link takes it back."""

from dataclasses import dataclass
from datetime import datetime

from pipeline import log, mail, store
from pipeline.core.text import plain
from pipeline.desk.subscriptions import secret
from pipeline.errors import NotFoundError
from pipeline.settings import Settings
from pipeline.store import events, labels, stories, subscriptions, threads

NOTE = "by the link in a mail"
LEVELS = {"level-2": 2, "level-3": 3}
KINDS = ("irrelevant", "mute", *LEVELS)


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a link is about, which of KINDS make sense for its reader, and which stand."""

    key: str
    event_id: int
    story_id: int
    headline: str
    language: str  # of the headline
    spoken: str  # of the reader
    kinds: tuple[str, ...]
    said: frozenset[str]


def read(settings: Settings, token: str) -> Feedback:
    """Tell what a link is about and change nothing; NotFoundError where it is not ours, or its subject is gone."""
    key, event_id, story_id = _parts(settings, token)
    with store.read(settings.database_url) as db:
        return _wish(db, key, event_id, story_id)


def say(settings: Settings, token: str, kind: str, now: datetime, *, back: bool = False) -> Feedback:
    """Do what a reader feedback, or take it `back`; twice is once. NotFoundError as for `read`."""
    key, event_id, story_id = _parts(settings, token)
    with store.begin(settings.database_url) as db:
        _do(db, _wish(db, key, event_id, story_id), kind, now, back)
        done = _wish(db, key, event_id, story_id)
    log.get().info("wish", subscription=key, event_id=event_id, kind=kind, back=back)
    return done


def _parts(settings: Settings, token: str) -> tuple[str, int, int]:
    found = mail.read_wish(secret(settings), token)
    if found is None:
        raise NotFoundError("this link is not one of ours; nothing was changed")
    return found


def _wish(db: store.Connection, key: str, event_id: int, story_id: int) -> Feedback:
    told, chosen = stories.get_many(db, [story_id]), subscriptions.chosen(db, key)
    standing = events.resolve(db, event_id)
    if not told or chosen is None or standing is None:
        raise NotFoundError("the subscription or the story of this link is gone; nothing was changed")
    said = {kind for kind, level in LEVELS.items() if chosen.level == level}
    level, by = labels.newest(db, [story_id]).get(story_id, (None, ""))
    if level == 0 and by == _name(key):
        said.add("irrelevant")
    if standing in chosen.muted:
        said.add("mute")
    (story,) = told
    title, language = plain.called(story.title, story.summary), story.language or "und"
    kinds = tuple(k for k in KINDS if LEVELS.get(k, 4) > chosen.least)
    return Feedback(key, standing, story_id, title, language, chosen.language, kinds, frozenset(said))


def _name(key: str) -> str:
    return f"reader {key}"


def _irrelevant(db: store.Connection, wish: Feedback, now: datetime, back: bool) -> None:
    """Label the story at level 0, unless somebody of the desk said what it is: a reader knows no levels."""
    if back:
        labels.withdraw_by(db, wish.story_id, _name(wish.key))
        return
    _, by = labels.newest(db, [wish.story_id]).get(wish.story_id, (0, _name("")))
    if by.startswith(_name("")):
        labels.add(db, wish.story_id, 0, _name(wish.key), NOTE, now)


def _mute(db: store.Connection, wish: Feedback, now: datetime, back: bool) -> None:
    """Mute the event and its thread as it stands; what follows it later is muted by following it."""
    chosen = subscriptions.chosen(db, wish.key)
    if chosen is None:
        return
    linked = [*threads.back(db, [wish.event_id])[wish.event_id], *threads.after(db, wish.event_id)]
    ids = {wish.event_id, *(x.event_id for x in linked)}
    if back:
        subscriptions.unmute(db, chosen.id, ids)
    else:
        subscriptions.mute(db, chosen.id, ids, now)


def _do(db: store.Connection, wish: Feedback, kind: str, now: datetime, back: bool) -> None:
    if kind == "irrelevant":
        _irrelevant(db, wish, now, back)
    elif kind == "mute":
        _mute(db, wish, now, back)
    elif (chosen := subscriptions.chosen(db, wish.key)) is not None:
        subscriptions.choose_level(db, chosen.id, None if back else LEVELS[kind])
