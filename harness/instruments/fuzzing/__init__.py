"""Stateful fuzzing: sessions of right and wrong messages, searched and shortened by Hypothesis."""
