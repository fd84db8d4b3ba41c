"""Cookies for one chain of redirects, kept nowhere: some servers set one and send the next request in a circle without.

The library's jar knows whom a cookie may be sent to (RFC 6265: host, path, https only); it lives as long as one call.
"""

from email.message import Message
from http.cookiejar import CookieJar
from urllib.request import Request

MAX_COOKIES = 20  # of one answer; more are no redirect's business
MAX_COOKIE = 4096  # characters of one (RFC 6265 §6.1)


class _Answer:
    """What the jar wants of a response: its Set-Cookie headers."""

    def __init__(self, values: list[str]) -> None:
        self._message = Message()
        for value in values:
            self._message["Set-Cookie"] = value

    def info(self) -> Message:
        return self._message


class ChainCookies:
    """The cookies of one chain; the jar is made when the first one comes."""

    def __init__(self) -> None:
        self._jar: CookieJar | None = None

    def note(self, url: str, values: list[str]) -> None:
        """Take the cookies that an answer sets."""
        if values:
            self._jar = self._jar or CookieJar()
            self._jar.extract_cookies(_Answer(values), Request(url))  # type: ignore[arg-type]  # noqa: S310 - opened by nobody

    def header(self, url: str) -> str | None:
        """Give the Cookie header for a request of the chain, None without cookies for it."""
        if self._jar is None:
            return None
        request = Request(url)  # noqa: S310 - opened by nobody
        self._jar.add_cookie_header(request)
        return request.get_header("Cookie")


def set_cookies(headers: list[tuple[bytes, bytes]]) -> list[str]:
    """Give the Set-Cookie headers of an answer, one each: unlike others they must not be joined."""
    found = [value.decode("latin-1") for name, value in headers if name.lower() == b"set-cookie"]
    return [value for value in found if len(value) <= MAX_COOKIE and value.isprintable()][:MAX_COOKIES]
