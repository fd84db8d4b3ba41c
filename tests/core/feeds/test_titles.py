"""Headlines as a person would print them, by what newsrooms write in many languages. All texts are fictional."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.feeds import titles
from pipeline.core.feeds.titles import Names
from pipeline.model import Entry

OWN = Names(frozenset({"faro", "faroexample", "kurier"}))

# (written, title, kinds, update)
READ = [
    ("UPDATE 2-Utility rents a dam", "Utility rents a dam", ("update",), 2),
    ("WRAPUP 4-Utility rents a dam", "Utility rents a dam", ("update",), 4),
    ("CORRECTED-UPDATE 1-Utility rents a dam", "Utility rents a dam", ("correction", "update"), 1),
    ("RPT-EXCLUSIVE-Utility rents a dam", "Utility rents a dam", ("repeat", "exclusive"), None),
    ("Exclusive: Utility rents a dam", "Utility rents a dam", ("exclusive",), None),
    ("🔴 BREAKING: Utility rents a dam", "Utility rents a dam", ("breaking",), None),
    ("(2nd LD) Utility rents a dam", "Utility rents a dam", ("update",), 2),
    ("Opinion | Who needs another dam", "Who needs another dam", ("opinion",), None),
    ("Utility rents a dam – live updates", "Utility rents a dam", ("live",), None),
    ("Utility rents a dam [VIDEO]", "Utility rents a dam", ("video",), None),
    ("ROUNDUP 2: Versorger mietet Damm", "Versorger mietet Damm", ("roundup",), 2),
    ("ROUNDUP/Versorger mietet Damm", "Versorger mietet Damm", ("roundup",), None),
    ("+++ EIL: Versorger mietet Damm +++", "Versorger mietet Damm", ("breaking",), None),
    ("EILMELDUNG Versorger mietet Damm", "Versorger mietet Damm", ("breaking",), None),
    ("WDH/KORREKTUR: Versorger mietet Damm", "Versorger mietet Damm", ("repeat", "correction"), None),
    (">ANSA-FOCUS/ Diga in affitto per dieci anni", "Diga in affitto per dieci anni", ("analysis",), None),
    ("++ Ultim'ora: diga in affitto ++", "diga in affitto", ("breaking",), None),
    ("ESCLUSIVA | Diga in affitto per dieci anni", "Diga in affitto per dieci anni", ("exclusive",), None),
    ("ÚLTIMA HORA | La eléctrica alquila una presa", "La eléctrica alquila una presa", ("breaking",), None),
    ("ÚLTIMA HORA La eléctrica alquila una presa", "La eléctrica alquila una presa", ("breaking",), None),
    ("EN DIRECT - Un barrage loué pour dix ans", "Un barrage loué pour dix ans", ("live",), None),
    ("VIDÉO. Un barrage loué pour dix ans", "Un barrage loué pour dix ans", ("video",), None),
    ("[속보] 발전사, 댐 임대 (종합2보)", "발전사, 댐 임대", ("breaking", "update"), 2),
    ("[단독]발전사, 댐 임대 계약", "발전사, 댐 임대 계약", ("exclusive",), None),
    ("발전사, 댐 임대 계약(종합)", "발전사, 댐 임대 계약", ("update",), None),
    ("【速報】電力会社がダムを借りる", "電力会社がダムを借りる", ("breaking",), None),
    ("快讯：电力公司租用水坝", "电力公司租用水坝", ("breaking",), None),
    ("独家丨电力公司租用水坝", "电力公司租用水坝", ("exclusive",), None),
    ("عاجل | شركة كهرباء تستأجر سدا", "شركة كهرباء تستأجر سدا", ("breaking",), None),
    ("СРОЧНО: Энергетики арендуют плотину", "Энергетики арендуют плотину", ("breaking",), None),
    ("SON DAKİKA: Elektrik şirketi baraj kiraladı", "Elektrik şirketi baraj kiraladı", ("breaking",), None),
    ("NÓNG: Công ty điện thuê đập", "Công ty điện thuê đập", ("breaking",), None),
    ("ब्रेकिंग: बिजली कंपनी ने बांध लिया", "बिजली कंपनी ने बांध लिया", ("breaking",), None),
    ("ΕΚΤΑΚΤΟ: Εταιρεία νοικιάζει φράγμα", "Εταιρεία νοικιάζει φράγμα", ("breaking",), None),
    ("EKSKLUSIF: Perusahaan listrik menyewa bendungan", "Perusahaan listrik menyewa bendungan", ("exclusive",), None),
    ("#ÚLTIMAHORA La eléctrica alquila una presa", "La eléctrica alquila una presa", ("breaking",), None),
    ("#عاجل شركة كهرباء تستأجر سدا", "شركة كهرباء تستأجر سدا", ("breaking",), None),
    ("Urgent. Un barrage loué pour dix ans", "Un barrage loué pour dix ans", ("breaking",), None),
    ("Reuters Exclusive: City rents a dam", "City rents a dam", ("exclusive",), None),
    ("Watch live: City rents a dam", "City rents a dam", ("live",), None),
    ("Ultim'ora, Acme affitta una diga", "Acme affitta una diga", ("breaking",), None),
    ("Última hora, Acme alquila una presa", "Acme alquila una presa", ("breaking",), None),
    ("[POPULER] Acme Sewa Bendungan", "Acme Sewa Bendungan", ("breaking",), None),
    ("LIGE NU: Acme lejer en dæmning", "Acme lejer en dæmning", ("breaking",), None),
    ("AKTUALIZOVÁNO: Acme si pronajme hráz", "Acme si pronajme hráz", ("update",), None),
    ("INFO LE PHARE - Acme loue un barrage", "Acme loue un barrage", ("exclusive",), None),
    ("INFO RADIO PHARE. Acme loue un barrage", "INFO RADIO PHARE. Acme loue un barrage", (), None),
    # headlines that only look so
    ("Ultim'ora di lavoro alla diga", "Ultim'ora di lavoro alla diga", (), None),
    ("Flash, dam and rescue", "Flash, dam and rescue", (), None),
    ("INFO: Acme rents a dam", "INFO: Acme rents a dam", (), None),
    ("#Acme rents a dam", "#Acme rents a dam", (), None),
    ("Exclusive club rents a dam", "Exclusive club rents a dam", (), None),
    ("Live Wire Energy rents a dam", "Live Wire Energy rents a dam", (), None),
    ("Video games: studio buys a dam", "Video games: studio buys a dam", (), None),
    ("Acme: the story so far", "Acme: the story so far", (), None),
    ("Acme - Bolt deal in doubt", "Acme - Bolt deal in doubt", (), None),
    ("Acme rents a dam – what we know", "Acme rents a dam – what we know", (), None),
    ("[Acme] and the dam", "[Acme] and the dam", (), None),
    ("Exclusive: AI", "Exclusive: AI", (), None),
    ("BREAKING", "BREAKING", (), None),
    ("Fast services with C++", "Fast services with C++", (), None),
    ("Acme Security+", "Acme Security+", (), None),
]  # fmt: skip


@pytest.mark.parametrize(("written", "title", "kinds", "update"), READ, ids=[row[0] for row in READ])
def test_kinds_and_numbers(written: str, title: str, kinds: tuple[str, ...], update: int | None) -> None:
    """What newsrooms put beside a headline is read off and kept as what it says."""
    found = titles.read(written, OWN)
    assert (found.title, found.kinds, found.update) == (title, kinds, update)


# (written, title, outlet)
OUTLETS = [
    ("Un barrage loué | Faro", "Un barrage loué", "Faro"),
    ("Un barrage loué – Le Faro", "Un barrage loué", "Le Faro"),
    ("Faro | Un barrage loué", "Un barrage loué", "Faro"),
    ("Damm gemietet - KURIER", "Damm gemietet", "KURIER"),
    ("Damm gemietet - Kurier Online", "Damm gemietet", "Kurier Online"),
    ("Utility rents a dam - Reuters", "Utility rents a dam", "Reuters"),
    ("Utility rents a dam | faro.com", "Utility rents a dam", "faro.com"),
    ("Utility rents a dam - The Morning Herald", "Utility rents a dam", "The Morning Herald"),
    ("电力公司租用水坝_新浪网", "电力公司租用水坝", "新浪网"),
    ("电力公司租用水坝-港口日报", "电力公司租用水坝", "港口日报"),
    ("電力公司租用水壩 - 港口新聞網", "電力公司租用水壩", "港口新聞網"),
    ("電力会社がダムを借りる｜港新聞", "電力会社がダムを借りる", "港新聞"),
    ("電力会社がダムを借りる（港新聞）", "電力会社がダムを借りる", "港新聞"),
    ("발전사, 댐 임대 계약 - 항구일보", "발전사, 댐 임대 계약", "항구일보"),
    ("발전사, 댐 임대 계약 : 항구뉴스", "발전사, 댐 임대 계약", "항구뉴스"),
    ("Энергетики арендуют плотину – Коммерсантъ", "Энергетики арендуют плотину", "Коммерсантъ"),
    ("City rents a dam // Faro", "City rents a dam", "Faro"),
    ("dpa-AFX: Versorger mietet Damm", "Versorger mietet Damm", "dpa-AFX"),
    ("Baraj kiralandı - Liman Gazetesi", "Baraj kiralandı", "Liman Gazetesi"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "title", "outlet"), OUTLETS, ids=[row[0] for row in OUTLETS])
def test_outlets_beside_headlines(written: str, title: str, outlet: str) -> None:
    """An outlet's name leaves the headline and is kept as its outlet."""
    found = titles.read(written, OWN)
    assert (found.title, found.outlet) == (title, outlet)


