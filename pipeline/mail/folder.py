"""The way out without a server: each mail a file, whole or not there, under a name that a second attempt repeats."""

import contextlib
import hashlib
import os
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from pipeline.mail.mime import Letter
from pipeline.mail.smtp import SendResult


class Folder:
    """Writes mails as .eml files."""

    channel = "file"

    def __init__(self, directory: Path) -> None:
        self._directory = directory

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
        """Write one mail; the file name has `created_at`, `name` (a subscription key) and a hash of the Message-ID."""
        digest = hashlib.sha256(letter.message_id.encode()).hexdigest()[:12]
        key = re.sub(r"[^a-z0-9-]+", "-", name.lower())[:40]
        path = self._directory / f"{created_at:%Y%m%d-%H%M%S}-{key}-{digest}.eml"
        part = path.with_suffix(f".{os.getpid()}.part")
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as out:
                out.write(letter.content)
                out.flush()
                os.fsync(out.fileno())
            part.replace(path)
        except OSError as e:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            return SendResult("server", None, f"the mail folder cannot be written: {e.strerror}")
        return SendResult("accepted")

    def close(self) -> None:
        """Nothing is held open."""
