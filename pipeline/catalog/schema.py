"""What the files of a watch folder may hold; each `description` says what the error on a wrong value expects."""

import re
from functools import lru_cache
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
_ADDRESS = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_PLACES = {"query", "hl", "country", "ceid", "language"}


def _matches(pattern: str | re.Pattern[str]) -> AfterValidator:
    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError
        return value

    return AfterValidator(check)


def _is_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        has_host = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        has_host = False
    if not has_host or parts.scheme not in {"http", "https"} or re.search(r"\s", value):
        raise ValueError
    return value


def _is_template(value: str) -> str:
    places = re.findall(r"{([^{}]*)}", value)
    filled = re.sub(r"{[^{}]*}", "x", value)
    if "query" not in places or not _PLACES.issuperset(places) or re.search(r"[{}]", filled):
        raise ValueError
    _is_url(filled)
    return value


def _is_filled(value: str) -> str:
    if not value.strip() or value != value.strip():
        raise ValueError
    return value


@lru_cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())  # reads hundreds of directories


def _is_zone(value: str) -> str:
    if value not in _zones():
        raise ValueError
    return value


def _is_span(value: list[str]) -> list[str]:
    if len(value) != 2 or value[0] == value[1] or not all(_CLOCK.fullmatch(v) for v in value):
        raise ValueError
    return value


def _is_filled_dict(value: dict[str, str]) -> dict[str, str]:
    if not value:
        raise ValueError
    return value


def _is_filled_list(value: list[Any]) -> list[Any]:
    if not value:
        raise ValueError
    return value


Key = Annotated[str, _matches(r"[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?")]
Text = Annotated[str, AfterValidator(_is_filled)]
Url = Annotated[str, AfterValidator(_is_url)]
Language = Annotated[str, _matches(_LANGUAGE)]
AnyLanguage = Annotated[str, _matches(re.compile(rf"any|{_LANGUAGE.pattern}"))]
Country = Annotated[str, _matches(r"[A-Z]{2}")]
Filled = AfterValidator(_is_filled_list)

KEY = 'a key of small letters, digits and dashes, such as "new-name", at most 64 long'
LANGUAGE = 'a language tag, such as "fr", "zh-Hant" or "pt-BR"'
TEXT = "a text that is not empty and has no spaces at its ends"
FLAG = "true or false"
COUNTRY = 'a country code of two capitals, such as "FR"'
TAGS = 'a list of texts, such as ["business", "energy"]'
PER_DAY = "a number of new stories a day above 0, such as 20"


class Strict(BaseModel):
    """Refuse unknown keys and loose types."""

    model_config = ConfigDict(extra="forbid", strict=True)


class FeedTable(Strict):
    """One [[feeds]] table."""

    url: Url = Field(description="an http or https address")
    title: Text = Field(description=TEXT)
    language: Language | None = Field(None, description=LANGUAGE)
    country: Country | None = Field(None, description=COUNTRY)
    tags: list[Text] = Field([], description=TAGS)
    expected_per_day: Annotated[float, Field(gt=0)] | None = Field(None, description=PER_DAY)
    enabled: bool = Field(True, description=FLAG)


class EditionTable(Strict):
    """One language edition of a news search."""

    language: Language = Field(description=LANGUAGE)
    country: Country = Field(description=COUNTRY)
    hl: Text = Field(description='the search\'s name of its interface language, such as "fr" or "pt-BR"')
    ceid: Text = Field(description='the search\'s name of its edition\'s language, such as "fr" or "zh-Hant"')


class QueryFeedTable(Strict):
    """One [[query_feeds]] table: a URL template that the watchlist fills, one feed per edition."""

    template: Annotated[str, AfterValidator(_is_template)] = Field(
        description="an http or https address with {query} and, as needed, {hl}, {country}, {ceid} or {language}"
    )
    title: Text = Field(description=TEXT)
    tags: list[Text] = Field([], description=TAGS)
    expected_per_day: Annotated[float, Field(gt=0)] | None = Field(None, description=PER_DAY)
    entities: Annotated[list[Key], Filled] = Field(description="a list of entity keys of watchlist.toml")
    field: Key | None = Field(None, description="the key of a field of watchlist.toml")
    editions: Annotated[list[EditionTable], Filled] = Field(
        description='a list of tables { language = "fr", country = "FR", hl = "fr", ceid = "fr" }'
    )
    enabled: bool = Field(True, description=FLAG)


class FeedsFile(Strict):
    """feeds.toml."""

    feeds: list[FeedTable] = Field([], description="tables [[feeds]]")
    query_feeds: list[QueryFeedTable] = Field([], description="tables [[query_feeds]]")


def _as_table(value: object) -> object:
    return {"text": value} if isinstance(value, str) else value


