"""The mail door: what a mail looks like, and the two ways out, an SMTP server and a folder of .eml files."""

from pathlib import Path

from pipeline.mail.compose import Composer, Envelope, operator_envelope
from pipeline.mail.folder import Folder
from pipeline.mail.mime import Letter
from pipeline.mail.smtp import SendResult, Server, Smtp, parse_url
from pipeline.mail.token import read_token, read_wish, sign_token, sign_wish
from pipeline.words.language import Words

__all__ = [
    "Composer",
    "Envelope",
    "Folder",
    "Letter",
    "SendResult",
    "Server",
    "Smtp",
    "Words",
    "operator_envelope",
    "parse_url",
    "read_token",
    "read_wish",
    "sign_token",
    "sign_wish",
    "way",
]


def way(smtp_url: str | None, mail_dir: Path | None) -> Smtp | Folder | None:
    """Give the way out that the settings name: the folder wins over the server; None when there is neither."""
    if mail_dir is not None:
        return Folder(mail_dir)
    return Smtp(parse_url(smtp_url)) if smtp_url else None
