"""The door to apprise: short messages to web hooks and chats, beside the mail."""

import hashlib
import logging
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

logging.getLogger("apprise").setLevel(logging.CRITICAL)  # its lines name whole addresses, and those carry secrets


def send(target: str, title: str, text: str, link: str) -> bool:
    """Send one message; True when the target took it. Never raises for what a target does.

    `target` is a web address: that of a chat that apprise knows by it (Slack, Discord, Teams, …), or any other, which
    gets JSON with title and message; other apprise addresses (ntfys://…) work too.
    """
    import apprise  # here: it looks through its plugins for a quarter of a second, and most runs tell nobody

    notifier = apprise.Apprise(asset=apprise.AppriseAsset(app_id="newswatch", app_desc="newswatch", app_url=link))
    if not notifier.add(target) and not notifier.add(_as_json(target)):
        return False
    return bool(notifier.notify(body=f"{text}\n{link}", title=title, body_format=apprise.NotifyFormat.TEXT))


def _as_json(target: str) -> str:
    """Write a web address as apprise's JSON hook; its query goes along (apprise wants a "-" before each name)."""
    parts = urlsplit(target)
    query = urlencode([(f"-{k}", v) for k, v in parse_qsl(parts.query, keep_blank_values=True)])
    return urlunsplit((parts.scheme.replace("http", "json", 1), parts.netloc, parts.path, query, ""))


def fingerprint(target: str) -> str:
    """Name a target without giving it away."""
    return hashlib.sha256(target.encode()).hexdigest()[:8]
