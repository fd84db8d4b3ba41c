"""Tell the operator once when a job begins to fail, and once when it works again."""

import hashlib
import json
import tempfile
from datetime import datetime
from pathlib import Path

from pipeline import log, mail, store
from pipeline.core import alert
from pipeline.core.mailaddress import bare, host_of, to_ascii
from pipeline.errors import NewswatchError
from pipeline.settings import Settings
from pipeline.store import runs


def began(settings: Settings, now: datetime, job: str, what: str, where: str = "") -> bool:
    """Note that a job failed; mail the operator when it had not failed before. Return whether a mail went out.

    `what` says what is wrong, `where` where to look. The note stands in the database; when that is what failed, in a
    file of this machine, so that an outage of the database is told once too.
    """
    since = _note(settings, job, now)
    if since is not None:
        log.get().info("outage goes on", job=job, since=since.isoformat())
        return False
    text = (
        f"{job} failed at {now:%Y-%m-%d %H:%M} UTC and needs a look.\n\n{what}\n\n"
        + (f"Where to look: {where}\n\n" if where else "")
        + "Nothing more is sent about this until it works again; the work waits in the database and is not lost.\n"
    )
    return _send(settings, now, f"newswatch: {job} fails", text, "outage", job, now.isoformat())


def ended(settings: Settings, now: datetime, job: str) -> bool:
    """Note that a job worked; mail the operator when it had failed before. Return whether a mail went out."""
    since = _forget(settings, job)
    if since is None:
        return False
    text = f"{job} works again since {now:%Y-%m-%d %H:%M} UTC; it had failed since {since:%Y-%m-%d %H:%M} UTC.\n"
    return _send(settings, now, f"newswatch: {job} works again", text, "outage-over", job, since.isoformat())


def _key(job: str) -> str:
    return f"outage {job}"[:64]


def _file(settings: Settings, job: str) -> Path:
    digest = hashlib.sha256(f"{settings.database_url}\n{job}".encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"newswatch-outage-{digest}.json"


def _note(settings: Settings, job: str, now: datetime) -> datetime | None:
    """Note an outage; return since when it stood, None when it is new."""
    path = _file(settings, job)
    known = _read(path)
    try:
        with store.begin(settings.database_url, lock="outage") as db:
            stands = runs.get_meta(db, _key(job))
            if not stands:
                runs.set_meta(db, _key(job), (known or now).isoformat())
        return datetime.fromisoformat(stands) if stands else known
    except NewswatchError as e:
        log.get().warning("outage noted in a file", job=job, reason=str(e))
        if known is None:
            path.write_text(json.dumps({"job": job, "since": now.isoformat()}), encoding="utf-8")
        return known


def _forget(settings: Settings, job: str) -> datetime | None:
    """Take the note away; return since when the outage stood, None when there was none."""
    path = _file(settings, job)
    known = _read(path)
    with store.begin(settings.database_url, lock="outage") as db:
        stands = runs.get_meta(db, _key(job))
        if stands:
            runs.set_meta(db, _key(job), "")
    path.unlink(missing_ok=True)
    return datetime.fromisoformat(stands) if stands else known


def _read(path: Path) -> datetime | None:
    try:
        return datetime.fromisoformat(json.loads(path.read_text(encoding="utf-8"))["since"])
    except (OSError, ValueError, KeyError):
        return None


def _send(settings: Settings, now: datetime, subject: str, text: str, *identity: str) -> bool:
    log.get().warning(subject, operator=bool(settings.operator))
    way = mail.way(settings.smtp_url, settings.mail_dir)
    if not settings.operator or way is None:
        return False
    composer = mail.Composer(settings.mail_from, settings.base_url)
    message_id = alert.message_id(host_of(settings.mail_from), *identity)
    message = composer.plain(subject, text, mail.operator_envelope(settings.operator, message_id, now))
    answer = way.send(message, composer.sender, to_ascii(bare(settings.operator)), "operator", now)
    way.close()
    if answer.outcome != "accepted":
        log.get().warning("the mail to the operator did not get out", reason=answer.error)
    return answer.outcome == "accepted"
