"""The two ends of one connection, judged frame by frame: text and time in, judged frames out."""