class AliasTable(Strict):
    """One alias: a text, or a table that says more."""

    text: Text = Field(description=TEXT)
    case: bool = Field(False, description=FLAG)
    prefix: bool = Field(False, description=FLAG)
    needs: Annotated[list[str], Filled] | None = Field(
        None, description='a list of entity keys and "field:KEY", at least one'
    )


AliasOrText = Annotated[AliasTable, BeforeValidator(_as_table)]
Kind = Literal["company", "person", "partnership", "fund", "project", "product", "place", "organisation"]
RoleName = Literal["subject", "party", "watched", "context"]


class TopicTable(Strict):
    """One [[topics]] table."""

    key: Key = Field(description=KEY)
    title: Annotated[dict[Language, Text], AfterValidator(_is_filled_dict)] = Field(
        description='titles by language, such as { en = "…", fr = "…" }'
    )
    entities: Annotated[list[Key], Filled] = Field(description="a list of entity keys, at least one")


class EntityTable(Strict):
    """One [[entities]] table."""

    key: Key = Field(description=KEY)
    name: Text = Field(description=TEXT)
    kind: Kind = Field(description="one of " + ", ".join(Kind.__args__))  # type: ignore[attr-defined]
    wikidata: Annotated[str, _matches(r"Q[1-9][0-9]*")] | None = Field(
        None, description='a Wikidata id, such as "Q2283"'
    )
    roles: Annotated[list[RoleName], Filled] = Field(
        description="a list of one or more of subject, party, watched, context"
    )
    whole: bool = Field(False, description=FLAG)
    aliases: dict[AnyLanguage, list[AliasOrText]] = Field(
        description='lists, by language or "any", of texts or { text = "…", case = true, prefix = true, needs = ["…"] }'
    )


Words = dict[AnyLanguage, list[Text]]
_WORDS = 'lists of words by language, or under "any"'


class FieldTable(Strict):
    """One [[fields]] table."""

    key: Key = Field(description=KEY)
    role: Literal["seeds", "near", "not-ours"] = Field("seeds", description="one of seeds, near, not-ours")
    words: Words = Field(description=_WORDS)


class LookalikeTable(Strict):
    """One [[lookalikes]] table."""

    key: Key = Field(description=KEY)
    of: Annotated[list[Key], Filled] = Field(description="a list of the entity keys that it is mistaken for")
    words: Words = Field(description=_WORDS)


class WatchlistFile(Strict):
    """watchlist.toml."""

    name: Key = Field(description=KEY)
    topics: list[TopicTable] = Field([], description="tables [[topics]]")
    entities: Annotated[list[EntityTable], Filled] = Field(description="tables [[entities]], at least one")
    fields: list[FieldTable] = Field([], description="tables [[fields]]")
    lookalikes: list[LookalikeTable] = Field([], description="tables [[lookalikes]]")


class SubscriptionTable(Strict):
    """One [[subscriptions]] table."""

    key: Key = Field(description=KEY)
    name: Text = Field(description=TEXT)
    address: Annotated[str, _matches(_ADDRESS)] = Field(description='one mail address, such as "desk@example.org"')
    topics: list[Key] = Field([], description="a list of topic keys of watchlist.toml")
    entities: list[Key] = Field([], description="a list of entity keys of watchlist.toml")
    min_level: Literal[1, 2, 3] = Field(1, description="1, 2 or 3")
    story_languages: list[Language] = Field([], description='a list of language tags, such as ["fr", "id"]')
    language: Language = Field("en", description=LANGUAGE)
    frequency: Literal["instant", "hourly", "daily", "weekly"] = Field(
        "instant", description="one of instant, hourly, daily, weekly"
    )
    at: Annotated[str, _matches(_CLOCK)] = Field("08:00", description='a time of day, such as "08:00"')
    weekday: Annotated[int, Field(ge=0, le=6)] = Field(0, description="a number from 0 (Monday) to 6 (Sunday)")
    timezone: Annotated[str, AfterValidator(_is_zone)] = Field(
        "UTC", description='an IANA time zone, such as "Europe/Paris"'
    )
    quiet_hours: Annotated[list[str], AfterValidator(_is_span)] | None = Field(
        None, description='two different times of day, such as ["22:00", "07:00"]'
    )
    max_per_day: Annotated[int, Field(ge=1)] | None = Field(None, description="a whole number of mails, 1 or more")
    only_independent: bool = Field(False, description=FLAG)
    min_stories: Annotated[int, Field(ge=1)] = Field(1, description="a whole number of stories, 1 or more")
    updates: Literal["all", "some", "less", "none"] = Field("some", description="one of all, some, less, none")
    grew: Literal["never", "daily", "weekly"] = Field("weekly", description="one of never, daily, weekly")
    targets: list[Url] = Field([], description="a list of http or https addresses")
    enabled: bool = Field(True, description=FLAG)


class SubscriptionsFile(Strict):
    """subscriptions.toml."""

    subscriptions: list[SubscriptionTable] = Field([], description="tables [[subscriptions]]")
