"""Breaking one rule on purpose, so that it can be seen that somebody notices."""
