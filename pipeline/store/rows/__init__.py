"""What people are shown, read from the store in rows (not `read`: that is the read transaction of the store)."""
