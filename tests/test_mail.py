"""What mails say and look like: golden ones, hostile titles, addresses of every script; our own invented texts."""

import email
import json
import re
import smtplib
import tomllib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from pipeline import mail
from pipeline.core.alerts import content as mailtext
from pipeline.core.alerts.content import Dossier, EventNews, Follows, MatchReason, StoryLine
from pipeline.core.alerts.state import News
from pipeline.core.events.claims import Stated, stated
from pipeline.core.text import mailaddress
from pipeline.mail import mime
from pipeline.mail.session import Session
from pipeline.mail.smtp import Smtp, parse_url
from pipeline.model import Event, Fact, Member, Story
from pipeline.words.texts import LANGUAGES, TEXTS, language_of
from tests.newsroom import TITLES
from tests.postoffice import PostOffice

GOLDEN = Path(__file__).parent / "data" / "mails"
AT = datetime(2026, 3, 10, 9, tzinfo=UTC)


HINDI = "हार्बर ग्रिड संघ नॉर्थफ़ील्ड के डेटा केंद्र ख़रीदेगा"
SUMMARIES = {
    "he": "הקונסורציום ישלם ארבעים מיליארד דולר תמורת שנים־עשר אתרים. הרגולטורים טרם אישרו.",
    "hi": "संघ बारह केंद्रों के लिए चालीस अरब डॉलर देगा। नियामकों की मंज़ूरी अभी बाक़ी है।",
    "en": "The consortium pays $40 billion for twelve sites. Regulators have yet to agree. Read more",
    "fr": "Le consortium débourse 40 milliards de dollars pour douze sites. Les autorités doivent encore se prononcer.",
    "ar": "يدفع التحالف أربعين مليار دولار مقابل اثني عشر موقعا. ولم توافق الجهات الرقابية بعد.",
    "ja": "企業連合は12拠点に400億ドルを支払う。規制当局の承認はまだ得られていない。",
}


def dossier(number: int = 7, titles: dict[str, str] | None = None, **more: Any) -> Dossier:
    titles = TITLES if titles is None else titles
    told = [
        StoryLine(
            i, title, f"https://outlet{i}.example/{tag}/{i}", f"outlet{i}.example", tag, AT + timedelta(hours=i),
            summary=SUMMARIES.get(tag, ""),
        )
        for i, (tag, title) in enumerate(titles.items(), 1)
    ]  # fmt: skip
    told.append(
        StoryLine(90, TITLES["en"], "https://wire.example/copy", "wire.example", "en", AT + timedelta(hours=30), True)
    )
    event = Event(
        id=number, title=titles.get("en", next(iter(titles.values()))), level=3, first_seen_at=told[0].at,
        last_seen_at=told[-1].at, story_count=len(told), language_count=len(titles), independent_count=len(told) - 1,
        topics=("deals",), titles=titles,
    )  # fmt: skip
    said = {
        1: [Fact("money", 40e9, "USD", "price", 0, 1, "$40bn", "title")],
        2: [
            Fact("money", 40.1e9, "USD", "price", 0, 1, "$40.1bn", "title"),
            Fact("power", 5e9, "W", "capacity", 0, 1, "about 5 GW", "title", approximate=True),
        ],
        3: [Fact("money", 31e9, "USD", "price", 0, 1, "$31bn", "title")],
        90: [Fact("money", 40e9, "USD", "price", 0, 1, "$40bn", "title"), Fact("money", 7.0, "USD", "debt", 0, 1)],
        4: [Fact("money", 1e6, "USD", "", 0, 1, "$1m", "title")],
    }
    members = [
        Member(
            Story(id=s.id, canonical_url=s.url, url=s.url, title=s.title, summary="", seen_at=s.at, outlet=s.outlet),
            3, {}, tuple(said.get(s.id, ())), {}, copy_of=1 if s.is_copy else None,
        )
        for s in told
    ]  # fmt: skip
    return Dossier(
        **{
            "event": event,
            "stories": tuple(told),
            "stated": stated(members),
            "why": MatchReason(("Harbour Grid",), "Seed"),
            **more,
        }
    )


