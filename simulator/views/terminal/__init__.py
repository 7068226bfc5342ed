"""A station in the terminal: a live view with typed commands, or commands from stdin where there is no terminal."""
