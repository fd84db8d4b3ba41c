"""One SMTP connection in which every wait has an end: look-up of the name, connecting, TLS, greeting and answers."""

import contextlib
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable
from functools import cache
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")


class Session(smtplib.SMTP):
    """An SMTP connection that `cut` ends from another thread at any moment, its opening included."""

    def __init__(self, timeout: float, until: float, tls: ssl.SSLContext | None = None) -> None:
        """Prepare; `timeout`: seconds for one answer, `until`: monotonic time by which it must be open."""
        super().__init__(local_hostname=_own_name(), timeout=timeout)
        self.is_cut = False
        self._meanwhile: Callable[[], None] | None = None
        self._until, self._tls = until, tls
        self._raw: socket.socket | None = None

    def cut(self) -> None:
        """End the connection, whatever waits for it."""
        self.is_cut = True
        raw = self._raw
        if raw is not None:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(raw, socket.SHUT_RDWR)  # past TLS, which is not made for two threads

    def secure(self, context: ssl.SSLContext, host: str) -> None:
        """Go on with TLS (STARTTLS), and forget what was said in the clear."""
        code, said = self.docmd("STARTTLS")
        if code != 220:
            raise smtplib.SMTPResponseException(code, said)
        self.sock = self._wrapped(self.sock, context, host)
        self.file = None
        self.helo_resp = self.ehlo_resp = None
        self.esmtp_features: dict[str, str] = {}
        self.does_esmtp = False

    def hand_over(self, content: bytes, meanwhile: Callable[[], None] | None = None) -> tuple[int, bytes]:
        """Hand over a mail and give the answer; `meanwhile` is called while the server takes it."""
        self.putcmd("data")
        code, said = self.getreply()
        if code != 354:
            raise smtplib.SMTPDataError(code, said)
        self._meanwhile = meanwhile
        try:
            self.send(_quoted(content))
            return self.getreply()
        finally:
            self._meanwhile = None

    def send(self, s: Any) -> None:
        """Write to the server; after a mail's content (commands are text) it has something to do."""
        super().send(s)
        if isinstance(s, bytes) and self._meanwhile is not None:
            self._meanwhile()

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        found = within(self._left(), lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM), f"finding {host}")
        failure: OSError = OSError(f"{host} has no address")
        for family, kind, protocol, _, address in found:
            sock = socket.socket(family, kind, protocol)
            try:
                sock.settimeout(min(timeout, self._left()))
                self._raw = sock
                sock.connect(address)
                sock.settimeout(timeout)
                return self._wrapped(sock, self._tls, host) if self._tls else sock
            except OSError as e:
                failure = e
                sock.close()
        raise failure

    def _wrapped(self, sock: Any, context: ssl.SSLContext, host: str) -> ssl.SSLSocket:
        # the handshake by itself: the socket is known to `cut` before it begins
        self._raw = made = context.wrap_socket(sock, server_hostname=host, do_handshake_on_connect=False)
        made.do_handshake()
        return made

    def _left(self) -> float:
        left = self._until - time.monotonic()
        if left <= 0 or self.is_cut:
            raise TimeoutError("it took too long")
        return left


def _quoted(content: bytes) -> bytes:
    """Write a mail as DATA has it: as smtplib's `data`, whose search by pattern cost a tenth of a mail."""
    quoted = content.replace(b"\n.", b"\n..")
    if quoted.startswith(b"."):
        quoted = b"." + quoted
    return quoted + (b".\r\n" if quoted.endswith(b"\r\n") else b"\r\n.\r\n")


def within(seconds: float, work: Callable[[], T], what: str) -> T:
    """Do something that has no time limit of its own, as the look-up of a name has none; raise TimeoutError."""
    answers: SimpleQueue[tuple[T | None, OSError | None]] = SimpleQueue()

    def run() -> None:
        try:
            answers.put((work(), None))
        except OSError as e:
            answers.put((None, e))
        except UnicodeError as e:  # a name that IDNA refuses
            answers.put((None, OSError(str(e))))

    threading.Thread(target=run, daemon=True).start()  # dies with the process when it never ends
    try:
        result, error = answers.get(timeout=seconds)
    except Empty:
        raise TimeoutError(f"{what} took longer than {seconds:.0f} s") from None
    if error is not None:
        raise error
    return result  # type: ignore[return-value]


@cache
def _own_name() -> str:
    """Give the name that this machine greets with; its look-up may hang, too."""
    try:
        name = within(2.0, socket.getfqdn, "finding our own name")
    except OSError:
        name = ""
    return name if "." in name and name.isascii() else "[127.0.0.1]"
