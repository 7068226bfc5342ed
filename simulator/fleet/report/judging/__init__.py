"""What a run of a fleet comes to: its limits, the one that ends it early, and its verdict."""
