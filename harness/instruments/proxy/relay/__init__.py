"""The relay: the sockets of both sides, and nothing that may take its time."""
