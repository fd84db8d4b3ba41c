"""What people say of stories: keep it, list it, and write it out as labelled lines that evaluation and fitting read."""

from datetime import datetime
from typing import NotRequired, TypedDict

from pipeline import store
from pipeline.core.text import url
from pipeline.errors import NotFoundError
from pipeline.model import Story
from pipeline.settings import Settings
from pipeline.store import labels, stories
from pipeline.store.labels import LabelledRow

__all__ = ["LabelLine", "LabelledRow", "export", "listed", "run", "take_back", "withdraw"]

# The matcher reads at most 600 characters of an article, and only where title and summary are short.
EXPORTED_TEXT = 2000


def run(
    settings: Settings, now: datetime, what: str, level: int, by: str = "", note: str = ""
) -> tuple[LabelledRow, bool]:
    """Keep the level that a person gives to a story; saying the same again changes nothing.

    `what` is its number, its address or the first digits of its hash. Gives the row of `listed` and whether it is new.
    """
    with store.begin(settings.database_url) as db:
        story = _find(stories.find(db, what), what)
        added = labels.add(db, story.id, level, by.strip(), note.strip(), now)
        return labels.listed(db, story.id)[0], added


def withdraw(settings: Settings, what: str) -> tuple[int, int]:
    """Take back what was said of a story; return its number and how many labels it had."""
    with store.begin(settings.database_url) as db:
        story = _find(stories.find(db, what), what)
        return story.id, labels.withdraw(db, story.id)


def take_back(settings: Settings, number: int, by: str) -> int:
    """Take back what one person said of a story; return how many labels that were."""
    with store.begin(settings.database_url) as db:
        return labels.withdraw_by(db, number, by.strip())


def listed(settings: Settings, wrong: bool = False) -> list[LabelledRow]:
    """List labelled stories, the newest label first; with `wrong`, only those that are judged otherwise."""
    with store.read(settings.database_url) as db:
        rows = labels.listed(db)
    return [r for r in rows if not wrong or r.judged != r.level]


class LabelLine(TypedDict):
    """A labelled story as a line that evaluation and fitting read."""

    id: str
    lang: str | None
    title: str
    summary: str
    url: str
    date: str
    relevance: int
    event: str  # keeps the stories of one event in one fold
    note: str
    text: NotRequired[str]


def export(settings: Settings) -> list[LabelLine]:
    """Give the labelled stories as lines.

    In the order of their addresses' hashes, so that the same labels give the same file.
    """
    with store.read(settings.database_url) as db:
        rows = labels.listed(db)
    return [_line(r) for r in sorted(rows, key=lambda r: url.key(r.story.canonical_url))]


def _find(story: Story | None, what: str) -> Story:
    if story is None:
        raise NotFoundError(f"no story {what!r} is stored; give its number, its address, or six digits of its hash")
    return story


def _line(row: LabelledRow) -> LabelLine:
    story = row.story
    line: LabelLine = {
        "id": f"label-{url.key(story.canonical_url)[:12]}",
        "lang": story.language,
        "title": story.title,
        "summary": story.summary,
        "url": story.canonical_url,
        "date": story.at.isoformat() if story.at else "",
        "relevance": row.level,
        "event": f"event-{row.event}" if row.event else "",
        "note": row.note,
    }
    if story.text:
        line["text"] = story.text[:EXPORTED_TEXT]
    return line
