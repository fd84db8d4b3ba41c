"""Dates as feeds write them: one row a fault, in the languages that have them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.feeds import dates

T10 = datetime(2026, 1, 5, 10, tzinfo=UTC)
DAY = datetime(2026, 1, 5, tzinfo=UTC)

# (written, language, expected)
DATES = [
    ("Mon, 05 Jan 2026 10:00:00 GMT", None, T10),
    ("Mon, 5 Jan 2026 10:00 Z", None, T10),
    ("Mon, 05 Jan 26 05:00 EST", None, T10),
    ("Monday, January 5th, 2026 10:00 AM", "en", T10),
    ("Jan 5, 2026 10:00 PM", None, datetime(2026, 1, 5, 22, tzinfo=UTC)),
    ("Mon, 05 Jan 2026 12:00 AM GMT", None, DAY),
    ("Mon, 05 Jan 2026 10:00:60 GMT", None, datetime(2026, 1, 5, 10, 0, 59, tzinfo=UTC)),  # a leap second
    ("Mon Jan  5 10:00:00 2026", None, T10),  # C's asctime
    ("Mon Jan 05 19:00:00 KST 2026", None, T10),
    # zones that feedparser takes for UTC or does not read
    ("Mon, 05 Jan 2026 19:00:00 GMT+9", None, T10),
    ("Mon, 05 Jan 2026 19:00:00 UTC+09:00", None, T10),
    ("Mon, 05 Jan 2026 19:00:00 KST", None, T10),
    ("Mon, 05 Jan 2026 17:00:00 WIB", None, T10),
    ("Mon, 05 Jan 2026 15:30:00 IST", None, T10),
    ("Mon, 05 Jan 2026 11:00:00 CET", None, T10),
    ("Mon, 05 Jan 2026 13:00:00 +0300 (MSK)", None, T10),
    ("Mon, 05 Jan 2026 10:00:00 XYZ", None, T10),  # nobody knows it: UTC
    ("Mon, 05 Jan 2026 10:00:00 +9900", None, None),
    # ISO 8601 and what becomes of it
    ("2026-01-05T10:00:00Z", None, T10),
    ("2026-01-05T19:00:00.123+09:00", None, T10),
    ("2026-01-05T19:00:00+0900", None, T10),
    ("2026-01-05T19:00:00 0900", None, T10),  # the plus sign was lost
    ("2026-01-05 10:00", None, T10),
    ("20260105T100000Z", None, T10),
    ("2026-01-04T24:00:00Z", None, DAY),
    ("2026-01-05", None, DAY),
    ("2026/01/05 10:00", None, T10),
    ("1767607200", None, T10),
    ("1767607200000", None, T10),
    # other languages
    ("월, 05 1월 2026 19:00:00 +0900", "ko", T10),
    ("2026년 1월 5일 오전 10:00", "ko", T10),
    ("2026. 1. 5. 오후 10:00", "ko", datetime(2026, 1, 5, 22, tzinfo=UTC)),
    ("2026年1月5日 10時00分", "ja", T10),
    ("2026年1月5日", "zh", DAY),
    ("Sen, 05 Jan 2026 17:00:00 +0700", "id", T10),
    ("Senin, 5 Januari 2026 17:00 WIB", "id", T10),
    ("Thứ Hai, 05/01/2026 10:00", "vi", T10),
    ("lun., 05 janv. 2026 11:00:00 +0100", "fr", T10),
    ("5 de enero de 2026", "es", DAY),
    ("Пн, 05 янв 2026 13:00:00 +0300", "ru", T10),
    ("5 января 2026 г., 10:00", "ru", T10),
    ("5 stycznia 2026, 10:00", "pl", T10),
    ("Pzt, 05 Oca 2026 13:00:00 +0300", "tr", T10),
    ("Δευ, 05 Ιαν 2026 12:00:00 +0200", "el", T10),
    ("الاثنين، 05 يناير 2026 13:00:00 +0300", "ar", T10),
    ("٥ يناير ٢٠٢٦", "ar", DAY),
    ("०५ जनवरी २०२६", "hi", DAY),
    ("5 ม.ค. 2569 10:00", "th", T10),  # the Buddhist calendar
    ("05.01.2026 10:00", "de", T10),
    ("5 lis 2026", "hr", datetime(2026, 10, 5, tzinfo=UTC)),  # listopad is October in Croatian
    ("5 lis 2026", "pl", datetime(2026, 11, 5, tzinfo=UTC)),  # and November in Polish
    ("5 lis 2026", None, None),
    # no guesses
    ("05/01/2026", None, None),  # January or May
    ("13/01/2026", None, datetime(2026, 1, 13, tzinfo=UTC)),
    ("01/13/2026", None, datetime(2026, 1, 13, tzinfo=UTC)),
    ("05/01/2026", "fr", DAY),
    ("2026-02-31", None, None),
    ("2026-13-01", None, None),
    ("0000-00-00", None, None),
    ("2026", None, None),
    ("yesterday", None, None),
    ("", None, None),
    ("9" * 400, None, None),
]


@pytest.mark.parametrize(("written", "language", "expected"), DATES)
def test_parse(written: str, language: str | None, expected: datetime | None) -> None:
    """Each form gives its moment in UTC, or None where only a guess could."""
    assert dates.parse(written, language) == expected


_LETTERS = "0123456789:-/.,+TZ jan feb年月日월 ۵مص'gmtpma"


@given(st.text(alphabet=_LETTERS, max_size=40), st.sampled_from([None, "ko", "x"]))
@settings(max_examples=500, deadline=None)
def test_never_raises(written: str, language: str | None) -> None:
    """Anything may stand where a date should."""
    made = dates.parse(written, language)
    assert made is None or made.tzinfo is UTC


@given(st.integers(631152000, 4102444800))  # 1990 to 2100
@settings(max_examples=200, deadline=None)
def test_reads_the_standards(seconds: int) -> None:
    """RFC 822 and ISO 8601 are read to the second."""
    second = datetime.fromtimestamp(seconds, UTC)
    assert dates.parse(second.strftime("%a, %d %b %Y %H:%M:%S +0000")) == second
    assert dates.parse(second.isoformat()) == second
