"""Write a mail: subject, text, HTML, pictures and headers, from values; the same values make the same mail."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from email.headerregistry import Address
from email.utils import parseaddr
from functools import cache, cached_property, lru_cache
from typing import Any

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined

from pipeline.core.alerts import content
from pipeline.core.alerts.content import Dossier, EventNews
from pipeline.core.text.mailaddress import bare, header_text, to_ascii
from pipeline.errors import ConfigError
from pipeline.mail import mime, view
from pipeline.mail.mime import BodyTemplate, Letter
from pipeline.words import mail_charts
from pipeline.words.language import Words

_KEPT = 450  # bodies, pictures and reasons of the newest: 60 kB each at worst
WORTH_DRAWING = 3  # stories below which a timeline says nothing that the list does not
CLIPPED = 98_000  # bytes of markup: Gmail shows 102 kB, and cuts the foot off what is longer, the links with it
_PICTURE = "picture@newswatch"


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who gets a mail and what its headers need."""

    name: str
    address: str
    message_id: str
    at: datetime
    unsubscribe_url: str
    subscription: str  # name of it, for the footer
    in_reply_to: str | None = None
    reply_subject: str | None = None  # of the first mail in the thread: mail programs thread by subject too
    wishes: Mapping[int, str] = field(default_factory=dict)  # {event: address below which its reader says something}
    less: int | None = None  # the next level that the reader may choose as the lowest


def operator_envelope(operator: str, message_id: str, at: datetime) -> Envelope:
    """Give the envelope of a mail to the one who runs newswatch."""
    name, address = parseaddr(operator)
    return Envelope(name, address, message_id, at, "", "")


@cache
def _environments() -> tuple[Environment, Environment]:
    """Give the environments of markup and of plain text, made once a process: compiling the templates takes .1 s."""
    shared: dict[str, Any] = {"loader": PackageLoader("pipeline.mail", "templates"), "undefined": StrictUndefined}
    markup = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, **shared)
    return markup, Environment(autoescape=False, trim_blocks=True, lstrip_blocks=True, **shared)  # noqa: S701


_words = lru_cache(maxsize=100)(Words)


