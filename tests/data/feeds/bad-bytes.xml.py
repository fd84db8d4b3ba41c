"""What parsing bad-bytes.xml must give."""

from pipeline.model import Document, Entry

EXPECTED = Document(
    format="rss20",
    title="Дніпровська хвиля",
    entries=(
        Entry(
            url="https://hvylia.example/1",
            canonical_url="https://hvylia.example/1",
            title="Угода про електрику для центру даних",
            summary="Десять років і жодної ціни.",
        ),
        Entry(
            url="https://hvylia.example/2",
            canonical_url="https://hvylia.example/2",
            title="Обрізаний заголовок: угод�",
        ),
    ),
)
