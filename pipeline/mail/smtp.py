"""The way out through an SMTP server: one connection for many mails, deadlines, and answers told apart."""

import contextlib
import smtplib
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from urllib.parse import parse_qs, unquote, urlsplit

from pipeline.errors import ConfigError
from pipeline.mail import replies
from pipeline.mail.mime import Letter
from pipeline.mail.session import Session, within

MAILS_PER_CONNECTION = 200  # servers cut long sessions; a new one costs three round trips


@dataclass(frozen=True, slots=True)
class SendResult:
    """How an attempt ended: accepted, or an outcome of `mail.replies`, or ours (our own fault)."""

    outcome: str
    code: int | None = None
    error: str = ""
    kind: str = ""  # the same for answers that say the same


@dataclass(frozen=True, slots=True)
class Server:
    """An SMTP server as a URL names it."""

    host: str
    port: int
    user: str | None = None
    password: str | None = None
    tls: bool = False  # from the first byte (smtps)
    starttls: str = "auto"  # yes: or nothing is sent · no · auto: when offered, except on this machine
    verify: bool = True
    ca: str | None = None
    timeout: float = 30.0  # seconds for one answer
    deadline: float = 120.0  # seconds for one whole mail, connecting included, however slowly the server drips
    rate: float | None = None  # mails a second, at most


def parse_url(url: str) -> Server:
    """Read smtp://USER:PASSWORD@HOST:PORT?starttls=1&timeout=30&rate=10&ca=FILE&verify=0, or smtps://…

    Raise ConfigError for anything else.
    """
    wrong = "NEWSWATCH_SMTP_URL: write smtp://USER:PASSWORD@HOST:587?starttls=1, smtps://… or smtp://localhost:25"
    try:  # its errors quote what may be a password
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ConfigError(f"{wrong} (host or port cannot be read)") from None
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ConfigError(f"{wrong} (it does not begin with smtp://HOST)")
    options = {k: v[-1] for k, v in parse_qs(parts.query, keep_blank_values=True).items()}
    unknown = options.keys() - {"starttls", "timeout", "deadline", "rate", "ca", "verify"}
    if unknown:
        raise ConfigError(
            f"{wrong} (an option is unknown; there are starttls, timeout, deadline, rate, ca and verify; "
            "in a password write ? as %3F, # as %23, / as %2F and @ as %40)"
        )
    switch = {"1": "yes", "yes": "yes", "true": "yes", "0": "no", "no": "no", "false": "no", "auto": "auto"}
    try:
        return Server(
            host=parts.hostname,
            port=port or (465 if parts.scheme == "smtps" else 587 if parts.username else 25),
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password or "") if parts.username else None,
            tls=parts.scheme == "smtps",
            starttls=switch[options.get("starttls", "auto")],
            verify=switch[options.get("verify", "1")] != "no",
            ca=options.get("ca") or None,
            timeout=float(options.get("timeout", 30)),
            deadline=float(options.get("deadline", 120)),
            rate=float(options["rate"]) if options.get("rate") else None,
        )
    except (KeyError, ValueError):
        raise ConfigError(f"{wrong} (an option has a value that cannot be read)") from None


