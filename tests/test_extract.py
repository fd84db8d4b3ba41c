"""The extraction door: texts in many encodings, hostile pages, and a child that is replaced."""

import os
import signal

import pytest

from pipeline import extract

WORDS = {
    "en": "The council of Veldhaven voted to let the data centre draw sixty megawatts from the new substation. ",
    "uk": "Рада Велдгавена дозволила центру обробки даних брати шістдесят мегават від нової підстанції. ",
    "ja": "ベルトハーフェン市議会は、新しい変電所からデータセンターへ六十メガワットを供給することを承認した。",
    "ar": "صوت مجلس المدينة على السماح لمركز البيانات بسحب ستين ميغاواط من المحطة الجديدة. ",
}


def page(text: str, meta: str = '<meta charset="utf-8">') -> str:
    head = f"<!doctype html><html><head>{meta}<title>T</title></head>"
    return f"{head}<body><article><p>{text * 4}</p></article></body></html>"


@pytest.fixture(scope="module")
def extractor() -> object:
    with extract.Extractor() as made:
        yield made


@pytest.mark.parametrize("language", WORDS)
def test_texts_come_out_whole(extractor: extract.Extractor, language: str) -> None:
    """Every script as it was written."""
    got = extractor.text(page(WORDS[language]).encode(), "http://a.test/1")
    assert got.error is None and WORDS[language].strip() in got.text


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
def test_charsets(extractor: extract.Extractor, codec: str, header: str, meta: str, language: str) -> None:
    """The header outranks the page; a header that cannot be true leaves it to the page."""
    got = extractor.text(page(WORDS[language], meta).encode(codec), "", header)
    assert WORDS[language].strip() in got.text


@pytest.mark.parametrize(
    "html",
    [b"", b"\0\0\0", b"<html></html>", b"%PDF-1.7", b"<" * 100_000, b"<div>" * 50_000, b"\xff\xfe\x00<html>",
     b"<!DOCTYPE x [<!ENTITY a 'b'>]><html>&a;</html>", "😀".encode("utf-16")],
    ids=range(9),
)  # fmt: skip
def test_hostile_pages_are_errors_not_exceptions(extractor: extract.Extractor, html: bytes) -> None:
    """Whatever a page is, the answer is an Extract, and the next page is read."""
    assert len(extractor.text(html, "http://a.test/").text) < 20
    assert extractor.text(page(WORDS["en"]).encode(), "").error is None


def test_a_dead_child_is_replaced() -> None:
    """A child that was killed (or that hit its memory limit) costs one page."""
    with extract.Extractor() as made:
        assert made.text(page(WORDS["en"]).encode(), "").text
        assert made._child is not None
        os.kill(made._child.pid, signal.SIGKILL)
        assert made.text(page(WORDS["en"]).encode(), "").error
        assert made.text(page(WORDS["en"]).encode(), "").text


def test_a_slow_page_ends() -> None:
    """A page that takes longer than the deadline is given up, and its child with it."""
    with extract.Extractor(timeout_s=3.0) as made:
        assert made.text(page(WORDS["en"]).encode(), "").text
        assert made._child is not None
        os.kill(made._child.pid, signal.SIGSTOP)
        assert "longer" in (made.text(page(WORDS["en"]).encode(), "").error or "")


def test_children_are_recycled() -> None:
    """Memory does not grow because no child grows old."""
    with extract.Extractor(recycle=2) as made:
        pids = []
        for _ in range(4):
            made.text(page(WORDS["en"]).encode(), "")
            assert made._child is not None
            pids.append(made._child.pid)
    assert len(set(pids)) == 2


def test_text_is_capped(extractor: extract.Extractor) -> None:
    """No page gives more than a row should hold."""
    body = "".join(f"<p>Paragraph {i} of the long report: {WORDS['en']}</p>" for i in range(2000))
    got = extractor.text(f"<html><body><article>{body}</article></body></html>".encode(), "")
    assert 0 < len(got.text) <= extract.MAX_TEXT
