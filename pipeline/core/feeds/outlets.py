"""Who told it: the outlet that wrote an entry, where search engines, portals and forums only carry it.

The table of carriers is data/outlets.toml. An entry's own <source> is believed before anything else; what nobody names
is unknown ("") and never the carrier.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from pipeline.core.feeds import rubrics
from pipeline.core.text import plain, shipped, url

_HREF = re.compile(r"<a\b[^>]*?\bhref\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE)
_ON = re.compile(
    r"\s+(?:on|via|auf|sur|en|di|на)\s+(?:msn|yahoo|aol|bing|google)\b.*$", re.IGNORECASE
)  # "Reuters on MSN"
_SQUEEZED = re.compile(r"[\W_]+")
_DOMAIN = re.compile(r"[\w-]{3,}(?:\.[\w-]{2,})+")
_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
MAX_NAME = 80
LEAST_LETTERS = 5  # "Time", "ABC", "Echo" are names of several
# What a carrier calls another carrier: no outlet either.
_CARRIERS = frozenset(
    {"msn", "msncom", "googlenews", "bingnews", "yahoo", "yahoonews", "reddit", "flipboard", "newsbreak", "smartnews"}
    | {"dailyhunt", "aol", "aolcom", "headtopics", "biztoc", "flipboardcom"}
)


@dataclass(frozen=True, slots=True)
class Origin:
    """What an entry says of its origin, raw: the <source> element, the byline, its markup, and the feed's own site."""

    name: str = ""
    address: str = ""
    author: str = ""
    markup: str = ""
    site: str = ""


@dataclass(frozen=True, slots=True)
class Teller:
    """Who told an entry: None = the address says it, "" = nobody knows; `name` as the feed prints it."""

    outlet: str | None = None
    name: str = ""
    title: str = ""  # the headline without the outlet that a carrier appended
    has_summary: bool = True  # False where the carrier's summaries only repeat headlines


@dataclass(frozen=True, slots=True)
class _Carrier:
    says: tuple[str, ...] = ()
    title: re.Pattern[str] | None = None
    path: re.Pattern[str] | None = None
    own: bool = False
    summary: bool = True
    page: bool = True


@lru_cache(maxsize=4096)  # a feed's names are met with each of its entries
def squeezed(name: str) -> str:
    """Give a name's letters and digits in one case, so that "Le Monde.fr" and "lemonde.fr" are one."""
    return _SQUEEZED.sub("", name).casefold()


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    return shipped.table("outlets")


@lru_cache(maxsize=1)
def _carriers() -> dict[str, _Carrier]:
    table = {}
    for row in _data()["carriers"]:
        title, path = row.get("title"), row.get("path")
        made = _Carrier(
            tuple(row.get("says", ())),
            re.compile(title) if title else None,
            re.compile(path) if path else None,
            row.get("own", False),
            row.get("summary", True),
            row.get("page", True),
        )
        table.update(dict.fromkeys(row["hosts"], made))
    return table


@lru_cache(maxsize=1)
def _redirects() -> list[tuple[re.Pattern[str], tuple[str, ...], re.Pattern[str] | None]]:
    return [
        (
            re.compile(row["at"], re.IGNORECASE),
            tuple(row.get("parameters", ())),
            re.compile(row["path"], re.IGNORECASE) if "path" in row else None,
        )
        for row in _data()["redirects"]
    ]


@lru_cache(maxsize=1)
def names() -> dict[str, str]:
    """Give the registrable host of large outlets by their squeezed names."""
    return {squeezed(name): outlet for outlet, known in _data()["names"].items() for name in known}


def article(address: str) -> str:
    """Unwrap an address that carries the article's own (`google.com/url?url=…`); others come back as they are."""
    for _ in range(3):
        inner = _inner(address)
        if inner is None:
            break
        address = inner
    return address


def _parts(address: str) -> SplitResult:
    try:
        return urlsplit(address)
    except ValueError:  # "//[" is none
        return urlsplit("")


def _inner(address: str) -> str | None:
    parts = _parts(address)
    where = (parts.hostname or "") + parts.path
    for at, parameters, path in _redirects():
        if not at.match(where):
            continue
        if path and (found := path.search(parts.path)):
            return url.resolve("", unquote(found["address"]))
        given = parse_qs(parts.query)
        for name in parameters:
            made = url.resolve("", given[name][0]) if name in given else None
            if made:
                return made
    return None


