"""Which page it is: an answer of 200 is not the article. All pages and stories are fictional."""

import itertools

import pytest

from pipeline.core.feeds import page
from pipeline.core.feeds.page import ArticlePage as Page

ASKED = "https://paper.example/2026/11/dam-lease-4711"
TITLE, SUMMARY = "City rents a dam for ten years", "Veldhaven's utility leases the Ostra dam from the state."
BODY = (
    "Veldhaven's utility will rent the Ostra dam from the state for ten years, the city council decided on Friday. "
    "The lease lets the city feed its new tram lines with water power, and ends a quarrel of three winters.\n"
    "The dam was built by farmers of the valley in the last century, and its turbines were renewed two years ago. "
) * 3
OTHERS = (
    "Bank buys every wind farm of the coast for nine billion in the largest deal of the year, lawyers said on Monday.\n"
    "Markets close higher as buyers of steel return to the floor after a long and cold winter without any orders.\n"
) * 4
OK = Page(BODY, (TITLE, f"{TITLE} | Harbour Post"), ASKED)

# (what, final address, page, kept or a part of why not)
PAGES = [
    ("the article", ASKED, OK, True),
    ("its slug was changed", "https://paper.example/2026/11/city-rents-dam-4711", OK, True),
    ("its mobile twin", "https://m.paper.example/2026/11/dam-lease-4711", OK, True),
    ("reworded for search engines", ASKED, Page(BODY, ("Dam lease: Veldhaven rents the Ostra for ten years",)), True),
    ("a title of nothing but the paper's name", ASKED, Page(BODY, ("Harbour Post",)), True),
    ("no title at all", ASKED, Page(BODY), True),
    ("the front page by a redirect", "https://paper.example/", Page(OTHERS + BODY, ("Home",)), "another page"),
    ("a section by a redirect", "https://paper.example/2026", Page(OTHERS, ("All of 2026",)), "another page"),
    ("a login by a redirect", "https://login.paper.example/login?to=4711", Page(OTHERS, ("Welcome",)), "another page"),
    ("a notice before the page", "https://paper.example/zustimmung?u=4711", Page(OTHERS, ("Mit Werbung",)), "another"),
    ("the front page under the article's address", ASKED, Page(OTHERS, ("Harbour Post",)), "neither"),
    ("its own canonical address is the root", ASKED, Page(OTHERS, ("Post",), "https://paper.example/"), "another page"),
    ("another article", ASKED, Page(OTHERS, ("Bank buys every wind farm",)), "neither"),
    ("a soft 404", ASKED, Page("Sorry, that page is gone.\n" + OTHERS, ("Page not found",)), "there is none"),
    ("a soft 404 in German", ASKED, Page(OTHERS, ("Seite nicht gefunden | Kurier",)), "there is none"),
    ("a soft 404 in Japanese", ASKED, Page(OTHERS, ("お探しのページは見つかりませんでした",)), "there is none"),
    ("a soft 404 in Arabic", ASKED, Page(OTHERS, ("الصفحة غير موجودة",)), "there is none"),
    ("a notice of cookies", ASKED, Page("We and our 900 partners store cookies. " * 9, ("Your privacy",)), "for now"),
    ("a check for bots", ASKED, Page("Verify you are human. " * 20, ("Just a moment...",)), "for now"),
    ("a check for bots in French", ASKED, Page("Vérification en cours. " * 20, ("Access denied",)), "for now"),
    ("an offer under the right title", ASKED, Page("Enjoy unlimited access to all we write from one euro. " * 8,
                                                    (TITLE, "Harbour Post")), "does not tell"),
    ("an offer in Spanish under the right title", ASKED, Page("Suscríbase y lea nuestras noticias. " * 9, (TITLE,)),
     "does not tell"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "final", "shown", "right"), PAGES, ids=[row[0] for row in PAGES])
def test_what_a_page_is(what: str, final: str, shown: Page, right: bool | str) -> None:
    """Title, address and text must agree with the story; what does not lends it nothing."""
    verdict = page.judge(ASKED, final, TITLE, SUMMARY, shown)
    if right is True:
        assert (verdict.why, verdict.text) == ("", shown.text.strip()), what
    else:
        assert str(right) in verdict.why and verdict.text == "", what
        is_interim = "for now" in verdict.why or any(mark in final for mark in ("/login", "/zustimmung"))
        assert verdict.is_final != is_interim


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("市、ダムを十年間借りる契約", "港市は金曜日、ダムを十年間借りる契約を結んだ。" * 20),
        ("城市租用水坝十年", "港市周五决定租用水坝十年，为新的电车线路供电。" * 20),
        ("Город арендует плотину на десять лет", "Городской совет решил арендовать плотину на десять лет. " * 20),
        ("Kaupunki vuokraa padon kymmeneksi vuodeksi", "Kaupunki vuokrasi padon kymmeneksi vuodeksi valtiolta. " * 20),
        ("المدينة تستأجر سدا لعشر سنوات", "قررت المدينة أن تستأجر سدا لعشر سنوات من الدولة. " * 20),
        ("शहर ने दस साल के लिए बांध किराए पर लिया", "शहर ने शुक्रवार को दस साल के लिए बांध किराए पर लिया। " * 20),
    ],
)
def test_articles_of_other_scripts_pass_without_a_title(title: str, text: str) -> None:
    """Words count in every script, inflected or written without spaces; another story's do not."""
    assert page.judge(ASKED, ASKED, title, "", Page(text)).why == ""
    assert page.judge(ASKED, ASKED, title, "", Page(OTHERS)).why != ""


