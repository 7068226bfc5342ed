"""The database underneath: which one it is, its file, its layout over time, and statements that are compiled once."""
