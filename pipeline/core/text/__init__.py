"""Letters, words, tags and addresses: what every other room of the core stands on."""
