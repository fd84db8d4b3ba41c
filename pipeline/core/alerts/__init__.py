"""Who is owed which mail about which event, when, and with what in it."""
