"""The verbs: pure functions from nouns to nouns; no clock, no I/O, no logging."""
