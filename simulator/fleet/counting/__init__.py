"""What a fleet counts: response times, standings, and the same over time."""
