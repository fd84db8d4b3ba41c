"""How a story gets its level against the watchlist."""
