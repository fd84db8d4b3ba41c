"""What may be told of an address that may hold a secret: scheme, host and place; never user, password or query."""

import re
from urllib.parse import parse_qsl, unquote, urlsplit

_SCHEME = re.compile(r"([a-z][a-z0-9+.\-]{0,31})://", re.IGNORECASE)
_HOST = re.compile(r"[\w.\-]{1,253}(?::\d{1,5})?|\[[0-9a-f:.]{2,45}\](?::\d{1,5})?", re.IGNORECASE)
_MAYBE = re.compile(r"[@?#=&;]|//|:[^\d\s]")  # how addresses with something to hide look, the malformed ones too
NOT_SHOWN = "(not shown: it may hold a secret)"


def told(address: str, path: bool = False) -> str:
    """Give what may be told of an address: `postgresql://host:5432`, with `path` its path; "" where nothing is sure.

    Of a file (sqlite:///…) that is the whole path; of a web hook, whose path is its key, the host alone.
    """
    scheme = _SCHEME.match(address.strip())
    if not scheme:
        return ""
    rest = address.strip()[scheme.end() :]
    place = re.split(r"[/?#\\]", rest, maxsplit=1)[0]
    # "user:pa/ss@host" splits at the wrong slash: an "@" further on says that nothing here is sure
    if "@" in rest[len(place) :] and scheme[1].lower() != "sqlite":
        return f"{scheme[1].lower()}://…"
    host = place.rpartition("@")[2]
    if host and not _HOST.fullmatch(host):
        return f"{scheme[1].lower()}://…"
    after = re.split(r"[?#]", rest[len(place) :], maxsplit=1)[0] if path else ""
    return f"{scheme[1].lower()}://{host}{after}"


def value(text: str, path: bool = False) -> str:
    """Give a wrong value for an error message: as it is, what may be told of an address, or that it is not shown."""
    if not _MAYBE.search(text):
        return text
    return told(text, path) or NOT_SHOWN


def without(text: str, address: str) -> str:
    """Take what is secret of an address out of somebody's words about it."""
    for secret in sorted(_secrets(address), key=len, reverse=True):
        text = text.replace(secret, "…")
    return text


def _secrets(address: str) -> set[str]:
    rest = address.partition("://")[2]
    found = {rest.rpartition("@")[0].partition(":")[2], address}
    try:
        parts = urlsplit(address)
        found |= {parts.password or "", unquote(parts.password or ""), parts.query}
        found |= {v for k, v in parse_qsl(parts.query) if k.lower() not in {"host", "port", "sslmode", "dbname"}}
    except ValueError:
        pass
    return {s for s in found if len(s) >= 3}
