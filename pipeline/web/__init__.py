"""The page: events, stories, watchlist, feeds and queries for a browser, rendered here, with no script at all."""

from pipeline.web.app import create_app

__all__ = ["create_app"]
