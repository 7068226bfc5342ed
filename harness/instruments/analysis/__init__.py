"""Recorded traffic, judged as if it passed just now: `plugproof analyze` (docs/analyze.md)."""
