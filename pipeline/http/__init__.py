"""The door to the web: one polite, bounded, guarded GET, whose every failure is a Response with an Outcome."""

from pipeline.http.address import networks, refusal
from pipeline.http.client import ACCEPT_FEED, ACCEPT_PAGE, Client, Limits, NotNowError
from pipeline.http.flight import Flight
from pipeline.http.url import clean_url, credentials_of, host_of, site_of

__all__ = [
    "ACCEPT_FEED",
    "ACCEPT_PAGE",
    "Client",
    "Flight",
    "Limits",
    "NotNowError",
    "clean_url",
    "credentials_of",
    "host_of",
    "networks",
    "refusal",
    "site_of",
]
