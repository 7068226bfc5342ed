"""Ways to look at a station and to lay a hand on it: HTTP, a terminal, plain lines."""
