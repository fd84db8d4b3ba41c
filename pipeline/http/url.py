"""Addresses as the door needs them: what can be fetched, and what may be logged and stored."""

import contextlib
import re
from urllib.parse import unquote, urlsplit, urlunsplit

import httpx2

from pipeline.core.text.url import host

MAX_URL = 8192  # characters; longer ones are attacks or accidents
_ORIGIN = re.compile(r"[^/?#]*//[^/?#]*")


def parse(url: str) -> httpx2.URL:
    """Read an address that can be fetched, without its fragment; raise ValueError or httpx2.InvalidURL for others."""
    if len(url) > MAX_URL:
        raise ValueError("longer than 8192 characters")
    parsed = httpx2.URL(url)
    if parsed.scheme not in {"http", "https"}:
        raise ValueError("only http and https are fetched")
    if not parsed.host or not (parsed.port is None or 0 < parsed.port < 65536):
        raise ValueError("no host, or a port that does not exist")
    return parsed.copy_with(fragment=None) if parsed.fragment else parsed


def location(value: str) -> str:
    """Read a Location header: servers send UTF-8 bytes raw, which header decoding took for Latin-1."""
    with contextlib.suppress(UnicodeError):
        value = value.encode("latin-1").decode("utf-8")
    return value.strip()


def clean_url(url: str) -> str:
    """Remove credentials and blanks from a URL: this form may be logged and stored. Never raises."""
    url = url.strip()
    try:
        parts = urlsplit(url)
    except ValueError:
        return url.split("@")[-1] if "@" in url else url
    if "@" not in parts.netloc:
        return url
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def credentials_of(url: str) -> str | None:
    """Give the "user:password" that a URL carries, None without. Never raises."""
    try:
        user, at, _ = urlsplit(url.strip()).netloc.rpartition("@")
    except ValueError:
        return None
    if not at:
        return None
    name, _, password = user.partition(":")
    return f"{unquote(name)}:{unquote(password)}"


def host_of(url: str) -> str:
    """Give the host that politeness counts for, in the one spelling of `core.text.url.host`. Never raises."""
    origin = _ORIGIN.match(url.strip())  # all that is asked: what follows may be longer than a story's address may
    return host(origin[0] if origin else url)


def site_of(url: str) -> str:
    """Give what a robots.txt is for: the host, with the port when it is unusual."""
    try:
        port = urlsplit(url).port
    except ValueError:
        return ""
    return host_of(url) + (f":{port}" if port not in {None, 80, 443} else "")
