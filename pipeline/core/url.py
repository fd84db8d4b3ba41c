"""URLs as identities: one canonical form for all the addresses of one article.

Rules follow the WHATWG URL standard (by ada) and what publishers really do; each list says why it is there.
"""

import hashlib
import re
from urllib.parse import parse_qsl, urlencode

import ada_url
from tld import get_fld

MAX_URL = 2048  # longer ones are traps or data, never an article

# Parameters that say who sent the reader, never what is read.
TRACKING = re.compile(
    r"^(utm_.*|mtm_.*|pk_.*|piwik_.*|hsa_.*|oly_.*|vero_.*|at_(medium|campaign|link.*|custom.*|format|ptr_name|bbc_team)"
    r"|ns_(mchannel|source|campaign|linkname|fee)|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|ysclid|twclid"
    r"|ttclid|igshid|igsh|li_fat_id|mc_cid|mc_eid|mkt_tok|_hsenc|_hsmi|_ga|_gl|_openstat|s_cid|ref_src|ref_url|xtor"
    r"|cmpid|cmp|ocid|smid|smtyp|ftag|wt_mc|wt\.mc.*|wtmc|spm|guccounter|guce_.*|soc_src|soc_trk|share_?from|rss|feed_id"
    r"|echobox|__twitter_impression|__source|ncid|sr_share|sh_kit|fb_action_ids|fb_source|campaign_?id|mbid|trk|tracking"
    r"|jsessionid|phpsessid|sessionid|sid|aspsessionid.*|amp|outputtype|output_type|usqp|amp_js_v|amp_gsa)$",
    re.IGNORECASE,
)
# Parameters that identify the article on some hosts and the sender on others: dropped only on these hosts.
PER_HOST = {
    "source": {"medium.com", "theverge.com", "bloomberg.com", "substack.com"},
    "ref": {"theguardian.com", "producthunt.com", "ft.com", "nytimes.com", "techcrunch.com"},
    "cid": {"spiegel.de", "welt.de", "bbc.co.uk", "bbc.com"},
    "partner": {"nytimes.com", "bloomberg.com"},
    "src": {"bloomberg.com", "rt.com"},
    "mod": {"wsj.com", "marketwatch.com", "barrons.com"},
}
TWIN_LABELS = ("www", "m", "mobile", "amp", "www2", "wap")  # hosts that serve the same article to another device
_AMP_CACHE = re.compile(r"^https?://[^/]+\.cdn\.ampproject\.org/(?:[a-z]/)?(s/)?(.+)$", re.IGNORECASE)
_AMP_VIEWER = re.compile(r"^https?://(?:www\.)?google\.[a-z.]+/amp/(s/)?(.+)$", re.IGNORECASE)
_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#]*", re.IGNORECASE)
_UNRESERVED = re.compile(r"%([0-9a-fA-F]{2})")


def resolve(base: str, url: str) -> str | None:
    """Make `url` absolute against `base`; None when neither makes an http(s) address."""
    url = "".join(c for c in url.strip() if c >= " ")
    if not url:
        return None
    try:
        made = ada_url.URL(url, base) if base else ada_url.URL(url)
    except ValueError:
        return None
    if made.protocol not in {"http:", "https:"} or not made.hostname or len(made.href) > MAX_URL:
        return None
    return str(made.href)


def canonical(url: str) -> str | None:
    """Give the one address of an article; None when it is no http(s) address. Idempotent.

    Scheme, credentials, port, device host (www, m, amp), AMP path and parameters, tracking parameters, session ids,
    fragment, index page and trailing slash go; parameters that remain are sorted.
    """
    return _canonical(url, 4)


def _canonical(url: str, depth: int) -> str | None:
    absolute = resolve("", url)
    if absolute is None:
        return None
    for wrapper in (_AMP_CACHE, _AMP_VIEWER):
        found = wrapper.match(absolute)
        if found and depth:
            inner = _canonical(f"http{'s' if found[1] else ''}://{found[2]}", depth - 1)
            if inner:
                return inner
    parsed = ada_url.URL(absolute)
    host = _host(parsed.hostname)
    path = _path(parsed.pathname)
    query = _query(parsed.search, host)
    fragment = parsed.hash if parsed.hash.startswith("#!/") else ""
    port = f":{parsed.port}" if parsed.port and parsed.port not in {"80", "443"} else ""
    return f"https://{host}{port}{path}{query}{fragment}"


def _host(host: str) -> str:
    host = host.rstrip(".").lower()
    while True:
        label, _, rest = host.partition(".")
        if label in TWIN_LABELS and "." in rest:
            host = rest
        else:
            return host


def _decode(found: re.Match[str]) -> str:
    char = chr(int(found[1], 16))
    return char if char.isascii() and (char.isalnum() or char in "-._~") else found[0].upper()


def _path(path: str) -> str:
    path = _UNRESERVED.sub(_decode, _SESSION.sub("", path))
    path = re.sub(r"/{2,}", "/", path)
    while True:
        short = re.sub(r"^/amp(?=/.)", "", path)
        short = re.sub(r"/(?:amp/?|index\.(?:html?|php|aspx?|jsp)|amp\.html?)$", "", short)
        short = re.sub(r"\.amp(?=(?:\.html?)?$)", "", short)
        short = short.rstrip("/")
        if short == path:
            return path or "/"
        if not short:
            return "/"
        path = short


def _query(search: str, host: str) -> str:
    kept = []
    for name, value in parse_qsl(search.lstrip("?"), keep_blank_values=True, errors="surrogateescape"):
        domain = PER_HOST.get(name.lower())
        if TRACKING.match(name) or (domain and any(host == d or host.endswith("." + d) for d in domain)):
            continue
        kept.append((name, value))
    return "?" + urlencode(sorted(kept), errors="surrogateescape") if kept else ""


def key(canonical_url: str) -> str:
    """Give the identity of a story: the first 32 hex digits of the SHA-256 of its canonical URL."""
    return hashlib.sha256(canonical_url.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def host(url: str) -> str:
    """Give the host of an address in lower case, empty when it has none."""
    absolute = resolve("", url)
    return str(ada_url.URL(absolute).hostname) if absolute else ""


def outlet(url: str) -> str:
    """Give the registrable host, the publisher as far as an address tells (`news.bbc.co.uk` → `bbc.co.uk`)."""
    name = host(url)
    found = get_fld(f"https://{name}/", fail_silently=True) if name else None
    return str(found) if found else _host(name)


def without_credentials(url: str) -> str:
    """Drop user and password, for logs and rows."""
    return re.sub(r"^([a-z][a-z0-9+.-]*://)[^/?#@]*@", r"\1", url, flags=re.IGNORECASE)
