"""What parsing channel.cdf must give."""

from pipeline.model import Document, Entry

EXPECTED = Document(
    format="cdf",
    title="The Harbour Ledger",
    entries=(
        Entry(
            url="https://ledger.example/one.html",
            canonical_url="https://ledger.example/one.html",
            title="Old format, new turbine",
            summary="A channel of the nineties.",
        ),
    ),
)
