"""What parsing rss20.xml must give."""

from datetime import UTC, datetime

from pipeline.model import Document, Entry, Refusal

EXPECTED = Document(
    format="rss20",
    title="Warta Pelabuhan & Energi",
    language="id-ID",
    entries=(
        Entry(
            url="https://www.warta.example/2026/01/listrik?utm_source=rss&utm_medium=feed",
            canonical_url="https://warta.example/2026/01/listrik",
            title="Perusahaan listrik & laboratorium teken kontrak",
            summary="Kontrak selama sepuluh tahun. Nilainya tidak diumumkan.",
            text="Kontrak Kontrak selama sepuluh tahun untuk pusat data di pelabuhan.",
            author="Sari & Budi",
            guid="warta-1",
            language="id-ID",
            published_at=datetime(2026, 1, 5, 3, 0, tzinfo=UTC),
            categories=("Energi", "Kecerdasan buatan"),
        ),
        Entry(
            url="https://base.example/2026/01/dermaga",
            canonical_url="https://base.example/2026/01/dermaga",
            title="Tautan relatif",
            summary="Nomor yang sama dengan berita lain, tetapi alamatnya sendiri.",
            guid="warta-1",
            language="id-ID",
            published_at=datetime(2026, 1, 5, 4, 30, tzinfo=UTC),
        ),
        Entry(
            url="https://warta.example/2203",
            canonical_url="https://warta.example/2203",
            title="Tanggal dari masa depan",
            language="id-ID",
            published_raw="Wed, 05 Jan 2203 10:00:00 GMT",
        ),
    ),
    refusals=(
        Refusal(
            reason="no-link",
            detail="Tanpa alamat",
        ),
        Refusal(
            reason="bad-link",
            detail="mailto:redaksi@warta.example",
        ),
        Refusal(
            reason="no-text",
            detail="https://warta.example/kosong",
        ),
        Refusal(
            reason="repeat",
            detail="http://m.warta.example/2026/01/listrik",
        ),
    ),
    ttl_s=1800.0,
)
