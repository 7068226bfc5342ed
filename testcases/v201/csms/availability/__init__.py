"""Functional block G, Availability (OCPP 2.0.1 Part 2)."""
