"""Feed documents and their polling: parse, entries, dates, and when to ask a feed again."""
