"""What parsing feed.json must give."""

from datetime import UTC, datetime

from pipeline.model import Document, Entry, Refusal

EXPECTED = Document(
    format="json",
    title="Grid Notes",
    language="en-GB",
    entries=(
        Entry(
            url="https://base.example/notes/17",
            canonical_url="https://base.example/notes/17",
            title="A lab & a turbine maker",
            summary="They signed. Twice.",
            author="Ada, Ben",
            guid="17",
            language="en-GB",
            published_at=datetime(2026, 1, 5, 9, 0, tzinfo=UTC),
            categories=("power",),
        ),
        Entry(
            url="https://grid.example/notes/18",
            canonical_url="https://grid.example/notes/18",
            title="No title and no url, but an id that is an address.",
            summary="No title and no url, but an id that is an address.",
            author="Cy",
            guid="https://grid.example/notes/18",
            language="en-GB",
        ),
        Entry(
            url="https://elsewhere.example/19",
            canonical_url="https://elsewhere.example/19",
            title="A link elsewhere.",
            summary="A link elsewhere.",
            guid="19",
            language="fr",
        ),
    ),
    refusals=(
        Refusal(
            reason="no-link",
            detail="Without an address",
        ),
        Refusal(
            reason="no-text",
            detail="the item is no object",
        ),
        Refusal(
            reason="no-link",
        ),
    ),
)
