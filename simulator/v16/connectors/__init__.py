"""Connectors: facts about them, the statuses that follow, and what is reported."""
