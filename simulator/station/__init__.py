"""What every station is, whatever it speaks: its layers, its life, what can be seen of it, and verbs that all have."""
