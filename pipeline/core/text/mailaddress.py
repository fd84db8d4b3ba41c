"""Mail addresses: written safely into headers, in ASCII where that is possible, and kept out of what is logged."""

import re
from email.utils import parseaddr
from functools import lru_cache

import idna

_PART = r"[^\s@<>\"'(),:;\[\]]"
_ADDRESS = re.compile(rf"(?<!{_PART}){_PART}+@{_PART}+")  # from the beginning of a word only: linear
MAX_WRITTEN = 400  # characters of a name with its address; beyond that the standard library recurses
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def bare(written: str) -> str:
    """Give the address itself of `Name <address>` or `address`."""
    return parseaddr(_CONTROL.sub("", written[:MAX_WRITTEN]))[1]


@lru_cache(maxsize=256)  # three times a mail
def to_ascii(address: str) -> str:
    """Write an international domain in ASCII (xn--…); a local part beyond ASCII stays, and needs SMTPUTF8.

    Raise ValueError when this is no address.
    """
    local, at, domain = _CONTROL.sub("", address).strip().rpartition("@")
    if not at or not local or not domain or re.search(r"\s", local):
        raise ValueError("not a mail address")
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode()
        except idna.IDNAError as e:
            raise ValueError("the domain of the address is not one that the network knows") from e
    return f"{local}@{domain.lower()}"


def host_of(sender: str) -> str:
    """Give the host of a sender's address, for Message-ID and List-ID."""
    try:
        return to_ascii(bare(sender)).rpartition("@")[2]
    except ValueError:
        return "localhost"


@lru_cache(maxsize=256)
def header_text(text: str, limit: int = 200) -> str:
    """Make one header line of any text: no control characters, no line breaks, single spaces.

    What looks like an encoded word (=?utf-8?q?=0A?=) is broken up: the standard library would decode it, line breaks
    included.
    """
    line = " ".join(_CONTROL.sub(" ", text).replace("=?", "= ?").split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def redact(text: str) -> str:
    """Take addresses out of what a server said, so that they reach neither log nor table."""
    return _ADDRESS.sub("<address>", text)
