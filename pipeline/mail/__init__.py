"""The mail door: what a mail looks like, and the two ways out, an SMTP server and a folder of .eml files."""

from pipeline.mail.compose import Composer, Envelope
from pipeline.mail.folder import Folder
from pipeline.mail.smtp import Answer, Server, Smtp, parse_url
from pipeline.mail.token import read_token, sign_token
from pipeline.mail.words import Words

__all__ = [
    "Answer",
    "Composer",
    "Envelope",
    "Folder",
    "Server",
    "Smtp",
    "Words",
    "parse_url",
    "read_token",
    "sign_token",
]
