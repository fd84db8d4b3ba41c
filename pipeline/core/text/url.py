"""URLs as identities: one canonical form for all the addresses of one article.

Rules follow the WHATWG URL standard (by ada) and what publishers really do; each list says why it is there. In doubt
two addresses stay apart: two stories of one article are still one event, two articles under one address are one lost.
"""

import hashlib
import re
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode

import ada_url
from tld import get_fld

MAX_URL = 2048  # longer ones are traps or data, never an article

# Parameters that say who sent the reader or which device reads, never what is read.
TRACKING = re.compile(
    # campaign parameters of analytics and mailing systems
    r"utm_.*|mtm_.*|pk_.*|piwik_.*|matomo_.*|hsa_.*|_hs.*|oly_.*|vero_.*|itm_.*|int_(source|medium|campaign)|sfmc_.*"
    r"|at_(medium|campaign|link.*|custom.*|format|ptr_name|bbc_team)|ns_(mchannel|source|campaign|linkname|fee)"
    r"|ga_(source|medium|campaign|content|term)|mc_[ce]id|mkt_tok|s_cid|wt\.mc.*|wt_z?mc.*|xtor|xtref|cmpid|cmp|intcmp"
    r"|icid|ocid|ncid|ftag|smid|smtyp|campaign_?id|trk|tracking|srsltid|_openstat|li_fat_id|epik|awc|tblci|dicbo"
    # click ids of advertisers and social networks
    r"|fbclid|fb_(action_ids|action_types|source|ref)|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|ysclid|twclid|ttclid"
    r"|igshid|igsh|_ga|_gl|ref_src|ref_url|soc_(src|trk)|share_?from|sr_share|guccounter|guce_.*|spm|__twitter_impression"
    r"|__source|echobox|sh_kit"
    # made by feeds, comment forms and AMP
    r"|rss|feed_id|replytocom|amp|isamp|no_?amp|nonamp|outputtype|output_type|usqp|amp_(js_v|gsa|ct|tf)|aoh"
    # session ids whose name says so; `sid` is an article's number on many a news site, see _SESSION_VALUE
    r"|jsessionid|phpsessid|sessionid|session_id|aspsessionid.*|oscsid|cftoken",
    re.IGNORECASE,
)
# Names that mean anything, with values that mean nothing for the article: a channel, a whole or printed page, a device.
_PAIR = re.compile(
    r"(from|source|src|ref|refer|referr?er|via|origin|cid|partner|medium|share|feed|f|n|xg_source)="
    r"(rss|rss\d|atom|feed|feeds|rss-?feed|feedly|newsletter|e?mail|twitter|x|facebook|fb|telegram|whatsapp|linkedin|line"
    r"|kakao|social|share|sharing|pushnotif\w*|push)"
    r"|page=(all|1)|single=(1|true)|print=(1|true|yes|y)|view=(amp|print)|mobile=(1|true|yes|y)|device=(mobile|pc|m)",
    re.IGNORECASE,
)
# Long random values under these names are sessions; short ones are article numbers (PHP-Nuke's `sid=4711`).
_SESSION_NAME = {"sid", "s", "sess", "session", "cfid", "zenid"}
_SESSION_VALUE = re.compile(r"(?=[^0-9]*[0-9])(?=.*[a-z])[0-9a-z]{20,}", re.IGNORECASE)
# Parameters that identify the article on some hosts and the sender on others: dropped only on these hosts.
PER_HOST = {
    "source": {"medium.com", "theverge.com", "bloomberg.com", "substack.com", "nzz.ch"},
    "ref": {"theguardian.com", "producthunt.com", "ft.com", "nytimes.com", "techcrunch.com"},
    "cid": {"spiegel.de", "welt.de", "bbc.co.uk", "bbc.com", "aljazeera.com"},
    "partner": {"nytimes.com", "bloomberg.com"},
    "src": {"bloomberg.com", "rt.com"},
    "mod": {"wsj.com", "marketwatch.com", "barrons.com"},
    "mbid": {"wired.com", "newyorker.com", "arstechnica.com", "vogue.com", "vanityfair.com"},
    "emc": {"nytimes.com"},
    "cvid": {"msn.com", "bing.com"},
    "ei": {"msn.com", "bing.com"},
    "r": {"substack.com"},
    "m": {"blogspot.com"},
    "ito": {"dailymail.co.uk"},
    "taid": {"reuters.com"},
}
# Pages where only these parameters say what is read: videos, and the redirects of aggregators, whose other parameters
# differ from reader to reader. Redirects are not followed and not unwrapped: they stay identities of their own.
ONLY = {
    "youtube.com/watch": {"v"},
    "google.com/url": {"url", "q"},
    "bing.com/news/apiclick.aspx": {"url"},
}
_OPAQUE = re.compile(r"news\.google\.com/(rss/)?(articles|read|stories)/")  # the path alone says which
_TWIN_LABEL = re.compile(r"(www\d?|m|mobile|mobil|amp|wap|touch)\.")  # hosts of the same article for another device
TWIN_HOSTS = {"edition.cnn.com": "cnn.com", "us.cnn.com": "cnn.com", "bbc.co.uk": "bbc.com"}  # same paths
_AMP_CACHE = re.compile(r"^https?://[^/]+\.cdn\.ampproject\.org/(?:[a-z]/)?(s/)?([^/]+\..+)$", re.IGNORECASE)
_AMP_VIEWER = re.compile(r"^https?://(?:www\.)?google\.[a-z.]+/amp/(s/)?([^/]+\..+)$", re.IGNORECASE)
_SESSION_PATH = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#]*|/\((?:[a-z]\([0-9a-z]+\))+\)(?=/)", re.IGNORECASE)
_LOST_MARK = re.compile(r"&(?:amp;)?utm_[a-z]+=[^/]*$", re.IGNORECASE)  # a query that was appended without its "?"
_AMP_TAIL = re.compile(
    r"/(?:amp/?|index\.(?:html?|php|aspx?|jsp)|default\.aspx?|amp\.html?)$"
    r"|(?:\.amp|~amp)(?=(?:\.html?)?$)|(?<=[0-9a-f]{8})-amp$"  # an id before "-amp": without, it may be a guitar's
)
_ENCODED = re.compile(r"%([0-9a-fA-F]{2})")
# Addresses as editors and scripts break them: a second scheme in front ("http://https://a", where browsers would see a
# host named "https"), a scheme short of a colon or a slash, a site's own address twice, a host without its scheme.
_TWICE = re.compile(r"^(?:https?:?/*(?:www\.)?)+(?=https?:/|https?//)", re.IGNORECASE)
_SHORT = re.compile(r"^(?:(https?)(?::{1,2}[/\\]{0,5}|[/\\]{2,5})|:?//)(?=[^/\\:])", re.IGNORECASE)
_SELF_TWICE = re.compile(r"^https?://([^/?#]+)/+(https?:/{1,3}(?:www\.)?\1(?:[/?#]|$).*)", re.IGNORECASE)
_SOUND = re.compile(r"https?://(?!.*[hH][tT][tT][pP])[^/\\:]", re.DOTALL)  # none of these
_CONTROLS = re.compile(r"[\x00-\x1f]")
_ARTICLE = re.compile(r"https?://(?:[^/?#@]*@)?(?!https?[:/?#])[^:/?#]")  # http(s) with a host, as ada writes addresses
_BARE_HOST = re.compile(r"^(?:www\d?\.[\w-]+|[\w-]+\.[\w-]+)(?:\.[\w-]+)+(?::\d+)?(?=[/?#]|$)")