@lru_cache(maxsize=4096)
def _carrier_of(host: str, path: str) -> _Carrier | None:
    carriers = _carriers()
    labels = host.split(".")
    first = path.split("/", 2)[1] if path.count("/") else ""
    for i in range(len(labels) - 1):
        name = ".".join(labels[i:])
        for key in (f"{name}/{first}", name):
            if key in carriers:
                return carriers[key]
    google = re.match(r"(?:www\.)?google\.[a-z.]{2,6}$", host)
    return carriers["google.com/url"] if google and path.startswith("/url") else None


def carrier(address: str) -> _Carrier | None:
    """Find the carrier that an address belongs to; None for an outlet's own."""
    parts = _parts(address)
    return _carrier_of(parts.hostname or "", parts.path)


def has_page(address: str) -> bool:
    """Whether an address may answer with an article: some carriers' are redirects that only scripts follow."""
    row = carrier(address)
    return row is None or row.page


def told(address: str, title: str, source: Origin) -> Teller:
    """Tell who wrote the entry at `address` whose plain headline is `title`."""
    row = carrier(address)
    name = plain.plain(source.name, MAX_NAME)
    origin = _origin(source, address, row)
    if row is None:
        return Teller(origin, name, title)
    if name:
        name = _ON.sub("", name)
    headline, tail = title, ""
    if row.title and (found := row.title.search(title)):
        tail = plain.plain(found["outlet"], MAX_NAME)
        if not name or squeezed(tail) == squeezed(name) or title.endswith(name):
            headline = title[: -len(name)].rstrip(" -–（(") if name and title.endswith(name) else title[: found.start()]
    outlet = origin or _named(name)
    for way in row.says:
        outlet = outlet or _asked(way, row, address, tail, source)
    return Teller(outlet or "", name or tail, headline.strip() or title, row.summary)


def _origin(source: Origin, address: str, row: _Carrier | None) -> str | None:
    """Read the outlet off a source element's address, unless that is the feed or the carrier itself."""
    made = url.resolve("", url.mended(source.address)) if source.address else None
    if not made:
        return None
    made = article(made)
    of_source = carrier(made)
    if of_source is not None and not (of_source.own and row is of_source):
        return None
    found = url.outlet(made)
    return None if row is None and found in {url.outlet(address), url.outlet(source.site)} else found


def named(name: str) -> str:
    """Give an outlet's host where its name is known or is one ("Investing.com"), else the name."""
    known = names().get(squeezed(name))
    if known is None and _DOMAIN.fullmatch(name) and url.is_registered(name.lower()):
        known = url.outlet(f"https://{name.lower()}/")
    return known or name


def _named(name: str) -> str:
    """Give the same of what a carrier names, and "" where that is another carrier."""
    if not name or squeezed(name) in _CARRIERS:
        return ""
    found = named(name)
    row = carrier(f"https://{found}/") if found != name else None
    return found if row is None or row.own else ""


def is_host(outlet: str) -> bool:
    """Whether an outlet is known by its host, not by a name."""
    return _HOST.fullmatch(outlet) is not None


def at_home(name: str, hosts: Iterable[str]) -> str:
    """Give the one of some outlets' hosts whose own label spells a name: "Le Devoir", ledevoir.com; else the name.

    Precision first: no short name, none that many papers bear ("The Standard"), and none that fits two hosts.
    """
    plain_name = rubrics.folded(name)
    core = plain_name.removeprefix("the ")
    letters = squeezed(core)
    if len(letters) < LEAST_LETTERS or core in rubrics.outlet_words()[0] | rubrics.outlet_words()[2]:
        return name
    spelled = {letters, f"the{letters}"}
    fits = {host for host in hosts if spelled & {squeezed(host.split(".")[0]), squeezed(host)}}
    return fits.pop() if len(fits) == 1 else name


def _asked(way: str, row: _Carrier, address: str, tail: str, source: Origin) -> str:
    if way == "title":
        return _named(tail)
    if way == "author":
        return _named(_ON.sub("", plain.plain(source.author, MAX_NAME)))
    if way == "path" and row.path and (found := row.path.search(address)):
        return str(_data()["papers"].get(found["paper"], ""))
    if way == "linked":
        return url.outlet(linked(address, source.markup) or "")
    if way == "channel" and source.site and carrier(source.site) is None:
        return url.outlet(source.site)
    return ""


def linked(address: str, markup: str) -> str | None:
    """Give the first address in an entry's markup that leads from a carrier to an outlet."""
    for href in _HREF.findall(markup[:20_000]):
        made = url.resolve(address, plain.plain(href, url.MAX_URL))
        if made and carrier(article(made)) is None and url.outlet(made) != url.outlet(address):
            return article(made)
    return None
