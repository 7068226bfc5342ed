"""Who may charge: tokens, the cache, and the decision (P2 block C)."""
