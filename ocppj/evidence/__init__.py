"""What was seen, as it is kept and shown: the trace, secrets masked, words of a peer made harmless."""
