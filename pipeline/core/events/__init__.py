"""How stories of one happening become one event, and what they say of it."""