class Smtp:
    """Sends mails over one connection that is opened when needed and opened again when it was lost."""

    channel = "smtp"

    def __init__(self, server: Server) -> None:
        self._server = server
        self._held: Session | None = None
        self._down: SendResult | None = None
        self._count = 0
        self._is_open = False
        self._last = 0.0
        self._until: float | None = None
        self._watch: threading.Thread | None = None
        self._closed = threading.Event()

    def send(
        self,
        letter: Letter,
        sender: str,
        recipient: str,
        name: str,
        created_at: datetime,
        *,
        meanwhile: Callable[[], None] | None = None,
    ) -> SendResult:
        """Send one mail to one recipient (ASCII where possible, see `core.mailaddress`).

        `meanwhile` is called once the mail is handed over, before the answer is awaited; it must not raise.
        """
        if self._down is not None:
            return self._down  # a wait that ran to its end is not begun anew in the same run
        self._pace()
        fresh = self._held is None or self._count >= MAILS_PER_CONNECTION
        answer = self._attempt(letter, sender, recipient, meanwhile)
        if answer.outcome == "lost":
            # a server may close an idle connection at any time: before the mail was handed over, that costs nothing
            answer = answer if fresh else self._attempt(letter, sender, recipient, meanwhile)
        return SendResult("server", answer.code, answer.error) if answer.outcome == "lost" else answer

    def close(self) -> None:
        """Say goodbye."""
        self._hang_up()
        self._closed.set()

    def _hang_up(self) -> None:
        held, self._held, self._count = self._held, None, 0
        if held is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                within(2.0, held.quit, "saying goodbye")
            held.cut()
            self._drop(held)

    def _pace(self) -> None:
        if self._server.rate:
            wait = self._last + 1 / self._server.rate - time.monotonic()
            if wait > 0:
                time.sleep(wait)
        self._last = time.monotonic()

    def _attempt(self, letter: Letter, sender: str, recipient: str, meanwhile: Callable[[], None] | None) -> SendResult:
        if self._count >= MAILS_PER_CONNECTION:
            self._hang_up()
        handed_over = False
        try:
            with self._deadline():
                smtp = self._connection()
                options = ["SMTPUTF8"] if not recipient.isascii() or not sender.isascii() else []
                if options and not smtp.has_extn("smtputf8"):
                    return SendResult("permanent", None, "the server does not take addresses beyond ASCII (SMTPUTF8)")
                code, said = smtp.mail(sender, options)
                if code != 250:
                    return self._refused("sender", code, said)
                code, said = smtp.rcpt(recipient)
                if code not in {250, 251}:
                    return self._refused("recipient", code, said)
                handed_over = True
                code, said = smtp.hand_over(letter.content, partial(self._aside, meanwhile) if meanwhile else None)
                if code != 250:
                    return self._refused("mail", code, said)
                self._count += 1
                return SendResult("accepted", code)
        except smtplib.SMTPAuthenticationError as e:
            self._forget()
            return SendResult(
                "server", e.smtp_code, f"the server refused user or password: {replies.said(e.smtp_error)}"
            )
        except smtplib.SMTPDataError as e:
            return self._refused("mail", e.smtp_code, e.smtp_error)
        except smtplib.SMTPResponseException as e:
            if self._held is not None and self._held.is_cut:  # half a line that the deadline ended is no answer
                return self._ended(e, handed_over)
            self._forget()
            return SendResult("server", e.smtp_code, f"the server said {e.smtp_code} {replies.said(e.smtp_error)}")
        except ssl.SSLError as e:
            if self._held is not None and self._held.is_cut:
                return self._ended(e, handed_over)
            self._forget()
            return SendResult("server", None, f"no safe connection to the server: {replies.said(str(e))}")
        except (OSError, smtplib.SMTPException) as e:
            return self._ended(e, handed_over)

    def _ended(self, e: OSError, handed_over: bool) -> SendResult:
        is_late = isinstance(e, TimeoutError) or (self._held is not None and self._held.is_cut)
        was_open = self._is_open
        self._forget()
        what = "did not answer in time" if is_late else "ended the connection"
        error = f"the server {what}: {replies.said(str(e)) or type(e).__name__}"
        if is_late and not was_open:
            self._down = SendResult("server", None, error)
        # once handed over it may have arrived; it is this mail's turn to wait, not the server's
        return SendResult("temporary" if handed_over else "lost", None, error)

    def _refused(self, what: str, code: int, said: bytes | str) -> SendResult:
        error = f"the {what} was refused: {code} {replies.said(said)}"
        outcome = replies.outcome(what, code, said)
        smtp = self._held
        if code == 421 or smtp is None:  # the server is closing, for everyone
            self._forget()
            return SendResult("server", code, error)
        try:
            with self._deadline():
                smtp.rset()
        except (OSError, smtplib.SMTPException):
            self._forget()
        return SendResult(outcome, code, error, f"{what} {code} {replies.enhanced(said) or ''}".strip())

    def _connection(self) -> Session:
        if self._held is not None:
            return self._held
        s = self._server
        smtp = Session(s.timeout, time.monotonic() + s.deadline, self._context() if s.tls else None)
        self._held, self._count, self._is_open = smtp, 0, False  # held before it is open: the deadline can cut it
        code, said = smtp.connect(s.host, s.port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, said)
        smtp.ehlo_or_helo_if_needed()
        local = s.host in {"localhost", "::1"} or s.host.startswith("127.")
        if not s.tls and (s.starttls == "yes" or (s.starttls == "auto" and not local and smtp.has_extn("starttls"))):
            if not smtp.has_extn("starttls"):
                raise smtplib.SMTPNotSupportedError("it offers no STARTTLS, and starttls=1 asks for it")
            smtp.secure(self._context(), s.host)
            smtp.ehlo()
        elif s.user and not s.tls and not local and s.starttls != "no":
            raise smtplib.SMTPNotSupportedError("it offers no STARTTLS; a password is not sent in the clear")
        if s.user:
            smtp.login(s.user, s.password or "")
        self._is_open = True
        return smtp

    def _context(self) -> ssl.SSLContext:
        """Give what TLS is checked with; it takes 50 ms to make, so only where it is needed."""
        context = ssl.create_default_context(cafile=self._server.ca)
        if not self._server.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    @contextlib.contextmanager
    def _deadline(self) -> Iterator[None]:
        """Cut the connection when a whole exchange takes too long, since the socket's timeout counts single answers."""
        if self._watch is None:
            self._watch = threading.Thread(target=self._watchdog, daemon=True)
            self._watch.start()
        self._until = time.monotonic() + self._server.deadline
        try:
            yield
        finally:
            self._until = None

    def _aside(self, work: Callable[[], None]) -> None:
        """Do something else with the clock stopped: what takes us long is no fault of the server."""
        until, self._until = self._until, None
        began = time.monotonic()
        try:
            work()
        finally:
            self._until = None if until is None else until + time.monotonic() - began

    def _watchdog(self) -> None:
        """Look once in a while: a thread a mail would cost as much as the mail."""
        while not self._closed.wait(min(1.0, self._server.deadline / 4)):
            until, held = self._until, self._held
            if until is not None and time.monotonic() > until and held is not None:
                held.cut()

    def _forget(self) -> None:
        held, self._held, self._count = self._held, None, 0
        if held is not None:
            self._drop(held)

    @staticmethod
    def _drop(held: smtplib.SMTP) -> None:
        with contextlib.suppress(OSError):
            held.close()
