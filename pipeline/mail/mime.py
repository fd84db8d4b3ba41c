"""A mail as bytes: parts that many readers share are encoded once, and what differs is put in between.

The standard library builds each mail anew at 7 ms; most of it is the same text, markup and picture again.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache

from pipeline.core.text.mailaddress import header_text

_EOL = b"\r\n"
_HOLE = re.compile(r"nw-([0-9a-f]{16})-([a-z0-9]+)-hole")


@dataclass(frozen=True, slots=True)
class Letter:
    """A whole mail, ready to be handed over."""

    content: bytes
    message_id: str
    subject: str


@dataclass(frozen=True, slots=True)
class BodyTemplate:
    """An encoded body with holes: `pieces[i]`, the value of `holes[i]`, `pieces[i + 1]` …"""

    subject: str
    content_type: str
    encoding: str
    pieces: tuple[bytes, ...]
    holes: tuple[tuple[str, bool], ...] = ()  # name, and whether it stands in HTML

    def fill(self, values: Mapping[str, str]) -> bytes:
        """Give the body with its holes filled."""
        out = [self.pieces[0]]
        for (name, in_html), piece in zip(self.holes, self.pieces[1:], strict=True):
            value = values[name]
            # a line of its own between two soft breaks: they vanish when the mail is read
            out += [b"=\r\n", _quoted(escape(value) if in_html else value), b"=\r\n", piece]
        return b"".join(out)


def hole(salt: str, name: str) -> str:
    """Give what holds the place of a value; nobody who writes titles knows the salt."""
    return f"nw-{salt}-{name}-hole"


def escape(text: str) -> str:
    """Write a text as HTML, in an attribute or outside."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def body(subject: str, salt: str, text: str, html: str, picture: bytes | None, cid: str) -> BodyTemplate:
    """Encode text, markup and picture: multipart/alternative with the picture beside the markup."""
    mark = hashlib.sha256(f"{text}\0{html}".encode()).hexdigest()
    outer, inner = f"=_a{mark[:38]}", f"=_r{mark[:38]}"
    pieces: list[bytes] = [b""]
    holes: list[tuple[str, bool]] = []

    def put(data: bytes) -> None:
        pieces[-1] += data

    def put_text(kind: str, content: str) -> None:
        put(_lines(f'Content-Type: text/{kind}; charset="utf-8"', "Content-Transfer-Encoding: quoted-printable", ""))
        content, at = content.rstrip("\n") + "\n", 0
        for found in _HOLE.finditer(content):
            if found[1] != salt:
                continue
            put(_quoted(content[at : found.start()]))
            holes.append((found[2], kind == "html"))
            pieces.append(b"")
            at = found.end()
        put(_quoted(content[at:]) + _EOL)

    put(_lines(f"--{outer}"))
    put_text("plain", text)
    put(_lines(f"--{outer}"))
    if picture is None:
        put_text("html", html)
    else:
        put(_lines(f'Content-Type: multipart/related; type="text/html"; boundary="{inner}"', "", f"--{inner}"))
        put_text("html", html)
        put(
            _lines(
                f"--{inner}",
                'Content-Type: image/png; name="picture.png"',
                "Content-Transfer-Encoding: base64",
                f"Content-ID: <{cid}>",
                'Content-Disposition: inline; filename="picture.png"',
                "",
            )
        )
        put(base64.encodebytes(picture).replace(b"\n", _EOL) + _lines(f"--{inner}--"))
    put(_lines(f"--{outer}--"))
    return BodyTemplate(subject, f'multipart/alternative; boundary="{outer}"', "7bit", tuple(pieces), tuple(holes))


def plain_body(subject: str, text: str) -> BodyTemplate:
    """Encode a text alone."""
    return BodyTemplate(subject, 'text/plain; charset="utf-8"', "quoted-printable", (_quoted(text),))


_SIMPLE_NAME = re.compile(r"[A-Za-z0-9]*(?: [A-Za-z0-9]+)*")  # names and addresses that no rule of mail changes
_SIMPLE = re.compile(r"[A-Za-z0-9+_-]+(?:\.[A-Za-z0-9+_-]+)*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")


def headers(sender: Address, to: Address, subject: str, at: datetime, more: Sequence[tuple[str, str]]) -> bytes:
    """Write the headers; `more` are ours and plain ASCII, the others may hold anything.

    The standard library folds a subject of 70 to 78 characters right after "Subject:", which readers show as a leading
    space: where nothing needs encoded words, lines may be as long as SMTP takes.
    """
    subject = header_text(subject)
    parts = (*_parts(sender), *_parts(to))
    how = (not to.username.isascii(), ("".join(parts) + subject).isascii())
    head = _addressed("From", *parts[:3], *how) + _addressed("To", *parts[3:], *how)
    head += _header("Subject", subject, *how)
    ours = [f"{name}: {value}" for name, value in (("Date", _written_date(at)), *more)]
    written = "".join(ours)
    if not written.isascii() or not written.isprintable():
        raise ValueError("a header of ours is not plain ASCII")
    return head + _lines(*ours) + _EOL


def _parts(address: Address) -> tuple[str, str, str]:
    return address.display_name, address.username, address.domain


_written_date = lru_cache(maxsize=8)(format_datetime)  # all mails of a run have one


# The standard library takes a millisecond a header, and thousands of mails have the same sender and subject.
@lru_cache(maxsize=1024)
def _addressed(name: str, display: str, username: str, domain: str, is_utf8: bool, is_plain: bool) -> bytes:
    address = Address(display, username, domain)
    if (
        (is_utf8, is_plain) == (False, True)
        and _SIMPLE_NAME.fullmatch(display)
        and _SIMPLE.fullmatch(address.addr_spec)
    ):
        return _lines(f"{name}: {address}")
    return _written(name, address, is_utf8, is_plain)


@lru_cache(maxsize=1024)
def _header(name: str, value: str, is_utf8: bool, is_plain: bool) -> bytes:
    return _written(name, value, is_utf8, is_plain)


def _written(name: str, value: Address | str, is_utf8: bool, is_plain: bool) -> bytes:
    policy = SMTP.clone(utf8=is_utf8)
    message = EmailMessage(policy=policy.clone(max_line_length=998) if is_plain else policy)
    message[name] = value
    return message.as_bytes().rstrip(_EOL) + _EOL


def _lines(*lines: str) -> bytes:
    return b"".join(line.encode() + _EOL for line in lines)


def _quoted(text: str) -> bytes:
    """Write a text as quoted-printable, lines ending as SMTP has them."""
    data = text.replace("\r\n", "\n").replace("\r", "\n").encode()
    return binascii.b2a_qp(data, istext=True).replace(b"\n", _EOL)
