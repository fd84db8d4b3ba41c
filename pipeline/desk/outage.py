"""Tell the operator once when a job begins to fail, again when it fails for another cause, once when it works again."""

import hashlib
import json
import tempfile
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pipeline import alarm, log, store
from pipeline.errors import NewswatchError
from pipeline.model import Tally
from pipeline.settings import Settings
from pipeline.store import runs
from pipeline.words.language import Words

_TIME = "%Y-%m-%d %H:%M UTC"
Also = Callable[[str, str], bool]  # subject, text -> whether it got through


@dataclass(frozen=True, slots=True)
class _Note:
    """What is known of an outage that stands."""

    since: datetime
    told: bool = False  # only a mail that was accepted has told it
    causes: frozenset[str] = frozenset()  # that an accepted mail has named
    owed: frozenset[str] = frozenset()  # that none has named yet

    @property
    def is_owed(self) -> bool:
        """Whether the operator has something to hear."""
        return not self.told or bool(self.owed)

    def failed(self, causes: Collection[str]) -> "_Note":
        return replace(self, owed=self.owed | (frozenset(causes) - self.causes))

    def named(self, causes: frozenset[str]) -> "_Note":
        return replace(self, told=True, causes=self.causes | causes, owed=self.owed - causes)

    def joined(self, other: "_Note") -> "_Note":
        causes = self.causes | other.causes
        return _Note(min(self.since, other.since), self.told or other.told, causes, (self.owed | other.owed) - causes)

    def write(self) -> str:
        """Write it down for `meta` or a file."""
        names = {"causes": sorted(self.causes), "owed": sorted(self.owed)}
        return json.dumps({"since": self.since.isoformat(), "told": self.told, **names})


def words(settings: Settings) -> Words:
    """Give the words in which the operator is told."""
    return Words(settings.operator_language)


def began(
    settings: Settings,
    now: datetime,
    job: str,
    what: str,
    where: str = "",
    causes: Collection[str] = (),
    *,
    also: Also | None = None,
) -> bool:
    """Note that a job failed; tell the operator what nothing that got out has told. Return whether something got out.

    `what` says what is wrong, `where` where to look, `causes` which tasks failed: one that this outage had not named
    yet is told too. A mail that does not get out is tried again when the job fails again. The note stands in the
    database; when that is what failed, in a file of this machine, so that an outage of the database is told once too.
    `also` tells the operator by another way than mail, and says whether it could.
    """
    note = _change(settings, job, lambda known: (known or _Note(now)).failed(causes))
    if note is None or not note.is_owed:
        log.get().info("outage goes on", job=job, causes=sorted(causes))
        return False
    say = words(settings).say
    how = "outage_other" if note.told else "outage_stands" if note.since < now else "outage_began"
    parts = [say(how, job=_named(settings, job), since=f"{note.since:{_TIME}}", now=f"{now:{_TIME}}"), what]
    parts += [say("outage_what", tasks=", ".join(sorted(note.owed)))] if note.owed else []
    parts += [say("outage_where", where=where)] if where else []
    text = "\n\n".join([*parts, say("outage_quiet")]) + "\n"
    identity = ("outage", job, note.since.isoformat(), *sorted(note.owed))
    if not _tell(settings, now, "outage_fails", job, text, also, *identity):
        return False
    _change(settings, job, lambda known: known.named(note.owed) if known else None)
    return True


def ended(settings: Settings, now: datetime, job: str, *, also: Also | None = None) -> bool:
    """Note that a job worked; tell the operator when it had failed before. Return whether something got out.

    The note is taken away when the mail was accepted or nobody is to be told; else the next success tries again.
    """
    note = _find(settings, job)
    if note is None:
        return False
    say = words(settings).say
    since, until = f"{note.since:{_TIME}}", f"{now:{_TIME}}"
    text = say("outage_ended", job=_named(settings, job), since=since, now=until) + "\n"
    if not note.told:
        text += f"\n{say('outage_untold')}\n"
        text += say("outage_what", tasks=", ".join(sorted(note.owed))) + "\n" if note.owed else ""
    identity = ("outage-over", job, note.since.isoformat())
    is_sent = _tell(settings, now, "outage_works", job, text, also, *identity)
    if is_sent or not alarm.is_reachable(settings):
        _forget(settings, job)
    return is_sent


