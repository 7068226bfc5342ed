"""Contradictions in a SUT file, each a sentence with the key and the cure."""
