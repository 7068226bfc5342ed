"""A fleet in several processes: shares, pipes, and the sum of what they count."""
