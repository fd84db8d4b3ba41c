"""What people ask and change by hand: events, pages, explanations, labels, feeds, subscriptions, the watchlist, SQL."""
