"""Functional block B, Provisioning (OCPP 2.0.1 Part 2)."""
