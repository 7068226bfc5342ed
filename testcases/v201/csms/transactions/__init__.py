"""Functional block E, Transactions (OCPP 2.0.1 Part 2)."""
