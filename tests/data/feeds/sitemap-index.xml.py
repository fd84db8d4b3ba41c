"""What parsing sitemap-index.xml must give."""

from pipeline.model import Document

EXPECTED = Document(
    format="sitemapindex",
    error="this is a sitemap index: watch one of the sitemaps it lists, for example https://gazeta.example/news-1.xml",
)
