"""The bay a station under test stands in: who comes to its door, and what a station may do once it is in."""
