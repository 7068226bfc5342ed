"""Functional block C, Authorization (OCPP 2.0.1 Part 2)."""
