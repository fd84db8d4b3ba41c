"""The extraction door: texts in many scripts and encodings, and hostile pages."""

import pytest

from pipeline import extract
from pipeline.child import Child, Work

WORDS = {
    "en": "The council of Veldhaven voted to let the data centre draw sixty megawatts from the new substation. ",
    "uk": "Рада Велдгавена дозволила центру обробки даних брати шістдесят мегават від нової підстанції. ",
    "ja": "ベルトハーフェン市議会は、新しい変電所からデータセンターへ六十メガワットを供給することを承認した。",
    "ar": "صوت مجلس المدينة على السماح لمركز البيانات بسحب ستين ميغاواط من المحطة الجديدة. ",
}


def page(text: str, meta: str = '<meta charset="utf-8">') -> str:
    head = f"<!doctype html><html><head>{meta}<title>T</title></head>"
    return f"{head}<body><article><p>{text * 4}</p></article></body></html>"


@pytest.mark.parametrize("language", WORDS)
def test_texts_come_out_whole(language: str) -> None:
    """Every script as it was written."""
    assert WORDS[language].strip() in extract.article(page(WORDS[language]).encode(), "http://a.test/1")


@pytest.mark.parametrize(
    ("codec", "header", "meta", "language"),
    [
        ("windows-1251", "text/html; charset=windows-1251", "", "uk"),
        ("shift_jis", 'text/html; charset="Shift_JIS"', '<meta charset="utf-8">', "ja"),
        ("utf-8", "text/html; charset=latin-1-nonsense", '<meta charset="utf-8">', "ar"),
        ("utf-8", "text/html; charset=ascii", '<meta charset="utf-8">', "uk"),
        (
            "windows-1251",
            "text/html",
            '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">',
            "uk",
        ),
    ],
)
def test_charsets(codec: str, header: str, meta: str, language: str) -> None:
    """The header outranks the page; a header that cannot be true leaves it to the page."""
    assert WORDS[language].strip() in extract.article(page(WORDS[language], meta).encode(codec), "", header)


@pytest.mark.parametrize(
    "html",
    [b"", b"\0\0\0", b"<html></html>", b"%PDF-1.7", b"<" * 100_000, b"<div>" * 50_000, b"\xff\xfe\x00<html>",
     b"<!DOCTYPE x [<!ENTITY a 'b'>]><html>&a;</html>", "😀".encode("utf-16")],
    ids=range(9),
)  # fmt: skip
def test_hostile_pages_have_no_text(html: bytes) -> None:
    """Whatever a page is, extraction ends, in a child as in this process."""
    assert len(extract.article(html, "http://a.test/")) < 20


def test_a_page_is_read_in_a_child() -> None:
    """As the step does it: through pipes, and again after a child was replaced."""
    with Child(Work(extract.MAKER, extract.TIMEOUT_S, extract.MEMORY_MB, ())) as child:
        for _ in range(2):
            assert WORDS["uk"].strip() in child.call(page(WORDS["uk"]).encode(), "", "text/html").text
            child.close()


def test_text_is_capped() -> None:
    """No page gives more than a row should hold."""
    body = "".join(f"<p>Paragraph {i} of the long report: {WORDS['en']}</p>" for i in range(2000))
    got = extract.article(f"<html><body><article>{body}</article></body></html>".encode())
    assert 0 < len(got) <= extract.MAX_TEXT