def _named(settings: Settings, job: str) -> str:
    return words(settings).say("outage_mails") if job == MAILS else job


def _key(job: str) -> str:
    return f"outage {job}"[:64]


def _file(settings: Settings, job: str) -> Path:
    digest = hashlib.sha256(f"{settings.database_url}\n{job}".encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"newswatch-outage-{digest}.json"


def _change(settings: Settings, job: str, how: Callable[[_Note | None], _Note | None]) -> _Note | None:
    """Change the note on a job, in the database or else in a file; return it."""
    path = _file(settings, job)
    in_file = _read_file(path)
    try:
        with store.begin(settings.database_url, lock="outage") as db:
            note = how(_join(_read(runs.get_meta(db, _key(job))), in_file))
            runs.set_meta(db, _key(job), note.write() if note else "")
        path.unlink(missing_ok=True)
    except NewswatchError as e:
        log.get().warning("outage noted in a file", job=job, reason=str(e))
        note = how(in_file)
        try:
            if note:
                path.write_text(note.write(), encoding="utf-8")
        except OSError as full:  # the disk that stops the database stops this file too: rather told often than never
            log.get().warning("outage not noted", job=job, reason=str(full))
    return note


def _find(settings: Settings, job: str) -> _Note | None:
    """Read the note on a job, from the database and from a file."""
    stands = None
    try:
        with store.read(settings.database_url) as db:
            stands = runs.get_meta(db, _key(job))
    except NewswatchError as e:
        log.get().warning("outage not looked up", job=job, reason=str(e))
    return _join(_read(stands), _read_file(_file(settings, job)))


def _forget(settings: Settings, job: str) -> None:
    """Take the note away. A database that does not answer keeps it until the next success."""
    try:
        with store.begin(settings.database_url, lock="outage") as db:
            if runs.get_meta(db, _key(job)):
                runs.set_meta(db, _key(job), "")
    except NewswatchError as e:
        log.get().warning("outage not forgotten", job=job, reason=str(e))
    _file(settings, job).unlink(missing_ok=True)


def _join(one: _Note | None, other: _Note | None) -> _Note | None:
    return one.joined(other) if one and other else one or other


def _read_file(path: Path) -> _Note | None:
    try:
        return _read(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _read(written: str | None) -> _Note | None:
    """Read a note; those of older versions (a bare time, or one without `told`) were mailed when they were made."""
    try:
        if not written or not written.startswith("{"):
            return _Note(datetime.fromisoformat(written), told=True) if written else None
        said = json.loads(written)
        since = datetime.fromisoformat(said["since"])
        return _Note(
            since, bool(said.get("told", True)), frozenset(said.get("causes", ())), frozenset(said.get("owed", ()))
        )
    except (ValueError, KeyError, TypeError):
        return None


def _tell(
    settings: Settings, now: datetime, title: str, job: str, text: str, also: Also | None, *identity: str
) -> bool:
    """Tell by every way there is; one that got through has told it. The log stays English."""
    log.get().warning(Words("en").say(title, job=job), operator=bool(settings.operator))
    subject = words(settings).say(title, job=_named(settings, job))
    is_told = bool(alarm.tell(settings, now, subject, text, *identity))
    return (also(subject, text) if also else False) or is_told


def watch(settings: Settings, now: datetime, tallies: Iterable[Tally]) -> None:
    """Tell the operator of a mail server that fails, once, with its own words, and once when it is well again.

    For who runs newswatch without Airflow, whose DAGs do the same with a red run.
    """
    for tally in tallies:
        if tally.step != "deliver" or not alarm.is_reachable(settings):
            continue
        why, held = tally.detail.get("why"), tally.detail.get("held", 0)
        if held or (why and tally.failed):
            say = words(settings).say
            began(settings, now, MAILS, f"{why or say('outage_server')}\n{say('outage_held', n=held)}")
        elif not why:
            ended(settings, now, MAILS)


MAILS = "sending mails"