def envelope(**more: Any) -> mail.Envelope:
    values = {
        "name": "Desk", "address": "desk@reader.example", "message_id": "<1@desk.example>", "at": AT,
        "unsubscribe_url": "https://desk.example/unsubscribe/TOKEN", "subscription": "desk",
        "wishes": {n: f"https://desk.example/mails/WISH{n}" for n in range(500)}, "less": 2,
    }  # fmt: skip
    return mail.Envelope(**{**values, **more})


@pytest.fixture(scope="module")
def composer() -> mail.Composer:
    return mail.Composer(
        "Desk <desk@desk.example>", "https://desk.example", {"deals": {"en": "Deals", "fr": "Rachats"}}
    )


def parsed(letter: mail.Letter) -> EmailMessage:
    return email.message_from_bytes(letter.content, policy=policy.default)  # type: ignore[return-value]


def part(message: mail.Letter, kind: str) -> str:
    body = parsed(message).get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


EARLIER = Follows(3, "Talks on Northfield", {"en": "Talks on Northfield", "fr": "Northfield : des discussions"}, AT)
NEWS = News(languages=("ja",), level=(2, 3), contradictions=2, reports=5)
CASES = {
    "new-en": lambda c: c.event(EventNews(dossier()), "en", "UTC", envelope()),
    "new-fr": lambda c: c.event(EventNews(dossier()), "fr", "Europe/Paris", envelope()),
    "new-id": lambda c: c.event(EventNews(dossier()), "id", "Asia/Jakarta", envelope()),
    "new-ar": lambda c: c.event(EventNews(dossier()), "ar", "Africa/Cairo", envelope()),
    "new-ja": lambda c: c.event(EventNews(dossier()), "ja", "Asia/Tokyo", envelope()),
    "update-zh": lambda c: c.event(EventNews(dossier(), "update", NEWS), "zh", "Asia/Shanghai", envelope()),
    "daily-de": lambda c: c.digest([EventNews(dossier(n)) for n in (1, 2)], "daily", "de", "Europe/Berlin", envelope()),
    "weekly-es": lambda c: c.digest(
        [EventNews(dossier(n)) for n in (1, 2)], "weekly", "es", "Europe/Madrid", envelope()
    ),
    "new-pt": lambda c: c.event(EventNews(dossier()), "pt", "America/Sao_Paulo", envelope()),
    "new-he": lambda c: c.event(EventNews(dossier(titles={"he": TITLES["he"]})), "en", "Asia/Jerusalem", envelope()),
    "new-hi": lambda c: c.event(EventNews(dossier(titles={"hi": HINDI})), "en", "Asia/Kolkata", envelope()),
    "update-en": lambda c: c.event(
        EventNews(dossier(), "update", NEWS),
        "en",
        "UTC",
        envelope(in_reply_to="<0@desk.example>", reply_subject="First words"),
    ),
    "unlike-en": lambda c: c.event(
        EventNews(dossier(), "new", News(stories=1), fresh=(3,), joined=(5, 6)),
        "en",
        "UTC",
        envelope(in_reply_to="<0@desk.example>", reply_subject="First words"),
    ),
    "follows-fr": lambda c: c.event(
        EventNews(dossier(follows=EARLIER)), "fr", "Europe/Paris", envelope(in_reply_to="<0@desk.example>")
    ),
    "grew-id": lambda c: c.digest(
        [EventNews(dossier(n), "grew", News(reports=3), joined=(4,)) for n in (1, 2)], "grew", "id", "UTC", envelope()
    ),
    "correction-fr": lambda c: c.event(EventNews(dossier(), "correction", News(merged=(3,))), "fr", "UTC", envelope()),
    "daily-en": lambda c: c.digest([EventNews(dossier(n)) for n in (1, 2)], "daily", "en", "UTC", envelope()),
    "burst-id": lambda c: c.digest(
        [EventNews(dossier(n)) for n in (1, 2)], "burst", "id", "UTC", envelope(), "30 hour"
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_golden_mails(composer: mail.Composer, name: str) -> None:
    """The words, the markup and the headers are reviewed: a change shows in a diff (delete a file to make it anew)."""
    message = CASES[name](composer)
    headers = "".join(f"{k}: {v}\n" for k, v in parsed(message).items())
    for suffix, content in (("txt", f"{headers}\n{part(message, 'plain')}"), ("html", part(message, "html"))):
        path = GOLDEN / f"{name}.{suffix}"
        if not path.exists():
            path.write_text(content, encoding="utf-8")
            pytest.fail(f"{path.name} was missing and has been written: review it")
        assert content == path.read_text(encoding="utf-8")


def test_the_same_values_make_the_same_bytes(composer: mail.Composer) -> None:
    """A second attempt is the same mail, boundaries and pictures included."""
    other = mail.Composer("Desk <desk@desk.example>", "https://desk.example")
    one, two = (c.event(EventNews(dossier()), "en", "UTC", envelope()).content for c in (composer, other))
    assert one == two


def holes(text: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_everything(language: str) -> None:
    """No language lacks a text or a plural form of its own, none has one too many, or a hole that nobody fills."""
    english, told = TEXTS["en"], TEXTS[language]
    asked = set(english)
    assert set(told) == asked
    forms = {"other", *Locale.parse(language).plural_form.tags}
    for key in asked - {"dates"}:
        if isinstance(english[key], str):
            assert holes(told[key]) == holes(english[key]), key
            continue
        assert set(told[key]) == forms, key
        assert holes(told[key]["other"]) == {"n"}, key
        for form, text in told[key].items():  # one and two may be words, what stands for many numbers may not
            assert holes(text) == {"n"} or (form in {"zero", "one", "two"} and not holes(text)), (key, form)
    assert set(told["dates"]) == set(english["dates"])


@pytest.mark.parametrize(
    ("language", "counts", "expected"),
    [
        ("en", (1, 2), ["1 story", "2 stories"]),
        ("fr", (0, 1, 2), ["0 article", "1 article", "2 articles"]),
        ("id", (1, 2), ["1 berita", "2 berita"]),
        ("de", (1, 1200), ["1 Bericht", "1.200 Berichte"]),
        ("ja", (1, 7), ["記事1件", "記事7件"]),
        ("ar", (0, 1, 2, 3, 11, 100), ["لا أخبار", "خبر واحد", "خبران", "3 أخبار", "11 خبرا", "100 خبر"]),
    ],
)
def test_counts_take_the_form_of_their_number(language: str, counts: tuple[int, ...], expected: list[str]) -> None:
    """CLDR says which: two in French and in Arabic are not the same."""
    assert [mail.Words(language).say("stories", n=n) for n in counts] == expected


@pytest.mark.parametrize(
    ("tag", "expected"),
    [("pt-BR", "pt"), ("ar-EG", "ar"), ("zh-Hans", "zh"), ("zh-Hant", None), ("zh-TW", None), ("sw", None)],
)
def test_a_language_is_known_by_its_first_part(tag: str, expected: str | None) -> None:
    """But not where the writing is another."""
    assert language_of(tag) == expected


def test_an_arabic_mail_reads_from_the_right(composer: mail.Composer) -> None:
    """The frame does; titles and quotations keep the direction of their own language."""
    html = part(composer.event(EventNews(dossier()), "ar", "UTC", envelope()), "html")
    assert '<html lang="ar" dir="rtl">' in html
    (card,) = re.findall(r'<td [^>]*class="in"[^>]*>', html)
    assert 'dir="rtl"' in card and "align" not in card  # an alignment of its own would hold titles of other scripts
    assert re.search(r'<p [^>]*dir="ltr"[^>]*lang="fr"|<p [^>]*lang="fr"[^>]*dir="ltr"', html)
    assert "padding-left: 14px" in html


@pytest.mark.parametrize(
    ("language", "titles", "expected"),
    [
        ("fr", TITLES, ("fr", TITLES["fr"])),
        ("fr-CA", TITLES, ("fr", TITLES["fr"])),
        ("ko", TITLES, ("en", TITLES["en"])),
        ("id", {"ar": TITLES["ar"]}, ("ar", TITLES["ar"])),
    ],
)
def test_the_title_is_in_the_readers_language(language: str, titles: dict[str, str], expected: tuple[str, str]) -> None:
    """Theirs, else English, else whatever there is."""
    title, tag = mailtext.title(dossier(titles=titles), language)
    assert (tag, title) == expected


def test_a_level_is_named_with_its_number(composer: mail.Composer) -> None:
    """One of three is a level, not a singular."""
    low = dossier()
    low = replace(low, event=replace(low.event, level=1))
    text = part(composer.event(EventNews(low), "en", "UTC", envelope()), "plain")
    assert text.startswith("New event · Level 1 of 3: a name you follow\n")


def test_right_to_left_titles_are_marked(composer: mail.Composer) -> None:
    """Arabic and Hebrew read from the right, inside a mail that reads from the left."""
    html = part(composer.event(EventNews(dossier(titles={"ar": TITLES["ar"]})), "en", "UTC", envelope()), "html")
    assert 'dir="rtl"' in html
    assert 'lang="ar"' in html


def test_facts_name_their_sources_and_disputes() -> None:
    """Rounding is agreement, and a copy is no source."""
    lines, more = mailtext.facts(dossier())
    assert [(f.value, f.role, f.outlets, f.disputed) for f in lines] == [
        (40e9, "price", ("outlet1.example", "outlet2.example"), True),
        (31e9, "price", ("outlet3.example",), True),
        (1e6, "", ("outlet4.example",), False),
        (5e9, "capacity", ("outlet2.example",), False),
    ]
    assert more == 0


def test_the_rest_of_the_amounts_is_counted_and_no_dispute_is_among_it(composer: mail.Composer) -> None:
    """A mail lists eight amounts; what it leaves out it says, and both sides of a dispute stand in it."""
    known = dossier()
    many = [replace(known.stated.claims[2], value=float(i), written=str(i)) for i in range(2, 12)]
    claims = (*many, *known.stated.claims[:2])
    disputes = tuple(replace(d, claim=len(many), against=len(many) + 1) for d in known.stated.disputes)
    crowded = dossier(stated=Stated(claims, disputes))
    lines, more = mailtext.facts(crowded)
    assert (len(lines), more, sum(f.disputed for f in lines)) == (8, 4, 2)
    assert "and 4 more amounts" in part(composer.event(EventNews(crowded), "en", "UTC", envelope()), "plain")


@pytest.mark.parametrize(
    ("bound", "written"), [("most", "up to $40 billion"), ("least", "over $40 billion"), ("", "about $40 billion")]
)
def test_up_to_is_not_about(bound: str, written: str) -> None:
    """A bound is told as what it is."""
    (first, *_), _ = mailtext.facts(dossier())
    assert mail.Words("en").amount(replace(first, bound=bound, approximate=True)) == written


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", "$40 billion"),
        ("fr", "40\xa0Md\xa0$US"),
        ("id", "US$40 miliar"),
        ("de", "40\xa0Mrd.\xa0$"),
        ("es", "US$40 mil millones"),
        ("pt", "US$\xa040\xa0bi"),
        ("ja", "$400億"),
        ("zh", "US$400亿"),
        ("ar", "40\xa0مليار\xa0US$"),
    ],
)
def test_amounts_are_written_as_readers_write_them(language: str, written: str) -> None:
    """A billion is a milliard is a miliar."""
    assert mail.Words(language).amount(mailtext.facts(dossier())[0][0]) == written


def test_nothing_is_loaded_and_nobody_is_tracked(composer: mail.Composer) -> None:
    """No picture, style or script from the network; the styles stand in the elements."""
    html = part(composer.event(EventNews(dossier()), "en", "UTC", envelope()), "html")
    assert re.findall(r'(?:src|background)="(?!cid:)[^"]*"', html) == []
    assert "<script" not in html
    assert "@import" not in html
    assert "url(" not in html
    assert 'style="' in html
    assert "prefers-color-scheme: dark" in html
    assert re.search(r'<img[^>]* alt="Timeline: 9 stories in 8 languages', html)


HOSTILE = [
    "Plain\r\nBcc: victim@reader.example\r\n\r\nbody",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "{{ 7 * 7 }} {% include '/etc/passwd' %}",
    "\u202egnp.exe\u2028line\x00nul\x1b[31m",
    "Quote \" and ' & < > %s {0}",
    "nw-recipient-unsubscribe-hole",
    "=?utf-8?q?=0D=0ABcc:_x?=",
    "",
    "長" * 3000,
]


@pytest.mark.parametrize("title", HOSTILE)
def test_titles_cannot_break_out(composer: mail.Composer, title: str) -> None:
    """A feed is somebody else's text: it never becomes a header, a tag or a template."""
    story = StoryLine(1, title, 'javascript:alert("x")', title, "en", AT)
    hostile = dossier(titles={"en": title}, stories=(story,), why=MatchReason((title,), title))
    message = parsed(composer.event(EventNews(hostile), "en", "UTC", envelope(name=title[:200])))
    assert message["Bcc"] is None
    assert [a.addr_spec for a in message["To"].addresses] == ["desk@reader.example"]
    html = str(message.get_body(("html",)).get_content())  # type: ignore[union-attr]
    assert "<script" not in html
    assert "onerror" not in re.sub(r"&lt;.*?&gt;", "", html)
    assert "javascript:" not in html
    assert "49" not in str(message["Subject"])
    assert "root:" not in html
    assert not re.search(r"[\x00-\x08\x0e-\x1f]", html)


@pytest.mark.parametrize("subject", ["A deal", "w " * 60, "Übernahme " * 9, "a: b \u2014 c"])
@pytest.mark.parametrize("host", ["reader.example", "xn--bcher-kva.example"])
@pytest.mark.parametrize("user", ["r", "r+tag.x", "josé", "o'neil"])
@pytest.mark.parametrize("name", ["", "Reader 7", "B, A.", "Müller", "Дмитрий " * 9, "word " * 30])
def test_headers_are_those_of_the_standard_library(name: str, user: str, host: str, subject: str) -> None:
    """What is kept, or written at once where it is simple, is what one message of Python's own would say."""
    sender, to = Address("newswatch", addr_spec="desk@desk.example"), Address(name.strip(), user, host)
    message = EmailMessage(policy=policy.SMTP.clone(utf8=not user.isascii()))
    message["From"], message["To"], message["Subject"] = sender, to, mailaddress.header_text(subject)
    if f"{message['From']}{message['To']}{message['Subject']}".isascii():
        message.policy = message.policy.clone(max_line_length=998)
    expected = message.as_bytes().rstrip(b"\r\n") + b"\r\nDate: "
    assert mime.headers(sender, to, subject, AT, []).startswith(expected)


@given(st.text(max_size=300))
def test_header_text_is_one_line(text: str) -> None:
    """Whatever comes in, one line without control characters goes out, and doing it twice changes nothing."""
    line = mailaddress.header_text(text)
    assert len(line) <= 200
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", line)
    assert mailaddress.header_text(line) == line


@pytest.mark.parametrize(
    ("written", "wire"),
    [
        ("a@b.example", "a@b.example"),
        ("A.b+c@B.Example", "A.b+c@b.example"),
        ("leser@bücher.example", "leser@xn--bcher-kva.example"),
        ("读者@例子.example", "读者@xn--fsqu00a.example"),
        (" a@b.example\r\nBcc: x@y.example", None),
        ("a b@c.example", None),
        ("nobody", None),
        ("@c.example", None),
    ],
)
def test_addresses(written: str, wire: str | None) -> None:
    """International domains travel as ASCII, local parts as they are; nothing smuggles a header in."""
    if wire is None:
        with pytest.raises(ValueError, match="address"):
            mailaddress.to_ascii(written)
    else:
        assert mailaddress.to_ascii(written) == wire


def test_an_address_beyond_ascii_makes_an_smtputf8_mail(composer: mail.Composer) -> None:
    """Its headers are UTF-8 as RFC 6532 has it, and not something else that looks like it."""
    message = composer.event(EventNews(dossier()), "en", "UTC", envelope(address="读者@例子.example", name="读者"))
    assert "To: 读者 <读者@xn--fsqu00a.example>".encode() in message.content


@pytest.mark.parametrize(
    "text", ["550 <a.b@c.example> unknown", "user x+y@z.example is full", "говорит почта@почта.example"]
)
def test_addresses_are_taken_out_of_what_servers_say(text: str) -> None:
    """Replies quote the recipient; logs and tables must not."""
    assert "@" not in mailaddress.redact(text)


def test_a_long_event_is_bounded(composer: mail.Composer) -> None:
    """A thousand stories in forty languages: the mail lists forty and says how many more there are."""
    many = tuple(
        StoryLine(i, f"Title {i}", f"https://o.example/{i}", "o.example", f"x{i % 40:02}", AT + timedelta(minutes=i))
        for i in range(1000)
    )
    message = composer.event(EventNews(dossier(stories=many)), "en", "UTC", envelope())
    assert len(message.content) < 120_000
    text = part(message, "plain")
    assert text.count("https://o.example/") == mailtext.MAX_STORIES
    listed, left_out = mailtext.groups(dossier(stories=many), "en")
    assert sum(len(g.stories) + g.more for g in listed) + left_out == 1000


def test_a_huge_digest_is_bounded(composer: mail.Composer) -> None:
    """Five hundred events: at most forty are told, the rest is counted."""
    items = [EventNews(dossier(n)) for n in range(500)]
    message = composer.digest(items, "burst", "en", "UTC", envelope(), "30 hour")
    told = part(message, "plain").count("https://desk.example/events/")
    assert 30 <= told <= 40 and f"and {500 - told} more events" in part(message, "plain")
    assert len(message.content) < 200_000


FEATURES = tomllib.loads((Path(__file__).parent / "data" / "mail-features.toml").read_text(encoding="utf-8"))


class Markup(HTMLParser):
    """Collects what a mail program must know: elements, attributes, properties in them, and the style dossier."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.properties: set[str] = set()
        self.values: set[str] = set()
        self.dossier = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes |= {k for k, _ in attrs}
        for declaration in (dict(attrs).get("style") or "").split(";"):
            name, _, value = declaration.partition(":")
            self.properties |= {name.strip()} - {""}
            self.values.add(value.strip())

    def handle_data(self, data: str) -> None:
        if self.lasttag == "style":
            self.dossier += data


def lacking(html: str) -> set[str]:
    """Name what a mail uses that the table of features does not allow."""
    used = Markup(html)
    inline, dossier = set(FEATURES["properties"]), re.sub(r"@media \([^)]*\)", "", used.dossier)
    found = used.elements - set(FEATURES["elements"]) | used.attributes - set(FEATURES["attributes"])
    found |= used.properties - inline
    found |= set(re.findall(r"@media \(([^)]*)\)", used.dossier)) - set(FEATURES["at"])
    found |= set(re.findall(r"(?<=[{;])\s*([a-z-]+)(?=\s*:)", dossier)) - inline - set(FEATURES["in_style_only"])
    found |= set(re.findall(r"@(?!media)[a-z-]+", used.dossier))
    found |= {v for v in used.values if re.search(r"url\(|var\(|calc\(|\d(?:rem|vw|vh)|!important|-\d", v)}
    return found


@pytest.mark.parametrize("name", CASES)
def test_mails_use_what_mail_programs_know(composer: mail.Composer, name: str) -> None:
    """Each element, attribute and property is in our table, which says what is lost where it is not known."""
    html = part(CASES[name](composer), "html")
    assert lacking(html) == set()
    assert len(Markup(html).dossier) < 8192  # Gmail drops a longer style dossier whole


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<div style="display: block; position: absolute">', {"position"}),
        ("<style>@media (max-width: 480px) { .a { float: left; } }</style>", {"float"}),
        ("<style>@media (hover: hover) { .a { color: red; } }</style>", {"hover: hover"}),
        ("<style>@import 'x';</style>", {"@import"}),
        ('<p style="width: 2rem">', {"2rem"}),
        ('<p style="margin: -4px 0">', {"-4px 0"}),
        ("<svg></svg>", {"svg"}),
        ('<p onclick="x">', {"onclick"}),
    ],
)
def test_the_table_of_features_can_refuse(html: str, expected: set[str]) -> None:
    """The rule itself can fail."""
    assert lacking(html) == expected


@pytest.mark.parametrize("language", ["en", "ar", "ja"])
def test_a_digest_is_never_clipped(composer: mail.Composer, language: str) -> None:
    """Gmail cuts the foot off beyond 102 kB of markup, and the unsubscription with it: fewer events, and a count."""
    wishes = dict.fromkeys(range(500), f"https://desk.example/mails/{'x' * 90}")
    letter = composer.digest(
        [EventNews(dossier(n)) for n in range(500)], "burst", language, "UTC", envelope(wishes=wishes), "30 hour"
    )
    html = part(letter, "html")
    assert len(html.encode()) < 102_000
    shown = html.count('class="item"')
    assert shown > 25 and mail.Words(language).say("digest_more", n=500 - shown) in html
    assert html.rindex("unsubscribe/TOKEN") > html.rindex('class="item"')


def test_tokens_cannot_be_made_up() -> None:
    """A signed token names the subscription; another secret's, a changed one, and rubbish name nothing."""
    token = mail.sign_token("secret", "desk")
    assert mail.read_token("secret", token) == "desk"
    assert "reader" not in token
    for bad in (
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        "x" + token,
        "",
        "a.b",
        mail.sign_token("other", "desk"),
    ):
        assert mail.read_token("secret", bad) is None


def test_a_token_of_one_scope_opens_no_other() -> None:
    """Who may say something of a mail may not unsubscribe by it, nor the other way round."""
    wish = mail.sign_wish("secret", "desk", 7, 3)
    assert mail.read_wish("secret", wish) == ("desk", 7, 3)
    assert mail.read_token("secret", wish) is None
    assert mail.read_wish("other", wish) is None
    for bad in ("", "a.b", wish[:-1], "x" + wish, mail.sign_token("secret", "desk"), mail.sign_token("secret", "abc")):
        assert mail.read_wish("secret", bad) is None


def test_links_are_the_readers_own(composer: mail.Composer) -> None:
    """The body is written once for all readers; the links in it are those of whoever gets it, in text and HTML."""
    item = EventNews(dossier())
    for who in ("ANA", "BEN"):
        letter = composer.event(item, "en", "UTC", envelope(wishes={7: f"https://desk.example/mails/{who}"}))
        assert f'href="https://desk.example/mails/{who}/irrelevant"' in part(letter, "html")
        assert f"https://desk.example/mails/{who}\n" in part(letter, "plain")
    assert "/mails/" not in part(composer.event(item, "en", "UTC", envelope(wishes={})), "html")


def test_lines_keep_to_the_limit(composer: mail.Composer) -> None:
    """No line of any mail is longer than SMTP takes (998), no encoded body line than MIME takes (76)."""
    for make in CASES.values():
        head, _, body = make(composer).content.partition(b"\r\n\r\n")
        assert max(map(len, head.split(b"\r\n"))) <= 998
        assert max(len(x) for x in body.split(b"\r\n") if b"boundary=" not in x) <= 78
        assert b"\n" not in (head + body).replace(b"\r\n", b"")


def test_an_update_says_first_what_is_new(composer: mail.Composer) -> None:
    """Its headline is the new story's, in the thread of the first mail; the story, then its amounts, then the rest."""
    letter = CASES["unlike-en"](composer)
    told = dossier()
    own = next(s for s in told.stories if s.id == 3).title
    message = parsed(letter)
    assert letter.subject == own and message["In-Reply-To"] == message["References"] == "<0@desk.example>"
    text = part(letter, "plain")
    places = [text.index(x) for x in (own, f"part of: {told.event.title}", "What is new", f"- {own}", "$31 billion")]
    assert places == sorted(places)
    assert text.index("$31 billion") < text.index("9 stories") < text.index("What is known")


def test_a_follow_up_has_a_headline_of_its_own_and_names_what_it_follows(composer: mail.Composer) -> None:
    """The mail program threads it; no "Re:", and the earlier happening with its day."""
    letter = CASES["follows-fr"](composer)
    assert letter.subject == TITLES["fr"]
    assert parsed(letter)["References"] == "<0@desk.example>"
    assert "fait suite à : Northfield : des discussions, 10 mars 2026" in part(letter, "plain")
    assert "https://desk.example/events/3" in part(letter, "html")


def test_json_of_golden_names_is_stable() -> None:
    """The golden folder holds nothing that no test reads."""
    names = {f"{n}.{s}" for n in CASES for s in ("txt", "html")}
    assert {p.name for p in GOLDEN.iterdir()} - {"README.md"} == names, json.dumps(sorted(names))


@pytest.mark.parametrize(("stories", "kinds"), [(1, 3), (2, 3), (3, 5), (8, 5)])
def test_a_picture_stands_where_it_says_something(composer: mail.Composer, stories: int, kinds: int) -> None:
    """Rule: below three stories the list says all; from three on a timeline comes with the mail."""
    one = dossier()
    shown = replace(one, stories=one.stories[:stories])
    parts = [p.get_content_type() for p in parsed(composer.event(EventNews(shown), "en", "UTC", envelope())).walk()]
    assert len(parts) == kinds
    assert ("image/png" in parts) == (stories >= 3)


def test_what_we_do_while_a_server_takes_a_mail_is_no_delay_of_its() -> None:
    """The next mail is written between handing over and answer; the clock that cuts connections stands still."""
    with PostOffice() as post:
        way = Smtp(parse_url(f"smtp://127.0.0.1:{post.port}?timeout=60&deadline=60"))
        running: list[bool] = []
        answer = way.send(
            mime.Letter(b"Subject: one\r\n\r\nwords\r\n", "<1@x>", "one"),
            "a@x.example",
            "b@y.example",
            "desk",
            AT,
            meanwhile=lambda: running.append(way._until is not None),
        )
        way.close()
        assert (answer.outcome, running, len(post.mails)) == ("accepted", [False], 1)


@pytest.mark.parametrize(
    "content",
    [
        "Subject: dots\r\n\r\n.\r\n..\r\n.dotted words\r\nwords.\r\n",
        "Subject: open\r\n\r\nits last line has no end",
        "Subject: last\r\n\r\nwords\r\n.",
        ".Subject: first\r\n\r\nwords\r\n",
        "Subject: none\r\n\r\nwords\r\n.\nwords\r\n",
    ],
)
def test_a_mail_arrives_as_it_was_written(content: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No line of it ends it, wherever its dots stand; on the wire it is what the standard library would send."""
    wire: list[list[bytes]] = [[], []]
    answers = (b"354 go on", b"250 OK")
    for side, hand_over in zip(wire, (Session.hand_over, smtplib.SMTP.data), strict=True):
        session = Session(1, 0)
        said = iter(answers)
        monkeypatch.setattr(session, "getreply", lambda said=said: (int((one := next(said))[:3]), one))
        monkeypatch.setattr(
            session, "send", lambda s, side=side: side.append(s if isinstance(s, bytes) else s.encode())
        )
        assert hand_over(session, content.encode())[0] == 250
    assert wire[0] == wire[1]
