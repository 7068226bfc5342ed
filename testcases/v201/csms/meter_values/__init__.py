"""Functional block J, Meter Values (OCPP 2.0.1 Part 2)."""
