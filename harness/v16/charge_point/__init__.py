"""What the cases for a charge point need."""
