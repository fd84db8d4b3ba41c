"""Care of the watchlist: what is wrong with it, and what it lacks."""
