"""What the Core profile says of the order of messages (catalogue chapters 5 to 10)."""
