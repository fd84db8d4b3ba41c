"""What parsing korean-legacy.xml must give."""

from datetime import UTC, datetime

from pipeline.model import Document, Entry

EXPECTED = Document(
    format="rss20",
    title="항구경제",
    language="ko",
    entries=(
        Entry(
            url="https://hanggu.example/news/view.html?idxno=101",
            canonical_url="https://hanggu.example/news/view.html?idxno=101",
            title="전력회사, 연구소와 계약",
            summary="계약 기간은 10년이다.",
            language="ko",
            published_at=datetime(2026, 1, 5, 10, 0, tzinfo=UTC),
        ),
        Entry(
            url="https://hanggu.example/news/view.html?idxno=102",
            canonical_url="https://hanggu.example/news/view.html?idxno=102",
            title="두 번째 기사",
            language="ko",
            published_at=datetime(2026, 1, 5, 10, 0, tzinfo=UTC),
        ),
    ),
)
