"""Messages as such (catalogue chapters 1 to 3): the connection, the frames, the codes of a CALLERROR."""