@pytest.mark.parametrize(
    "line",
    [
        "Read also: Bank buys every wind farm for $9 billion", "Lire aussi : Une banque achète tout",
        "Baca juga: Bank membeli", "Lees ook: Bank koopt windparken",
        "Mehr zum Thema: Bank kauft Windparks", "Leia também: Banco compra parques",
        "Читайте также: Банк купил ветропарки", "اقرأ أيضا: بنك يشتري",
        "関連記事：銀行が風力を買収", "相关阅读：银行收购风电场",
        "관련기사: 은행, 풍력 인수", "Xem thêm: Ngân hàng mua",
        "Ayrıca okuyun: Banka satın aldı", "Czytaj także: Bank kupuje",
        "यह भी पढ़ें: बैंक ने खरीदा", "READ MORE", "Most read:", "Les også: Bank kjøper",
    ],
)  # fmt: skip
def test_lines_that_point_elsewhere_go(line: str) -> None:
    """What another story says is not said by this one."""
    assert page.without_pointers(f"The dam is rented.\n{line}\nThe lease ends in 2036.") == (
        "The dam is rented.\nThe lease ends in 2036."
    )


def test_lines_that_are_links_go_and_sentences_stay() -> None:
    """A line that is a link whole points elsewhere; a sentence that begins like a pointer does not."""
    link = "Bank buys every wind farm for nine billion"
    text = f"The dam is rented.\n{link}\nRead more books, the mayor said.\nRelated costs rose by a third."
    assert page.without_pointers(text, (link,)) == text.replace(f"{link}\n", "")


WORDS = ["".join(letters) for letters in itertools.product("bdkmnprt", repeat=4)]  # of one weight each
HUNDRED, STRANGE = " ".join(WORDS[:100]), WORDS[1000:]


def mixed(known: int, of: int = 100) -> str:
    """Give so many of the story's words, and as many of no story as make up the rest."""
    return " ".join([*WORDS[:known], *STRANGE[: of - known]])


@pytest.mark.parametrize(
    ("headline", "text", "right"),
    [
        (mixed(50), HUNDRED, True),  # half of the title's words: a rewording
        (mixed(49), mixed(59), False),  # another title, …
        (mixed(49), mixed(60), True),  # … but a text that holds six in ten of the words
        (HUNDRED, mixed(34), True),  # the title, and a text that says a third
        (HUNDRED, mixed(33), False),
        (HUNDRED, mixed(0).ljust(1499, "-"), False),
        (HUNDRED, mixed(0).ljust(1499, "-") + "x", True),  # a long article may open with a scene
        (HUNDRED, mixed(0, 900)[:4000] + f" {HUNDRED}", True),
        ("", mixed(0, 800)[:4000] + f" {HUNDRED}", False),  # its words come only after the head of the text
    ],
)
def test_how_much_must_agree(headline: str, text: str, right: bool) -> None:
    """Rule: shares of the story's words in the page's title and at the head of its text."""
    assert (page.judge(ASKED, ASKED, HUNDRED, "", Page(text, (headline,))).why == "") == right


@pytest.mark.parametrize(("words", "right"), [(2, False), (3, True)])
def test_two_words_prove_nothing(words: int, right: bool) -> None:
    """Rule: shares mean something from three words on; a page without a title must hold them."""
    title = " ".join(WORDS[:words])
    assert (page.judge(ASKED, ASKED, title, "", Page(title)).why == "") == right


@pytest.mark.parametrize(
    ("length", "kept", "same"),
    [
        (4, 4, False),  # too short to be told from another word
        (5, 5, True),
        (6, 5, True),
        (6, 4, False),
        (8, 6, True),
        (8, 5, False),
    ],
)
def test_words_are_one_by_their_beginnings(length: int, kept: int, same: bool) -> None:
    """Rule: inflected words agree in five letters, and in all but two of the shorter one."""
    title = " ".join((word + "zzzz")[:length] for word in WORDS[:10])
    inflected = " ".join((word + "zzzz")[:kept] + "vwvwvw"[: length + 1 - kept] for word in WORDS[:10])
    assert (page.judge(ASKED, ASKED, title, "", Page("x" * 2000, (inflected,))).why == "") == same
