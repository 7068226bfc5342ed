"""What is shown while it runs: a page, a terminal, plain lines."""
