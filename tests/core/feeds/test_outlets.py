"""Who told it: one row an aggregator, in the shapes in which they write. All texts and outlets are fictional."""

import json
from datetime import UTC, datetime
from xml.sax.saxutils import escape

import pytest

from pipeline.core.feeds import outlets, parse
from pipeline.core.text import url
from pipeline.model import Entry

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
SEARCH = "https://news.google.com/rss/articles/CBMi"


def outlet(entry: Entry) -> str:
    return url.outlet(entry.url) if entry.outlet is None else entry.outlet


def rss(*items: str, site: str = "", names: str = "") -> tuple[Entry, ...]:
    link = f"<link>{site}</link>" if site else ""
    inner = "".join(f"<item>{item}</item>" for item in items)
    body = f'<rss version="2.0" {names}><channel><title>Wires</title>{link}{inner}</channel></rss>'
    return parse.document(body.encode(), {}, "https://feeds.example/all.xml", NOW).entries


# (what, inside of the item, outlet, title)
CARRIED = [
    ("a search with a source", f"<title>City rents a dam - Harbour Post</title><link>{SEARCH}1?oc=5</link>"
     '<source url="https://www.harbourpost.example">Harbour Post</source>', "harbourpost.example", "City rents a dam"),
    ("a name with dashes of its own", f"<title>City rents a dam - Post - North - Coast</title><link>{SEARCH}2</link>"
     '<source url="https://north.example">Post - North - Coast</source>', "north.example", "City rents a dam"),
    ("a dash in the headline", f"<title>Dam - or no dam - Harbour Post</title><link>{SEARCH}3</link>"
     '<source url="https://harbourpost.example/">Harbour Post</source>', "harbourpost.example", "Dam - or no dam"),
    ("no source element: the name behind the dash", f"<title>発電所を借りる - 港新報</title><link>{SEARCH}4</link>",
     "港新報", "発電所を借りる"),
    ("a large outlet's name is its host", f"<title>City rents a dam - Reuters</title><link>{SEARCH}5</link>",
     "reuters.com", "City rents a dam"),
    ("twice: by the outlet and by the search", f"<title>La presa | El Faro - El Faro</title><link>{SEARCH}6</link>"
     '<source url="https://elfaro.example">El Faro</source>', "elfaro.example", "La presa"),
    ("nobody says", f"<title>City rents a dam</title><link>{SEARCH}7</link>", "", "City rents a dam"),
    ("an alert: the address inside the link",
     "<title>City &lt;b&gt;rents&lt;/b&gt; a dam</title>"
     "<link>https://www.google.com/url?rct=j&amp;sa=t&amp;url=https://harbourpost.example/dam%3Fid%3D4&amp;ct=ga</link>",
     "harbourpost.example", "City rents a dam"),
    ("the same, of another country",
     "<title>Versorger mietet Damm</title><link>https://www.google.de/url?q=https://kurier.example/damm&amp;sa=U</link>",
     "kurier.example", "Versorger mietet Damm"),
    ("Bing: the address inside", "<title>City rents a dam</title><link>http://www.bing.com/news/apiclick.aspx?ref=FexRss"
     "&amp;aid=&amp;tid=6&amp;url=https%3a%2f%2fharbourpost.example%2fdam&amp;c=7&amp;mkt=en-us</link>"
     "<News:Source>Harbour Post</News:Source>", "harbourpost.example", "City rents a dam"),
    ("Bing, of an article on a portal", "<title>City rents a dam</title><link>http://www.bing.com/news/apiclick.aspx?"
     "url=https%3a%2f%2fwww.msn.com%2fen-us%2far-AA1&amp;c=7</link><News:Source>Harbour Post on MSN.com</News:Source>",
     "Harbour Post", "City rents a dam"),
    ("a portal with a source", "<title>City rents a dam</title><link>https://finance.yahoo.com/news/dam-1.html</link>"
     '<source url="https://www.harbourpost.example/">Harbour Post</source>', "harbourpost.example", "City rents a dam"),
    ("a portal's own newsroom", "<title>City rents a dam</title><link>https://finance.yahoo.com/news/dam-2.html</link>"
     '<source url="https://finance.yahoo.com/">Yahoo Finance</source>', "yahoo.com", "City rents a dam"),
    ("a portal that names nobody", "<title>City rents a dam</title><link>https://www.msn.com/en-us/ar-AA2</link>", "",
     "City rents a dam"),
    ("a portal whose byline is the outlet", "<title>City rents a dam</title>"
     "<link>https://www.msn.com/en-us/ar-AA3</link><dc:creator>Harbour Post</dc:creator>", "Harbour Post",
     "City rents a dam"),
    ("Yahoo in Japan: brackets", "<title>発電所を借りる（港新報）</title><link>https://news.yahoo.co.jp/articles/a1</link>",
     "港新報", "発電所を借りる"),
    ("Naver: the paper's number", "<title>댐을 빌리다</title><link>https://n.news.naver.com/mnews/article/001/0015</link>",
     "yna.co.kr", "댐을 빌리다"),
    ("a forum: what it links to", "<title>City rents a dam</title><link>https://www.reddit.com/r/power/comments/1/x/</link>"
     "<description>by &lt;a href='https://www.reddit.com/user/me'&gt;me&lt;/a&gt; &lt;a href='https://harbourpost.example/dam'"
     "&gt;[link]&lt;/a&gt;</description>", "harbourpost.example", "City rents a dam"),
    ("a forum's own words", "<title>What is a dam?</title><link>https://old.reddit.com/r/power/comments/2/</link>", "",
     "What is a dam?"),
    ("a list of headlines: writer and outlet in brackets", "<title>City rents a dam (Ada Lane/Harbour Post)</title>"
     "<link>http://www.techmeme.com/261128/p1#a261128p1</link>", "Harbour Post", "City rents a dam"),
    ("an aggregator nobody has in a table", "<title>City rents a dam</title><link>https://pool.example/item/1</link>"
     '<source url="https://harbourpost.example/rss">Harbour Post</source>', "harbourpost.example", "City rents a dam"),
    ("a paper that names itself", "<title>City rents a dam</title><link>https://www.harbourpost.example/dam</link>"
     '<source url="https://harbourpost.example/rss">Harbour Post</source>', "harbourpost.example", "City rents a dam"),
    ("a link behind a share button", "<title>City rents a dam</title>"
     "<link>https://l.facebook.com/l.php?u=https%3A%2F%2Fharbourpost.example%2Fdam&amp;h=AT0</link>",
     "harbourpost.example", "City rents a dam"),
    ("a source without a scheme", f"<title>City rents a dam - Harbour Post</title><link>{SEARCH}8</link>"
     '<source url="www.harbourpost.example">Harbour Post</source>', "harbourpost.example", "City rents a dam"),
    ("a carrier that was carried", f"<title>City rents a dam - MSN</title><link>{SEARCH}10</link>"
     '<source url="https://www.msn.com">MSN</source>', "", "City rents a dam"),
    ("Rambler", "<title>ГЭС сдана в аренду</title><link>https://news.rambler.ru/business/1/</link>"
     "<author>Вестник порта</author>", "Вестник порта", "ГЭС сдана в аренду"),
]  # fmt: skip
NAMES = 'xmlns:News="https://bing.example/news" xmlns:dc="http://purl.org/dc/elements/1.1/"'


