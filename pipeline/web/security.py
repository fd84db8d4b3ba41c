"""What keeps the page safe: headers on every answer, harmless links, and who may correct."""

import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from fastapi import Request
from itsdangerous import BadSignature, URLSafeSerializer
from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.desk import pages
from pipeline.settings import Settings

COOKIE = "newswatch_desk"
STAYS = timedelta(hours=12)  # a working day, so that a laptop left open does not correct events for ever
POLICY = (
    "default-src 'self'; script-src 'none'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors {ancestors}"
)
# A picture's own policy: matplotlib writes style attributes, and an SVG opened as a page must not run anything.
PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"


def headers(*, embedded: bool) -> dict[str, str]:
    """Give the headers of every answer."""
    ancestors = "'self'" if embedded else "'none'"
    return {
        "content-security-policy": POLICY.format(ancestors=ancestors),
        "x-content-type-options": "nosniff",
        "x-frame-options": "SAMEORIGIN" if embedded else "DENY",
        "referrer-policy": "no-referrer",  # outlets need not learn which desk reads them
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=()",
    }


class Headers:
    """Adds the security headers to every answer that does not bring its own."""

    def __init__(self, app: ASGIApp, embedded: bool = False) -> None:
        self.app = app
        self.headers = headers(embedded=embedded)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and put the headers on its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                held = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    held.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, with_headers)


class Hosts:
    """Answers to names of this machine only, so that no foreign name that points here can read a private page.

    Addresses in numbers, names without a dot and `localhost` are nobody else's; of names with a dot, those given.
    """

    def __init__(self, app: ASGIApp, names: Collection[str]) -> None:
        self.app = app
        self.names = frozenset(n.lower().rstrip(".") for n in names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on that was meant for us."""
        if scope["type"] in {"http", "websocket"}:
            given = next((v.decode("latin-1") for k, v in scope["headers"] if k == b"host"), "")
            if not self._is_ours(given):
                await PlainTextResponse("This page does not answer to that name.", 400)(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _is_ours(self, host: str) -> bool:
        name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
        name = name.lower().rstrip(".")
        if not name or "." not in name or name in self.names or name.endswith(".localhost"):
            return bool(name)
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True


def safe_url(url: object) -> str:
    """Give an address that a link may bear, or "": http and https only, as feeds can say javascript: too."""
    text = str(url or "").strip()
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return text if parts.scheme.lower() in {"http", "https"} and parts.netloc else ""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a session's cookie says."""

    by: str  # name of who gave the token, "" when none was given
    until: int  # seconds since 1970
    id: str


def may_correct(settings: Settings) -> bool:
    """Whether this page can change anything at all."""
    return bool(settings.web_token)


def is_token(settings: Settings, given: str) -> bool:
    """Whether this is the desk's token, in time that does not tell how much of it is right."""
    return bool(settings.web_token) and hmac.compare_digest(str(settings.web_token).encode(), given.encode())


def _signer(settings: Settings) -> URLSafeSerializer:
    # a new token in the settings ends every session
    return URLSafeSerializer(hashlib.sha256(f"desk {settings.web_token}".encode()).hexdigest(), salt="desk")


def session(settings: Settings, name: str, now: datetime) -> str:
    """Give the cookie of one who knew the token."""
    held = SignedIn(name[:80], int((now + STAYS).timestamp()), secrets.token_hex(8))
    return str(_signer(settings).dumps(asdict(held)))


def _held(request: Request) -> SignedIn | None:
    """Read the cookie of a session that stands; None for a reader, and for one who left."""
    settings = request.app.state.settings
    cookie = request.cookies.get(COOKIE)
    if not may_correct(settings) or not cookie:
        return None
    try:
        held = SignedIn(**_signer(settings).loads(cookie))
    except (BadSignature, TypeError):  # TypeError: written by another version
        return None
    now = request.app.state.clock()
    if held.until <= now.timestamp() or pages.has_left(settings, held.id, now):
        return None
    return held


def signed_in(request: Request) -> str | None:
    """Give the name of who is signed in, "" when none was given; None for a reader."""
    held = _held(request)
    return None if held is None else held.by


def leave(request: Request) -> None:
    """End a session for good: a copy of its cookie is worth nothing from now on."""
    held = _held(request)
    if held is not None:
        until = datetime.fromtimestamp(held.until, UTC)
        pages.left(request.app.state.settings, held.id, until, request.app.state.clock())


def form_token(request: Request) -> str:
    """Give what a form of this session must bear, so that no other site's form can stand in for it."""
    cookie = request.cookies.get(COOKIE, "")
    key = f"form {request.app.state.settings.web_token}".encode()
    return hmac.new(key, cookie.encode(), hashlib.sha256).hexdigest()


def is_our_form(request: Request, given: str) -> bool:
    """Whether a form came from a page of ours in this session."""
    site = request.headers.get("sec-fetch-site", "same-origin")
    return site in {"same-origin", "none"} and hmac.compare_digest(form_token(request).encode(), given.encode())
