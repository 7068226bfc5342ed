"""Transactions: when they begin and end, what is told of them, and the queue of their events (P2 blocks E, J)."""