@pytest.mark.parametrize(("what", "item", "told", "title"), CARRIED, ids=[row[0] for row in CARRIED])
def test_the_author_is_told_not_the_carrier(what: str, item: str, told: str, title: str) -> None:
    """An outlet is who wrote it; where nobody says, it is unknown and not the carrier."""
    (entry,) = rss(item, names=NAMES)
    assert (outlet(entry), entry.title) == (told, title), what


def test_known_outlets_of_sample_answers() -> None:
    """Of one answer of each carrier that names outlets, every story has one."""
    entries = [rss(item, names=NAMES)[0] for what, item, told, _ in CARRIED if told]
    assert [e.url for e in entries if not outlet(e)] == []
    assert {outlet(e) for e in entries} & {"google.com", "bing.com", "msn.com", "reddit.com", "naver.com"} == set()


def test_a_carriers_summary_of_headlines_is_none() -> None:
    """A search's summary repeats the headline and the headlines of others: other happenings' words."""
    (entry,) = rss(
        f"<title>City rents a dam - Post</title><link>{SEARCH}9</link><description>"
        + escape("<ol><li>City rents a dam</li><li>Bank buys a wind farm for $9 billion</li></ol>")
        + "</description>"
    )
    assert entry.summary == ""


def test_a_redirecting_service_tells_the_feeds_site() -> None:
    """FeedBurner's links without the original address belong to the site that the feed names."""
    item = "<title>City rents a dam</title><link>http://feedproxy.google.com/~r/post/~3/x/</link>"
    assert outlet(rss(item, site="https://www.harbourpost.example/")[0]) == "harbourpost.example"


def test_a_link_blog_tells_itself() -> None:
    """JSON Feed's external_url is what is commented on, not who comments."""
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Notes", "items": [
        {"id": "1", "title": "On a dam", "url": "https://notes.example/1", "external_url": "https://harbourpost.example/dam"},
        {"id": "2", "title": "A dam", "url": "https://flipboard.com/x", "external_url": "https://harbourpost.example/dam"},
    ]}  # fmt: skip
    entries = parse.document(json.dumps(feed).encode(), {}, "https://notes.example/feed.json", NOW).entries
    assert outlet(entries[0]) == "notes.example"


