"""What parsing rss10.rdf must give."""

from datetime import UTC, datetime

from pipeline.model import Document, Entry

EXPECTED = Document(
    format="rss10",
    title="港湾日報",
    language="ja",
    entries=(
        Entry(
            url="https://minato.example/n/1",
            canonical_url="https://minato.example/n/1",
            title="電力会社がデータセンター向けの契約を結ぶ",
            summary="契約は十年間。",
            guid="https://minato.example/n/1",
            language="ja",
            published_at=datetime(2026, 1, 5, 1, 0, tzinfo=UTC),
        ),
    ),
    ttl_s=1800.0,
)