@lru_cache(maxsize=1024)  # one address is asked for several times while its entry is read
def resolve(base: str, url: str) -> str | None:
    """Make `url` absolute against `base`; None when neither makes an http(s) address."""
    url = mended(_CONTROLS.sub("", url))
    if not url or len(url) > 2 * MAX_URL:
        return None
    try:
        made = ada_url.URL(url, base) if base else ada_url.URL(url)
    except (ValueError, UnicodeError):
        return None
    href = str(made.href)
    return href if _ARTICLE.match(href) and len(href) <= MAX_URL else None


def mended(url: str) -> str:
    """Repair an address that its writer broke in a way that leaves no doubt; others come back as they are."""
    url = url.strip()
    if _SOUND.match(url):
        return url
    for _ in range(3):
        before = url
        url = _TWICE.sub("", url)
        if found := _SELF_TWICE.match(url):
            url = found[2]
        if url == before:
            break
    if (short := _SHORT.match(url)) and not url.startswith("//"):
        url = f"{short[1] or 'https'}://{url[short.end() :]}"
    if url.lower().startswith(("feed:", "rss:")) and (rest := url.split(":", 1)[1]):
        url = mended("https:" + rest if rest.startswith("//") else rest)
    bare = _BARE_HOST.match(url)
    return f"https://{url}" if bare and (url.startswith("www.") or is_registered(bare[0])) else url


