"""From alerts to letters: what a mail tells when it is sent, of the events as they stand then."""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pipeline import mail, store
from pipeline.core.alerts import content, decide, learned
from pipeline.core.alerts import mails as dispatch
from pipeline.core.alerts.content import Dossier, EventNews
from pipeline.core.alerts.state import AlertedEvent, Said, State
from pipeline.model import Alert, Subscription
from pipeline.settings import Settings
from pipeline.store import alerts
from pipeline.store.rows import mails as dossiers

_DOSSIERS = 200  # events held in memory at once: 100 kB each at worst


@dataclass(slots=True)
class Draft:
    """A mail as it is to be sent, or what broke when it was written."""

    plan: dispatch.Mail
    held: list[Alert]
    told: dict[int, State] = field(default_factory=dict)
    void: list[int] = field(default_factory=list)  # alerts that have nothing left to say
    said: dict[int, Said] = field(default_factory=dict)  # what it says of each, to be stored with it
    mail_id: str = ""
    letter: mail.Letter | None = None
    error: Exception | None = None


@dataclass(slots=True)
class Writer:
    """Writes the letters of one run; events that several readers hear of are loaded once."""

    settings: Settings
    now: datetime
    composer: mail.Composer
    secret: str
    _dossiers: OrderedDict[int, tuple[Dossier, AlertedEvent, State] | None] = field(default_factory=OrderedDict)

    def fill(self, draft: Draft, reader: Subscription, host: str, is_written: bool) -> None:
        """Fill in what it tells now, and its letter if it `is_written`; `host` makes the Message-ID of a digest."""
        items: list[EventNews] = []
        for a in draft.plan.alerts:
            found = self._event(a.event_id)
            item = learned.item(a, found[0], found[1], reader) if found is not None and found[0].stories else None
            if found is None or item is None:
                draft.void.append(a.id)
                continue
            items.append(item)
            draft.told[a.id] = found[2]
        if not draft.told:
            return
        draft.held = [a for a in draft.plan.alerts if a.id in draft.told]
        first, key = draft.held[0].message_id, draft.plan.batch_key
        draft.mail_id = first if key is None else decide.message_id(host, "digest", key)
        if is_written:
            draft.letter = self._compose(reader, draft.plan, draft.held, items, draft.mail_id)
            by_event = {i.dossier.event.id: i for i in items}
            draft.said = {a.id: self._said(reader, by_event[a.event_id]) for a in draft.held}

    def _event(self, event_id: int) -> tuple[Dossier, AlertedEvent, State] | None:
        """Give what is known of an event, and what it says now."""
        if event_id not in self._dossiers:
            with store.read(self.settings.database_url) as db:
                alerted = alerts.alerted(db, [event_id], timedelta(days=self.settings.news_days))
                dossier = dossiers.load(db, event_id) if alerted else None
            self._dossiers[event_id] = (dossier, alerted[0], alerted[0].state()) if dossier is not None else None
            if len(self._dossiers) > _DOSSIERS:
                self._dossiers.popitem(last=False)
        return self._dossiers[event_id]

    def _said(self, reader: Subscription, item: EventNews) -> Said:
        head, why = content.head(item, reader.language), item.dossier.why
        evidence = {"level": item.dossier.event.level, "names": list(why.names), "seed": why.seed}
        evidence |= {"similarity": why.similarity, "news": item.news.write()}
        return Said(self.composer.why(item, reader.language), evidence, head.id if head is not None else None)

    def _compose(
        self, reader: Subscription, m: dispatch.Mail, held: list[Alert], items: list[EventNews], mail_id: str
    ) -> mail.Letter:
        """Write the letter: a mail on one event, or a digest."""
        first = held[0]
        token = mail.sign_token(self.secret, reader.key)
        base = self.settings.base_url.rstrip("/")
        wishes = {
            i.dossier.event.id: f"{base}/mails/{mail.sign_wish(self.secret, reader.key, i.dossier.event.id, story.id)}"
            for i in items
            if (story := content.bearer(i, reader.language)) is not None
        }
        envelope = mail.Envelope(
            name=reader.name,
            address=reader.address,
            message_id=mail_id,
            at=self.now,
            unsubscribe_url=f"{base}/unsubscribe/{token}",
            subscription=reader.key,
            in_reply_to=first.in_reply_to if m.batch_key is None else None,
            reply_subject=first.detail.get("reply_subject"),
            wishes=wishes,
            less=reader.min_level + 1 if reader.min_level < 3 else None,
        )
        if m.batch_key is None:
            return self.composer.event(items[0], reader.language, reader.timezone, envelope)
        kind = m.batch_key.removeprefix(f"{reader.key} ").partition(" ")[0]
        cap = f"{self.settings.alert_max_per_hour} hour"
        if reader.max_per_day is not None and reader.max_per_day < self.settings.alert_max_per_hour:
            cap = f"{reader.max_per_day} day"
        return self.composer.digest(items, kind, reader.language, reader.timezone, envelope, cap)
