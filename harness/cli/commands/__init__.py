"""One module for each command but the pre-check."""
