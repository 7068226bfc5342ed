"""`plugproof fleet`: its options, and what it does."""
