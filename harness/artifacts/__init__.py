"""The folder of a run and every file in it."""
