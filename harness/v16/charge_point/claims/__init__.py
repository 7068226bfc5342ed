"""What the wire says about the claims of a charge point."""
