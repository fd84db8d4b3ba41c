"""Signed tokens of the links in mails: they name no address, cannot be made up, and open nothing but what they say."""

from functools import lru_cache

from itsdangerous import BadSignature, URLSafeSerializer

_LEAVE, _WISH = "unsubscribe", "mail"  # a token of one scope is worth nothing in another

_signer = lru_cache(maxsize=8)(URLSafeSerializer)  # thousands of mails are signed with one secret


@lru_cache(maxsize=64)  # a reader's mails follow one another
def sign_token(secret: str, key: str) -> str:
    """Give the token that unsubscribes `key`; it does not expire, as old mails must keep working."""
    return _signer(secret, salt=_LEAVE).dumps(key)


def read_token(secret: str, token: str) -> str | None:
    """Give the subscription key that a token names; None when it was not signed by us."""
    try:
        key = _signer(secret, salt=_LEAVE).loads(token)
    except BadSignature:
        return None
    return key if isinstance(key, str) else None


def sign_wish(secret: str, key: str, event_id: int, story_id: int) -> str:
    """Give the token by which a reader says something of a mail: its subscription, its event, the story it headed."""
    return _signer(secret, salt=_WISH).dumps([key, event_id, story_id])


def read_wish(secret: str, token: str) -> tuple[str, int, int] | None:
    """Give (subscription key, event, story) of a token; None when it was not signed by us for this."""
    try:
        key, event_id, story_id = _signer(secret, salt=_WISH).loads(token)
    except (BadSignature, ValueError, TypeError):
        return None
    return str(key), int(event_id), int(story_id)
