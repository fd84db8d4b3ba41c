"""Signed tokens of unsubscribe links: they name a subscription, never an address, and cannot be made up."""

from itsdangerous import BadSignature, URLSafeSerializer

_SALT = "unsubscribe"


def sign_token(secret: str, key: str) -> str:
    """Give the token that unsubscribes `key`; it does not expire, as old mails must keep working."""
    return URLSafeSerializer(secret, salt=_SALT).dumps(key)


def read_token(secret: str, token: str) -> str | None:
    """Give the subscription key that a token names; None when it was not signed by us."""
    try:
        key = URLSafeSerializer(secret, salt=_SALT).loads(token)
    except BadSignature:
        return None
    return key if isinstance(key, str) else None
