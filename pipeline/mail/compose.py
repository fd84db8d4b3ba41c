"""Write a mail: subject, text, HTML, pictures and headers, from values; the same values make the same mail."""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Any

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined

from pipeline.core import mailtext
from pipeline.core.mailaddress import header_text, host_of, to_ascii
from pipeline.core.mailtext import Item, Sheet
from pipeline.mail import chart, view
from pipeline.mail.words import Words

_KEPT = 300  # bodies and pictures: 30 kB each
_HOLE = "nw-recipient-{}-hole"  # what differs from reader to reader is put in last, so that the rest is made once


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


def operator_envelope(operator: str, message_id: str, at: datetime) -> Envelope:
    """Give the envelope of a mail to the one who runs newswatch."""
    name, address = parseaddr(operator)
    return Envelope(name, address, message_id, at, "", "")


@dataclass(frozen=True, slots=True)
class _Body:
    subject: str
    text: str
    html: str
    picture: bytes | None
    alt: str


class Composer:
    """Writes mails from one sender; keeps the parts that many readers share."""

    def __init__(self, sender: str, base_url: str, topics: Mapping[str, Mapping[str, str]] | None = None) -> None:
        self._name, self.sender = parseaddr(sender)
        self._name = self._name or "newswatch"
        self._base = base_url.rstrip("/")
        self._topics = topics or {}
        shared: dict[str, Any] = {"loader": PackageLoader("pipeline.mail", "templates"), "undefined": StrictUndefined}
        self._html = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, **shared)
        self._text = Environment(autoescape=False, trim_blocks=True, lstrip_blocks=True, **shared)  # noqa: S701 - plain text
        self._inliner = css_inline.CSSInliner(
            load_remote_stylesheets=False, keep_style_tags=False, keep_at_rules=True, keep_link_tags=False
        )
        self._kept: OrderedDict[tuple[Any, ...], tuple[Sheet, Any]] = OrderedDict()

    # ------------------------------------------------------------------------------------------------- kinds of mail

    def event(self, item: Item, language: str, zone: str, to: Envelope) -> tuple[EmailMessage, str]:
        """Write the mail on one event; return it with its subject."""
        words = Words(language, zone)
        key = (item.sheet.event.id, item.reason, json.dumps(item.news, sort_keys=True), words.language, zone)
        body = self._keep(key, item.sheet, lambda: self._event_body(item, words))
        subject = body.subject
        if to.in_reply_to:
            first = to.reply_subject or subject
            subject = first if first.startswith("Re: ") else f"Re: {first}"
        return self._message(body, subject, to, words), subject

    def digest(
        self, items: Sequence[Item], kind: str, language: str, zone: str, to: Envelope, cap: str | None = None
    ) -> tuple[EmailMessage, str]:
        """Write one mail on several events; `kind` is hourly, daily, weekly, burst or gap, `cap` a limit (30 hour)."""
        words = Words(language, zone)
        body = self._digest_body(items, kind, words, cap)
        return self._message(body, body.subject, to, words), body.subject

    def plain(self, subject: str, text: str, to: Envelope) -> EmailMessage:
        """Write a mail to the operator: words only."""
        message = self._headers(header_text(subject), to, listed=False)
        message.set_content(text, cte="quoted-printable")
        return _finish(message)

    # -------------------------------------------------------------------------------------------------------- bodies

    def _keep(self, key: tuple[Any, ...], sheet: Sheet, make: Callable[[], Any]) -> Any:
        """Make something of a sheet once; keep the newest few hundred."""
        kept = self._kept.get(key)
        if kept is None or kept[0] is not sheet:
            kept = self._kept[key] = (sheet, make())
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return kept[1]

    def _event_body(self, item: Item, words: Words) -> _Body:
        sheet = item.sheet
        page = view.of(item, words, self._base) | self._frame(words)
        picture, alt = None, ""
        if sheet.stories:
            start, end = chart.span(sheet.stories)
            alt = words.say(
                "timeline_alt",
                n=len(sheet.stories),
                languages=words.number(len({s.language for s in sheet.stories})),
                start=words.when(start),
                end=words.when(end),
            )
            key = (sheet.event.id, "timeline", words.zone.key, words.language)
            picture = self._keep(key, sheet, lambda: chart.timeline(sheet.stories, words.tick))
        page |= {"alt": alt, "has_picture": picture is not None}
        return self._render("event", page, header_text(page["title"]), picture, alt)

    def _digest_body(self, items: Sequence[Item], kind: str, words: Words, cap: str | None) -> _Body:
        shown = sorted(items, key=lambda i: (-i.sheet.event.level, -i.sheet.event.independent_count))
        shown = shown[: mailtext.MAX_ITEMS]
        groups = mailtext.by_topic(shown)
        sections = [
            {"title": self._topic(key, words), "items": [view.of(i, words, self._base) for i in held]}
            for key, held in groups.items()
        ]
        counts = {str(n): len(held) for n, held in enumerate(groups.values(), 1)}
        alt = words.say("chart_alt", what="; ".join(f"{s['title']}: {len(s['items'])}" for s in sections))
        picture = chart.bars(counts) if len(counts) > 1 else None
        note = None
        if kind in {"burst", "gap"}:
            number, _, unit = (cap or "").partition(" ")
            limit = words.say(f"cap_{unit}", n=int(number)) if unit else ""
            note = words.say(f"digest_why_{kind}", cap=limit)
        subject = words.say(f"digest_{kind}", n=len(items)) if len(items) > 1 else words.say("digest_1", n=1)
        lead = shown[0] if shown else None
        title = header_text(subject)
        if lead is not None:
            subject = f"{subject} · {mailtext.title(lead.sheet, words.language)[0]}"
        page = self._frame(words) | {
            "title": title,
            "dir": "ltr",
            "note": note,
            "sections": sections,
            "more": words.say("digest_more", n=len(items) - len(shown)) if len(items) > len(shown) else None,
            "alt": alt,
            "has_picture": picture is not None,
        }
        return self._render("digest", page, header_text(subject), picture, alt)

    def _frame(self, words: Words) -> dict[str, Any]:
        holes = {k: _HOLE.format(k) for k in ("unsubscribe", "subscription")}
        return {"say": words.say, "lang": words.language, "hole": holes, "base_url": self._base}

    def _topic(self, key: str, words: Words) -> str:
        titles = self._topics.get(key, {})
        return titles.get(words.language) or titles.get("en") or key or words.say("other_topic")

    def _render(self, kind: str, page: dict[str, Any], subject: str, picture: bytes | None, alt: str) -> _Body:
        html = self._inliner.inline(self._html.get_template(f"{kind}.html.j2").render(page))
        text = self._text.get_template(f"{kind}.txt.j2").render(page)
        return _Body(subject, text, html, picture, alt)

    # ------------------------------------------------------------------------------------------------------- message

    def _message(self, body: _Body, subject: str, to: Envelope, words: Words) -> EmailMessage:
        message = self._headers(header_text(subject), to)
        fill = {"unsubscribe": to.unsubscribe_url, "subscription": header_text(to.subscription, 80)}
        text, html = body.text, body.html
        for key, value in fill.items():
            text = text.replace(_HOLE.format(key), value)
            html = html.replace(_HOLE.format(key), _escape(value))
        message.set_content(text, cte="quoted-printable")
        message.add_alternative(html, subtype="html", cte="quoted-printable")
        if body.picture is not None:
            related = message.get_payload()[1]  # type: ignore[index]
            related.add_related(  # type: ignore[union-attr]
                body.picture, "image", "png", cid="<picture@newswatch>", filename="picture.png", disposition="inline"
            )
        _fix_boundaries(message, to.message_id)
        message["Content-Language"] = words.language
        return _finish(message)

    def _headers(self, subject: str, to: Envelope, listed: bool = True) -> EmailMessage:
        local, _, host = to_ascii(to.address).rpartition("@")
        message = EmailMessage(policy=SMTP.clone(utf8=not local.isascii()))
        message["From"] = Address(header_text(self._name, 80), addr_spec=to_ascii(self.sender))
        message["To"] = Address(header_text(to.name, 80), username=local, domain=host)
        message["Subject"] = subject
        message["Date"] = format_datetime(to.at)
        message["Message-ID"] = to.message_id
        if to.in_reply_to:
            message["In-Reply-To"] = to.in_reply_to
            message["References"] = to.in_reply_to
        message["Auto-Submitted"] = "auto-generated"
        message["Precedence"] = "bulk"
        if listed:
            message["List-ID"] = f"newswatch events <events.newswatch.{host_of(self.sender)}>"
            message["List-Unsubscribe"] = f"<{to.unsubscribe_url}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        return message


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def _finish(message: EmailMessage) -> EmailMessage:
    """Let headers that need no encoded words be as long as SMTP takes.

    The standard library folds a subject of 70 to 78 characters after "Subject:", which readers show as a leading space.
    """
    if (message["Subject"] + message["From"] + message["To"]).isascii():
        message.policy = message.policy.clone(max_line_length=998)
    return message


def _fix_boundaries(message: EmailMessage, identity: str) -> None:
    """Give the parts boundaries that follow from the Message-ID: a second attempt is the same mail, byte for byte."""
    for i, part in enumerate(p for p in message.walk() if p.is_multipart()):
        part.set_boundary("=_" + hashlib.sha256(f"{identity}{i}".encode()).hexdigest()[:40])