def entries(*written: str) -> list[Entry]:
    return [Entry(f"https://p.example/{i}", f"https://p.example/{i}", title) for i, title in enumerate(written)]


def test_an_ending_that_most_titles_share_is_the_feeds() -> None:
    """Sections and names that no table knows are seen by their repetition; a saga's name is not taken for one."""
    made = titles.printed(
        entries("Dam rented | Energia | Zorza", "Mast built | Zorza", "Mine shut | Zorza", "Road paved | Zorza"), "News"
    )
    assert [e.title for e in made] == ["Dam rented | Energia", "Mast built", "Mine shut", "Road paved"]
    assert made[1].raw_title == "Mast built | Zorza"
    saga = ("Court hears case - Acme", "Judge rules - Acme", "Lawyers leave - Bolt", "Trial ends - Coil", "X - Dune")
    assert [e.title for e in titles.printed(entries(*saga), "Court")] == list(saga)


def test_a_start_that_most_titles_share_is_the_feeds() -> None:
    """A rubric in brackets or before a bar, on most titles."""
    made = titles.printed(entries(*(f"[포구 소식] 댐을 빌렸다 {i}" for i in range(5))), "x")
    assert {e.title[:6] for e in made} == {"댐을 빌렸다"}


def test_a_search_feeds_name_is_what_was_asked_for() -> None:
    """A search's feed is called after the firm: that name must not leave the headlines."""
    address = "https://news.google.com/rss/articles/1"
    found = [Entry(address, address, "Dam deal - Acme", outlet="")]
    assert titles.printed(found, '"Acme" - Search')[0].title == "Dam deal - Acme"


@given(st.text(max_size=80))
def test_reading_is_idempotent_and_never_empty(title: str) -> None:
    """Whatever a title is, reading it twice gives the same, and words are left where words were."""
    once = titles.read(title, OWN).title
    assert titles.read(once, OWN).title == once
    assert bool(once.strip()) == bool(title.strip())
