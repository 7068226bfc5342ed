"""Values, whatever message they stand in (catalogue chapter 4)."""
