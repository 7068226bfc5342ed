"""Who is connected: the stations, what is sent to them, and what is told about it."""
