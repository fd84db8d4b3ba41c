"""What parsing utf16.xml must give."""

from pipeline.model import Document, Entry

EXPECTED = Document(
    format="rss20",
    title="電網報",
    entries=(
        Entry(
            url="https://wang.example/1",
            canonical_url="https://wang.example/1",
            title="電力公司簽約",
        ),
    ),
)
