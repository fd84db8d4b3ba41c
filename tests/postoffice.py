"""A real SMTP server on loopback with the faults that real ones have; it counts what it accepted."""

import asyncio
import email
import os
import signal
import ssl
import threading
from collections.abc import Callable
from email import policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

Fault = Callable[["PostOffice", str, str], Any]


class PostOffice:
    """Accepts mail; `refuse`, `data` and `hello` decide what goes wrong. Use as a context manager."""

    def __init__(
        self, *, tls: ssl.SSLContext | None = None, require_starttls: bool = False, user: str | None = None
    ) -> None:
        self.mails: list[tuple[str, EmailMessage]] = []
        self.sessions = 0
        self.attempts: list[str] = []  # recipients asked for, in order
        self.refuse: dict[str, str] = {}  # recipient -> reply
        self.data_replies: list[str] = []  # replies to the next DATA commands, then all is well
        self.drop_after_data = 0  # so many times the connection ends after the mail was accepted, before the answer
        self.slow = 0.0  # seconds before each answer to DATA
        self.hello: str | None = None  # reply to EHLO
        self.kill_pid: Callable[[str], int | None] = lambda moment: None  # "before" or "after" accepting: who is killed
        self._options: dict[str, Any] = {}
        if tls is not None:
            self._options |= {"tls_context": tls, "require_starttls": require_starttls}
        if user is not None:
            self._options |= {
                "authenticator": lambda server, session, envelope, mechanism, data: AuthResult(
                    success=isinstance(data, LoginPassword)
                    and data.login == user.encode()
                    and data.password == b"secret",
                    handled=False,
                ),
                "auth_require_tls": False,
                "auth_required": True,
            }

    def __enter__(self) -> "PostOffice":
        ready = threading.Event()
        self._loop = asyncio.new_event_loop()

        def factory() -> SMTP:
            self.sessions += 1
            return SMTP(self, enable_SMTPUTF8=True, loop=self._loop, hostname="post.example", **self._options)

        def serve() -> None:
            asyncio.set_event_loop(self._loop)
            server = self._loop.run_until_complete(self._loop.create_server(factory, "127.0.0.1", 0))
            self.port = server.sockets[0].getsockname()[1]
            ready.set()
            self._loop.run_forever()
            server.close()
            for task in asyncio.all_tasks(self._loop):
                task.cancel()
            self._loop.run_until_complete(asyncio.sleep(0))
            self._loop.close()

        self._thread = threading.Thread(target=serve, daemon=True)
        self._thread.start()
        assert ready.wait(20)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}?timeout=3&deadline=4"

    def to(self, address: str) -> list[EmailMessage]:
        """Give the mails that one recipient got."""
        return [m for to, m in self.mails if to == address]

    def ids(self) -> list[str]:
        """Give the Message-IDs of all mails accepted, in order."""
        return [str(m["Message-ID"]) for _, m in self.mails]

    # what aiosmtpd calls

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, replies: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [self.hello] if self.hello else replies

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.attempts.append(address)
        reply = self.refuse.get(address)
        if reply:
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self._kill("before"):
            return "451 the sender is gone"
        if self.slow:
            await asyncio.sleep(self.slow)
        if self.data_replies:
            reply = self.data_replies.pop(0)
            if not reply.startswith("250"):
                return reply
        content = envelope.original_content or b""
        mail = email.message_from_bytes(content, policy=policy.default)
        self.mails += [(to, mail) for to in envelope.rcpt_tos]  # type: ignore[misc]
        self._kill("after")
        if self.drop_after_data:
            self.drop_after_data -= 1
            server.transport.abort()  # type: ignore[union-attr]
        return "250 OK"

    def _kill(self, moment: str) -> bool:
        pid = self.kill_pid(moment)
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
        return pid is not None
