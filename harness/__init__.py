"""The harness: the product around the cases. What a case needs is importable from here."""
