"""Whom a mail server's refusal is about: its enhanced status code (RFC 3463, RFC 5248), else the reply code (RFC 5321).

Outcomes: `permanent` (this reader or mail, for good), `temporary` (this mail, later), `server` (nobody is served now),
`policy` (the sender, as far as one answer can tell: so it is unless others are served).
"""

import re

from pipeline.core.text import plain
from pipeline.core.text.mailaddress import redact

_ENHANCED = re.compile(r"\W*[245]\.(\d{1,3})\.(\d{1,3})(?!\d)")
# Without an enhanced code only words tell that a mailbox does not exist.
_NOBODY = re.compile(
    r"\b(?:no such|unknown|invalid|nonexist\w*|non-exist\w*|does ?n[o']t exist|not found|unrouteable|no longer)\b.*"
    r"\b(?:user|mailbox|recipient|address|account|here)\b|"
    r"\b(?:user|mailbox|recipient|address|account)\b.*\b(?:unknown|invalid|not found|does ?n[o']t exist|no longer)\b",
    re.IGNORECASE,
)
_US = frozenset({(1, 7), (1, 8), (1, 9)})  # the sender's address
_LATER = frozenset({(2, 0), (2, 2), (2, 4)})  # a mailbox that is full will be emptied
_AUTH = frozenset({530, 534, 535, 538})


def said(reply: bytes | str) -> str:
    """Give a server's words for log and table: one line, no addresses, nothing that moves a terminal."""
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return redact(plain.safe(" ".join(text.split())))[:300]


def enhanced(reply: bytes | str) -> tuple[int, int] | None:
    """Read subject and detail of an enhanced status code (5.7.1 gives (7, 1)); None without one."""
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    found = _ENHANCED.match(text)
    return (int(found[1]), int(found[2])) if found else None


def outcome(stage: str, code: int, reply: bytes | str) -> str:
    """Say whom a refusal is about; `stage`: sender, recipient or mail, which was refused."""
    status = enhanced(reply)
    if code == 421 or not 400 <= code <= 599 or code in _AUTH:
        return "server"  # closing, nonsense, or no login: for everybody
    if code < 500:
        return "temporary"
    if stage == "sender":
        return "server"  # our own address is not wanted: no mail would pass
    if status is None or status[0] == 0:
        return _by_code(stage, code, reply)
    if status in _US:
        return "server"
    if status in _LATER:
        return "temporary"
    if status[0] in {1, 2, 6} or status == (3, 4):
        return "permanent"  # the address, the mailbox, the form or the size of this mail
    return "policy"  # the system, the route, the protocol, security and limits


def _by_code(stage: str, code: int, reply: bytes | str) -> str:
    if code == 552:
        return "temporary"
    if stage == "recipient" and (code == 556 or (code in {550, 551, 553} and _NOBODY.search(said(reply)))):
        return "permanent"
    return "policy"
