"""What parsing news-sitemap.xml must give."""

from datetime import UTC, datetime

from pipeline.model import Document, Entry, Refusal

EXPECTED = Document(
    format="sitemap",
    language="pl",
    entries=(
        Entry(
            url="https://gazeta.example/2026/umowa?utm_source=sitemap",
            canonical_url="https://gazeta.example/2026/umowa",
            title="Umowa na prąd dla centrum danych & laboratorium",
            language="pl",
            published_at=datetime(2026, 1, 5, 9, 0, tzinfo=UTC),
            categories=("energia", "prąd"),
            told_by="Gazeta Portowa",
        ),
    ),
    refusals=(
        Refusal(
            reason="no-text",
            detail="https://gazeta.example/o-nas",
        ),
        Refusal(
            reason="no-link",
            detail="Bez adresu",
        ),
    ),
)