class Composer:
    """Writes mails from one sender; keeps the parts that many readers share."""

    def __init__(
        self, sender: str, base_url: str, topics: Mapping[str, Mapping[str, str]] | None = None, salt: str = ""
    ) -> None:
        self._name = parseaddr(sender)[0] or "newswatch"
        try:
            self.sender = to_ascii(bare(sender))
        except ValueError as e:
            raise ConfigError(f"NEWSWATCH_MAIL_FROM: write an address, such as newswatch@example.org ({e})") from e
        self._base = base_url.rstrip("/")
        self._topics = topics or {}
        self._html, self._text = _environments()
        self._inliner = css_inline.CSSInliner(
            load_remote_stylesheets=False, keep_style_tags=False, keep_at_rules=True, keep_link_tags=False
        )
        # titles are other people's: one that looked like a hole would be filled with somebody's unsubscribe link
        self._salt = hashlib.sha256(f"{salt}{sender}".encode()).hexdigest()[:16]
        self._kept: OrderedDict[tuple[Any, ...], tuple[Dossier, Any]] = OrderedDict()

    # ------------------------------------------------------------------------------------------------- kinds of mail

    def event(self, item: EventNews, language: str, zone: str, to: Envelope) -> Letter:
        """Write the mail on one event."""
        words = _words(language, zone)
        new = (item.fresh, item.joined)
        key = (
            item.dossier.event.id,
            item.reason,
            item.news,
            new,
            words.language,
            zone,
            bool(to.wishes),
            to.less,
        )
        body = self._keep(key, item.dossier, lambda: self._event_body(item, words, to))
        subject = body.subject
        # what is news of its own bears its own headline; In-Reply-To puts it into the thread all the same
        if to.in_reply_to and item.reason != "new" and not item.fresh:
            first = to.reply_subject or subject
            subject = first if first.startswith("Re: ") else f"Re: {first}"
        return self._letter(body, subject, to, words)

    def digest(
        self, items: Sequence[EventNews], kind: str, language: str, zone: str, to: Envelope, cap: str | None = None
    ) -> Letter:
        """Write one mail on several events; `kind` is hourly, daily, weekly, burst, gap, grew; `cap` a limit."""
        words = _words(language, zone)
        body = self._digest_body(items, kind, words, cap, to)
        return self._letter(body, body.subject, to, words)

    def why(self, item: EventNews, language: str) -> str:
        """Say in one sentence why a reader of a language gets an event, as its mail does; "" for nothing to say."""
        key = (item.dossier.event.id, "why", language)
        return str(self._keep(key, item.dossier, lambda: view.why(item.dossier, _words(language, "UTC"))))

    def plain(self, subject: str, text: str, to: Envelope, language: str = "en") -> Letter:
        """Write a mail to the operator: words only, of no list; `language` is what they are written in."""
        body = mime.plain_body(header_text(subject), text)
        head = self._headers(body, body.subject, to, Words(language), listed=False)
        return Letter(head + body.fill({}), to.message_id, body.subject)

    # -------------------------------------------------------------------------------------------------------- bodies

    def _keep(self, key: tuple[Any, ...], dossier: Dossier, make: Callable[[], Any]) -> Any:
        """Make something of a dossier once; keep the newest few hundred."""
        kept = self._kept.get(key)
        if kept is None or kept[0] is not dossier:
            kept = self._kept[key] = (dossier, make())
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return kept[1]

    def _event_body(self, item: EventNews, words: Words, to: Envelope) -> BodyTemplate:
        dossier = item.dossier
        shown = self._shown(item, words, to)
        page = {f.name: getattr(shown, f.name) for f in fields(shown)} | self._frame(words) | {"less": to.less}
        picture, alt = None, ""
        if len(dossier.stories) >= WORTH_DRAWING:
            start, end = mail_charts.span(dossier.stories)
            alt = words.say(
                "timeline_alt",
                stories=words.say("stories", n=len(dossier.stories)),
                languages=words.say("languages", n=len({s.language for s in dossier.stories})),
                start=words.when(start),
                end=words.when(end),
            )
            key = (dossier.event.id, "timeline", words.zone.key, words.language)
            picture = self._keep(key, dossier, lambda: mail_charts.timeline(dossier.stories, words.tick))
        page |= {"alt": alt, "has_picture": picture is not None}
        return self._render("event", page, header_text(shown.title), picture, alt)

    def _digest_body(
        self,
        items: Sequence[EventNews],
        kind: str,
        words: Words,
        cap: str | None,
        to: Envelope,
        most: int = content.MAX_ITEMS,
    ) -> BodyTemplate:
        shown = sorted(items, key=lambda i: (-i.dossier.event.level, -i.dossier.event.independent_count))
        shown = shown[:most]
        groups = content.by_topic(shown)
        sections = [
            {"title": self._topic(key, words), "items": [self._shown(i, words, to) for i in held]}
            for key, held in groups.items()
        ]
        counts = {str(n): len(held) for n, held in enumerate(groups.values(), 1)}
        alt = words.say("chart_alt", what="; ".join(f"{s['title']}: {len(s['items'])}" for s in sections))
        picture = mail_charts.bars(counts) if len(counts) > 1 else None
        note = None
        if kind in {"burst", "gap", "grew"}:
            number, _, unit = (cap or "").partition(" ")
            limit = words.say(f"cap_{unit}", n=int(number)) if unit else ""
            note = words.say(f"digest_why_{kind}", cap=limit)
        is_one = len(items) == 1 and kind != "grew"
        subject = words.say("digest_one") if is_one else words.say(f"digest_{kind}", n=len(items))
        lead = shown[0] if shown else None
        title = header_text(subject)
        if lead is not None:
            subject = f"{subject} · {content.headline(lead, words.language)[0]}"
        page = self._frame(words) | {
            "title": title,
            "less": to.less,
            "note": note,
            "sections": sections,
            "more": words.say("digest_more", n=len(items) - len(shown)) if len(items) > len(shown) else None,
            "alt": alt,
            "has_picture": picture is not None,
        }
        html = self._markup("digest", page)
        size = len(html.encode()) + 2 * len(shown) * max(map(len, to.wishes.values()), default=0)  # two links an event
        if size > CLIPPED and len(shown) > 1:
            fewer = min(len(shown) - 1, len(shown) * CLIPPED // size)
            return self._digest_body(items, kind, words, cap, to, max(1, fewer))
        return self._render("digest", page, header_text(subject), picture, alt, html)

    def _shown(self, item: EventNews, words: Words, to: Envelope) -> view.ShownEvent:
        wish = mime.hole(self._salt, f"wish{item.dossier.event.id}") if to.wishes else None
        return view.of(item, words, self._base, wish)

    def _frame(self, words: Words) -> dict[str, Any]:
        holes = {k: mime.hole(self._salt, k) for k in ("unsubscribe", "subscription")}
        return {
            "say": words.say,
            "lang": words.language,
            "page_dir": words.direction,
            "hole": holes,
            "base_url": self._base,
        }

    def _topic(self, key: str, words: Words) -> str:
        titles = self._topics.get(key, {})
        return titles.get(words.language) or titles.get("en") or key or words.say("other_topic")

    def _markup(self, kind: str, page: dict[str, Any]) -> str:
        return str(self._inliner.inline(self._html.get_template(f"{kind}.html.j2").render(page)))

    def _render(
        self, kind: str, page: dict[str, Any], subject: str, picture: bytes | None, alt: str, html: str | None = None
    ) -> BodyTemplate:
        html = html or self._markup(kind, page)
        text = self._text.get_template(f"{kind}.txt.j2").render(page)
        return mime.body(subject, self._salt, text, html, picture, _PICTURE)

    # ------------------------------------------------------------------------------------------------------- message

    def _letter(self, body: BodyTemplate, subject: str, to: Envelope, words: Words) -> Letter:
        subject = header_text(subject)
        values = {"unsubscribe": to.unsubscribe_url, "subscription": header_text(to.subscription, 80)}
        values |= {f"wish{event_id}": address for event_id, address in to.wishes.items()}
        return Letter(self._headers(body, subject, to, words) + body.fill(values), to.message_id, subject)

    @cached_property
    def _from(self) -> Address:
        return Address(header_text(self._name, 80), addr_spec=self.sender)

    def _headers(self, body: BodyTemplate, subject: str, to: Envelope, words: Words, listed: bool = True) -> bytes:
        local, _, host = to_ascii(to.address).rpartition("@")
        more = [("Message-ID", to.message_id)]
        if to.in_reply_to:
            more += [("In-Reply-To", to.in_reply_to), ("References", to.in_reply_to)]
        more += [("Auto-Submitted", "auto-generated"), ("Precedence", "bulk")]
        if listed:
            more += [
                ("List-ID", f"newswatch events <events.newswatch.{self.sender.rpartition('@')[2]}>"),
                ("List-Unsubscribe", f"<{to.unsubscribe_url}>"),
                ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            ]
        more += [
            ("MIME-Version", "1.0"),
            ("Content-Type", body.content_type),
            ("Content-Transfer-Encoding", body.encoding),
            ("Content-Language", words.language),
        ]
        return mime.headers(self._from, Address(header_text(to.name, 80), local, host), subject, to.at, more)
