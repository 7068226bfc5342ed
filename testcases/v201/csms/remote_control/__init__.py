"""Functional block F, Remote Control (OCPP 2.0.1 Part 2)."""
