"""Functional block P, Data Transfer (OCPP 2.0.1 Part 2)."""
