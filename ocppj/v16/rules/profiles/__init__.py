"""What the other profiles say (catalogue chapters 6 and 11 to 13)."""
