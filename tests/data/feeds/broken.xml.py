"""What parsing broken.xml must give."""

from datetime import UTC, datetime

from pipeline.model import Document, Entry

EXPECTED = Document(
    format="rss20",
    title="Broken & loud",
    entries=(
        Entry(
            url="https://loud.example/1?a=1&b=2",
            canonical_url="https://loud.example/1?a=1&b=2",
            title="Lab & turbine maker sign",
            summary="Never closed tag",
            published_at=datetime(2026, 1, 5, 1, 0, tzinfo=UTC),
        ),
        Entry(
            url="https://loud.example/2",
            canonical_url="https://loud.example/2",
            title="Double escaped title",
        ),
    ),
    bozo="<unknown>:3:37: undefined entity",
)
