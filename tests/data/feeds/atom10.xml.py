"""What parsing atom10.xml must give."""

from datetime import UTC, datetime

from pipeline.model import Document, Entry

EXPECTED = Document(
    format="atom10",
    title="Le Courrier des Réseaux",
    language="fr",
    entries=(
        Entry(
            url="https://courrier.example/2026/centrale.html#haut",
            canonical_url="https://courrier.example/2026/centrale.html",
            title="Une centrale pour l’intelligence artificielle",
            summary="Un contrat de dix ans.",
            text="Un contrat de dix ans, sans prix.",
            author="Anaïs Martin",
            guid="https://courrier.example/id/1",
            language="fr",
            published_at=datetime(2026, 1, 5, 11, 0, tzinfo=UTC),
            updated_at=datetime(2026, 1, 6, 8, 0, tzinfo=UTC),
            categories=("énergie",),
        ),
        Entry(
            url="https://mirror.example/en/2",
            canonical_url="https://mirror.example/en/2",
            title="Only an address as id",
            guid="https://mirror.example/en/2",
            language="en",
            published_at=datetime(2026, 1, 5, 0, 0, tzinfo=UTC),
        ),
        Entry(
            url="https://courrier.example/flux/2026/ailleurs",
            canonical_url="https://courrier.example/flux/2026/ailleurs",
            title="Contenu ailleurs",
            guid="tag:courrier.example,2026:3",
            language="fr",
            published_at=datetime(2026, 1, 6, 10, 30, tzinfo=UTC),
        ),
    ),
)