HOSTS = ("harbourpost.example", "lephare.example", "el-faro.example", "thebeacon.example", "standard.example",
         "dam.example", "courier.example", "funken.example", "funken.test")  # fmt: skip


@pytest.mark.parametrize(
    ("name", "home"),
    [
        ("Harbour Post", "harbourpost.example"),
        ("The Harbour Post", "harbourpost.example"),
        ("HARBOUR POST", "harbourpost.example"),
        ("Le Phare", "lephare.example"),
        ("Le Pharé.example", "lephare.example"),
        ("El Faro", "el-faro.example"),
        ("The Beacon", "thebeacon.example"),
        ("Beacon", "thebeacon.example"),
        ("Harbour Post North", "Harbour Post North"),  # another paper of the house
        ("Harbour", "Harbour"),
        ("The Standard", "The Standard"),  # many papers bear it
        ("Courier", "Courier"),
        ("Dam", "Dam"),  # too short to be one's own
        ("Funken", "Funken"),  # two hosts
        ("Phare", "Phare"),
        ("港新報", "港新報"),
        ("", ""),
    ],
)
def test_a_name_is_at_home_where_an_address_spells_it(name: str, home: str) -> None:
    """Letters alone, without case, accents, spaces and "The"; what many bear or what fits two stays a name."""
    assert outlets.at_home(name, HOSTS) == home


@pytest.mark.parametrize(
    ("name", "outlet"),
    [
        ("Investing.com", "investing.com"),
        ("Phys.org", "phys.org"),
        ("Kyiv24.com.ua", "kyiv24.com.ua"),
        ("Reuters", "reuters.com"),
        ("St. Louis", "St. Louis"),
        ("Dr.No", "Dr.No"),
        ("Node.js", "Node.js"),
        ("Harbour Post.com", "Harbour Post.com"),
    ],
)
def test_a_name_that_is_a_host(name: str, outlet: str) -> None:
    """Portals print sites by their hosts."""
    assert outlets.named(name) == outlet


@pytest.mark.parametrize(
    ("address", "has_page"),
    [
        (f"{SEARCH}1?oc=5", False),
        ("https://www.msn.com/en-us/ar-AA1", False),
        ("https://apple.news/A1", False),
        ("https://finance.yahoo.com/news/dam-1.html", True),  # a portal that prints the article
        ("https://news.yahoo.co.jp/articles/a1", True),
        ("http://feedproxy.google.com/~r/post/~3/x/", True),  # a redirect that every client follows
        ("https://blog.google/dam", True),
        ("https://notmsn.com/1", True),
        ("https://harbourpost.example/news.google.com/rss/articles/1", True),
    ],
)
def test_whose_pages_may_be_articles(address: str, has_page: bool) -> None:
    """Only addresses of carriers that need scripts have none."""
    assert outlets.has_page(address) is has_page


@pytest.mark.parametrize(
    ("wrapped", "address"),
    [
        ("https://www.google.com/url?url=https%3A%2F%2Fa.example%2F1", "https://a.example/1"),
        ("https://out.reddit.com/t3_x?url=https%3A%2F%2Fa.example%2F1&token=A", "https://a.example/1"),
        ("https://duckduckgo.com/l/?uddg=https%3A%2F%2Fa.example%2F1", "https://a.example/1"),
        ("https://vk.com/away.php?to=https%3A%2F%2Fa.example%2F1", "https://a.example/1"),
        ("https://r.search.yahoo.com/_ylt=A/RU=https%3a%2f%2fa.example%2f1/RK=2/RS=x", "https://a.example/1"),
        (
            "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example%2F1&data=05",
            "https://a.example/1",
        ),
        ("https://www.google.com/url?url=javascript:alert(1)", "https://www.google.com/url?url=javascript:alert(1)"),
        ("https://a.example/share?url=https://b.example/", "https://a.example/share?url=https://b.example/"),
        (
            "https://www.google.com/url?q=https://www.bing.com/news/apiclick.aspx?url%3Dhttps%253A%252F%252Fa.example%252F1",
            "https://a.example/1",
        ),
    ],
)
def test_addresses_inside_addresses(wrapped: str, address: str) -> None:
    """A link that carries the article's own address gives way to it; others stay."""
    assert outlets.article(wrapped) == address


@pytest.mark.parametrize("address", ["//[", "//[]", "https://[v]/x", ""])
def test_what_is_no_address_has_no_carrier(address: str) -> None:
    """Rule: nothing from outside raises."""
    assert outlets.carrier(address) is None