def canonical(url: str) -> str | None:
    """Give the one address of an article; None when it is no http(s) address. Idempotent.

    Scheme, credentials, default port, device host (www, m, amp), AMP path and parameters, tracking parameters, session
    ids, fragment, index page and trailing slash go; parameters that remain are sorted.
    """
    made = resolve("", url)
    for _ in range(10):  # a step may uncover another: an AMP address inside an AMP cache's
        before, made = made, _once(made) if made else None
        if made == before:
            break
    return made


def _once(absolute: str) -> str | None:
    for wrapper in (_AMP_CACHE, _AMP_VIEWER):
        found = wrapper.match(absolute)
        inner = resolve("", f"http{'s' if found[1] else ''}://{found[2]}") if found else None
        if inner:
            return inner
    parsed = ada_url.URL(absolute)
    host = _host(parsed.hostname)
    path = _path(parsed.pathname)
    query = _query(parsed.search, host, path) if parsed.search else ""
    fragment = parsed.hash if parsed.hash.startswith(("#!/", "#/")) else ""  # routes of pages made of script
    port = f":{parsed.port}" if parsed.port and parsed.port not in {"80", "443"} else ""
    return resolve("", f"https://{host}{port}{path}{query}{fragment}")


@lru_cache(maxsize=4096)
def _host(host: str) -> str:
    host = host.rstrip(".").lower()
    while found := _TWIN_LABEL.match(host):
        rest = host[found.end() :]
        registered = get_fld(f"https://{host}/", fail_silently=True)  # m.co.kr is a name, not a device of co.kr
        if "." not in rest or host == registered:
            break
        host = rest
    if host.endswith(".m.wikipedia.org"):
        host = host.replace(".m.wikipedia.org", ".wikipedia.org")
    return TWIN_HOSTS.get(host, host)


def _decode(found: re.Match[str]) -> str:
    char = chr(int(found[1], 16))
    return char if char.isascii() and (char.isalnum() or char in "-._~") else found[0].upper()


def _path(path: str) -> str:
    path = _ENCODED.sub(_decode, path)
    path = _LOST_MARK.sub("", _SESSION_PATH.sub("", path))
    path = re.sub(r"/{2,}", "/", path)
    while True:
        short = _AMP_TAIL.sub("", re.sub(r"^/amp(?=/.)", "", path)).rstrip("/")
        if short == path or not short:
            return short or "/"
        path = short


def _query(search: str, host: str, path: str) -> str:
    where = f"{host}{path}"
    if _OPAQUE.match(where):
        return ""
    only = ONLY.get(where)
    kept = []
    for name, value in parse_qsl(search.removeprefix("?"), keep_blank_values=True, errors="surrogateescape"):
        name = name.removeprefix("amp;")  # an address escaped twice
        lower = name.lower()
        if TRACKING.fullmatch(name) or _PAIR.fullmatch(f"{name}={value}") or (only is not None and lower not in only):
            continue
        if lower in _SESSION_NAME and _SESSION_VALUE.fullmatch(value):
            continue
        if any(host == domain or host.endswith("." + domain) for domain in PER_HOST.get(lower, ())):
            continue
        kept.append((name, value))
    return "?" + urlencode(sorted(kept), errors="surrogateescape") if kept else ""


def key(canonical_url: str) -> str:
    """Give the identity of a story: the first 32 hex digits of the SHA-256 of its canonical URL."""
    return hashlib.sha256(canonical_url.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def host(url: str) -> str:
    """Give the host of an address, empty when it has none: lower case, ASCII ("xn--…"), without a dot at its end."""
    absolute = resolve("", url)
    return str(ada_url.URL(absolute).hostname).rstrip(".") if absolute else ""


def outlet(url: str) -> str:
    """Give the registrable host, the publisher as far as an address tells (`news.bbc.co.uk` → `bbc.co.uk`)."""
    return _outlet(host(url))


@lru_cache(maxsize=4096)
def _outlet(name: str) -> str:
    found = get_fld(f"https://{name}/", fail_silently=True) if name else None
    return str(found) if found else _host(name)


def is_registered(name: str) -> bool:
    """Tell whether a name is a host under a public suffix ("lemonde.fr"), not just words with a dot between them."""
    return bool(get_fld(f"https://{name}/", fail_silently=True))


def without_credentials(url: str) -> str:
    """Drop user and password, for logs and rows."""
    return re.sub(r"^([a-z][a-z0-9+.-]*://)[^/?#]*@", r"\1", url, flags=re.IGNORECASE)
